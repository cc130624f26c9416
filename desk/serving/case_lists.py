"""Lists of cases under a filter, kept in order as cases change; screens see windows on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from desk.cases import Case, Cases
from desk.cases.line import Line, Turn

SLICE_CASES = 500
"""Cases looked at at a stretch: some milliseconds of work."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CaseList:
    """The cases for which a filter holds: what waits in the order of the queue, then the newest.

    `version` grows whenever the list, or a case in it, has changed.
    """

    def __init__(self, cases: Cases, holds: Callable[[Case], bool]) -> None:
        self._cases = cases
        self._holds = holds
        self._line = Line()
        self._turns: dict[str, Turn] = {}
        # what comes last is looked at first: the head of the queue, which screens show first
        waiting = dict.fromkeys(case.id for case in cases.queue(cases.queued))
        others = (case.id for case in cases.all() if case.id not in waiting)
        self._pending = dict.fromkeys((*others, *reversed(waiting)))
        self.version = 0

    @property
    def total(self) -> int:
        """How many cases it has."""
        return len(self._line)

    def part(self, start: int, count: int) -> list[Case]:
        """Up to `count` of its cases from the place `start` on."""
        found = map(self._cases.get, self._line.part(start, count))
        return [case for case in found if case is not None]

    def note(self, changed: Iterable[str]) -> None:
        """These cases have changed: they are looked at with the next `look`."""
        self._pending.update(dict.fromkeys(changed))

    def look(self) -> bool:
        """Look at the next slice of what has changed; False where nothing is left."""
        pending = self._pending
        for _ in range(min(SLICE_CASES, len(pending))):
            self._look_at(pending.popitem()[0])
        return bool(pending)

    def _look_at(self, id_: str) -> None:
        case = self._cases.get(id_)
        turn = self._turn(case) if case is not None and self._holds(case) else None
        before = self._turns.get(id_)
        if turn is not None or before is not None:
            self.version += 1
        if turn == before:
            return
        if before is not None:
            self._line.remove(before)
            del self._turns[id_]
        if turn is not None:
            self._line.add(turn)
            self._turns[id_] = turn

    def _turn(self, case: Case) -> Turn:
        place = self._cases.turn(case)
        if place is not None:
            return 0, *place
        return 1, -(case.updated_at - _EPOCH).total_seconds(), case.id


class QueueList:
    """What waits for the desk: the queue itself."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self.version = 0

    @property
    def total(self) -> int:
        """How many cases wait, those left for later at the end."""
        return self._cases.queued

    def part(self, start: int, count: int) -> list[Case]:
        """Up to `count` of them from the place `start` on."""
        return self._cases.queue(count, start)

    def note(self, changed: Iterable[str]) -> None:
        """Some cases have changed."""
        self.version += any(True for _ in changed)

    def look(self) -> bool:
        """Nothing is left to look at: the cases themselves keep the queue."""
        return False
