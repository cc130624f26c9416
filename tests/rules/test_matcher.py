"""The engine beside a matcher that is slow and plain: it tries every way to place every phrase."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Engine, Match, load_packs
from rules.language import abbreviations, common_words


class Plain(NamedTuple):
    """A rule: its phrases as rows of alternatives, and its keys."""

    id: str
    any: tuple[str, ...]
    gap: int = 2
    tolerance: int = 2
    limit: int = 80


PLAIN_RULES = (
    Plain("usual", ("power out|gone", "no electricity", "flicker*")),
    Plain("side-by-side", ("power out", "transformer =burning street"), gap=0),
    Plain("wide", ("no power street", "transformer gone"), gap=6),
    Plain("strict", ("electricity out", "street gone"), tolerance=0),
    Plain("one-edit", ("electricity gone", "transformer street"), tolerance=1, gap=3),
    Plain("exact-only", ("electricity out", "power gone"), limit=100),
    Plain("narrow", ("electricity transformer gone", "power no"), limit=91, gap=5),
    Plain("twice", ("out out", "power power out"), gap=1),
    Plain("question", ("out <question>", "<question> power"), gap=1),
    Plain("linked", ("<link> power", "<number> gone", "<mention> street")),
    Plain("edges", ("<start> power", "street <end>", "<start> transformer gone <end>")),
)
PHRASE_WORDS = ("power", "out", "gone", "no", "electricity", "transformer", "burning", "street")
FLICKERS = ("flicker", "flickers", "flickering")
IDLE_WORDS = ("so", "tower", "zorkx", "a", "we", "mrs", "approx", "morning")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SENTENCE_ENDS = (".", "!", "…", ";", "...")
OTHER_SIGNS = ("", "", "", "", ",", ":", ")", " -", "'")
NO_SENTENCE_END = {"approx", "mrs"}
MARKS = {"https://a.example/b": "<link>", "@someone": "<mention>", "240": "<number>"}


# --- the plain matcher ----------------------------------------------------------------------------


class Said(NamedTuple):
    """A word of a text, or a mark; `closes`: a sentence ends behind it."""

    word: str
    closes: bool


def distance(one: str, other: str) -> int:
    """Letters put in, left out, replaced or swapped with a neighbour: by the textbook."""
    rows = [[max(i, j) for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and one[i - 2 : i] == b + other[j - 2]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


def edits(said: str, wanted: str) -> int | None:
    """How many edits make `wanted` of a word; None where it does not stand for it."""
    if wanted.startswith("<"):
        return 0 if said == wanted else None
    if wanted.endswith("*"):
        return 0 if said.startswith(wanted[:-1]) else None
    if said == wanted.lstrip("="):
        return 0
    if wanted.startswith("=") or said.startswith("<") or len(said) < 4:
        return None
    if said in PHRASE_WORDS or said in common_words() or said.startswith("flicker"):
        return None
    apart = distance(said, wanted)
    allowed = 0 if len(wanted) < 4 else 1 if min(len(wanted), len(said)) < 5 else 2
    if apart == 2 and len(wanted) == 5 and said[0] != wanted[0]:
        return None
    return apart if apart <= allowed else None


def placed(
    words: list[Said], places: list[str], rule: Plain, tolerance: int
) -> Iterator[tuple[int, int, int]]:
    """Every way in which the places of a phrase stand in a text: cost, first and last word."""

    def longer(found: list[int], cost: int) -> Iterator[tuple[int, int, int]]:
        if len(found) == len(places):
            yield cost, found[0], found[-1]
            return
        wanted = places[len(found)].split("|")
        for at in range(found[-1] + 1 if found else 0, len(words)):
            idle = at - found[-1] - 1 if found else 0
            over_end = any(said.closes for said in words[found[-1] : at]) if found else False
            if idle > rule.gap or (idle and over_end):
                break
            needed = [edits(words[at].word, one) for one in wanted]
            least = min((one for one in needed if one is not None), default=9)
            if least <= tolerance and cost + 8 * least + idle <= 100 - rule.limit:
                yield from longer([*found, at], cost + 8 * least + idle)

    yield from longer([], 0)


def ways(words: list[Said], rule: Plain, phrase: str) -> list[tuple[int, int, int]]:
    places = phrase.split()
    tolerance = rule.tolerance if len(places) > 1 else min(rule.tolerance, 1)
    opens, ends = places[0] == "<start>", places[-1] == "<end>"
    places = [place for place in places if place not in ("<start>", "<end>")]
    return [
        way
        for way in placed(words, places, rule, tolerance)
        if (not opens or way[1] == 0) and (not ends or way[2] == len(words) - 1)
    ]


# --- texts ----------------------------------------------------------------------------------------


def damaged(word: str, random: Random, times: int) -> str:
    """`word` with so many edits, unless that makes something that is read by rules of its own."""
    out = word
    for _ in range(times):
        at, kind = random.randrange(len(out)), random.randrange(4)
        letter = random.choice(LETTERS)
        if kind == 0:
            out = out[:at] + letter + out[at:]
        elif kind == 1:
            out = out[:at] + out[at + 1 :] or out
        elif kind == 2:
            out = out[:at] + letter + out[at + 1 :]
        else:
            out = out[:at] + out[at : at + 2][::-1] + out[at + 2 :]
    drawn_out = any(letter * 3 in out for letter in LETTERS)
    short = any(out in abbreviations(language) for language in ("en", "es", "it"))
    return word if drawn_out or short else out


@st.composite
def said(draw: st.DrawFn) -> tuple[str, list[Said]]:
    """One chunk of a text as written, and as the plain matcher takes it."""
    kind = draw(st.integers(0, 19))
    if kind == 0:
        written = draw(st.sampled_from(sorted(MARKS)))
        return written, [Said(MARKS[written], closes=False)]
    if kind == 1:
        return "?", [Said("<question>", closes=True)]
    if kind < 6:
        word = draw(st.sampled_from(IDLE_WORDS))
    elif kind < 12:
        word = draw(st.sampled_from((*PHRASE_WORDS, *FLICKERS)))
    else:
        word = draw(st.sampled_from(PHRASE_WORDS))
        random = draw(st.randoms(use_true_random=False))
        word = damaged(word, random, draw(st.integers(1, 2)))
    shape = draw(st.integers(0, 9))
    written = word.upper() if shape == 0 else word.capitalize() if shape == 1 else word
    if draw(st.integers(0, 3)):
        return written + draw(st.sampled_from(OTHER_SIGNS)), [Said(word, closes=False)]
    if draw(st.integers(0, 4)) == 0:
        return written + "?", [Said(word, closes=False), Said("<question>", closes=True)]
    sign = draw(st.sampled_from(SENTENCE_ENDS))
    spared = sign == "." and (len(word) == 1 or word in NO_SENTENCE_END)
    return written + sign, [Said(word, closes=not spared)]


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[Said]]:
    """A text, and its words."""
    text, words = "", list[Said]()
    for written, meant in draw(st.lists(said(), max_size=14)):
        if words:
            breaks = draw(st.integers(0, 11)) == 0
            text += "\n" if breaks else " "
            words[-1] = Said(words[-1].word, words[-1].closes or breaks)
        text += written
        words.extend(meant)
    return text, words


def keyword_set() -> str:
    rules = "".join(
        f'[[rule]]\nid = "{rule.id}"\nlabel = "outage"\nany = {list(rule.any)}\ngap = {rule.gap}\n'
        f"tolerance = {rule.tolerance}\nlimit = {rule.limit}\n"
        for rule in PLAIN_RULES
    )
    return f'language = "en"\n{rules}'


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sets") / "set.toml"
    path.write_text(keyword_set(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def engine(path: Path) -> Engine:
    return Engine(load_packs(path))


@pytest.fixture(scope="module")
def forgetful(path: Path) -> Engine:
    """An engine that forgets at once what it has read."""
    return Engine(load_packs(path), memo_chunks=1)


def found(engine: Engine, text: str) -> dict[str, Match]:
    (verdict,) = engine.classify([SimpleNamespace(text=text, lang="en")])
    return {match.rule: match for match in verdict.matches}


@settings(max_examples=400)
@given(case=texts())
def test_phrases_are_found_where_the_plain_matcher_finds_them(
    case: tuple[str, list[Said]], engine: Engine
) -> None:
    text, words = case
    matches = found(engine, text)
    for rule in PLAIN_RULES:
        sites = [(*way, phrase) for phrase in rule.any for way in ways(words, rule, phrase)]
        if not sites:
            assert rule.id not in matches, (rule, matches[rule.id])
            continue
        assert rule.id in matches, (rule, sites)
        match = matches[rule.id]
        cost, first = min(sites)[:2]
        assert match.score == 100 - cost
        # Where the match begins and ends, counted in words of the text.
        before = len(text[: match.start].replace("?", " ? ").split())
        upto = len(text[: match.end].replace("?", " ? ").split())
        assert (cost, first, match.phrase) in {(site[0], site[1], site[3]) for site in sites}
        signs = text[: match.start].split().count("-")  # a dash between blanks is no word
        assert before - signs == first
        spans = {upto - text[: match.end].split().count("-") - 1}
        assert spans <= {site[2] for site in sites if site[:2] == (cost, first)}


@settings(max_examples=60)
@given(
    cases=st.lists(texts(), min_size=1, max_size=8),
    seed=st.randoms(use_true_random=False),
    cut=st.integers(0, 8),
)
def test_verdicts_depend_on_neither_batch_nor_order_nor_what_was_seen(
    cases: list[tuple[str, list[Said]]],
    seed: Random,
    cut: int,
    engine: Engine,
    forgetful: Engine,
) -> None:
    posts = [text for text, _ in cases]
    whole = engine.classify(posts)
    assert engine.classify(posts[:cut]) + engine.classify(posts[cut:]) == whole
    assert [verdict for post in posts for verdict in forgetful.classify([post])] == whole
    order = list(range(len(posts)))
    seed.shuffle(order)
    assert engine.classify([posts[at] for at in order]) == [whole[at] for at in order]
    assert forgetful.classify(iter(posts)) == whole


@settings(max_examples=60)
@given(case=texts(), idle=st.lists(st.sampled_from(IDLE_WORDS), max_size=3))
def test_a_text_put_behind_another_sentence_is_found_all_the_same(
    case: tuple[str, list[Said]], idle: list[str], engine: Engine
) -> None:
    text, _ = case
    alone, behind = found(engine, text), found(engine, " ".join([*idle, "so.", text]))
    for rule, match in alone.items():
        if rule != "edges":
            assert behind[rule].score >= match.score
