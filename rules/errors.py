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


def choices(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the nearest valid choice to `word`, and all of them."""
    names = sorted(known)
    nearest = process.extractOne(word, names, score_cutoff=55)
    hint = f"did you mean '{nearest[0]}'? " if nearest else ""
    return f"{hint}valid: {', '.join(names)}"
