from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import FrameType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import LABELS, Engine, Match, load_packs
from rules.judge import TEXT_LETTERS_MAX

Make = Callable[..., Engine]


def first(engine: Engine, text: str) -> Match | None:
    (verdict,) = engine.classify([text])
    assert bool(verdict.matches) == bool(verdict.labels)
    return verdict.matches[0] if verdict.matches else None


@pytest.mark.parametrize(
    ("phrase", "text", "found", "score"),
    [
        ("power out", "our POWER OUT again", "POWER OUT", 100),
        ("power out", "the power is out", "power is out", 99),
        ("power out", "the power here is out", "power here is out", 98),
        ("power out", "the power here is now out", None, 0),
        ("power out", "pwoer out", "pwoer out", 92),
        ("power out", "the pwoer is out", "pwoer is out", 91),
        ("power out", "out of power", None, 0),
        ("power out", "tower out", None, 0),
        ("power out", "poooower out!!!", "poooower out", 100),
        ("no power", "nooo power", "nooo power", 100),
        ("power outage", "so #PowerOutage", "PowerOutage", 100),
        ("power outage", "so #poweroutage2019", "poweroutage", 100),
        ("power outage", "#power_outage", "power_outage", 100),
        ("power out", "#power out", "power out", 100),
        ("power out", "power's out", "power's out", 100),
        ("power out", "power&#39;s out", "power&#39;s out", 100),
        ("power out", "power &amp; out", "power &amp; out", 100),
        ("don't have power", "we dont have power", "dont have power", 100),
        ("dont have power", "we don’t have power", "don’t have power", 100),
        ("=power out", "pwoer out", None, 0),
        ("flicker* lights", "flickering lights", "flickering lights", 100),
        ("<number> without power", "2,167 without power", "2,167 without power", 100),
        (
            "<number> without power",
            "50k customers without power",
            "50k customers without power",
            99,
        ),
        ("call 911", "call 911", "call 911", 100),
        ("call 911", "call 912", None, 0),
        ("power <link>", "power https://a.example/x", "power https://a.example/x", 100),
        ("<mention> power", "@one.example power", "@one.example power", 100),
        ("power back <question>", "power back yet?", "power back yet?", 99),
        ("<start> power", "power", "power", 100),
        ("<start> power", "my power", None, 0),
        ("power <end>", "my power!!", "power", 100),
        ("power <end>", "power my", None, 0),
        ("out|off power", "off power", "off power", 100),
        ("power power", "power", None, 0),
        ("power power", "power and power", "power and power", 99),
        ("no power", "No.\nPower", "No.\nPower", 100),
        ("électricité", "ELECTRICITE", "ELECTRICITE", 100),
        ("power", "🙂🙂 power", "power", 100),
    ],
)
def test_a_phrase_is_found_with_its_span_and_score(
    make: Make, phrase: str, text: str, found: str | None, score: float
) -> None:
    match = first(make(f'any = ["{phrase}"]'), text)
    assert (match.text, match.score) == (found, score) if match else found is None
    if match:
        assert (match.rule, match.label, match.phrase) == ("r", "outage", phrase)
        assert text[match.start : match.end] == match.text


def test_accents_and_elisions_cost_nothing(make: Make) -> None:
    match = first(make('any = ["c\'è buio"]', language="it"), "qui c’e  buio")
    assert match
    assert (match.text, match.score) == ("c’e  buio", 100)


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("no power in the whole street again", True),
        ("nopower #storm", True),  # in no known language
        ("no hay luz en toda la calle desde ayer por la tarde, no power lol", True),
        ("no hay luz en toda la calle desde ayer por la tarde, no ower lol", False),
    ],
)
def test_a_rule_is_held_against_its_language_and_where_only_its_words_stand(
    make: Make, text: str, fires: bool
) -> None:
    assert (first(make('any = ["no power"]'), text) is not None) == fires


@pytest.mark.parametrize(
    ("keys", "text", "fires"),
    [
        ('any = ["power"]\nnone = ["power bank"]', "power out", True),
        ('any = ["power"]\nnone = ["power bank"]', "bank and power out", True),
        ('any = ["power"]\nnone = ["power bank"]', "power out, power bank empty", False),
        ('any = ["power"]\nnone = ["generator"]', "power from the genrator", False),
        ('any = ["power"]\nall = ["out", "street"]', "power out in my street", True),
        ('any = ["power"]\nall = ["out", "street"]', "power out", False),
        ('any = ["power"]\nall = ["<question>"]', "power?", True),
        ('any = ["power out"]\ngap = 0', "power out", True),
        ('any = ["power out"]\ngap = 0', "power is out", False),
        ('any = ["power out"]\ngap = 5', "power a b c d e out", True),
        ('any = ["power out"]\ngap = 5', "power a b c d e f out", False),
        ('any = ["power out"]\nlimit = 100', "power is out", False),
        ('any = ["power out"]\nlimit = 92', "pwoer out", True),
        ('any = ["power out"]\nlimit = 93', "pwoer out", False),
        ('any = ["power outage street"]', "pwoer otuage stret", False),
        ('any = ["power outage street"]', "pwoer otuage street", True),
    ],
)
def test_a_rule_needs_one_of_any_every_of_all_and_none_of_none(
    make: Make, keys: str, text: str, fires: bool
) -> None:
    assert (first(make(keys), text) is not None) == fires


