"""Rules of X's stream: what they match, and what X refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.platforms.x.rule import RuleError, Seen, read_rule, words_of


def seen(text: str, **more: object) -> Seen:
    words = words_of(text)
    told: dict[str, object] = {"author": "ann", **more}
    return Seen(words, frozenset(words), **told)  # type: ignore[arg-type]


OUT = seen(
    "Power's OUT in Raleigh, no lights since 5! #PowerOutage @LongleafPower",
    mentions=frozenset({"longleafpower"}),
    hashtags=frozenset({"poweroutage"}),
    lang="en",
    features=frozenset({"has:hashtags", "has:mentions"}),
    geo=(35.78, -78.64),
    texts={"bio_location": ("north", "carolina"), "place": ("raleigh",)},
)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("power", True),
        ("pow", False),
        ("POWER out", True),
        ("power water", False),
        ("water OR power", True),
        # an AND binds closer than an OR
        ("water OR power out", True),
        ("power water OR out", True),
        ("(water OR power) snow", False),
        ("power -lights", False),
        ("power -snow", True),
        ('"no lights"', True),
        ('"lights no"', False),
        ('"power raleigh"~3', True),
        ('"power since"~2', False),
        ("#poweroutage", True),
        ("#power", False),
        ("poweroutage", True),
        ("@longleafpower", True),
        ("@longleaf", False),
        ("from:ann", True),
        ("from:bob OR to:bob", False),
        ("power lang:en", True),
        ("power lang:es", False),
        ("power -is:retweet", True),
        ("power has:mentions", True),
        ('bio_location:"north carolina"', True),
        ("bio_location:carolina", True),
        ("bio_location:nc", False),
        ("place:raleigh", True),
        ("point_radius:[-78.64 35.78 5km]", True),
        ("point_radius:[-78.64 36.78 25mi]", False),
        ("bounding_box:[-78.7 35.7 -78.6 35.8]", True),
        ("bounding_box:[-78.6 35.7 -78.5 35.8]", False),
        ("((power)) (out OR (lights -snow))", True),
    ],
)
def test_what_a_rule_matches(rule: str, holds: bool) -> None:
    assert read_rule(rule).holds(OUT) is holds


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "   ",
        "-power",
        "is:retweet",
        "lang:en",
        "has:media OR is:retweet",
        "power OR lang:en",
        "power OR",
        "(power",
        "power)",
        "()",
        "power -(out off)",
        "power or out",
        "power's",
        '"power',
        '""',
        '"power out"~9',
        "is:nothing power",
        "nonsense:power",
        "from: power",
        "point_radius:[1 2]",
        "point_radius:[-78.6 35.7 200km]",
        "bounding_box:[-80 35 -70 36]",
        "bounding_box:[3 2 1 4]",
        "(" * 40 + "power" + ")" * 40,
        "x" * 1025,
    ],
)
def test_what_is_refused(rule: str) -> None:
    with pytest.raises(RuleError):
        read_rule(rule)


def test_accents_are_told_apart_and_capitals_are_not() -> None:
    assert read_rule("apagón").holds(seen("APAGÓN en el centro"))
    assert not read_rule("apagon").holds(seen("apagón"))
    assert not read_rule("apagón").holds(seen("apagon"))


def test_a_place_lies_in_an_area_only_as_a_whole() -> None:
    rule = read_rule("point_radius:[-78.64 35.78 10km]")
    assert rule.holds(seen("out", box=(-78.66, 35.76, -78.62, 35.80)))
    assert not rule.holds(seen("out", box=(-79.66, 35.76, -78.62, 35.80)))
    assert not rule.holds(seen("out"))


def test_rows_that_rules_share_are_asked_anew_for_each_post() -> None:
    rows: dict[str, object] = {}
    rules = [read_rule(f"(power OR lights) ({town})", rows=rows) for town in ("cary", "apex")]  # type: ignore[arg-type]
    assert len(rows) == 3
    posts = [seen("power cary"), seen("lights apex"), seen("cary apex"), seen("power cary")]
    assert [[rule.holds(post) for rule in rules] for post in posts] == [
        [True, False],
        [False, True],
        [False, False],
        [True, False],
    ]


@given(st.text(alphabet='ab -"():OR~#@[]1', max_size=40))
def test_whatever_is_written_is_a_rule_or_refused(rule: str) -> None:
    try:
        node = read_rule(rule)
    except RuleError:
        return
    assert node.holds(OUT) in (True, False)
