"""Tests as they should be: each fails on the engine of today."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from rules import Engine, Match, load_packs


def first(keys: str, item: object, **options: object) -> Match | None:
    path = Path(tempfile.mkdtemp()) / "s.toml"
    path.write_text(f'language = "en"\n[[rule]]\nid = "r"\nlabel = "outage"\n{keys}\n', "utf-8")
    (verdict,) = Engine(load_packs(path), **options).classify([item])
    return verdict.matches[0] if verdict.matches else None


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("<start> no", "no idea"),
        ("no <end>", "oh no"),
        ("<start> the|power", "power"),
        ("<start> we <end>", "we"),
    ],
)
def test_an_everyday_word_at_an_edge_is_found(phrase, text):
    assert first(f'any = ["{phrase}"]', text)


def test_evidence_in_two_is_counted():
    assert first('need = 3\n[rule.points]\n3 = ["generator"]', "gener ator")


@pytest.mark.parametrize("key", ["tolerance = 0", "limit = 100"])
@pytest.mark.parametrize("any_", ['any = ["fridge"]', ""])
def test_points_below_zero_that_are_no_hit_speak_not_against(key, any_):
    keys = f'{any_}\n{key}\nneed = 2\n[rule.points]\n2 = ["fridge"]\n-2 = ["generator"]'
    assert first(keys, "fridge gener ator")


def test_points_look_at_the_next_place():
    keys = 'unless = ["question"]\nneed = 3\n[rule.points]\n3 = ["in the dark"]'
    assert first(keys, "in the dark? yes, in the dark.")


def test_gap0_before_word_in_two():
    assert first('any = ["no generator"]\ngap = 0', "no gener ator")


def test_word_in_two_costs_one_edit():
    assert first('any = ["no generator"]', "no gener ator").score == 92


@pytest.mark.parametrize(
    "text", ['power "the best." out', "power (the best.) out", "power is!) out", "power is?) out"]
)
def test_sentence_ends_within_quotes(text):
    assert not first('any = ["power out"]\ngap = 4', text)


def test_own_account_possessive():
    assert first('any = ["power"]\nwhen = ["own_account"]', "@ownco's power", accounts=["ownco"])
