"""Streets and corners: which community has a street that a post names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from desk.places.words import WORDS, known_words, words_of
from desk.territories.territory import Community


class Street(msgspec.Struct, frozen=True, eq=False):
    """A street by the words of its name without "street" or "via", and the communities with it.

    `kind` is the word left out, "" where there is none. `frequent` ones, called after a common word
    or a town, exist everywhere: they need the community named, or a corner.
    """

    words: tuple[str, ...]
    kind: str
    shown: str
    communities: tuple[Community, ...]
    frequent: bool


ANY = "*"
"""Stands for every kind of street that has a name, where the text says none; it sorts first."""

_SAME = {
    "street": "st", "road": "rd", "avenue": "ave", "boulevard": "blvd", "drive": "dr",
    "highway": "hwy", "lane": "ln", "parkway": "pkwy", "court": "ct", "trl": "trail",
    "circle": "cir", "terrace": "ter", "freeway": "fwy", "c": "calle", "carrer": "calle",
    "avda": "avenida", "av": "avenida", "avinguda": "avenida", "placa": "plaza",
    "passeig": "paseo", "cami": "camino",
}  # fmt: skip
_LITTLE = frozenset(
    ("de", "del", "la", "las", "los", "el", "d", "l", "di", "della", "delle", "dei")
)


def kind_of(word: str) -> str:
    """One word for all the ways to write a kind of street; "" where it is none."""
    if word in WORDS.street_after or word in WORDS.street_before:
        return _SAME.get(word, word)
    return ""


def streets_of(communities: Sequence[Community]) -> dict[str, tuple[Street, ...]]:
    """The streets of a territory by the first word of their names, the longest first."""
    found: dict[tuple[tuple[str, ...], str], list[tuple[Community, str]]] = {}
    towns = {words_of(community.name) for community in communities}
    known = known_words()
    for community in communities:
        for shown in community.streets:
            words, kind = _parted(words_of(shown))
            if words:
                found.setdefault((words, kind), []).append((community, shown))
    of_any: dict[tuple[str, ...], list[tuple[Community, str]]] = {}
    for (words, _), having in found.items():
        of_any.setdefault(words, []).extend(having)
    several = Counter(words for words, _ in found)
    found |= {(words, ANY): having for words, having in of_any.items() if several[words] > 1}
    by_first: dict[str, list[Street]] = {}
    for (words, kind), having in found.items():
        places = tuple({one.id: one for one, _ in having}.values())
        common = all(word in known or len(word) < 3 or word[0].isdigit() for word in words)
        street = Street(words, kind, having[0][1], places, common or words in towns)
        by_first.setdefault(words[0], []).append(street)
    return {
        first: tuple(sorted(group, key=lambda street: (-len(street.words), street.kind)))
        for first, group in by_first.items()
    }


def _parted(words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The words of a street's name without its kind and without the little words behind that."""
    if len(words) > 1 and words[-1] in WORDS.street_after:
        return words[:-1], kind_of(words[-1])
    if len(words) > 1 and words[0] in WORDS.street_before:
        at = 1
        while at < len(words) - 1 and words[at] in _LITTLE:
            at += 1
        return words[at:], kind_of(words[0])
    return words, ""