def test_the_best_phrase_of_a_rule_is_told_and_of_equals_the_first(make: Make) -> None:
    engine = make('any = ["power out", "no power"]')
    best = first(engine, "power is out, I have no power, no power")
    assert best
    assert (best.text, best.start) == ("no power", 21)


def test_the_gap_finds_the_tightest_way_and_looks_past_false_starts(make: Make) -> None:
    engine = make('any = ["no power street"]\ngap = 2')
    match = first(engine, "no no power power on my street")
    assert match
    assert (match.text, match.score) == ("no power power on my street", 97)


def test_labels_come_in_order_of_urgency_and_matches_with_them(tmp_path: Path) -> None:
    rules = "".join(
        f'[[rule]]\nid = "r{i}"\nlabel = "{label}"\nany = ["power"]\n'
        for i, label in enumerate(reversed(LABELS))
    )
    (tmp_path / "set.toml").write_text('language = "en"\n' + rules)
    (verdict,) = Engine(load_packs(tmp_path)).classify(["power"])
    assert verdict.labels == LABELS
    assert [match.label for match in verdict.matches] == list(LABELS)


def test_an_item_brings_its_id_and_its_language(make: Make) -> None:
    engine = make('any = ["power"]')
    items: list[Any] = [
        SimpleNamespace(text="power", id="x", lang="es-MX"),
        SimpleNamespace(text="the power is out here and it is cold", id=7, lang="fr"),
        SimpleNamespace(text="se fue la luz en toda la calle"),
        "power",
    ]
    verdicts = engine.classify(items)
    assert [(verdict.id, verdict.lang) for verdict in verdicts] == [
        ("x", "es"),
        (7, "en"),
        (None, "es"),
        (None, "und"),
    ]


def test_in_a_text_of_another_language_nothing_is_a_typo(make: Make) -> None:
    engine = make('any = ["power"]')
    texts = [SimpleNamespace(text="pwoer", lang=lang) for lang in ("en", None, "it")]
    assert [bool(verdict.labels) for verdict in engine.classify(texts)] == [True, True, False]


SETS = """
language = "en"
[vocabulary]
supply = ["power", "electricity", "the lights"]
[[rule]]
id = "out"
label = "outage"
any = ["$supply out|off", "no $supply", "<number> without $supply", "flicker*", "power outage"]
none = ["power bank"]
[[rule]]
id = "back"
label = "restored"
any = ["$supply back <end>", "<start> $supply on"]
[[rule]]
id = "when"
label = "etr"
any = ["when"]
all = ["$supply", "<question>"]
"""
words = st.sampled_from(
    [
        "power",
        "pwoer",
        "electricity",
        "eletricity",
        "the",
        "lights",
        "out",
        "off",
        "no",
        "12,000",
        "without",
        "flickering",
        "back",
        "on",
        "when",
        "?",
        "bank",
        "#PowerOut",
        "#poweroutage",
        "@x",
        "https://x.example",
        "&amp;",
        "power's",
        "🙂",
        "é",
        "\u202e",
        "[red]",
        "\x00",
        "nooo",
        "é",
        "e",
    ]
)
posts = st.one_of(st.lists(words, max_size=12).map(" ".join), st.text(max_size=40))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    path = tmp_path_factory.mktemp("sets") / "set.toml"
    path.write_text(SETS, encoding="utf-8")
    return Engine(load_packs(path))


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    path = tmp_path_factory.mktemp("sets") / "set.toml"
    path.write_text(SETS, encoding="utf-8")
    return Engine(load_packs(path), memo_chunks=2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(posts, max_size=8), seed=st.randoms(use_true_random=False))
def test_a_verdict_depends_on_its_text_alone(
    texts: list[str], seed: Random, engine: Engine, forgetful: Engine
) -> None:
    whole = engine.classify(texts)
    assert [engine.classify([text])[0] for text in texts] == whole
    order = list(range(len(texts)))
    seed.shuffle(order)
    assert forgetful.classify([texts[i] for i in order]) == [whole[i] for i in order]


