"""How alike texts are: without their names and numbers, within a storm and beside another seed.

Texts are held as 64-bit hashes: of 100,000 texts, the chance that two differing ones share a hash
is below one in a billion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b

from desk.territories import Territory
from simulator.crowd.people import People
from simulator.storm import Storm

SAMPLE_MAX = 100_000
"""Texts that are compared: of a larger storm a fair sample, chosen by the hashes of the ids."""

_AWAY = re.compile(r"^\s*rt\b|https?://\S+|[@#]\S+|\S*\d\S*", re.IGNORECASE)
_PIECE = re.compile(r"[^\W\d_]+|[^\w\s]")
_RANGE = 1 << 64


class Names:
    """Names of places, streets, companies and the storm, to be left out of texts."""

    def __init__(self, names: Iterable[str]) -> None:
        self._from: dict[str, list[tuple[str, ...]]] = {}
        for words in {tuple(_PIECE.findall(_AWAY.sub(" ", name.lower()))) for name in names}:
            if words:
                self._from.setdefault(words[0], []).append(words)
        for same in self._from.values():
            same.sort(key=len, reverse=True)

    def bare(self, text: str) -> str:
        """`text` in small letters without names, numbers, links, mentions and hashtags."""
        pieces = _PIECE.findall(_AWAY.sub(" ", text.lower()))
        kept = []
        at = 0
        while at < len(pieces):
            for words in self._from.get(pieces[at], ()):
                if tuple(pieces[at : at + len(words)]) == words:
                    at += len(words)
                    break
            else:
                kept.append(pieces[at])
                at += 1
        return " ".join(kept)


def names_of(storm: Storm, territory: Territory) -> Names:
    """Every name that the texts of a storm may hold."""
    utility = storm.utility
    names = [territory.name, *territory.aliases, utility.name, *utility.nicknames, storm.title]
    names += [storm.weather.name, *(outlet.name for outlet in storm.outlet), *storm.tags]
    for community in territory.community:
        names += [community.name, *community.aliases, *community.streets, *community.landmarks]
    return Names([*names, *People(storm).streets()])


def digest(text: str) -> int:
    """64 bits of a text, the same in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


class Sampler:
    """Chooses about `SAMPLE_MAX` of `count` posts by their ids, the same ones each time."""

    def __init__(self, count: int, most: int = SAMPLE_MAX) -> None:
        self._below = _RANGE if count <= most else _RANGE * most // count

    def takes(self, id_: str) -> bool:
        """Whether the post with this id is in the sample."""
        return self._below == _RANGE or digest(id_) < self._below
