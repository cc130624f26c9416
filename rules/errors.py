"""What can go wrong with rules.

RulesError
├── PackError      keyword sets that can't be used: every fault of every file at once
└── CorpusError    a labelled corpus, fold or label that can't be used for scoring
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from rapidfuzz import process


class RulesError(Exception):
    """Base of the errors of rules; its text is plain lines for the user, with the mend."""


class Fault(msgspec.Struct, frozen=True):
    """One mistake in a keyword set; `line` and `col` count from 1, `col` in code points."""

    path: str
    line: int
    col: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.col}: {self.message}"


class Source(msgspec.Struct, frozen=True):
    """A place in a keyword set; `line` and `col` count from 1, `col` in code points."""

    path: str
    line: int
    col: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.col}"

    def fault(self, message: str) -> Fault:
        """A fault at this place."""
        return Fault(self.path, self.line, self.col, message)


class PackError(RulesError):
    """Keyword sets that can't be used; `faults` holds them all, in order of file and place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class CorpusError(RulesError):
    """A labelled corpus, fold or label that can't be used for scoring."""


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """`faults` by file and place; those of one place stay as they came."""
    return sorted(faults, key=lambda fault: (fault.path, fault.line, fault.col))


_ALIKE_MIN = 55
CHOICES_MAX = 12
"""An error message lists so many valid choices; of more it lists only the nearest ones."""
_NEAREST_TOLD = 8


def choices(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the nearest valid choice to `word`, and all of them if few."""
    names = sorted(known)
    nearest = process.extract(word, names, limit=_NEAREST_TOLD)
    hint = f"did you mean '{nearest[0][0]}'? " if nearest and nearest[0][1] >= _ALIKE_MIN else ""
    if len(names) <= CHOICES_MAX:
        return f"{hint}valid: {', '.join(names)}"
    told = ", ".join(sorted(name for name, _, _ in nearest))
    return f"{hint}valid: {told} and {len(names) - len(nearest):,} more"


def listed(words: Sequence[str], most: int) -> str:
    """The first `most` words, and how many more there are."""
    if len(words) <= most + 1:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most:,} more"
