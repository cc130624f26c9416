"""Where matching meets an edge: ends of texts and sentences, words in two, evidence elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rules import Engine, Match, load_packs

Write = Callable[..., Path]
First = Callable[[str, str], Match | None]


@pytest.fixture
def first(write: Write) -> First:
    """The first match of a rule with these keys in a text; @ownco is an account of the utility."""

    def first(keys: str, text: str) -> Match | None:
        path = write(f'language = "en"\n[[rule]]\nid = "r"\nlabel = "outage"\n{keys}\n')
        (verdict,) = Engine(load_packs(path), accounts=["ownco"]).classify([text])
        return verdict.matches[0] if verdict.matches else None

    return first


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("<start> no", "no idea"),
        ("no <end>", "oh no"),
        ("<start> the|power", "power"),
        ("<start> we <end>", "we"),
    ],
)
def test_an_everyday_word_at_an_edge_is_found(first: First, phrase: str, text: str) -> None:
    assert first(f'any = ["{phrase}"]', text)


def test_evidence_that_is_written_in_two_counts(first: First) -> None:
    assert first('need = 3\n[rule.points]\n3 = ["generator"]', "gener ator")


@pytest.mark.parametrize("key", ["tolerance = 0", "limit = 100"])
@pytest.mark.parametrize("phrases", ['any = ["fridge"]', ""])
def test_points_below_zero_count_only_where_their_word_is_a_hit(
    first: First, key: str, phrases: str
) -> None:
    keys = f'{phrases}\n{key}\nneed = 2\n[rule.points]\n2 = ["fridge"]\n-2 = ["generator"]'
    assert first(keys, "fridge gener ator")


def test_evidence_is_told_where_it_may_stand(first: First) -> None:
    keys = 'unless = ["question"]\nneed = 3\n[rule.points]\n3 = ["in the dark"]'
    match = first(keys, "in the dark? yes, in the dark.")
    assert match
    assert match.start == 18


def test_the_first_part_of_a_word_written_in_two_is_no_idle_word(first: First) -> None:
    assert first('any = ["no generator"]\ngap = 0', "no gener ator")
    match = first('any = ["no generator"]', "no gener ator")
    assert match
    assert match.score == 92


@pytest.mark.parametrize("between", ['"the best."', "(the best.)", "is!)", "is?)"])
def test_a_sentence_ends_before_a_closing_quote_or_bracket(first: First, between: str) -> None:
    assert not first('any = ["power out"]\ngap = 4', f"power {between} out")


def test_a_word_is_not_joined_over_the_end_of_a_sentence(first: First) -> None:
    assert not first('any = ["generator gone"]', "gener. ator gone")


def test_an_own_account_is_known_with_an_apostrophe(first: First) -> None:
    assert first('any = ["power"]\nwhen = ["own_account"]', "@ownco's power")


@pytest.mark.parametrize("signs", ["++", "-", "***", ">>", "…"])
def test_signs_alone_are_no_part_of_the_word_behind_them(first: First, signs: str) -> None:
    # "flicker" is a part of "flickering", so it may be one of two parts of a word.
    found = first('any = ["flicker|flickering lights"]', f"{signs} flicker lights here")
    assert found is not None
    assert (found.text, found.score) == ("flicker lights", 100.0)
