"""When something falls due for a case by itself: a promise, a return to the queue, a waking up."""

from __future__ import annotations

import heapq
from datetime import datetime

_SPARE = 1_000


class Alarms:
    """One time at most for each case; the earliest is found without looking at the others."""

    def __init__(self) -> None:
        self._at: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []

    def set(self, id_: str, at: datetime | None) -> None:
        """Ring for a case at this time, and at no other; None: not at all."""
        if self._at.get(id_) == at:
            return
        if at is None:
            del self._at[id_]
            return
        self._at[id_] = at
        heapq.heappush(self._heap, (at, id_))
        if len(self._heap) > 2 * len(self._at) + _SPARE:
            self._heap = [(at, id_) for id_, at in self._at.items()]
            heapq.heapify(self._heap)

    def is_due(self, now: datetime) -> bool:
        """Whether anything may ring up to `now`."""
        return bool(self._heap) and self._heap[0][0] <= now

    def rung(self, now: datetime) -> str | None:
        """The case whose time came first, up to `now`; it rings no more until set again."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            at, id_ = heapq.heappop(heap)
            if self._at.get(id_) == at:
                del self._at[id_]
                return id_
        return None

    def clear(self) -> None:
        """Ring for nothing."""
        self._at.clear()
        self._heap.clear()
