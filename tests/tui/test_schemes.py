"""Themes: words can be read, and signs kept apart, also by eyes that see fewer hues."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from textual.color import Color

from tui.schemes import DEUTERANOPIA, SCHEMES, TRITANOPIA, Scheme
from tui.signs import FEED_SIGNS, LABEL_SIGNS, OMS_SIGNS, STATUS_SIGNS, palette
from tui.themes import THEMES

READABLE = 4.5
"""Least contrast of text, WCAG 2.2 success criterion 1.4.3."""
SEEN = 3.0
"""Least contrast of what is no text, WCAG 2.2 success criterion 1.4.11."""
APART = {"labels": 5.5, "statuses": 10.0, "feeds": 5.5, "OMS": 5.5}
"""Least distance of two signs of a list in Oklab, in hundredths; 2 is just to be noticed."""
LISTS = {
    "labels": LABEL_SIGNS,
    "statuses": STATUS_SIGNS,
    "feeds": FEED_SIGNS,
    "OMS": OMS_SIGNS,
}
Linear = tuple[float, float, float]
EYES: dict[str, tuple[Linear, Linear, Linear]] = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""Linear RGB as such eyes see it: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A
Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15 (6), 2009,
severity 1.0."""
MADE_FOR = [
    (DEUTERANOPIA, "full"),
    (DEUTERANOPIA, "deuteranopia"),
    (DEUTERANOPIA, "protanopia"),
    (TRITANOPIA, "full"),
    (TRITANOPIA, "tritanopia"),
]


def linear(colour: str) -> Linear:
    parts = [part / 255 for part in Color.parse(colour).rgb]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, eyes: str) -> Linear:
    """Oklab (B. Ottosson, 2020) of a colour as such eyes see it."""
    before = linear(colour)
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, before, strict=True))))
        for row in EYES[eyes]
    )
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@pytest.fixture(params=SCHEMES.values(), ids=list(SCHEMES))
def scheme(request: pytest.FixtureRequest) -> Scheme:
    found: Scheme = request.param
    return found


def test_words_are_readable_on_every_ground(scheme: Scheme) -> None:
    colours = palette(scheme, no_color=False)
    for style in (colours.text, colours.quiet, colours.strong, colours.accent):
        assert style.color is not None
        for ground in (scheme.ground, scheme.surface, scheme.panel):
            assert contrast(style.color.name, ground) >= READABLE, (style, ground)
        assert contrast(style.color.name, scheme.cursor) >= READABLE - 0.5, style
    assert contrast(scheme.ground, scheme.alarm) >= READABLE


def test_signs_are_readable_on_every_ground_and_seen_under_the_cursor(scheme: Scheme) -> None:
    for hue, colour in scheme.hues.items():
        for ground in (scheme.ground, scheme.surface, scheme.panel):
            assert contrast(colour, ground) >= READABLE, (hue, ground)
        assert contrast(colour, scheme.cursor) >= SEEN, hue


def test_what_is_faint_is_still_seen(scheme: Scheme) -> None:
    assert contrast(scheme.faint, scheme.ground) >= SEEN
    assert contrast(scheme.faint, scheme.panel) >= SEEN - 0.5


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize(("made", "eyes"), MADE_FOR, ids=lambda part: getattr(part, "name", part))
def test_signs_are_apart_for_the_eyes_that_a_theme_is_made_for(
    made: Scheme, eyes: str, kind: str
) -> None:
    hues = {sign.hue for sign in LISTS[kind].values()}
    for one, other in combinations(sorted(hues), 2):
        apart = 100 * math.dist(seen(made.hues[one], eyes), seen(made.hues[other], eyes))
        assert apart >= APART[kind], (one, other)


@pytest.mark.parametrize("kind", LISTS)
def test_no_two_signs_of_a_list_share_a_hue(kind: str) -> None:
    hues = [sign.hue for sign in LISTS[kind].values()]
    assert len(set(hues)) == len(hues)


def test_the_simulation_takes_red_for_green_and_leaves_grey_alone() -> None:
    for eyes in EYES:
        assert math.dist(seen("#808080", eyes), seen("#808080", "full")) < 0.01
    red, green = "#d05a3a", "#7f8f3a"
    apart = {eyes: math.dist(seen(red, eyes), seen(green, eyes)) for eyes in EYES}
    assert apart["deuteranopia"] < apart["full"] / 2
    assert apart["tritanopia"] > apart["full"] / 2


def test_the_themes_stand_on_the_grounds_of_the_signs() -> None:
    assert [theme.background for theme in THEMES] == [each.ground for each in SCHEMES.values()]
