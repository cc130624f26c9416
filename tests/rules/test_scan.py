from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

from rules import Engine, Match, load_packs
from rules.scan import Item

Set = Callable[..., Engine]


@pytest.fixture
def held(write: Callable[..., Path]) -> Set:
    """An engine of one English rule with these keys, beside one context `c` with its own."""

    def held(keys: str, context: str = "", accounts: Iterable[str] = ()) -> Engine:
        circumstance = f"[context.c]\n{context}\n" if context else ""
        rule = f'[[rule]]\nid = "r"\nlabel = "outage"\n{keys}\n'
        path = write(f'language = "en"\n{circumstance}{rule}')
        return Engine(load_packs(path), accounts=accounts)

    return held


def found(engine: Engine, item: str | Item) -> str | None:
    """The words of a text that the rule took for its phrase."""
    match = first(engine, item)
    return match.text if match else None


def first(engine: Engine, item: str | Item) -> Match | None:
    (verdict,) = engine.classify([item])
    return verdict.matches[0] if verdict.matches else None


def post(text: str, **told: object) -> Item:
    return SimpleNamespace(text=text, **told)


# --- sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("power is out", "power is out"),
        ("Power. Out again.", "Power. Out"),
        ("power! out", "power! out"),
        ("power\nout", "power\nout"),
        ("No power. We went out", None),
        ("power. is out", None),
        ("power is! out", None),
        ("power is… out", None),
        ("power is; out", None),
        ("power is\nout", None),
        ("power\nis out", None),
        ("power zorkx. out", None),
        ("power is . out", None),
        ("power is, out", "power is, out"),
        ("power (is) out", "power (is) out"),
        ("power: is out", "power: is out"),
        ("power at 7 a.m. out", "power at 7 a.m. out"),
        ("power St. out", "power St. out"),
        ("power approx. out", "power approx. out"),
        ("power s. out", "power s. out"),
        ("power.is out", "power.is out"),
        ("power is 2.5 out", "power is 2.5 out"),
    ],
)
def test_a_gap_does_not_reach_over_the_end_of_a_sentence(
    held: Set, text: str, match: str | None
) -> None:
    assert found(held('any = ["power out"]\ngap = 4'), text) == match


@pytest.mark.parametrize("phrase", ["zorkx in the", "in zorkx the", "in the zorkx"])
@pytest.mark.parametrize("gap", [0, 1, 4])
def test_each_gap_of_a_phrase_has_the_same_bound(held: Set, phrase: str, gap: int) -> None:
    engine = held(f'any = ["{phrase}"]\ngap = {gap}')
    one, two, three = phrase.split()
    for before in range(gap + 2):
        for behind in range(gap + 2):
            text = " ".join([one, *["so"] * before, two, *["so"] * behind, three])
            match = first(engine, text)
            assert (match is not None) == (max(before, behind) <= gap)
            if match:
                assert (match.text, match.score) == (text, 100 - before - behind)


def test_a_question_mark_is_a_word_and_ends_the_sentence(held: Set) -> None:
    engine = held('any = ["power out"]')
    assert found(engine, "power? out") is None
    assert found(held('any = ["power <question> out"]'), "power? out") == "power? out"


def test_the_end_of_a_line_ends_a_sentence_wherever_blanks_stand(held: Set) -> None:
    engine = held('any = ["power out"]')
    assert found(engine, "power is \n\n  out") is None
    assert found(engine, "so\n power is out\n") == "power is out"
    assert found(engine, "\n\n\npower\tis out") == "power\tis out"


# --- near -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("power out in my street", True),
        ("my street has power out", True),
        ("power street out", True),  # in the midst of the match
        ("power out", False),
        ("power out a b c street", True),  # reach is 3
        ("power out a b c d street", False),
        ("street a b c power out", True),
        ("street a b c d power out", False),
        ("power out. My street", False),
        ("street! power out", False),
        ("power out in my steret", True),
    ],
)
def test_near_looks_within_reach_on_both_sides_in_the_sentence(
    held: Set, text: str, fires: bool
) -> None:
    wants = held('any = ["power out"]\nnear = ["house", "street"]\nreach = 3')
    forbids = held('any = ["power out"]\nnot_near = ["house", "street"]\nreach = 3')
    assert (found(wants, text) is not None) == fires
    assert (found(forbids, text) is None) == fires


def test_a_phrase_of_near_may_be_the_match_itself(held: Set) -> None:
    assert found(held('any = ["power out"]\nnear = ["power"]'), "power out")


@pytest.mark.parametrize(
    ("keys", "text", "match"),
    [
        ('not_near = ["plane"]', "power out on a plane. And here: power is out.", "power is out"),
        ('near = ["street"]', "power out. My street: power is out", "power is out"),
        ('unless = ["question"]', "power out? Yes, power is out", "power is out"),
        ('when = ["question"]', "power out. Is power is out?", "power is out"),
        ('when = ["hashtag"]', "power out #PowerOut", "PowerOut"),
        ('unless = ["question"]', "power out? Is power is out?", None),
    ],
)
def test_where_the_first_place_does_not_do_the_next_is_taken(
    held: Set, keys: str, text: str, match: str | None
) -> None:
    assert found(held(f'any = ["power out"]\n{keys}'), text) == match


