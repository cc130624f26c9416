"""What each distinct chunk of a text means to a set of rules."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, reduce
from operator import or_

import msgspec

from rules.bits import bit_set


class Word(dict[int, int]):
    """One word of a text: the elements of phrases that it can stand for, each with its edits.

    `lone_edits` are the most edits with which it may be a phrase by itself.
    """

    def __init__(
        self, edits: Iterable[tuple[int, int]] = (), keys: int = 0, lone_edits: int = 1
    ) -> None:
        super().__init__(edits)
        self._keys = keys
        self.lone_edits = lone_edits

    @cached_property
    def elements(self) -> int:
        """The first `keys` elements as a bit set."""
        return bit_set(element for element in self if element < self._keys)

    @cached_property
    def exact(self) -> int:
        """Those of them without an edit."""
        return bit_set(one for one, edits in self.items() if one < self._keys and not edits)


IDLE = Word()
"""A word that no phrase holds."""


# No part of any cycle (gc=False): the collector need not look at a hundred thousand of them.
class Reading(msgspec.Struct, frozen=True, gc=False):
    """A chunk as words.

    `spans` are the places of the words within the chunk, none where they are worked out when needed
    (a lone link or mention, words that no phrase holds). A sentence ends before the words with the
    numbers of `ends`. `fragment` says that it is no word, but a part of one, and may have been
    written in two; `tagged` that all words stand in hashtags.
    """

    words: tuple[Word, ...]
    spans: tuple[tuple[int, int], ...] = ()
    ends: tuple[int, ...] = ()
    fragment: bool = False
    tagged: bool = False

    @property
    def elements(self) -> int:
        """The elements of all words as a bit set."""
        return reduce(or_, (word.elements for word in self.words), 0)
