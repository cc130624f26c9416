"""The kernel beside its plain form: whole verdicts, over texts of many kinds."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Engine, Verdict, load_packs
from rules.compiled import kernel
from rules.pack import Pack
from rules.typos import Typos
from rules.workbench.stream import Stream
from rules.workbench.variants import mistyped
from rules.workbench.wording import Speller, live_rules
from simulator.storm_file import load_storm
from simulator.stream import StormDay

pytestmark = pytest.mark.skipif(kernel is None, reason="rules.kernel was not built: no C compiler")

SIGNS = ("", "", "", ",", ".", "!", "?", "...", ": ", ";", "…", ") ", '"', " (", "-", "/", "|", "*")
GARNISH = (
    "@GulfPower",
    "https://t.co/x1",
    "#PowerOut",
    "#sinluz",
    "&amp;",
    "24/7",
    "@x,",
    "_a_",
    "RT @y:",
    "🙂",
    "n0 p0wer",
    "elec tricity",
)


@pytest.fixture(scope="module")
def packs() -> tuple[Pack, ...]:
    return tuple(load_packs())


@pytest.fixture(scope="module")
def compiled(packs: tuple[Pack, ...]) -> Engine:
    return Engine(packs, accounts=["GulfPower"], compiled=True)


@pytest.fixture(scope="module")
def plain(packs: tuple[Pack, ...]) -> Engine:
    return Engine(packs, accounts=["GulfPower"], compiled=False)


@pytest.fixture(scope="module")
def written(packs: tuple[Pack, ...]) -> Callable[[Random], list[str]]:
    """Makes the words of phrases of two rules, whatever they are for."""
    rules = live_rules(packs)

    def written(random: Random) -> list[str]:
        words: list[str] = []
        for rule in random.choices(rules, k=2):
            speller = Speller(rule.language, random)
            phrases = [*rule.any, *rule.all, *rule.none, *rule.near]
            phrases += [phrase for one in rule.evidence for phrase in one.phrases]
            for phrase in random.choices(phrases, k=2):
                words += speller.spell(phrase)
        return words

    return written


def disfigured(words: list[str], random: Random) -> str:
    """Words as people write them, with other ones in between."""
    text = ""
    for word in words:
        kind = random.randrange(9)
        if kind == 0:
            word = word.upper()  # noqa: PLW2901 the word as written
        elif kind == 1:
            word = word.capitalize()  # noqa: PLW2901
        elif kind == 2 and len(word) > 3:
            word = mistyped(word, random)  # noqa: PLW2901
        elif kind == 3 and random.random() < 0.3:
            text += random.choice(GARNISH) + " "
        elif kind == 4 and len(word) > 5:
            word = f"{word[:3]} {word[3:]}"  # noqa: PLW2901
        text += word + random.choice(SIGNS) + random.choice((" ", " ", " ", "\n", ""))
    return text


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_disfigured_phrases_get_the_same_verdicts(
    seed: int, compiled: Engine, plain: Engine, written: Callable[[Random], list[str]]
) -> None:
    random = Random(seed)
    texts = [disfigured(written(random), random) for _ in range(4)]
    assert compiled.classify(texts) == plain.classify(texts)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(max_size=80), max_size=4))
def test_any_text_gets_the_same_verdict(texts: list[str], compiled: Engine, plain: Engine) -> None:
    texts = [*texts, " no power ".join(texts), "\n".join(texts)]
    assert compiled.classify(texts) == plain.classify(texts)


@pytest.mark.parametrize("storm", ["hurricane", "flood", "blackout"])
def test_the_posts_of_a_storm_get_the_same_verdicts(
    storm: str, compiled: Engine, plain: Engine
) -> None:
    day = StormDay(load_storm(storm, seed=3, scale=0.02, background=0.3))
    posts = [told.post for told in islice(day.tell(), 0, 4_000, 8)]
    verdicts = plain.classify(posts)
    assert compiled.classify(posts) == verdicts
    assert sum(bool(verdict.labels) for verdict in verdicts) > 50


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(st.text("aeornst", min_size=3, max_size=9), min_size=1, max_size=30),
    typed=st.lists(st.text("aeornst", max_size=10), max_size=10),
)
def test_typed_words_are_taken_for_the_same_known_ones(words: list[str], typed: list[str]) -> None:
    assert kernel
    compiled, plain = kernel.Typos(words), Typos(words)
    for word in [*typed, *words, *(word[1:] + word[:1] for word in words)]:
        assert compiled.near(word)[0] == plain.near(word)[0], word
        if plain.near(word)[0]:
            assert compiled.near(word) == plain.near(word)


def test_rules_of_all_kinds_say_the_same_of_made_up_posts(
    make_synthetic: Callable[[], list[Pack]],
) -> None:
    packs = make_synthetic()
    posts = list(Stream(packs, seed=4).texts(600))
    verdicts = Engine(packs, compiled=False).classify(posts)
    assert Engine(packs, compiled=True).classify(posts) == verdicts
    assert sum(bool(verdict.labels) for verdict in verdicts) > 30


@pytest.fixture
def make_synthetic(tmp_path: Path) -> Callable[[], list[Pack]]:
    def make() -> list[Pack]:
        from rules.workbench.synthetic import keyword_set

        path = tmp_path / "made_up.toml"
        path.write_text(keyword_set(200, seed=4), encoding="utf-8")
        return list(load_packs(path))

    return make


@pytest.mark.parametrize(
    "unit",
    [
        "the power is out in our street ",
        "#nopower",
        "pwoer otuage elecricity ",
        "elec tricity ",
        "a,",
    ],
)
def test_long_texts_get_the_same_verdicts(unit: str, compiled: Engine, plain: Engine) -> None:
    text = unit * (4_000 // len(unit))
    assert compiled.classify([text]) == plain.classify([text])


def test_a_forked_engine_says_the_same() -> None:
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("this system does not fork")
    script = (
        "import os\n"
        "from rules import Engine, load_packs\n"
        "engine = Engine(load_packs()[:1], compiled=True)\n"
        "text = 'No power in our street since 5pm'\n"
        "before = engine.classify([text])\n"
        "child = os.fork()\n"
        "same = engine.classify([text, 'se fue la luz'])[:1] == before\n"
        "if not child:\n"
        "    os._exit(0 if same else 1)\n"
        "status = os.waitpid(child, 0)[1]\n"
        "raise SystemExit(0 if same and not status else 1)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=50)


def test_the_environment_can_ask_for_the_plain_form(
    packs: tuple[Pack, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Engine(packs[:1]).is_compiled
    monkeypatch.setenv("STORMDESK_PLAIN", "1")
    assert not Engine(packs[:1]).is_compiled
    assert Engine(packs[:1], compiled=True).is_compiled


def test_a_verdict_is_the_same_in_any_company(compiled: Engine, packs: tuple[Pack, ...]) -> None:
    posts = list(Stream(packs, seed=9).texts(100))
    alone: list[Verdict] = [verdict for post in posts for verdict in compiled.classify([post])]
    forgetful = Engine(packs, accounts=["GulfPower"], memo_chunks=1, compiled=True)
    assert compiled.classify(posts) == alone == forgetful.classify(posts)
