"""What was worked out for each chunk of text, remembered within bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

MEMO_CHUNKS = 250_000
"""How many chunks each of a memo's two generations remembers."""
MEMO_LETTERS_MAX = 64

_SLASHED_LETTERS_MAX = 12

Value = TypeVar("Value")


class Memo(dict[str, Value]):
    """Chunk as received → its value; a miss is worked out by `work_out` and kept.

    The memo has two generations, so that an endless stream of new words can't fill the memory:
    when the young one is full it becomes the old one, and what is used again comes back.
    """

    def __init__(self, work_out: Callable[[str], Value], limit: int = MEMO_CHUNKS) -> None:
        super().__init__()
        self._work_out = work_out
        self._limit = limit
        self._old: dict[str, Value] = {}

    def __missing__(self, chunk: str) -> Value:
        value = self._old.get(chunk)
        if value is None:
            value = self._work_out(chunk)
            if not is_kept(chunk):
                return value
        if len(self) >= self._limit:
            self._old = dict(self)
            self.clear()
        self[chunk] = value
        return value

    def forget(self) -> None:
        """Forgets everything."""
        self.clear()
        self._old = {}

    @property
    def held(self) -> int:
        """How many chunks both generations hold."""
        return len(self) + len(self._old)


def is_kept(chunk: str) -> bool:
    """Whether a memo keeps what it worked out for a chunk.

    Links and handles seldom come twice; long chunks would make a count no bound of memory.
    """
    letters = len(chunk)
    return (
        letters <= MEMO_LETTERS_MAX
        and chunk[0] != "@"
        and (letters <= _SLASHED_LETTERS_MAX or "/" not in chunk)
    )
