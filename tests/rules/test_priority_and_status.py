from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rules import Engine, load_packs

Set = Callable[..., Engine]


@pytest.fixture
def rules(write: Callable[..., Path]) -> Set:
    """An engine of English rules, each `id label` with its other keys as TOML text."""

    def rules(each: dict[str, str], *, drafts: bool = False) -> Engine:
        text = 'language = "en"\n'
        for head, keys in each.items():
            id_, label = head.split()
            text += f'[[rule]]\nid = "{id_}"\nlabel = "{label}"\n{keys}\n'
        return Engine(load_packs(write(text)), drafts=drafts)

    return rules


def fired(engine: Engine, text: str, **told: object) -> dict[str, str]:
    """The rules that fire, each with its words."""
    (verdict,) = engine.classify([SimpleNamespace(text=text, **told)])
    return {match.rule: match.text for match in verdict.matches}


# --- priority -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("strong", "weak", "text", "expected"),
    [
        (0, 0, "power back out", {"strong": "power back", "weak": "back out"}),
        (1, 1, "power back out", {"strong": "power back", "weak": "back out"}),
        (1, 0, "power back out", {"strong": "power back"}),
        (9, 8, "power back out", {"strong": "power back"}),
        (0, 1, "power back out", {"weak": "back out"}),
        (1, 0, "power back. It went back out", {"strong": "power back", "weak": "back out"}),
        (1, 0, "back out power back", {"strong": "power back", "weak": "back out"}),
        (1, 0, "back power out", {"weak": "back power out"}),
    ],
)
def test_of_matches_that_overlap_the_highest_priority_stands(
    rules: Set, strong: int, weak: int, text: str, expected: dict[str, str]
) -> None:
    one = {
        "weak outage": f'any = ["back out"]\npriority = {weak}',
        "strong restored": f'any = ["power back"]\npriority = {strong}',
    }
    for order in (one, dict(reversed(one.items()))):
        assert fired(rules(order), text) == expected


def test_the_weaker_rule_takes_another_place_or_a_worse_phrase(rules: Set) -> None:
    engine = rules(
        {
            "weak outage": 'any = ["power out", "out"]',
            "strong billing": 'any = ["power out of"]\npriority = 1',
        }
    )
    assert fired(engine, "power out of reach") == {"strong": "power out of"}
    text = "power out of reach, power is out"
    assert fired(engine, text) == {"strong": "power out of", "weak": "out"}
    (verdict,) = engine.classify([text])
    assert next(match for match in verdict.matches if match.rule == "weak").start == 29


def test_a_strong_rule_that_does_not_fire_takes_no_words(rules: Set) -> None:
    engine = rules(
        {
            "weak outage": 'any = ["power out"]',
            "strong billing": 'any = ["power out"]\nnone = ["street"]\nunless = ["question"]\n'
            "priority = 1",
        }
    )
    assert fired(engine, "power out") == {"strong": "power out"}
    assert fired(engine, "power out in my street") == {"weak": "power out"}
    assert fired(engine, "power out?") == {"weak": "power out"}


def test_three_priorities_hold_each_other_back_in_turn(rules: Set) -> None:
    engine = rules(
        {
            "low outage": 'any = ["one two"]',
            "middle damage": 'any = ["two three"]\npriority = 1',
            "high hazard": 'any = ["three four"]\npriority = 2',
        }
    )
    assert fired(engine, "one two three") == {"middle": "two three"}
    assert fired(engine, "two three four") == {"high": "three four"}
    # The middle one is held back itself, so that it holds nothing back.
    assert fired(engine, "one two three four") == {"low": "one two", "high": "three four"}


def test_a_rule_with_points_gives_way_as_well(rules: Set) -> None:
    engine = rules(
        {
            "weak outage": "need = 2\n[rule.points]\n2 = ['fridge']\n1 = ['storm', 'warm']",
            "strong service": 'any = ["fridge sale"]\npriority = 1',
        }
    )
    assert fired(engine, "fridge warm") == {"weak": "fridge"}
    assert fired(engine, "fridge sale") == {"strong": "fridge sale"}
    assert fired(engine, "fridge sale, storm, warm") == {
        "strong": "fridge sale",
        "weak": "storm",
    }


# --- the label nothing ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("power out", {"out": "power out"}),
        ("power bank out", {}),
        ("power bank out, lights out", {"out": "lights out"}),
        ("power bank, power bank out, power out", {"out": "power out"}),
        ("power bank", {}),
        ("pwoer bank out", {}),
    ],
)
def test_nothing_gives_no_label_but_keeps_others_from_all_its_words(
    rules: Set, text: str, expected: dict[str, str]
) -> None:
    engine = rules(
        {
            "out outage": 'any = ["power|lights out"]',
            "not-ours nothing": 'any = ["power bank"]',
        }
    )
    assert fired(engine, text) == expected


