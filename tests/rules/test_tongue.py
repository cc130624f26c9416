"""What is told by one sum over a text: its languages, and whether its rules can find anything."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Engine, load_packs
from rules.pack import Pack
from rules.text import rough_words
from rules.workbench.variants import mistyped
from rules.workbench.wording import Speller, live_rules

SIGNS = ("", "", "", ",", ".", "!", "?", "...", ": ", ";", "…", ") ", '"', " (", "-", "/", "|", "*")
GARNISH = (
    "@GulfPower",
    "https://t.co/x1",
    "#PowerOut",
    "&amp;",
    "24/7",
    "@x,",
    "_a_",
    "RT @y:",
    "🙂",
)


@pytest.fixture(scope="module")
def packs() -> tuple[Pack, ...]:
    return tuple(load_packs())


@pytest.fixture(scope="module")
def engine(packs: tuple[Pack, ...]) -> Engine:
    return Engine(packs)


def disfigured(words: list[str], random: Random) -> str:
    """Words as people write them, with other ones in between."""
    text = ""
    for word in words:
        kind = random.randrange(8)
        if kind == 0:
            word = word.upper()  # noqa: PLW2901 the word as written
        elif kind == 1:
            word = word.capitalize()  # noqa: PLW2901
        elif kind == 2 and len(word) > 3:
            word = mistyped(word, random)  # noqa: PLW2901
        elif kind == 3 and random.random() < 0.3:
            text += random.choice(GARNISH) + " "
        text += word + random.choice(SIGNS) + random.choice((" ", " ", " ", "\n", ""))
    return text


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_sum_over_a_text_hides_no_match(
    seed: int, engine: Engine, packs: tuple[Pack, ...]
) -> None:
    random = Random(seed)
    words: list[str] = []
    for rule in random.choices(live_rules(packs), k=2):
        speller = Speller(rule.language, random)
        phrases = [*rule.any, *(phrase for one in rule.evidence for phrase in one.phrases)]
        for phrase in random.choices(phrases, k=2):
            words += speller.spell(phrase)
    text = disfigured(words, random)
    heard, language, matchers = engine.hear(text)
    matches = [
        match
        for matcher in matchers
        for match in matcher.matches(text, heard, language, whole=True)
    ]
    (verdict,) = engine.classify([text])
    assert set(verdict.matches) == set(matches)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The POWER is out!", ["the", "power", "is", "out"]),
        ("Out again. Really?", ["out", "again", "really", "?"]),
        ('He said: "no power", (again);', ["he", "said", "no", "power", "again"]),
        ("don't @GulfPower, 24/7", ["don't", "@gulfpower", "24/7"]),
        ("See https://t.co/AbC now", ["see", "https://t.co/abc", "now"]),
        ("ÉLECTRICITÉ, luz", ["ÉlectricitÉ", "luz"]),
        ("#PowerOut, NOW!", ["#PowerOut,", "NOW!"]),
        ("power&#39;s OUT", ["power&#39;s", "OUT"]),
        ("\ud800 lone", ["\ud800", "lone"]),
        ("", []),
    ],
)
def test_rough_words_lose_capitals_and_signs_but_where_these_matter(
    text: str, words: list[str]
) -> None:
    assert rough_words(text) == words
