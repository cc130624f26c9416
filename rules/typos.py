"""Which known words a typed one may be meant for: the plain form of that in `rules.kernel`.

An edit is a letter put in, left out, replaced, or swapped with its neighbour (optimal string
alignment).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import chain, combinations

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

EDITS_MAX = 2
TWO_EDITS_LETTERS_MIN = 5
ONE_EDIT_LETTERS_MIN = 4
FIRST_LETTER_MAY_ERR_MIN = 6
HEAD_LETTERS = 7


def tolerance(word: str) -> int:
    """How many edits a word of a phrase forgives: none to 3 letters, 1 of 4, 2 from 5 on."""
    if len(word) < TWO_EDITS_LETTERS_MIN:
        return 1 if len(word) >= ONE_EDIT_LETTERS_MIN else 0
    return EDITS_MAX


class Typos:
    """Finds the known `words` that are one edit from a typed one, or else two.

    A word is filed under itself, and itself without one letter: of two words one edit apart one of
    these spellings is the same (Garbe's symmetric deletes). For two edits it is filed under its
    head, for two heads that are two edits apart have a spelling in common without two letters each.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._with_head: defaultdict[str, list[str]] = defaultdict(list)
        self._deletes: defaultdict[str, list[str]] = defaultdict(list)
        for word in dict.fromkeys(words):
            if not tolerance(word):
                continue
            for spelling in {word, *_without_a_letter(word)}:
                self._deletes[spelling].append(word)
            if tolerance(word) == EDITS_MAX:
                self._with_head[word[:HEAD_LETTERS]].append(word)

    @cached_property
    def _heads(self) -> dict[str, list[str]]:
        """Heads of words that forgive two edits, under each spelling without up to two letters."""
        heads: defaultdict[str, list[str]] = defaultdict(list)
        for head in self._with_head:
            for spelling in _thinned(head):
                heads[spelling].append(head)
        return dict(heads)

    def near(self, typed: str) -> tuple[list[str], int]:
        """The nearest known words, in order, and how many edits away they are."""
        deletes = self._deletes
        spellings = [typed, *_without_a_letter(typed)]
        found: Iterable[str] = ()
        if not deletes.keys().isdisjoint(spellings):
            found = {
                one
                for spelling in spellings
                if spelling in deletes
                for one in deletes[spelling]
                if OSA.distance(typed, one, score_cutoff=1) == 1
            }
        if found or len(typed) < TWO_EDITS_LETTERS_MIN:
            return sorted(found), 1
        return sorted(self._two_edits(typed)), EDITS_MAX

    def _two_edits(self, typed: str) -> list[str]:
        heads, with_head = self._heads, self._with_head
        thinned = heads.keys() & _thinned(typed[:HEAD_LETTERS])
        if not thinned:
            return []
        alike = set(chain.from_iterable(map(heads.__getitem__, thinned)))
        known = [one for head in alike for one in with_head[head]]
        found = extract(typed, known, scorer=OSA.distance, score_cutoff=EDITS_MAX, limit=None)
        return [
            one
            for one, edits, _ in found
            if edits == EDITS_MAX and (one[0] == typed[0] or len(one) >= FIRST_LETTER_MAY_ERR_MIN)
        ]


def _thinned(head: str) -> set[str]:
    """A head, and what is left of it without one or two letters."""
    letters = len(head)
    return {
        "".join(some)
        for count in range(max(1, letters - EDITS_MAX), letters + 1)
        for some in combinations(head, count)
    }


def _without_a_letter(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]
