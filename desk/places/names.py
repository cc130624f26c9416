"""The names of a territory's places, made ready for finding them in posts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import combinations

import msgspec

from desk.places.spelling import Spelling
from desk.places.streets import Street, streets_of
from desk.places.words import WORD, WORDS, is_frequent, known_words, words_of
from desk.territories.territory import Community, Territory

LONG_CODE = 3
"""An abbreviation of so many letters that is no word may stand in small letters too."""

JOINED_FROM = 8
"""Letters from which a name of several words is also known when written in one."""

SHORT_WORD = 4
"""Letters up to which a word may well be another one."""

LARGE_CUSTOMERS = 10_000
"""Customers from which a town is what its name usually means to people near it."""

SPELT_CUSTOMERS, TWO_EDITS_CUSTOMERS = 5_000, 40_000
"""Customers from which a town is named so often that one, or two, wrong letters are a slip."""

SURE_FROM = 3
"""A name of so many words is no person's, and no word."""

_SHORT = {"mount": "mt", "fort": "ft", "saint": "st"}
_HOME = {"Europe/Rome": "it", "Europe/Madrid": "es", "Europe/London": "gb"}


class Name(msgspec.Struct, frozen=True, eq=False):
    """One name of a community or of a landmark in it, of the region, or of a place elsewhere.

    The region and places elsewhere have no `community`. `words` are plain; `doubtful` names need a
    hint, `eclipsed` ones the region named beside them.
    """

    words: tuple[str, ...]
    community: Community | None = None
    doubtful: bool = False
    eclipsed: bool = False
    region: bool = False
    frequent: bool = False
    """Made of frequent words: "high point" may be anything, High Point is not."""

    raised: tuple[bool, ...] = ()
    """Which of the words are written with a capital letter."""

    common: bool = False
    """One short word, or a known word of a language, and no large town: it needs a hint."""

    code: bool = False
    """An abbreviation, which counts in capital letters only: otherwise it may be any word."""

    loose: bool = False
    """An abbreviation that is no word: with a hint it counts in small letters too."""

    city: bool = False
    """A city elsewhere, which counts behind a word such as "in"."""

    landmark: str = ""
    """How the territory writes it, where it is a place within the community."""

    point: tuple[float, float] | None = None
    """Its latitude and longitude, where it is a place within the community and they are known."""


Marks = dict[str, tuple[frozenset[str], ...]]


class Gazetteer(msgspec.Struct, frozen=True):
    """All names by their first word, the longest first; `joined` are hashtags without a hash.

    `codes` are abbreviations of the region and of those elsewhere, as they are written.

    `marks` are words of which any text that names a place here has one, each with the words that
    must stand beside it; `signs` are those of the region and of places elsewhere. `spelling` knows
    what a misspelt word may mean.
    """

    by_first: dict[str, tuple[Name, ...]]
    codes: dict[str, Name]
    joined: dict[str, str]
    zips: dict[str, Community]
    streets: dict[str, tuple[Street, ...]]
    marks: Marks
    signs: Marks
    spelling: Spelling
    home: str
    """The territory's country as words.toml has it, or \"\"."""


def gazetteer(territory: Territory) -> Gazetteer:
    """The territory's names, and those of states and countries that tell where a post is not."""
    spelled = {words_of(name): name for name in (*territory.aliases, territory.name)}
    own = set(spelled) - {()}
    home = _country(territory, own)
    towns = [name for one in territory.community for name in _community_names(one, own)]
    landmarks = _landmarks(territory, {name.words for name in towns} | own)
    names = towns + landmarks
    names += [
        Name(words=words, region=True, code=_is_code(spelled[words])) for words in sorted(own)
    ]
    names += _elsewhere(home, own, {name.words for name in names})
    by_first: dict[str, list[Name]] = {}
    codes = {name.words[0].upper(): name for name in names if _is_lone_code(name)}
    for name in names:
        if not _is_lone_code(name):
            by_first.setdefault(name.words[0], []).append(name)
    for group in by_first.values():
        # stable: of two communities with one name, the first of the territory stands
        group.sort(key=lambda name: (-len(name.words), name.community is None))
    zips = {
        code: community
        for community in reversed(territory.community)
        for code in community.zips
        if re.fullmatch(r"\d{5}", code)
    }
    streets = streets_of(territory.community)
    return Gazetteer(
        by_first={first: tuple(group) for first, group in by_first.items()},
        codes=codes,
        joined=_joined(towns + landmarks, [name for name in names if name.region]),
        zips=zips,
        streets=streets,
        marks=_marks(
            [
                *(name.words for name in towns + landmarks),
                *_street_marks(streets),
                *((code,) for code in zips),
            ]
        ),
        signs=_marks(
            name.words for name in names if name.community is None and not _is_lone_code(name)
        ),
        spelling=_spelling(names),
        home=home,
    )


def _country(territory: Territory, own: set[tuple[str, ...]]) -> str:
    """The key of `elsewhere` that is this territory's country, or ''."""
    if any(words_of(state) in own for state in WORDS.states.values()):
        return "us"
    return _HOME.get(territory.timezone, "")