@given(text=posts)
def test_spans_slice_the_text_as_received_and_scores_keep_the_limit(
    text: str, engine: Engine
) -> None:
    (verdict,) = engine.classify([text])
    for match in verdict.matches:
        assert 0 <= match.start < match.end <= len(text)
        assert text[match.start : match.end] == match.text
        assert 80 <= match.score <= 100
    assert list(verdict.labels) == [label for label in LABELS if label in verdict.labels]
    assert {match.label for match in verdict.matches} == set(verdict.labels)
    assert len({match.rule for match in verdict.matches}) == len(verdict.matches)


@given(text=posts, noise=st.text(", \x1b\u202e\x00🙂-", max_size=5))
def test_what_is_no_token_changes_no_label(text: str, noise: str, engine: Engine) -> None:
    spaced = f" {noise} ".join(text.split(" "))
    assert engine.classify([spaced])[0].labels == engine.classify([text])[0].labels


def test_memory_is_bounded_under_an_endless_stream_of_new_words(make: Make) -> None:
    engine = make('any = ["power out"]', memo_chunks=100)
    for number in range(50):
        engine.classify([" ".join(f"w{number}x{i}" for i in range(100)) + " power out"])
        assert engine.remembered <= 200  # two generations
    before = engine.remembered
    engine.classify(["@handle https://x.example/a " + "y" * 5000])
    assert engine.remembered == before
    assert first(engine, "pwoer out")


def calls(work: Callable[[], object]) -> int:
    """How many calls, in Python and C, `work` makes: a measure of work that no clock disturbs."""
    count = 0

    def note(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    gc.disable()  # a collection may call back whoever watches it
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


@pytest.mark.parametrize(
    "unit",
    [
        "power ",
        "power out ",
        "#poweroutage ",
        "#a",
        "pwoer ",
        "no ",
        "&",
        "a'",
        "?",
        "1,",
        "@",
        "_",
    ],
)
def test_work_grows_with_the_length_of_a_post_and_not_faster(unit: str, engine: Engine) -> None:
    def post(length: int) -> str:
        return (unit * length)[:length]

    engine.classify([post(1000)])
    short = calls(lambda: engine.classify([post(TEXT_LETTERS_MAX // 4)]))
    long = calls(lambda: engine.classify([post(TEXT_LETTERS_MAX)]))
    assert long <= 4.4 * short + 200


@pytest.mark.parametrize("unit", ["power out ", "#poweroutage ", "_a", "#out_of_power", "é"])
def test_a_post_of_a_megabyte_is_no_more_work_than_the_part_that_is_read(
    unit: str, engine: Engine
) -> None:
    whole = unit * (1_000_000 // len(unit))
    part = whole[:TEXT_LETTERS_MAX]
    engine.classify([part])
    assert calls(lambda: engine.classify([whole])) <= calls(lambda: engine.classify([part])) + 5
    assert engine.classify([whole])[0].matches == engine.classify([part])[0].matches


@pytest.mark.parametrize("unit", ["out of power ", "no power ", "_a", "#no_power"])
def test_a_long_post_of_the_same_words_costs_few_calls_a_word(unit: str, engine: Engine) -> None:
    text = (unit * TEXT_LETTERS_MAX)[:TEXT_LETTERS_MAX]
    words = len(re.findall("[a-z]+", text))
    engine.classify([text])
    assert calls(lambda: engine.classify([text])) < 70 * words


def test_of_a_long_post_the_begin_is_read_and_its_end_is_unknown(make: Make) -> None:
    engine = make('any = ["power out", "lights off <end>"]')
    idle = "x" * (TEXT_LETTERS_MAX - len("power out ")) + " power out"
    match = first(engine, "\N{FIRE} power out " + idle + "y" * 50)
    assert match
    assert (match.start, match.end, match.text) == (2, 11, "power out")
    assert not first(engine, " " + idle)
    assert first(engine, idle)
    closing = " lights off".rjust(TEXT_LETTERS_MAX, "x")
    assert first(engine, closing)
    assert not first(engine, closing + " ")


def test_work_hardly_grows_with_phrases_that_a_post_has_nothing_of(make: Make) -> None:
    text = "our power is out and nobody at the company picks up the phone " * 20
    few = make('any = ["power out"]')
    others = ", ".join(f'"zq{chr(97 + i % 26)}{chr(97 + i // 26)}word power"' for i in range(500))
    many = make(f'any = ["power out", {others}]')
    for engine in (few, many):
        engine.classify([text])
    assert calls(lambda: many.classify([text])) <= 1.2 * calls(lambda: few.classify([text]))
