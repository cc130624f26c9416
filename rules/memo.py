"""What was worked out for each chunk of text, remembered within bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

MEMO_CHUNKS = 250_000
"""How many chunks each of a memo's two generations remembers."""
MEMO_LETTERS_MAX = 64

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
        # Links and handles seldom come twice; long chunks would make a count no bound of memory.
        if chunk[0] == "@" or "/" in chunk or len(chunk) > MEMO_LETTERS_MAX:
            return self._work_out(chunk)
        value = self._old.get(chunk)
        if value is None:
            value = self._work_out(chunk)
        if len(self) >= self._limit:
            self._old = dict(self)
            self.clear()
        self[chunk] = value
        return value

    @property
    def held(self) -> int:
        """How many chunks both generations hold."""
        return len(self) + len(self._old)
