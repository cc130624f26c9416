"""What each distinct chunk of a text means to a set of rules."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Word(dict[int, int]):
    """One word of a text: the elements of phrases that it can stand for, each with its edits.

    `elements` are the same as a bit set, `exact` those without an edit. `lone_edits` are the most
    edits with which it may be a phrase by itself. `compiled` is the kernel's own form of it.
    """

    __slots__ = ("compiled", "elements", "exact", "lone_edits")

    def __init__(
        self,
        edits: Iterable[tuple[int, int]] = (),
        elements: int = 0,
        exact: int = 0,
        lone_edits: int = 1,
    ) -> None:
        super().__init__(edits)
        self.lone_edits = lone_edits
        self.elements = elements
        self.exact = exact
        self.compiled: object = None


IDLE = Word()
"""A word that no phrase holds."""


# No part of any cycle (gc=False): the collector need not look at a hundred thousand of them.
class Reading(msgspec.Struct, frozen=True, gc=False):
    """A chunk as words.

    `spans` are the places of the words within the chunk, none where they are worked out when needed
    (a lone link or mention, words that no phrase holds). `elements` are those of all words as a
    bit set. A sentence ends before the words with the numbers of `ends`. `fragment` says that it is
    no word, but a part of one, and may have been written in two; `tagged` that all words stand in
    hashtags.
    """

    words: tuple[Word, ...]
    spans: tuple[tuple[int, int], ...] = ()
    elements: int = 0
    ends: tuple[int, ...] = ()
    fragment: bool = False
    tagged: bool = False