def test_a_worse_phrase_is_taken_where_the_best_one_may_not_stand(held: Set) -> None:
    engine = held('any = ["power out", "no power"]\nunless = ["question"]')
    match = first(engine, "no power? well, power is out")
    assert match
    assert (match.phrase, match.score) == ("power out", 99)


# --- contexts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("context", "text", "holds"),
    [
        ('before = ["hope"]', "hope power out", True),
        ('before = ["hope"]', "power out hope", False),
        ('before = ["hope"]', "power hope out", False),
        ('before = ["hope"]', "hope. power out", False),
        ('before = ["hope"]\nreach = 2', "hope a b power out", True),
        ('before = ["hope"]\nreach = 2', "hope a b c power out", False),
        ('before = ["hope"]', "hope a b c d e f power out", True),
        ('before = ["hope"]', "hope a b c d e f g power out", False),
        ('before = ["hope"]\nreach = 0', "hope power out", True),
        ('before = ["hope"]\nreach = 0', "hope a power out", False),
        ('before = ["hope"]\nstop = ["but"]', "hope well but power out", False),
        ('before = ["hope"]\nstop = ["but"]', "but hope power out", True),
        ('before = ["hope"]\nstop = ["but"]', "hope power out but", True),
        ('before = ["hope"]\nstop = ["but"]', "hope but i hope power out", True),
        ('before = ["hope"]\nstop = ["that said"]', "hope so that said power out", False),
        ('after = ["last year"]', "power out last year", True),
        ('after = ["last year"]', "last year power out", False),
        ('after = ["last year"]', "power out. last year", False),
        ('after = ["last year"]\nreach = 1', "power out was last year", True),
        ('after = ["last year"]\nreach = 1', "power out it was last year", False),
        ('after = ["last year"]\nstop = ["not"]', "power out not last year", False),
        ('around = ["movie"]', "movie power out", True),
        ('around = ["movie"]', "power out movie", True),
        ('around = ["movie"]', "power movie out", True),
        ('around = ["movie"]', "movie. power out", False),
        ('around = ["movie"]\nreach = 1', "movie a b power out", False),
        ('anywhere = ["movie"]', "movie. power out", True),
        ('anywhere = ["movie"]', "power out! so on and so on. a movie", True),
        ('anywhere = ["movie"]\nreach = 0', "power out and so on for a movie", True),
        ('anywhere = ["movie"]', "power out", False),
        ('before = ["hope that"]', "hope that power out", True),
        ('before = ["hope that"]', "hope so that power out", False),
        ('before = ["hope that"]\ngap = 1', "hope so that power out", True),
        ('before = ["hop*"]', "hopefully power out", True),
        ('before = ["pray~"]', "prayed power out", True),
        ('before = ["hope"]\nafter = ["last year"]', "power out last year", True),
    ],
)
def test_a_context_holds_where_its_cues_stand(
    held: Set, context: str, text: str, holds: bool
) -> None:
    wants = held('any = ["power out"]\nwhen = ["c"]', context)
    forbids = held('any = ["power out"]\nunless = ["c"]', context)
    assert (found(wants, text) is not None) == holds
    assert (found(forbids, text) is None) == holds


@pytest.mark.parametrize("cue", ["scheduled", "schduled", "shceduled", "scheduledd"])
def test_cues_forgive_no_typos(held: Set, cue: str) -> None:
    engine = held('any = ["power out"]\nunless = ["c"]', 'before = ["scheduled"]')
    assert (found(engine, f"{cue} power out") is None) == (cue == "scheduled")


def test_a_word_that_is_cue_and_phrase_forgives_typos_in_the_phrase_alone(held: Set) -> None:
    engine = held(
        'any = ["scheduled works", "power out"]\nunless = ["c"]', 'before = ["scheduled"]'
    )
    assert found(engine, "shceduled works") == "shceduled works"
    assert found(engine, "shceduled power out") == "power out"
    assert found(engine, "scheduled power out") is None


def test_all_of_when_must_hold_and_none_of_unless(held: Set) -> None:
    engine = held(
        'any = ["power out"]\nwhen = ["c", "question"]\nunless = ["link", "mention"]',
        'before = ["why"]',
    )
    assert found(engine, "why power out?")
    for text in (
        "power out?",
        "why power out",
        "why power out? https://a.example",
        "@someone why power out?",
    ):
        assert not found(engine, text)


# --- facts ----------------------------------------------------------------------------------------

