from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, DamerauLevenshtein

from rules import LABELS, Engine, load_packs
from rules.judge import TEXT_LETTERS_MAX
from rules.language import frequent_words
from rules.pack import Pack
from rules.text import LINK, MENTION, NUMBER, QUESTION, fold
from rules.workbench import bench, variants
from rules.workbench.parallel import Line, from_json
from rules.workbench.stream import Stream
from rules.workbench.synthetic import PHRASES_A_RULE, keyword_set
from rules.workbench.variants import Sample, Variants, mistyped
from rules.workbench.wording import Speller, live_rules

SETS = {
    "en": """[vocabulary]
supply = ["power", "electricity", "the lights"]
[[rule]]
id = "en-out"
label = "outage"
any = ["$supply out|off", "no $supply", "power outage", "flicker* lights", "don't have power"]
[[rule]]
id = "en-when"
label = "etr"
any = ["when will it =return", "restoration estimate <question>"]
[[rule]]
id = "en-draft"
label = "news"
any = ["draftish phrase"]
status = "draft"
""",
    "es": '[[rule]]\nid = "es-out"\nlabel = "outage"\nany = ["se fue la luz", "sin agua"]\n',
    "it": '[[rule]]\nid = "it-out"\nlabel = "outage"\nany = ["manca la corrente"]\n',
}
SEED = 7


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets")
    for language, text in SETS.items():
        path = folder / f"{language}.toml"
        path.write_text(f'language = "{language}"\n{text}', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def packs(folder: Path) -> tuple[Pack, ...]:
    return load_packs(folder)


@pytest.fixture(scope="module")
def engine(packs: tuple[Pack, ...]) -> Engine:
    return Engine(packs)


# --- wording --------------------------------------------------------------------------------------


def test_a_phrase_is_spelled_as_one_may_write_it(packs: tuple[Pack, ...]) -> None:
    speller = Speller("en", Random(SEED))
    spelled = {
        " ".join(speller.spell(phrase))
        for _ in range(40)
        for rule in live_rules(packs)
        if rule.language == "en"
        for phrase in rule.any
    }
    assert {"power out", "the lights off", "no electricity", "when will it return"} <= spelled
    assert any(re.fullmatch("flicker[a-z]+ lights", text) for text in spelled)
    assert "restoration estimate ?" in spelled
    assert not any("draftish" in text or "<" in text or "*" in text for text in spelled)


def test_marks_are_spelled_as_texts_hold_them(tmp_path: Path) -> None:
    marks = (LINK, MENTION, NUMBER, QUESTION)
    phrases = ", ".join(f'"<start> zorkx {mark} <end>"' for mark in marks)
    path = tmp_path / "set.toml"
    path.write_text(
        f'language = "en"\n[[rule]]\nid = "r"\nlabel = "news"\nany = [{phrases}]\n', "utf-8"
    )
    packs = load_packs(path)
    engine, speller = Engine(packs), Speller("en", Random(SEED))
    for phrase in packs[0].rules[0].any:
        text = " ".join(speller.spell(phrase))
        (verdict,) = engine.classify([text])
        assert [match.phrase for match in verdict.matches] == [phrase.text]


def test_words_that_must_be_to_the_letter_are_told(packs: tuple[Pack, ...]) -> None:
    (phrase,) = [
        phrase for rule in live_rules(packs) for phrase in rule.any if "=return" in phrase.text
    ]
    spelled = Speller("en", Random(SEED)).spell_out(phrase)
    assert spelled == [("when", False), ("will", False), ("it", False), ("return", True)]


# --- stream ---------------------------------------------------------------------------------------


def test_a_stream_is_the_same_for_a_seed_and_another_for_another(packs: tuple[Pack, ...]) -> None:
    posts = list(Stream(packs, SEED).texts(300))
    assert list(Stream(packs, SEED).texts(300)) == posts
    assert list(Stream(packs, SEED + 1).texts(300)) != posts
    assert len(set(posts)) == 300
    by_turns = Stream(packs, SEED)
    assert [*by_turns.texts(100), *by_turns.texts(200)] == posts


def test_a_stream_holds_what_real_posts_hold(packs: tuple[Pack, ...]) -> None:
    posts = list(Stream(packs, SEED).texts(2000))
    lengths = [len(post.split()) for post in posts]
    assert min(lengths) >= 8
    assert max(lengths) <= 60 + 8  # a phrase may be put in
    assert 17 < sum(lengths) / len(lengths) < 24
    text = " ".join(posts)
    for sign in ("https://t.co/", " @", " #", "?", "!", "🔥"):
        assert sign in text
    words = re.findall("[a-zà-ÿ]+", text.lower())
    known = {word for language in ("en", "es", "it") for word in frequent_words(language)}
    unknown = sum(fold(word) not in known for word in words) / len(words)
    assert 0.01 < unknown < 0.09


@pytest.mark.parametrize(
    ("relevant", "low", "high"), [(0.0, 0, 0.02), (0.5, 0.35, 0.55), (1, 0.75, 1)]
)
def test_the_share_of_posts_with_a_phrase_is_what_was_asked_for(
    packs: tuple[Pack, ...], engine: Engine, relevant: float, low: float, high: float
) -> None:
    texts = list(Stream(packs, SEED, relevant).texts(600))
    labelled = sum(bool(verdict.labels) for verdict in engine.classify(texts)) / len(texts)
    assert low <= labelled <= high


# --- synthetic keyword sets -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bench.synthetic(tmp_path_factory.mktemp("made_up"), 200, SEED)


def test_a_made_up_set_has_the_phrases_asked_for_and_the_whole_rule_language(
    made_up: Path,
) -> None:
    (pack,) = load_packs(made_up)
    assert sum(len(rule.any) for rule in pack.rules) == 200
    assert len(pack.rules) == 200 // PHRASES_A_RULE
    assert {context.name for context in pack.contexts} == {"supposed", "long_ago"}
    rules = pack.rules
    assert {rule.label for rule in rules} == set(LABELS)
    for used in (
        [rule.none for rule in rules],
        [rule.not_near for rule in rules],
        [rule.evidence for rule in rules],
        [rule.priority for rule in rules],
        ["supposed" in rule.unless for rule in rules],
        ["question" in rule.unless for rule in rules],
        [rule.tolerance == 1 and rule.gap == 3 for rule in rules],
    ):
        assert any(used)
    written = " ".join(phrase.text for rule in rules for phrase in rule.any)
    assert all(sign in written for sign in "|~$")


@settings(max_examples=25, deadline=None)
@given(phrases=st.integers(1, 60), seed=st.integers(0, 10_000))
def test_made_up_sets_load_without_fault(
    phrases: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "made_up.toml"
    path.write_text(keyword_set(phrases, seed), encoding="utf-8")
    (pack,) = load_packs(path)
    assert sum(len(rule.any) for rule in pack.rules) == phrases
    assert keyword_set(phrases, seed) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["es", "it"])
def test_a_made_up_set_may_be_in_another_language(tmp_path: Path, language: str) -> None:
    path = tmp_path / "set.toml"
    path.write_text(keyword_set(30, SEED, language), encoding="utf-8")
    assert load_packs(path)[0].language == language


def test_phrases_of_a_made_up_set_are_found(made_up: Path) -> None:
    packs = load_packs(made_up)
    engine, speller = Engine(packs), Speller("en", Random(SEED))
    texts = [" ".join(speller.spell(phrase)) for rule in packs[0].rules for phrase in rule.any]
    verdicts = engine.classify(texts)
    assert sum(bool(verdict.labels) for verdict in verdicts) > 0.75 * len(texts)


# --- variants -------------------------------------------------------------------------------------

SAMPLES = [
    "power outage",
    "the lights off",
    "dont have power",
    "electricity out",
    "no electricity here",
]


def disfigured(engine: Engine, packs: tuple[Pack, ...], kind: str) -> Iterator[tuple[str, str]]:
    """Texts as written, and disfigured in one way; those that can't be are left out."""
    disfigure = variants._kinds(engine)[kind]
    rule = next(rule for rule in live_rules(packs) if rule.language == "en")
    random = Random(SEED)
    for _ in range(20):
        for text in SAMPLES:
            written = disfigure(Sample(rule, text.split(), frozenset()), random)
            if written is not None:
                yield text, written


def in_words(text: str, written: str) -> list[tuple[str, str]]:
    return list(zip(text.split(), written.split(), strict=True))


def without_blanks(text: str) -> str:
    return text.replace(" ", "")


def edits(text: str, written: str) -> int:
    # Not the restricted distance: the second edit may fall into what the first one made.
    return sum(DamerauLevenshtein.distance(a, b) for a, b in in_words(text, written))


def drawn_out(text: str, written: str) -> bool:
    return written != text and re.sub(r"(.)\1\1+", r"\1", written) == text


def accented(text: str, written: str) -> bool:
    return written != text and " ".join(map(fold, written.split())) == text


def glued(text: str, written: str) -> bool:
    return " " not in written and re.findall("[a-z]+", written) == text.split()


def widened(text: str, written: str) -> bool:
    words, wider = text.split(), written.split()
    more = len(wider) - len(words)
    kept = [word for word in wider if word in words]
    return kept == words and (wider[0], wider[-1]) == (words[0], words[-1]) and 1 <= more <= 2


def leet(text: str, written: str) -> bool:
    plain = written.translate(str.maketrans("03415", "oeais"))
    return plain == text and 1 <= sum(map(str.isdigit, written)) <= 2


def abbreviated(text: str, written: str) -> bool:
    return len(written) < len(text) and sum(a != b for a, b in in_words(text, written)) == 1


WRITTEN: dict[str, Callable[[str, str], object]] = {
    "as written": lambda text, written: written == text,
    "upper case": lambda text, written: written == text.upper(),
    "elongation": drawn_out,
    "accents": accented,
    "emoji": glued,
    "gap": widened,
    "leet": leet,
    "hashtag CamelCase": lambda text, written: written == "#" + without_blanks(text.title()),
    "hashtag joined": lambda text, written: written == "#" + without_blanks(text),
    "abbreviation": abbreviated,
    "apostrophe": lambda _, written: re.fullmatch("don['’`´]t have power", written),
    "one typo": lambda text, written: edits(text, written) == 1,
    "two typos": lambda text, written: 1 <= edits(text, written) <= 2,
    "split word": lambda text, written: (
        without_blanks(written) == without_blanks(text)
        and written.count(" ") == text.count(" ") + 1
    ),
    "joined words": lambda text, written: (
        without_blanks(written) == without_blanks(text)
        and written.count(" ") == text.count(" ") - 1
    ),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_each_kind_of_variant_disfigures_as_it_says(
    engine: Engine, packs: tuple[Pack, ...], kind: str
) -> None:
    made = list(disfigured(engine, packs, kind))
    assert made
    for text, written in made:
        assert WRITTEN[kind](text, written), (text, written)


def test_every_kind_of_variant_is_looked_at(engine: Engine) -> None:
    assert list(variants._kinds(engine)) == list(WRITTEN)


def test_what_is_put_in_between_is_idle(engine: Engine, packs: tuple[Pack, ...]) -> None:
    for text, written in disfigured(engine, packs, "gap"):
        assert all(engine.is_idle(word) for word in set(written.split()) - set(text.split()))


def test_words_to_the_letter_are_left_alone(engine: Engine, packs: tuple[Pack, ...]) -> None:
    rule = live_rules(packs)[0]
    sample = Sample(rule, ["power", "electricity"], frozenset({1}))
    random = Random(SEED)
    for kind in ("elongation", "accents", "leet", "one typo", "two typos"):
        for _ in range(20):
            written = variants._kinds(engine)[kind](sample, random)
            assert written is None or written.endswith(" electricity")


@given(word=st.text("abcdefg", min_size=1, max_size=12), seed=st.integers(0, 1000))
def test_a_mistyped_word_is_one_edit_away_at_most(word: str, seed: int) -> None:
    assert OSA.distance(word, mistyped(word, Random(seed))) <= 1


def test_recall_counts_what_is_found_and_repeats_with_its_seed(
    engine: Engine, packs: tuple[Pack, ...]
) -> None:
    made = Variants(packs, engine, SEED)
    recall, near = made.recall(20), made.near_words(10)
    again = Variants(packs, engine, SEED)
    assert (again.recall(20), again.near_words(10)) == (recall, near)
    assert list(recall) == list(variants._kinds(engine))
    for kind, found in recall.items():
        assert 0 <= found.found <= found.texts <= 20
        assert found.recall == (found.found / found.texts if found.texts else 0), kind
    for kind in ("as written", "upper case", "elongation", "accents", "emoji"):
        assert (recall[kind].texts, recall[kind].recall) == (20, 1.0), kind
    assert near.share == (near.hits / near.texts if near.texts else 0)


def test_near_words_are_real_words_that_no_phrase_of_the_label_holds(
    engine: Engine, packs: tuple[Pack, ...]
) -> None:
    made = Variants(packs, engine, SEED)
    own = made._words_of_labels()
    assert "power" in own["outage"]
    assert "flicker*" in own["outage"]
    rule = next(rule for rule in live_rules(packs) if rule.language == "en")
    near = [made._with_near_word(Sample(rule, ["power"], frozenset()), own["outage"])]
    near += [made._with_near_word(Sample(rule, ["lights"], frozenset()), own["outage"])]
    common = set(frequent_words("en"))
    for pair in near:
        assert pair
        word, no_word = pair
        assert word in common
        assert no_word not in common
        assert min(OSA.distance(word, "power"), OSA.distance(word, "lights")) == 1
        assert word not in own["outage"]


# --- bench ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def figures(folder: Path) -> dict[str, Any]:
    """What the bench says of these rules over few posts, read back from JSON."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bench, "SYNTHETIC_PHRASES", 60)
        patched.setattr(bench, "_MEMO_CHUNKS", 100)
        patched.setattr(bench, "_LONG_LETTERS", (1_000, 40_000))
        told = bench.bench([folder], 600, SEED)
    figures: dict[str, Any] = json.loads(msgspec.json.encode(told))
    return figures


def test_every_figure_is_there_and_positive(figures: dict[str, Any]) -> None:
    assert set(figures) == {
        "machine",
        "posts",
        "seed",
        "packs",
        "synthetic",
        "ten_times_the_phrases",
        "beside_process_extract",
        "json_lines",
        "memory",
        "long_posts",
    }
    assert (figures["posts"], figures["seed"]) == (600, SEED)
    assert set(figures["machine"]) == {"python", "system", "machine", "cores", "core"}
    grown = figures["ten_times_the_phrases"]
    assert grown["times_the_time"] > 0
    for speed in (figures["packs"], figures["synthetic"], grown["speed"]):
        assert speed["posts_per_second"]["unseen"] > 0
        assert speed["posts_per_second"]["replay"] > 0
        assert 0 < speed["posts_per_second"]["labelled"] < 1
        assert speed["load_s"] >= 0
        assert speed["compile_s"] >= 0
    beside = figures["beside_process_extract"]
    engine, extract = beside["engine_posts_per_second"], beside["extract_posts_per_second"]
    assert engine > 0
    assert extract > 0
    assert beside["ratio"] == pytest.approx(engine / extract, rel=0.1, abs=0.1)


def test_the_sizes_of_the_sets_are_told(figures: dict[str, Any]) -> None:
    assert (figures["packs"]["rules"], figures["packs"]["phrases"]) == (5, 11)
    assert (figures["synthetic"]["rules"], figures["synthetic"]["phrases"]) == (6, 60)
    grown = figures["ten_times_the_phrases"]["speed"]
    assert (grown["rules"], grown["phrases"]) == (60, 600)


def test_two_processes_read_json_lines(figures: dict[str, Any]) -> None:
    for name in ("packs", "synthetic"):
        two = figures["json_lines"][name]
        assert (two["processes"], two["posts"]) == (2, 600)
        assert two["posts_per_second"] > 0


def test_memory_has_a_cap_that_both_halves_reach(figures: dict[str, Any]) -> None:
    memory = figures["memory"]
    memos = 4  # one a language, and one for the choice of language
    for half in ("halfway", "end"):
        assert memory["memo_chunks"] <= memory[half]["chunks"] <= 2 * memos * memory["memo_chunks"]
    assert memory["end"]["mb"] <= 1.5 * memory["halfway"]["mb"] + 1


def test_long_posts_are_timed_up_to_and_beyond_what_is_read(figures: dict[str, Any]) -> None:
    told = figures["long_posts"]
    assert [(each["of"], each["letters"]) for each in told] == [
        (name, letters)
        for name in ("words", "hashtags", "near words")
        for letters in (1_000, TEXT_LETTERS_MAX, 40_000)
    ]
    assert all(each["seconds"] >= 0 for each in told)


def test_one_process_reads_all_posts_and_two_share_them(folder: Path) -> None:
    assert from_json([folder], 101, SEED, 2)["posts"] == 100


def test_a_line_is_read_with_what_the_rules_need(engine: Engine) -> None:
    raw = b'{"text": "power out", "id": "7", "lang": "en", "channel": "x", "author": {"id": "u"}}'
    line = msgspec.json.decode(raw, type=Line)
    (verdict,) = engine.classify([line])
    assert (verdict.id, verdict.lang, verdict.labels) == ("7", "en", ("outage",))
