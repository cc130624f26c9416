from __future__ import annotations

import re
from pathlib import Path

import pytest

import rules
from rules.language import common_words, elected, frequent_words
from rules.text import fold, tokens

WORDS = Path(rules.__file__).parent / "words"


def language(text: str) -> str:
    return elected(sum(common_words().votes(fold(token)) for token in tokens(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the power is out again and it is cold in here", "en"),
        ("we still don't have any lights", "en"),
        ("manca la corrente da ore e nessuno risponde", "it"),
        ("siamo ancora senza luce, quando torna?", "it"),
        ("se fue la luz en todo el barrio", "es"),
        ("seguimos sin luz desde ayer", "es"),
        ("", "und"),
        ("https://x.example 12 @someone", "und"),
        ("zxqv brblt", "und"),
        ("ok", "und"),
    ],
)
def test_the_most_common_words_tell_the_language(text: str, expected: str) -> None:
    assert language(text) == expected


@pytest.mark.parametrize("name", ["en", "it", "es"])
def test_a_word_list_is_folded_distinct_and_credited(name: str) -> None:
    text = (WORDS / f"common_{name}.txt").read_text(encoding="utf-8")
    head, *words = text.splitlines()
    assert "CC BY-SA 4.0" in head
    assert len(words) == len(set(words)) == 40_000
    assert all(fold(word) == word and word.isalpha() for word in words)
    readme = (WORDS / "README.md").read_text(encoding="utf-8")
    assert re.search("Attribution-ShareAlike 4.0", readme)


def test_frequent_words_are_words_the_most_frequent_first() -> None:
    assert frequent_words("en", 3) == ["the", "to", "and"]
    assert len(frequent_words("it", 12_000)) == 12_000
    assert not any(word.startswith("#") for word in frequent_words("es"))
    assert frequent_words("fr", 10) == []
