from __future__ import annotations

import typing

import pytest
from rich.cells import cell_len
from textual.color import Color

from desk.outages import Status
from rules import LABELS
from tui.signs import (
    FEED_SIGNS,
    GROUNDS,
    LABEL_SIGNS,
    STATUS_SIGNS,
    Sign,
    label_sign,
    palette,
    status_rank,
)
from tui.themes import THEMES

SIGNS = [*LABEL_SIGNS.values(), *STATUS_SIGNS.values(), *FEED_SIGNS.values()]
READABLE = 4.5
"""Least contrast of text, WCAG 2.2 success criterion 1.4.3."""


def luminance(colour: Color) -> float:
    parts = [part / 255 for part in colour.rgb]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (light + 0.05) / (dark + 0.05)


def test_every_label_has_a_sign_in_order_of_urgency() -> None:
    assert tuple(LABEL_SIGNS) == LABELS


def test_every_status_has_a_sign() -> None:
    assert set(STATUS_SIGNS) == set(typing.get_args(Status))


@pytest.mark.parametrize("signs", [LABEL_SIGNS, STATUS_SIGNS], ids=["labels", "statuses"])
def test_signs_differ_without_their_colours(signs: dict[str, Sign]) -> None:
    assert len({sign.glyph for sign in signs.values()}) == len(signs)
    assert len({sign.word for sign in signs.values()}) == len(signs)


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.word)
def test_a_sign_is_one_cell_and_readable_on_both_grounds(sign: Sign) -> None:
    assert cell_len(sign.glyph) == 1
    assert contrast(sign.dark, GROUNDS[True]) >= READABLE
    assert contrast(sign.light, GROUNDS[False]) >= READABLE


@pytest.mark.parametrize("dark", [True, False])
def test_plain_text_is_readable(dark: bool) -> None:
    colours = palette(dark=dark, no_color=False)
    for style in (colours.text, colours.quiet, colours.strong, colours.accent):
        assert style.color is not None
        assert contrast(style.color.name, GROUNDS[dark]) >= READABLE
    alarm = colours.alarm
    assert alarm.color is not None
    assert alarm.bgcolor is not None
    assert contrast(alarm.color.name, alarm.bgcolor.name) >= READABLE


def test_the_themes_stand_on_the_grounds_of_the_signs() -> None:
    assert [theme.background for theme in THEMES] == [GROUNDS[True], GROUNDS[False]]


def test_a_label_or_status_of_a_newer_desk_has_a_plain_sign() -> None:
    assert label_sign("unheard-of").glyph == "·"
    assert status_rank("unheard-of") > status_rank("dismissed")
