"""Phrases as rows of numbered elements, filed by their rarest ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rules.bits import bit_set, bits
from rules.language import CommonWords
from rules.phrase import Atom, Phrase, Place
from rules.text import END, START

# Guesses, against words at about 1/rank: a wrong one costs time, never a match.
_MARK_FREQUENCY = 0.1
_STEM_FREQUENCY = 0.002
_MENTION_FREQUENCY = 0.002
_EVERYWHERE = 100.0
KEYS = 3
"""How many elements of a row a text must hold before it is searched for the row."""


class Row(msgspec.Struct, frozen=True):
    """One variant of a phrase: its elements in order.

    `keys` are the rarest of them, the rarest first, `needs` the same as a bit set; `anchor` is the
    place of the rarest one.
    """

    elements: tuple[int, ...]
    keys: tuple[int, ...]
    needs: int
    anchor: int


Filed = tuple[int, int, Row]
"""Index of a rule, index of a phrase in one of its lists, and one row of that phrase."""


class Shelf(msgspec.Struct, frozen=True):
    """Rows of one anchor under their next rarest element; `mask` has the bits of those."""

    mask: int
    rows: dict[int, list[Filed]]


class Index(msgspec.Struct, frozen=True):
    """Rows under their anchor, the rarest element, so that few a text are looked at."""

    mask: int
    shelves: dict[int, Shelf]

    def within(self, present: int) -> list[Filed]:
        """The rows of which `present`, a bit set of elements, has every key."""
        found: list[Filed] = []
        for anchor in bits(self.mask & present):
            shelf = self.shelves[anchor]
            for second in bits(shelf.mask & present):
                for filed in shelf.rows[second]:
                    needs = filed[2].needs
                    if needs & present == needs:
                        found.append(filed)
        return found


class Elements:
    """The elements of a set of phrases, numbered as they come.

    An element is the set of atoms that may stand at one place of a phrase; equal ones are one. The
    `KEYS` rarest elements of a row are its keys. Rows are looked up by keys alone, so whoever
    numbers the keys first (`reserve`) keeps the bit sets of texts small.
    """

    def __init__(self, common: CommonWords) -> None:
        self.numbers: dict[Place, int] = {}
        self.frequency: list[float] = []
        self._common = common
        self._frequency_of: dict[Place, float] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def number(self, place: Place) -> int:
        """The number of a place's element."""
        number = self.numbers.setdefault(place, len(self.numbers))
        if number == len(self.frequency):
            self.frequency.append(self._rarity(place))
        return number

    def reserve(self, phrases: Iterable[Phrase], keys: int = KEYS) -> None:
        """Numbers the `keys` rarest elements of each row of phrases."""
        for phrase in phrases:
            for variant in phrase.variants:
                for place in sorted(dict.fromkeys(variant), key=self._rarity)[:keys]:
                    self.number(place)

    def index(self, rules: Iterable[Sequence[Phrase]]) -> Index:
        """The index of the phrases of rules."""
        filed: dict[int, dict[int, list[Filed]]] = {}
        for rule, phrases in enumerate(rules):
            for number, phrase in enumerate(phrases):
                for row in self.rows(phrase):
                    anchor, *others = sorted(row.keys, key=self.frequency.__getitem__)
                    shelf = filed.setdefault(anchor, {})
                    second = others[0] if others else anchor
                    shelf.setdefault(second, []).append((rule, number, row))
        shelves = {anchor: Shelf(bit_set(seconds), seconds) for anchor, seconds in filed.items()}
        return Index(bit_set(shelves), shelves)

    def rows(self, phrase: Phrase) -> Iterator[Row]:
        """The variants of a phrase as rows."""
        for variant in phrase.variants:
            elements = tuple(map(self.number, variant))
            keys = sorted(dict.fromkeys(elements), key=self.frequency.__getitem__)[:KEYS]
            yield Row(elements, tuple(keys), bit_set(keys), elements.index(keys[0]))

    def _rarity(self, place: Place) -> float:
        frequency = self._frequency_of.get(place)
        if frequency is None:
            frequency = sum(_frequency(atom, self._common) for atom in place)
            self._frequency_of[place] = frequency
        return frequency


def _frequency(atom: Atom, common: CommonWords) -> float:
    if atom.kind == "mark":
        return _EVERYWHERE if atom.spelling in (START, END) else _MARK_FREQUENCY
    if atom.kind == "stem":
        return _STEM_FREQUENCY
    if atom.kind == "mention":
        return _MENTION_FREQUENCY
    return common.frequency(atom.spelling)
