"""Words beside a name that tell what it means, and words and letters made plain."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

import msgspec

from rules.language import frequent_words
from rules.pack import LANGUAGES

WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"[^\W\d_a-zà-ÿ]?[a-zà-ÿ]+|[A-Z]+(?![a-z])|\d+|[^\W\d_]")
FREQUENT_WORDS = 12_000
"""How many of the rules' frequent words, the most frequent first, are words more than towns."""

_OTHER = [chr(code) for code in range(0xC0, 0x250) if unicodedata.decomposition(chr(code))]
_PLAIN = {char: unicodedata.normalize("NFD", char)[0].lower() for char in _OTHER}
_ACCENTED = re.compile(f"[{''.join(_OTHER)}]")


class PlaceWords(msgspec.Struct, frozen=True):
    """words.toml: words beside a name that tell what it means; `states` are by their code."""

    before: frozenset[str]
    weak_before: frozenset[str]
    of: frozenset[str]
    before_of: frozenset[str]
    after: frozenset[str]
    said_after: frozenset[str]
    street_after: frozenset[str]
    street_before: frozenset[str]
    named_after: frozenset[str]
    compound_before: frozenset[str]
    club_article: frozenset[str]
    corner_between: frozenset[str]
    corner_before: frozenset[str]
    person_before: frozenset[str]
    kin: frozenset[str]
    here: frozenset[str]
    articles: frozenset[str]
    profile_words: frozenset[str]
    newsroom_words: frozenset[str]
    code_words: frozenset[str]
    cities: tuple[str, ...]
    elsewhere: dict[str, tuple[str, ...]]
    states: dict[str, str]

    @property
    def weather_tags(self) -> dict[str, str]:
        """The states by the hashtags under which their weather is posted: `ncwx`."""
        return _WEATHER_TAGS


def _place_words() -> PlaceWords:
    text = (Path(__file__).parent / "words.toml").read_text("utf-8")
    lists = {
        key: value.split() if isinstance(value, str) else value
        for key, value in tomllib.loads(text).items()
    }
    return msgspec.convert(lists, PlaceWords)


WORDS = _place_words()
_WEATHER_TAGS = {
    f"{code.lower()}{end}": state
    for code, state in WORDS.states.items()
    for end in ("wx", "weather", "storm", "storms", "snow", "ice", "flood", "flooding", "outage")
}


def plain(text: str) -> str:
    """Lower case without accents; as long as `text`, so that places in both agree."""
    if text.isascii():
        return text.lower()
    # several times faster than str.translate, which looks up every letter
    return _ACCENTED.sub(_unaccented, text).lower()


def _unaccented(match: re.Match[str]) -> str:
    return _PLAIN[match[0]]


def _plain_byte(code: int) -> int:
    letter = plain(chr(code))
    return ord(letter if letter.isascii() and letter.isalnum() else " ")


_PLAIN_BYTES = bytes(map(_plain_byte, range(256)))
_BEYOND_LATIN_1 = re.compile("[\u0100-\u024f]")
"""Letters of which `plain` makes others, and which have no byte of their own in Latin-1."""


def pieces_of(text: str) -> set[bytes]:
    """The plain words of a text as bytes; what is no letter of ASCII without its accent parts them.

    One look at a table for each letter: several times faster than `words_of`.
    """
    if not text.isascii() and _BEYOND_LATIN_1.search(text):
        text = plain(text)
    return set(text.encode("latin-1", "replace").translate(_PLAIN_BYTES).split())


def words_of(name: str) -> tuple[str, ...]:
    """The plain words of a name."""
    return tuple(WORD.findall(plain(unicodedata.normalize("NFC", name))))


def split_tag(tag: str) -> list[str]:
    """The words of a hashtag in camel case: `DurhamNC` is Durham, NC."""
    return _CAMEL.findall(tag)


@cache
def known_words() -> frozenset[str]:
    """Every word that the rules know as frequent, of all languages, in plain letters."""
    return frozenset(
        plain(word) for language in LANGUAGES for word in frequent_words(language, 40_000)
    )


@cache
def _frequent_words() -> frozenset[str]:
    return frozenset(
        plain(word) for language in LANGUAGES for word in frequent_words(language, FREQUENT_WORDS)
    )


def is_frequent(word: str) -> bool:
    """Whether a plain word is one of the most frequent of any language, or has two letters."""
    return len(word) < 3 or word in _frequent_words()
