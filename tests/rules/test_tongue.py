"""How a text is read for the choice of its languages, and what speaks for each."""

from __future__ import annotations

import pytest

from rules import Engine, load_packs
from rules.text import rough_words


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_packs())


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("the lights in our street went dark", ["en"]),
        ("se fue la luz en toda la calle", ["es"]),
        ("manca la corrente in tutto il paese", ["it"]),
        ("qwx zzv", ["en", "it", "es"]),
        ("what a night in our street, blackout and apagón", ["en", "es"]),
        ("what a night in our street #apagonazo #SinLuz", ["en", "es"]),
        ("what a night in our street https://a.example/apag%C3%B3n", ["en"]),
    ],
)
def test_a_text_is_held_against_its_language_and_those_whose_own_words_it_has(
    text: str, languages: list[str], engine: Engine
) -> None:
    _, _, matchers = engine.hear(text)
    assert [matcher.language for matcher in matchers] == languages


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
