"""The names of a territory's places, made ready for finding them in posts."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

import msgspec

from desk.territories.territory import Community, Territory
from rules.language import frequent_words
from rules.pack import LANGUAGES

WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"[^\W\d_a-zà-ÿ]?[a-zà-ÿ]+|[A-Z]+(?![a-z])|\d+|[^\W\d_]")
FREQUENT_WORDS = 12_000
"""How many of the rules' frequent words, the most frequent first, are words more than towns."""

_SHORT = {"mount": "mt", "fort": "ft", "saint": "st"}
_OTHER = [chr(code) for code in range(0xC0, 0x250) if unicodedata.decomposition(chr(code))]
_PLAIN = str.maketrans({char: unicodedata.normalize("NFD", char)[0].lower() for char in _OTHER})

_HOME = {"Europe/Rome": "it", "Europe/Madrid": "es", "Europe/London": "gb"}


class PlaceWords(msgspec.Struct, frozen=True):
    """place_words.toml: words beside a name that tell what it means; `states` are by their code."""

    before: frozenset[str]
    weak_before: frozenset[str]
    of: frozenset[str]
    before_of: frozenset[str]
    after: frozenset[str]
    street_after: frozenset[str]
    street_before: frozenset[str]
    named_after: frozenset[str]
    compound_before: frozenset[str]
    club_article: frozenset[str]
    code_words: frozenset[str]
    elsewhere: dict[str, tuple[str, ...]]
    states: dict[str, str]


def _place_words() -> PlaceWords:
    text = (Path(__file__).parent / "words.toml").read_text("utf-8")
    lists = {
        key: value.split() if isinstance(value, str) else value
        for key, value in tomllib.loads(text).items()
    }
    return msgspec.convert(lists, PlaceWords)


WORDS = _place_words()


class Name(msgspec.Struct, frozen=True, eq=False):
    """One name of a community, or of the region (`community` None) or a place elsewhere.

    `words` are plain; `doubtful` names need a hint, `eclipsed` ones the region named beside them.
    """

    words: tuple[str, ...]
    community: Community | None = None
    doubtful: bool = False
    eclipsed: bool = False
    region: bool = False
    frequent: bool = False
    """Made of two frequent words: "high point" may be anything, High Point is not."""

    raised: tuple[bool, ...] = ()
    """Which of the words are written with a capital letter."""

    code: bool = False
    """An abbreviation, which counts in capital letters only: otherwise it may be any word."""


class Gazetteer(msgspec.Struct, frozen=True):
    """All names by their first word, the longest first; `joined` are hashtags without a hash."""

    by_first: dict[str, tuple[Name, ...]]
    joined: dict[str, str]
    zips: dict[str, Community]


def plain(text: str) -> str:
    """Lower case without accents; as long as `text`, so that places in both agree."""
    return text.lower() if text.isascii() else text.translate(_PLAIN).lower()


def words_of(name: str) -> tuple[str, ...]:
    """The plain words of a name."""
    return tuple(WORD.findall(plain(unicodedata.normalize("NFC", name))))


def split_tag(tag: str) -> list[str]:
    """The words of a hashtag in camel case: `DurhamNC` is Durham, NC."""
    return _CAMEL.findall(tag)


def gazetteer(territory: Territory) -> Gazetteer:
    """The territory's names, and those of states and countries that tell where a post is not."""
    spelled = {words_of(name): name for name in (*territory.aliases, territory.name)}
    own = set(spelled) - {()}
    names = [name for community in territory.community for name in _community_names(community, own)]
    names += [
        Name(words=words, region=True, code=_is_code(spelled[words])) for words in sorted(own)
    ]
    names += _elsewhere(territory, own)
    by_first: dict[str, list[Name]] = {}
    for name in names:
        by_first.setdefault(name.words[0], []).append(name)
    for group in by_first.values():
        # stable: of two communities with one name, the first of the territory stands
        group.sort(key=lambda name: (-len(name.words), name.community is None))
    american = _country(territory, own) == "us"
    zips = {
        code: community
        for community in reversed(territory.community)
        for code in community.zips
        if american and re.fullmatch(r"\d{5}", code)
    }
    return Gazetteer(
        {first: tuple(group) for first, group in by_first.items()}, _joined(names), zips
    )


@cache
def _frequent_words() -> frozenset[str]:
    """The frequent words that the rules know, of all languages, in plain letters."""
    return frozenset(
        plain(word) for language in LANGUAGES for word in frequent_words(language, FREQUENT_WORDS)
    )


def _is_frequent(word: str) -> bool:
    return len(word) < 3 or word in _frequent_words()


def _country(territory: Territory, own: set[tuple[str, ...]]) -> str:
    """The key of `elsewhere` that is this territory's country, or ''."""
    if any(words_of(state) in own for state in WORDS.states.values()):
        return "us"
    return _HOME.get(territory.timezone, "")


def _is_code(alias: str) -> bool:
    """Whether a name of the region counts in capitals only; NC is no word in small letters."""
    rare = alias in WORDS.states and alias.lower() not in WORDS.code_words
    return alias.isupper() and "." not in alias and not rare


def _community_names(community: Community, own: set[tuple[str, ...]]) -> list[Name]:
    ambiguous = {words_of(name) for name in community.ambiguous}
    eclipsed = {words_of(name) for name in community.eclipsed}
    found: dict[tuple[str, ...], Name] = {}
    for shown in (community.name, *community.aliases):
        words = words_of(shown)
        if not words or words in own:
            continue  # a city named like its region: the region's name alone says nothing
        written = WORD.findall(unicodedata.normalize("NFC", shown))
        raised = tuple(word[0].isupper() for word in written)
        for spelled in _spellings(words):
            found.setdefault(
                spelled,
                Name(
                    words=spelled,
                    community=community,
                    doubtful=words in ambiguous,
                    eclipsed=words in eclipsed,
                    frequent=len(words) == 2 and all(_is_frequent(word) for word in words),
                    raised=raised[len(words) - len(spelled) :],
                    code=shown.isupper(),
                ),
            )
    return list(found.values())


def _spellings(words: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """A name as it stands, with Mt for Mount and the like, and The Bronx as Bronx."""
    if words[0] == "the" and len(words) > 1:
        return words, words[1:]
    return words, (_SHORT.get(words[0], words[0]), *words[1:])


def _elsewhere(territory: Territory, own: set[tuple[str, ...]]) -> list[Name]:
    home = _country(territory, own)
    found: dict[tuple[str, ...], Name] = {}
    for country, regions in WORDS.elsewhere.items():
        for shown in regions if country != home else ():
            found[words_of(shown)] = Name(words=words_of(shown), code=shown.isupper())
    for code, state in WORDS.states.items():
        if words_of(state) not in own:
            found[words_of(state)] = Name(words=words_of(state))
            found[words_of(code)] = Name(words=words_of(code), code=True)
    for words in own & set(found):
        del found[words]
    return list(found.values())


def _joined(names: list[Name]) -> dict[str, str]:
    """Hashtags in one word, with and without the region: `winstonsalemnc` → `Winston Salem Nc`."""
    regions = [name for name in names if name.region]
    found: dict[str, str] = {}
    for name in names:
        if name.community is not None:
            found.setdefault("".join(name.words), _tagged(name))
            for region in regions:
                joined = "".join(name.words + region.words)
                found.setdefault(joined, f"{_tagged(name)} {_tagged(region)}")
    return found


def _tagged(name: Name) -> str:
    shown = " ".join(name.words)
    return shown.upper() if name.code else shown.title()