def _is_lone_code(name: Name) -> bool:
    return name.code and name.community is None and len(name.words) == 1


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
        raised = _raised(shown)
        code = shown.isupper()
        for spelled in _spellings(words):
            found.setdefault(
                spelled,
                Name(
                    words=spelled,
                    community=community,
                    doubtful=words in ambiguous and len(words) < SURE_FROM,
                    eclipsed=words in eclipsed,
                    frequent=len(spelled) > 1 and "-" not in shown and all(map(is_frequent, words)),
                    common=_is_common(spelled) and community.customers < LARGE_CUSTOMERS,
                    raised=raised[: len(spelled)] if len(spelled) < len(words) else raised,
                    code=code,
                    loose=code and _is_loose(spelled),
                ),
            )
    return list(found.values())


def _landmarks(territory: Territory, taken: set[tuple[str, ...]]) -> list[Name]:
    """Landmarks and quarters that lie in one community only; streets and ZIP codes are no such."""
    found: dict[tuple[str, ...], Name | None] = {}
    for community in territory.community:
        other = {*community.streets, *community.zips}
        shown = [name for name in (*community.landmarks, *community.points) if name not in other]
        for name in dict.fromkeys(shown):
            words = words_of(name)
            if not words or words in taken:
                continue
            known = found.get(words)
            if words in found and (known is None or known.community is not community):
                found[words] = None
                continue
            code = name.isupper()
            found[words] = Name(
                words=words,
                community=community,
                frequent=all(map(is_frequent, words)),
                common=_is_common(words),
                raised=_raised(name),
                code=code,
                loose=code and _is_loose(words),
                landmark=name,
                point=community.points.get(name),
            )
    return [name for name in found.values() if name is not None]


def _is_common(words: tuple[str, ...]) -> bool:
    if len(words) > 1:
        return all(map(is_frequent, words))
    return len(words[0]) <= SHORT_WORD or words[0] in known_words()


def _raised(shown: str) -> tuple[bool, ...]:
    written = WORD.findall(unicodedata.normalize("NFC", shown))
    return tuple(word[0].isupper() for word in written)


def _is_loose(words: tuple[str, ...]) -> bool:
    return len(words) == 1 and len(words[0]) >= LONG_CODE and not is_frequent(words[0])


def _spellings(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A name as it stands, with Mt for Mount, The Bronx as Bronx, and in one word if it is long."""
    yield words
    if words[0] == "the" and len(words) > 1:
        yield words[1:]
    elif not _SHORT.keys().isdisjoint(words):
        yield tuple(_SHORT.get(word, word) for word in words)
    if len(words) > 1 and len(joined := "".join(words)) >= JOINED_FROM:
        yield (joined,)


def _elsewhere(home: str, own: set[tuple[str, ...]], taken: set[tuple[str, ...]]) -> Iterable[Name]:
    found: dict[tuple[str, ...], Name] = {}
    for shown in WORDS.cities:
        found[words_of(shown)] = Name(words=words_of(shown), city=True)
    for country, regions in WORDS.elsewhere.items():
        for shown in regions if country != home else ():
            found[words_of(shown)] = Name(words=words_of(shown), code=shown.isupper())
    for code, state in WORDS.states.items():
        if words_of(state) not in own:
            found[words_of(state)] = Name(words=words_of(state))
            found[words_of(code)] = Name(words=words_of(code), code=True)
    if home == "es":
        found.pop(("canada",), None)  # without its tilde a cañada, a street, looks like the country
    return [name for words, name in found.items() if words not in own and words not in taken]


def _joined(names: list[Name], regions: list[Name]) -> dict[str, str]:
    """Hashtags in one word, with and without the region: `winstonsalemnc` → `Winston Salem Nc`."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault("".join(name.words), _tagged(name))
        for region in regions:
            joined = "".join(name.words + region.words)
            found.setdefault(joined, f"{_tagged(name)} {_tagged(region)}")
    for region in regions:
        found.setdefault("".join(region.words), _tagged(region))
    return found


def _tagged(name: Name) -> str:
    shown = " ".join(name.words)
    return shown.upper() if name.code else shown.title()


def _street_marks(streets: dict[str, tuple[Street, ...]]) -> Iterator[tuple[str, ...]]:
    """The words of each street; frequent ones count only beside another name, so two at a time."""
    frequent: dict[str, set[tuple[str, ...]]] = {}
    for street in (street for group in streets.values() for street in group):
        if not street.frequent:
            yield street.words
            continue
        for community in street.communities:
            frequent.setdefault(community.id, set()).add(street.words)
    for having in frequent.values():
        for one, other in combinations(sorted(having), 2):
            yield one + other


def _marks(names: Iterable[tuple[str, ...]]) -> Marks:
    """The rarest word of each name, with the others: most texts have none, and are done with."""
    found: dict[str, set[frozenset[str]]] = {}
    for words in names:
        rarest = min(words, key=lambda word: (is_frequent(word), -len(word), word))
        found.setdefault(rarest, set()).add(frozenset(words) - {rarest})
    return {
        word: (frozenset(),) if frozenset() in rest else tuple(sorted(rest, key=sorted))
        for word, rest in found.items()
    }


def _spelling(names: list[Name]) -> Spelling:
    """Only sure names may be misspelt: of the others a reader could not tell what is meant."""
    sure: dict[str, int] = {}
    for name in names:
        unsure = name.doubtful or name.eclipsed or name.code or name.landmark
        if name.community is not None and not unsure:
            for word in name.words:
                sure[word] = max(sure.get(word, 0), name.community.customers)
    return Spelling(
        {
            word: 2 if customers >= TWO_EDITS_CUSTOMERS else 1
            for word, customers in sure.items()
            if customers >= SPELT_CUSTOMERS
        },
        {word for name in names for word in name.words},
    )
