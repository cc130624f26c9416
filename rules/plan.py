"""Rules made ready for matching: rows of numbered elements, filed by their rarest one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

import msgspec

from rules.language import CommonWords, common_words
from rules.lexicon import Lexicon
from rules.pack import Pack, Rule
from rules.phrase import Atom, Phrase, Place
from rules.reading import TokenReader, Word
from rules.text import END, START

# Guesses, against words at about 1/rank: a wrong one costs time, never a match.
_MARK_FREQUENCY = 0.1
_STEM_FREQUENCY = 0.002
_EVERYWHERE = 100.0


class Row(msgspec.Struct, frozen=True):
    """One variant of a phrase: its elements in order; `needs` are the same as a bit set."""

    elements: tuple[int, ...]
    needs: int


Filed = tuple[int, int, Row]
"""Index of a rule, index of a phrase in one of its lists, and one row of that phrase."""
Shelf = list[tuple[int, list[Filed]]]
"""Rows of one anchor, under the bit of their next rarest element."""


class Index(msgspec.Struct, frozen=True):
    """Rows under their anchor, the rarest element, so that few rows a text are looked at.

    `bits` holds the bit of each anchor, `any_bit` all of them.
    """

    shelves: dict[int, Shelf]
    bits: tuple[tuple[int, int], ...]
    any_bit: int


class Plan:
    """A set of rules, compiled.

    An element is the set of atoms that may stand at one place of a phrase; equal ones are one.
    `any` is the index of the phrases of all rules; for each of `rules`, `all` holds an index of
    each phrase, and `none` one of its phrases together.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        self.rules: list[Rule] = [rule for pack in packs for rule in pack.rules]
        self._numbers: dict[Place, int] = {}
        common = common_words()
        rows = [
            [[self._rows(phrase) for phrase in part] for part in (rule.any, rule.all, rule.none)]
            for rule in self.rules
        ]
        frequency = [sum(_frequency(atom, common) for atom in place) for place in self._numbers]
        self.any = _index([any_rows for any_rows, _, _ in rows], frequency)
        self.all = [[_index([[each]], frequency) for each in all_rows] for _, all_rows, _ in rows]
        self.none = [_index([none_rows], frequency) for _, _, none_rows in rows]
        elements_of: dict[Atom, tuple[int, ...]] = {}
        for place, number in self._numbers.items():
            for atom in place:
                elements_of[atom] = (*elements_of.get(atom, ()), number)
        self.reader = TokenReader(
            Lexicon(elements_of, common), common, elements_of, frozenset(self.any.shelves)
        )
        self.start: Word = self.reader.word({Atom("mark", START): 0})
        self.end: Word = self.reader.word({Atom("mark", END): 0})
        self.edges = bit_set((*self.start, *self.end))

    def _rows(self, phrase: Phrase) -> tuple[Row, ...]:
        rows = []
        for variant in phrase.variants:
            elements = tuple(
                self._numbers.setdefault(place, len(self._numbers)) for place in variant
            )
            rows.append(Row(elements, bit_set(elements)))
        return tuple(rows)


def bit_set(elements: Iterable[int]) -> int:
    """The elements as one number: with thousands of them far quicker to join than sets."""
    return reduce(or_, (1 << element for element in elements), 0)


def _index(rules: Iterable[Sequence[Sequence[Row]]], frequency: Sequence[float]) -> Index:
    """The index of the rows of phrases of rules; `frequency` is that of each element."""
    filed: dict[int, dict[int, list[Filed]]] = {}
    for rule, phrases in enumerate(rules):
        for phrase, rows in enumerate(phrases):
            for row in rows:
                anchor, *others = sorted(set(row.elements), key=frequency.__getitem__)
                second = others[0] if others else anchor
                filed.setdefault(anchor, {}).setdefault(second, []).append((rule, phrase, row))
    shelves = {
        anchor: [(1 << second, rows) for second, rows in seconds.items()]
        for anchor, seconds in filed.items()
    }
    return Index(shelves, tuple((1 << anchor, anchor) for anchor in shelves), bit_set(shelves))


def _frequency(atom: Atom, common: CommonWords) -> float:
    if atom.kind == "mark":
        return _EVERYWHERE if atom.spelling in (START, END) else _MARK_FREQUENCY
    if atom.kind == "stem":
        return _STEM_FREQUENCY
    return common.frequency(atom.spelling)
