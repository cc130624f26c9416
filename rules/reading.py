"""What each distinct chunk of a text means to a set of rules, remembered.

A chunk's `code` is one number of several lanes, so that one sum over a text's chunks tells whether
it can hold any phrase at all: one lane counts anchors (the words by which phrases are looked up),
one words taken for others (typos), one fragments of words, and for each rule that weighs evidence
one counts its points. A lane is wide enough for the most words of a text, and its top bit is its
gate.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from rules.language import LANE, LANE_BITS

ANCHOR_LANE = 0
FUZZY_LANE = ANCHOR_LANE + 1
FRAGMENT_LANE = FUZZY_LANE + 1
EVIDENCE_LANE = FRAGMENT_LANE + 1
ANCHOR_MASK = LANE << ANCHOR_LANE * LANE_BITS
FRAGMENT_MASK = LANE << FRAGMENT_LANE * LANE_BITS
FUZZY_MASK = LANE << FUZZY_LANE * LANE_BITS
ANCHORS_NEEDED = 2
"""What the anchors of a text must count for any phrase to be in it."""
FRAGMENT = (1 << FRAGMENT_LANE * LANE_BITS) + (ANCHORS_NEEDED << ANCHOR_LANE * LANE_BITS)
"""What a fragment counts: with its neighbour it may be an anchor."""


class Word(dict[int, int]):
    """One word of a text: the elements of phrases that it can stand for, each with its edits.

    `elements` are the same as a bit set, `exact` those without an edit, `anchors` those by
    which phrases are looked up; `code` is what the word counts in the lanes. `lone_edits` are the
    most edits with which it may be a phrase by itself.
    """

    __slots__ = ("anchors", "code", "elements", "exact", "lone_edits")

    def __init__(
        self,
        edits: Iterable[tuple[int, int]] = (),
        elements: int = 0,
        exact: int = 0,
        anchors: tuple[int, ...] = (),
        code: int = 0,
        lone_edits: int = 1,
    ) -> None:
        super().__init__(edits)
        self.lone_edits = lone_edits
        self.elements = elements
        self.exact = exact
        self.anchors = anchors
        self.code = code


IDLE = Word()
"""A word that no phrase holds."""


# No part of any cycle (gc=False): the collector need not look at a hundred thousand of them.
class Reading(msgspec.Struct, frozen=True, gc=False):
    """A chunk as words.

    `spans` are the places of the words within the chunk, none where they are worked out when needed
    (a lone link or mention, words that no phrase holds). `elements` are those of all words as a bit
    set, `telling` the ones that `any` and evidence hold, `anchors` those by which phrases are
    looked up, `code` the sum of the lanes. A sentence ends before the words with the numbers of
    `ends`. `fragment` says that it is no word, but a part of one, and may have been written in two;
    `tagged` that all words stand in hashtags.
    """

    words: tuple[Word, ...]
    spans: tuple[tuple[int, int], ...] = ()
    elements: int = 0
    telling: int = 0
    anchors: tuple[int, ...] = ()
    code: int = 0
    ends: tuple[int, ...] = ()
    fragment: bool = False
    tagged: bool = False
