"""Rules made ready for matching: rows of numbered elements, filed by their rarest one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rules.language import CommonWords, common_words
from rules.lexicon import Lexicon
from rules.pack import Pack, Rule
from rules.phrase import Atom, Phrase, Place
from rules.reading import Reader, Word
from rules.text import END, START

# Guesses, against words at about 1/rank: a wrong one costs time, never a match.
_MARK_FREQUENCY = 0.1
_STEM_FREQUENCY = 0.002
_EVERYWHERE = 100.0


class Row(msgspec.Struct, frozen=True):
    """One variant of a phrase: its elements in order; `needs` are the same as a set."""

    elements: tuple[int, ...]
    needs: frozenset[int]


Filed = tuple[int, int, Row]
"""Index of a rule, index of a phrase in its `any`, and one row of that phrase."""


class Plan:
    """A set of rules, compiled.

    An element is the set of atoms that may stand at one place of a phrase; equal ones are one.
    `any`, `all` and `none` hold the rows of each phrase of each rule, in the order of `rules`.
    `by_anchor` files the rows of `any` under their rarest element, and there under the next.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        self.rules: list[Rule] = [rule for pack in packs for rule in pack.rules]
        self._numbers: dict[Place, int] = {}
        common = common_words()
        self.any = [[self._rows(phrase) for phrase in rule.any] for rule in self.rules]
        self.all = [[self._rows(phrase) for phrase in rule.all] for rule in self.rules]
        self.none = [[self._rows(phrase) for phrase in rule.none] for rule in self.rules]
        self.by_anchor = self._file(common)
        elements_of: dict[Atom, tuple[int, ...]] = {}
        for place, number in self._numbers.items():
            for atom in place:
                elements_of[atom] = (*elements_of.get(atom, ()), number)
        self.reader = Reader(
            Lexicon(elements_of, common), common, elements_of, frozenset(self.by_anchor)
        )
        self.start: Word = self.reader.word({Atom("mark", START): 0})
        self.end: Word = self.reader.word({Atom("mark", END): 0})

    def _rows(self, phrase: Phrase) -> tuple[Row, ...]:
        rows = []
        for variant in phrase.variants:
            elements = tuple(
                self._numbers.setdefault(place, len(self._numbers)) for place in variant
            )
            rows.append(Row(elements, frozenset(elements)))
        return tuple(rows)

    def _file(self, common: CommonWords) -> dict[int, dict[int, list[Filed]]]:
        frequency = {
            number: sum(_frequency(atom, common) for atom in place)
            for place, number in self._numbers.items()
        }
        by_anchor: dict[int, dict[int, list[Filed]]] = {}
        for r, phrases in enumerate(self.any):
            for p, rows in enumerate(phrases):
                for row in rows:
                    rarest = sorted(row.needs, key=frequency.__getitem__)
                    filed = by_anchor.setdefault(rarest[0], {})
                    filed.setdefault(rarest[min(1, len(rarest) - 1)], []).append((r, p, row))
        return by_anchor


def _frequency(atom: Atom, common: CommonWords) -> float:
    if atom.kind == "mark":
        return _EVERYWHERE if atom.spelling in (START, END) else _MARK_FREQUENCY
    if atom.kind == "stem":
        return _STEM_FREQUENCY
    return common.frequency(atom.spelling)