def test_nothing_yields_to_a_higher_priority_and_may_have_none(rules: Set) -> None:
    bank = 'any = ["power bank"]'
    for keys, out, expected in (
        (bank, "", {}),
        (bank, "priority = 1", {"out": "power bank out"}),
        (bank, "priority = 2", {"out": "power bank out"}),
        (bank + "\npriority = 0", "", {"out": "power bank out"}),
        (bank + "\npriority = 3", "priority = 2", {}),
        (bank + '\nunless = ["question"]', "", {}),
    ):
        out_keys = f'any = ["power out"]\n{out}'
        engine = rules({"out outage": out_keys, "bank nothing": keys})
        assert fired(engine, "power bank out") == expected
    assert fired(engine, "power bank out?") == {"out": "power bank out"}


# --- status ---------------------------------------------------------------------------------------

LIFE = {
    "fresh outage": 'any = ["power"]\nstatus = "draft"',
    "old hazard": 'any = ["power"]\nstatus = "retired"',
    "used news": 'any = ["power"]\nstatus = "live"',
    "plain etr": 'any = ["power"]',
}


@pytest.mark.parametrize(
    ("drafts", "expected"), [(False, {"used", "plain"}), (True, {"fresh", "used", "plain"})]
)
def test_drafts_work_on_request_and_retired_rules_never(
    rules: Set, drafts: bool, expected: set[str]
) -> None:
    assert set(fired(rules(LIFE, drafts=drafts), "power")) == expected


def test_a_draft_holds_nothing_back_until_it_is_asked_for(rules: Set) -> None:
    each = {
        "out outage": 'any = ["power out"]',
        "bank nothing": 'any = ["power bank"]\nstatus = "draft"',
    }
    assert fired(rules(each), "power bank out") == {"out": "power bank out"}
    assert fired(rules(each, drafts=True), "power bank out") == {}


def test_words_of_retired_rules_are_not_known(rules: Set) -> None:
    each = {
        "out outage": 'any = ["power"]',
        "old hazard": 'any = ["zorkwex"]\nstatus = "retired"',
    }
    assert rules(each).is_idle("zorkwex")
    assert not rules({**each, "old hazard": 'any = ["zorkwex"]'}).is_idle("zorkwex")


def test_an_engine_of_nothing_but_retired_rules_gives_nothing(rules: Set) -> None:
    engine = rules({"old hazard": 'any = ["power"]\nstatus = "retired"'})
    assert fired(engine, "power") == {}


# --- languages and channels -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("languages", "lang", "fires"),
    [
        ('["en"]', "en", True),
        ('["en"]', "en-GB", True),
        ('["en"]', "es", False),
        ('["en"]', None, False),  # in no known language
        ('["und"]', None, True),
        ('["und"]', "en", False),
        ('["es", "und"]', "es", True),
        ('["es", "und"]', "it", False),
    ],
)
def test_a_rule_may_be_held_to_languages(
    rules: Set, languages: str, lang: str | None, fires: bool
) -> None:
    engine = rules({"r outage": f'any = ["outage"]\nlanguages = {languages}'})
    assert bool(fired(engine, "outage zorkx", lang=lang)) == fires


def test_a_rule_with_points_may_be_held_to_languages(rules: Set) -> None:
    keys = "languages = ['en']\nneed = 2\n[rule.points]\n2 = ['blackout']"
    engine = rules({"r outage": keys})
    assert fired(engine, "blackout", lang="en")
    assert not fired(engine, "blackout", lang="it")


@pytest.mark.parametrize(
    ("told", "fires"),
    [
        ({"channel": "nextdoor"}, True),
        ({"channel": "facebook"}, True),
        ({"channel": "bluesky"}, False),
        ({"channel": None}, False),
        ({}, False),
    ],
)
def test_a_rule_may_be_held_to_channels(rules: Set, told: dict[str, Any], fires: bool) -> None:
    engine = rules({"r outage": 'any = ["power"]\nchannels = ["facebook", "nextdoor"]'})
    assert bool(fired(engine, "power", **told)) == fires


def test_a_rule_of_another_channel_holds_nothing_back(rules: Set) -> None:
    engine = rules(
        {
            "out outage": 'any = ["power out"]',
            "bank nothing": 'any = ["power bank"]\nchannels = ["facebook"]',
        }
    )
    assert fired(engine, "power bank out", channel="bluesky") == {"out": "power bank out"}
    assert fired(engine, "power bank out", channel="facebook") == {}
