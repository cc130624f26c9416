"""A line of cases in their order: kept so by small steps, hardly ever sorted as a whole."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

BLOCK = 512
"""Turns in a block; a full one of twice that is cut in two. A place is found among some hundred
blocks and then within one, so 20,000 cases cost a few microseconds a change."""

Turn = tuple[Any, ...]
"""Where a case stands; the last item is its id, so no two are equal."""


class Line:
    """Turns in order, in blocks."""

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        ordered = sorted(turns)
        self._blocks = [ordered[at : at + BLOCK] for at in range(0, len(ordered), BLOCK)] or [[]]
        self._lasts = [block[-1] for block in self._blocks if block]
        self._count = len(ordered)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return (turn[-1] for block in self._blocks for turn in block)

    def add(self, turn: Turn) -> None:
        """Let `turn` stand in its place."""
        lasts = self._lasts
        at = min(bisect_left(lasts, turn), len(self._blocks) - 1)
        block = self._blocks[at]
        insort(block, turn)
        self._count += 1
        if len(block) > 2 * BLOCK:
            self._blocks.insert(at + 1, block[BLOCK:])
            del block[BLOCK:]
            lasts[at : at + 1] = [block[-1], self._blocks[at + 1][-1]]
        elif at == len(lasts):
            lasts.append(block[-1])
        else:
            lasts[at] = block[-1]

    def remove(self, turn: Turn) -> None:
        """Take out a turn that stands in the line."""
        at = bisect_left(self._lasts, turn)
        block = self._blocks[at]
        place = bisect_left(block, turn)
        assert block[place] == turn
        del block[place]
        self._count -= 1
        if block:
            self._lasts[at] = block[-1]
        else:
            del self._lasts[at]
            if len(self._blocks) > 1:
                del self._blocks[at]

    def before(self, turn: Turn) -> int:
        """How many stand before a turn, be it in the line or not."""
        at = bisect_left(self._lasts, turn)
        before = sum(map(len, self._blocks[:at]))
        return before + bisect_left(self._blocks[at], turn) if at < len(self._blocks) else before

    def part(self, start: int, count: int) -> list[str]:
        """The ids of up to `count` cases from the place `start` on."""
        found: list[str] = []
        for block in self._blocks:
            if start >= len(block):
                start -= len(block)
                continue
            found += (turn[-1] for turn in islice(block, start, start + count - len(found)))
            start = 0
            if len(found) >= count:
                break
        return found