FACTS: list[tuple[str, str | Item, bool]] = [
    ("question", "power out?", True),
    ("question", "power out, really?", True),
    ("question", "power out. really?", False),
    ("question", "really? power out", False),
    ("question", "¿power out? no", True),
    ("question", "power out\nreally?", False),
    ("question", "power out", False),
    ("hashtag", "#PowerOut", True),
    ("hashtag", "so #power_out", True),
    ("hashtag", "#power #out", True),
    ("hashtag", "#power out", False),
    ("hashtag", "power out #storm", False),
    ("exclaims", "power out!", True),
    ("exclaims", "what a night! Now power out", True),
    ("exclaims", "power out. https://news.example/#!/a", False),
    ("exclaims", "power out?", False),
    ("headline", "Power Out Across Harbour County After Storm https://news.example/a", True),
    ("headline", "@somebody Power Out Across Harbour County After Storm #Power", True),
    ("headline", "power out across Harbour County after a storm", False),
    ("headline", "POWER OUT ACROSS HARBOUR COUNTY AFTER STORM", False),
    ("link", "power out https://news.example/a", True),
    ("link", "power out www.news.example", True),
    ("link", "power out bit.ly/abc", True),
    ("link", "power out news", False),
    ("media", "power out pic.twitter.com/abc", True),
    ("media", post("power out", media=("a.jpg",)), True),
    ("media", post("power out", media=()), False),
    ("media", "power out https://news.example/a", False),
    ("mention", "@somebody power out", True),
    ("mention", "power out (@some.body.example)", True),
    ("mention", "power out", False),
    ("own_account", "@GridCo power out", True),
    ("own_account", "power out, @gridco!", True),
    ("own_account", "power out (@gridco)", True),
    ("own_account", "power out @gridcofans", False),
    ("own_account", "power out gridco", False),
    ("own_account", post("power out", mentions=("@GRIDCO",)), True),
    ("own_account", post("power out", mentions=("gridco",)), True),
    ("own_account", post("power out", mentions=("other",)), False),
    ("own_account", post("power out", account="any"), True),
    ("own_account", "@second.example power out", True),
    ("reply", post("power out", reply_to="7"), True),
    ("reply", post("power out", reply_to=None), False),
    ("reply", "@somebody power out", False),
    ("repost", post("power out", repost_of="7"), True),
    ("repost", "RT @somebody: power out", True),
    ("repost", "power out RT @somebody", False),
]


@pytest.mark.parametrize(("fact", "item", "holds"), FACTS)
def test_what_the_program_sees_for_itself(
    held: Set, fact: str, item: str | Item, holds: bool
) -> None:
    own = ["@GridCo", "second.example"]
    wants = held(f'any = ["power out"]\nwhen = ["{fact}"]', accounts=own)
    forbids = held(f'any = ["power out"]\nunless = ["{fact}"]', accounts=own)
    assert (found(wants, item) is not None) == holds
    assert (found(forbids, item) is None) == holds


def test_what_shows_in_a_text_is_worked_out_once_and_only_where_it_is_asked_for(
    held: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def told(text: str) -> bool:
        read.append(text)
        return False

    monkeypatch.setattr("rules.facts.is_headline", told)
    more = "".join(
        f'[[rule]]\nid = "{name}"\nlabel = "news"\nany = ["power out"]\nunless = ["headline"]\n'
        for name in ("a", "b")
    )
    engine = held(f'any = ["power out", "no power"]\nunless = ["headline"]\n{more}')
    engine.classify(["POWER OUT", "ALL WELL", "POWER ONLY", "NO POWER, power out, power out"])
    assert read == ["POWER OUT", "NO POWER, power out, power out"]


def test_without_own_accounts_only_where_a_post_came_to_tells_them(held: Set) -> None:
    engine = held('any = ["power out"]\nwhen = ["own_account"]')
    assert not found(engine, "@gridco power out")
    assert found(engine, post("power out", account="gridco"))


# --- words written in two -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "text", "match", "score"),
    [
        ("generator", "a gener ator here", "gener ator", 92),
        ("generator", "a gene rator, here", "gene rator", 92),
        ("generator gone", "gener ator gone", "gener ator gone", 92),
        ("generator gone", "gener ator is gone", "gener ator is gone", 91),
        ("generator", "gener and ator", None, 0),
        ("generator", "ator gener", None, 0),
        ("=generator", "gener ator", None, 0),
        ("power", "po wer", None, 0),  # five letters
        ("generator", "\N{FIRE} gener\n\tator", "gener\n\tator", 92),
    ],
)
def test_a_word_written_in_two_is_one_for_one_edit_and_its_span_holds_both(
    held: Set, phrase: str, text: str, match: str | None, score: float
) -> None:
    one = first(held(f'any = ["{phrase}"]\ngap = 1'), text)
    assert (one.text, one.score) == (match, score) if one else match is None
    if one:
        assert text[one.start : one.end] == match


def test_a_rule_that_forgives_nothing_reads_no_word_in_two(held: Set) -> None:
    assert not found(held('any = ["generator"]\ntolerance = 0'), "gener ator")
    assert found(held('any = ["fridge"]\nnone = ["generator"]'), "fridge gener ator") is None


# --- long texts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("idle", [10, 390, 399, 400, 401, 3000])
def test_a_long_text_is_read_as_a_short_one(held: Set, idle: int) -> None:
    engine = held('any = ["power out"]\nunless = ["c", "question"]', 'before = ["if"]')
    text = "power out? if power out. " + "so " * idle + "power is out"
    match = first(engine, text)
    assert match
    assert (match.text, match.score, match.end) == ("power is out", 99, len(text))
