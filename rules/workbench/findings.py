"""What an explanation tells of a rule: that it fires, or that it does not, word by word."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from rules.errors import Source
from rules.verdict import URGENCY
from rules.workbench.reasons import STOPS, Reason
from rules.workbench.trail import Piece


class Fired(msgspec.Struct, frozen=True):
    """A rule that fires: its match as in a verdict, word by word, and what else it asked for.

    A rule of the label `nothing` gives none, but keeps weaker rules from these words.
    """

    rule: str
    label: str
    phrase: str
    text: str
    start: int
    end: int
    score: float
    words: tuple[Piece, ...]
    because: tuple[Reason, ...]
    source: Source


class Missed(msgspec.Struct, frozen=True):
    """A rule that does not fire: the phrase that comes nearest, its words that are there, and why.

    `found` says whether the phrase is there as it must be, so that something else is missing;
    `nearness` (0-1) how much of what the rule asks for is there.
    """

    rule: str
    label: str
    phrase: str
    found: bool
    nearness: float
    words: tuple[Piece, ...]
    missing: tuple[Reason, ...]
    source: Source

    @property
    def rank(self) -> tuple[bool, float, str]:
        """Sorts the nearest first: those that have their phrase, and are only stopped."""
        stopped = self.found and all(reason.kind in STOPS for reason in self.missing)
        return not stopped, -self.nearness, self.rule


def in_order(fired: Iterable[Fired]) -> list[Fired]:
    """Rules that fire in the order of the matches of a verdict; those for nothing come last."""
    last = len(URGENCY)
    return sorted(fired, key=lambda one: (URGENCY.get(one.label, last), one.start, one.rule))


def as_missed(one: Fired) -> Missed:
    """A rule that would fire, as one that does not."""
    return Missed(one.rule, one.label, one.phrase, True, 1.0, one.words, (), one.source)
