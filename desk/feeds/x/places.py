"""Where X must look: a territory and the own accounts as conditions of its stream rules.

Kinds of them, since X may refuse one without the others: who is spoken to, what is named, where the
author was, where the author says to live, and names that are faint hints. A name that may mean
somebody or another place is one of those, unless "in" stands before it; a name that everybody takes
for a far larger place is not looked for: those who mean this one name the region.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple

from desk.accounts import Account
from desk.distance import distance_km
from desk.territories import Community, Territory
from rules.language import common_words
from rules.text import fold

RADIUS_KM = 40.0
"""Of a circle that is asked for: X allows 25 miles."""
MOST_CIRCLES = 60
MOST_PROFILES = 60
"""Towns, the largest, that are looked for in what authors say of themselves."""
SHORT, FREQUENT = 3, 1 / 2000
IN = {"en": "in", "es": "en", "it": "a"}

Kind = Literal["own", "named", "there", "home"]
_WORD = re.compile(r"[^\W_]+")
_RESERVED = ("or", "and")
_HANDLE = re.compile(r"\w{1,15}")


class Places(NamedTuple):
    """Conditions of each kind, the most important first; any one of them is enough.

    `faint` are names and numbers that may well mean something else.
    """

    own: tuple[str, ...]
    named: tuple[str, ...]
    there: tuple[str, ...]
    home: tuple[str, ...]
    faint: tuple[str, ...]


def places_of(
    territory: Territory, accounts: Iterable[Account], languages: Iterable[str] = ("en",)
) -> Places:
    """What tells that a post is of the territory, or for the utility."""
    handles = [each.handle for each in accounts if each.channel == "x"]
    own = [f"{what}{name}" for name in handles if _HANDLE.fullmatch(name) for what in _ADDRESSED]
    largest = sorted(territory.community, key=lambda each: (-each.customers, each.id))
    prepositions = [IN[each] for each in languages if each in IN]
    regions = [name for name in territory.aliases if not _means_nothing(name)]
    named = [form for name in regions for form in _forms(name)]
    named += [name for each in largest for name in _names(each, prepositions)]
    faint = [condition(name) for each in largest for name in _meant(each) if name in each.ambiguous]
    faint += [tag for each in largest for name in _meant(each) if (tag := _as_tag(name))]
    faint += [code for each in largest for code in each.zips]
    towns = [
        each.name
        for each in largest[:MOST_PROFILES]
        if each.name not in (*each.ambiguous, *each.eclipsed)
    ]
    home = [f"bio_location:{form}" for name in (*regions, *towns) for form in _forms(name)]
    return Places(
        tuple(dict.fromkeys(own)),
        tuple(dict.fromkeys(named)),
        tuple(_circles(largest)),
        tuple(dict.fromkeys(home)),
        tuple(dict.fromkeys(faint)),
    )


_ADDRESSED = ("@", "from:", "to:")


def condition(text: str) -> str:
    """`text` as X looks for it: a word as it is, several in quotes; empty where it has no word."""
    words = _WORD.findall(text.lower())
    if not words:
        return ""
    plain = len(words) == 1 and words[0] not in _RESERVED
    return words[0] if plain else f'"{" ".join(words)}"'


def _names(community: Community, prepositions: Iterable[str]) -> Iterable[str]:
    for name in _meant(community):
        if name in community.ambiguous:
            yield from (form for each in prepositions for form in _forms(f"{each} {name}"))
        else:
            yield from _forms(name)


def _meant(community: Community) -> Iterable[str]:
    names = (community.name, *community.aliases)
    return (name for name in names if name not in community.eclipsed)


def _as_tag(name: str) -> str:
    """A name of several words as hashtags write it; empty for one word, which is found anyway."""
    words = _WORD.findall(name.lower())
    return "".join(words) if len(words) > 1 else ""


def _forms(name: str) -> tuple[str, ...]:
    """A name with its accents and without: X tells them apart, people leave them out."""
    plain = unicodedata.normalize("NFKD", name)
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(dict.fromkeys(filter(None, (condition(name), condition(bare)))))


def _means_nothing(name: str) -> bool:
    """Whether a region's short name ("OR", "SU") is rather a frequent word: X sees no capitals."""
    return len(name) <= SHORT and common_words().frequency(fold(name)) > FREQUENT


def _circles(communities: list[Community]) -> Iterable[str]:
    """As few circles as hold all towns, the one with most customers first (greedy set cover)."""
    left = {each.id: each for each in communities}
    near = {
        each.id: [
            other.id
            for other in communities
            if distance_km(each.lat, each.lon, other.lat, other.lon) <= RADIUS_KM
        ]
        for each in communities
    }
    for _ in range(MOST_CIRCLES):
        if not left:
            return
        best = max(
            communities,
            key=lambda each: sum(left[id_].customers + 1 for id_ in near[each.id] if id_ in left),
        )
        for id_ in near[best.id]:
            left.pop(id_, None)
        yield f"point_radius:[{best.lon:.3f} {best.lat:.3f} {RADIUS_KM:.0f}km]"
