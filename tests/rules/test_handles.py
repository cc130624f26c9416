"""Mentions as parts of phrases: `@power` stands for a mention whose handle holds that text."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import Engine, Match, load_packs
from rules.errors import PackError
from rules.handles import Handles
from rules.phrase import Atom
from rules.workbench.explain import Explainer
from rules.workbench.lint import warnings
from rules.workbench.variants import Variants

Make = Callable[..., Engine]
Write = Callable[..., Path]

UTILITY = 'utility = ["@power", "@energy"]'
RULE = '[[rule]]\nid = "r"\nlabel = "outage"\n'


def first(engine: Engine, text: str) -> Match | None:
    (verdict,) = engine.classify([text])
    return verdict.matches[0] if verdict.matches else None


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("@GulfPower still out", "@GulfPower still out"),
        ("@duke_power still out", "@duke_power still out"),
        ("@PowerUpdates still out", "@PowerUpdates still out"),
        ("@POWER still out", "@POWER still out"),
        ("@elm_pow_er still out", "@elm_pow_er still out"),
        ("@ElmPöwer still out", "@ElmPöwer still out"),
        ("@elm.power.example still out", "@elm.power.example still out"),
        ("@elm@power.example still out", "@elm@power.example still out"),
        (".@ElmPower still out", "@ElmPower still out"),
        ("hey .@ElmPower, still out", "@ElmPower, still out"),
        ("@ElmPower: still out", "@ElmPower: still out"),
        ("(@ElmPower) still out", "@ElmPower) still out"),
        ("“@elm_power” still out", "@elm_power” still out"),
        ("@ElmPower's still out", "@ElmPower's still out"),
        ("thanks/@ElmPower still out", "@ElmPower still out"),
        ("RT @ElmPower: still out", "@ElmPower: still out"),
        ("@cousinmeg still out", None),
        ("@PwoerElm still out", None),
        ("@pow still out", None),
        ("@elm power still out", None),
        ("#power still out", None),
        ("power still out", None),
        ("desk@elmpower.example still out", None),
        ("https://x.example/@ElmPower still out", None),
    ],
)
def test_a_mention_is_found_by_what_its_handle_holds(
    make: Make, text: str, match: str | None
) -> None:
    one = first(make('any = ["@power still out"]'), text)
    assert (one.text if one else None) == match
    if one:
        assert text[one.start : one.end] == one.text


@pytest.mark.parametrize(
    ("keys", "text", "fires"),
    [
        ('any = ["@power|@energy|grid out"]', "@elmenergy out", True),
        ('any = ["@power|@energy|grid out"]', "the grid is out", True),
        ('any = ["@power|@energy|grid out"]', "@elmgrid out", False),
        ('any = ["$utility out"]', "@ElmEnergy is out", True),
        ('any = ["$utility out"]', "@elm is out", False),
        ('any = ["out|(down @power)"]', "down again @elmpower", True),
        ('any = ["out|(down @power)"]', "down again @elm", False),
        ('any = ["@power @energy"]', "@elmpower @elmenergy", True),
        ('any = ["@power @energy"]', "@powerenergy", False),
        ('any = ["@power <mention>"]', "@elmpower @meg", True),
        ('any = ["@power <mention>"]', "@meg @elmpower", False),
        ('any = ["<mention> out"]', "@elmpower out", True),
        ('any = ["<start> @power <end>"]', "@elmpower", True),
        ('any = ["@power"]', "see you, @elmpower", True),
        ('any = ["out"]\nall = ["$utility"]', "out. @ElmPower", True),
        ('any = ["out"]\nall = ["$utility"]', "out. @meg", False),
        ('any = ["out"]\nnone = ["@power"]', "out. @ElmPower", False),
        ('any = ["out"]\nnone = ["@power"]', "out. @meg", True),
        ('any = ["out"]\nnear = ["@power"]', "@ElmPower out", True),
        ('any = ["out"]\nnear = ["@power"]', "@ElmPower! out", False),
        ('any = ["out"]\nnot_near = ["@power"]', "@ElmPower out", False),
        ('any = ["out"]\nwhen = ["mention"]', "@ElmPower out", True),
        ("need = 3\npoints = { 2 = ['@power'], 1 = ['out'] }", "out. @ElmPower", True),
        ("need = 3\npoints = { 2 = ['@power'], 1 = ['out'] }", "out. @meg", False),
        ("need = 2\npoints = { 2 = ['out'], -1 = ['@power'] }", "out. @ElmPower", False),
        ('any = ["@power out"]\ngap = 0', "@ElmPower out", True),
        ('any = ["@power out"]\ngap = 0', "@ElmPower @meg out", False),
    ],
)
def test_a_mention_stands_wherever_a_word_may(
    make: Make, keys: str, text: str, fires: bool
) -> None:
    assert (first(make(keys, vocabulary=UTILITY), text) is not None) == fires


@pytest.mark.parametrize(
    ("cue", "text", "fires"),
    [
        ('before = ["@power"]', "@ElmPower out", True),
        ('before = ["@power"]', "out @ElmPower", False),
        ('after = ["via @power"]', "out via @elm_power", True),
        ('anywhere = ["@power"]', "out. And so on. .@ElmPower", True),
        ('before = ["so"]\nstop = ["@power"]', "so @ElmPower out", False),
        ('before = ["so"]\nstop = ["@power"]', "so @meg out", True),
    ],
)
def test_a_mention_may_be_a_cue(write: Write, cue: str, text: str, fires: bool) -> None:
    rule = f'{RULE}any = ["out"]\nwhen = ["c"]'
    engine = Engine(load_packs(write(f'language = "en"\n[context.c]\n{cue}\n{rule}\n')))
    assert (first(engine, text) is not None) == fires


def test_a_mention_is_one_word_of_the_text(make: Make) -> None:
    match = first(make('any = ["@power out"]'), "@ElmPower is out")
    assert match
    assert match.score == 99


def test_the_text_of_a_mention_is_no_word_of_the_phrases(make: Make) -> None:
    engine = make('any = ["@blackout", "@power cut"]')
    for text in ("blackout", "a blackuot, #blackout", "power cut", "@elm blackout powercut"):
        assert first(engine, text) is None


HANDLE = st.text("powergidPO_", min_size=1, max_size=12)


@given(
    handle=HANDLE,
    texts=st.sets(st.sampled_from(["power", "pow", "ower", "grid", "dig", "erg"]), min_size=1),
)
def test_a_handle_holds_what_looking_for_each_text_finds(handle: str, texts: set[str]) -> None:
    bare = handle.lower().replace("_", "")
    held = Handles(Atom("mention", text) for text in texts).held(f"@{handle}")
    assert {atom.spelling for atom in held} == {text for text in texts if text in bare}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None
)
@given(handles=st.lists(HANDLE, min_size=1, max_size=4))
def test_no_verdict_depends_on_the_mentions_read_before(make: Make, handles: list[str]) -> None:
    texts = [f"{sign}@{handle} out" for handle in handles for sign in ("", ".")]
    keys = 'any = ["@pow out", "@grid|@erg out"]'

    @cache
    def alone(text: str) -> object:
        return make(keys).classify([text])[0]

    engine = make(keys)
    together = engine.classify(texts)
    assert together == engine.classify(texts)
    assert together[-1] == alone(texts[-1])


def test_mentions_that_hold_the_same_share_a_reading_and_none_is_remembered(make: Make) -> None:
    engine = make('any = ["@power out", "@energy out"]')
    (matcher,) = engine.matchers
    read, held = matcher.plan.reader.read, engine.remembered
    assert read("@ElmPower") is read("@power7")
    assert read("@ElmPower") is not read("@ElmEnergy")
    assert read("@meg") is read("@tom")
    assert read("@ElmPowerEnergy").elements == (
        read("@ElmPower").elements | read("@ElmEnergy").elements
    )
    engine.classify(["@ElmPower", "@tom"])
    assert engine.remembered == held


def test_a_mention_too_short_is_a_fault_with_its_place(write: Write) -> None:
    path = write(
        'language = "en"\n[vocabulary]\nutility = ["@power",\n  "@me"]\n'
        f'{RULE}any = ["@power out", "@e_d out"]\n'
    )
    with pytest.raises(PackError) as caught:
        load_packs(path)
    told = "is too short: give 3 letters or digits or more behind '@', or write <mention>"
    assert f"{path}:4:3: '@me' {told} for any @account" in str(caught.value)
    assert f"{path}:8:22: '@e_d' {told} for any @account" in str(caught.value)


def test_a_mention_said_twice_is_doubtful(write: Write) -> None:
    rule = RULE.replace("outage", "nothing") + 'any = ["@duke_power out", "@DukePower out"]\n'
    (warning,) = warnings(load_packs(write(f'language = "en"\n{rule}')))
    assert "'@DukePower out' of 'r' is already said by '@duke_power out'" in str(warning)


@pytest.mark.parametrize(
    ("text", "word", "meant"),
    [
        (".@ElmPower out", "@ElmPower", "@power"),
        ("@EnergyPowerElm out", "@EnergyPowerElm", "@energy"),
        ("@meg out", "@meg", "<mention>"),
        ("grid out", "grid", "grid"),
        ("gird out", "gird", "grid"),
    ],
)
def test_explain_tells_what_a_mention_was_taken_for(
    write: Write, text: str, word: str, meant: str
) -> None:
    part = "$utility|<mention>|grid"
    path = write(f'language = "en"\n[vocabulary]\n{UTILITY}\n{RULE}any = ["{part} out"]\ngap = 0\n')
    (fired,) = Explainer(load_packs(path)).explain(text).fired
    piece = fired.words[0]
    assert (piece.text, piece.meant, piece.of) == (word, meant, part)
    assert text[piece.start : piece.end] == word


def test_explain_tells_that_a_mention_is_missing(write: Write) -> None:
    path = write(f'language = "en"\n[vocabulary]\n{UTILITY}\n{RULE}any = ["$utility zorkx"]\n')
    (missed,) = Explainer(load_packs(path)).explain("@meg zorkx").missed
    told = [one.message for one in missed.missing]
    assert told == ["the post lacks '$utility' (@power, @energy)"]


def test_variants_write_a_mention_as_a_handle(write: Write) -> None:
    packs = load_packs(write(f'language = "en"\n{RULE}any = ["@zorkx outage"]\n'))
    recall = Variants(packs, Engine(packs), 7).recall(20)
    assert recall["as written"].found == 20
    assert recall["upper case"].found == 20
    assert not recall["hashtag CamelCase"].texts
