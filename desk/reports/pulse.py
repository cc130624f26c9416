"""The pulse of a desk: what came in and what waited, minute by minute of event time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

import msgspec


class Pulse(msgspec.Struct, frozen=True, array_like=True):
    """One minute (since 1970): customers who began to wait for an answer, and how many waited.

    `arrived` leaves out `arrived_skipped`, those whom the mode leaves for later; `waiting` (the
    same left out), `late` past the promise, and `skipped` are as at the end of the minute.
    """

    minute: int
    arrived: int
    arrived_skipped: int
    waiting: int
    late: int
    skipped: int


class Gauges(Protocol):
    """What is read off the cases of a desk."""

    @property
    def waiting(self) -> int: ...  # noqa: D102

    @property
    def late(self) -> int: ...  # noqa: D102

    @property
    def skipped(self) -> int: ...  # noqa: D102


class PulseTaker:
    """Takes the pulse of a desk; each minute is stored again while it lasts.

    `known` is the newest minute that was stored. A minute ends with the first post behind it, so
    that the same posts give the same pulse in batches of any size.
    """

    def __init__(self, known: Pulse | None = None) -> None:
        self._minute = known.minute if known else -1
        self._ends = _end_of(self._minute)
        self._arrived = known.arrived if known else 0
        self._skipped = known.arrived_skipped if known else 0
        self._told: Pulse | None = known
        self._over: list[Pulse] = []

    def tick(self, now: datetime, cases: Gauges) -> None:
        """The clock has come to `now`, and nothing has happened to `cases` yet."""
        if now < self._ends:
            return
        if self._minute >= 0:
            self._over.append(self._pulse(cases))
        self._minute, self._arrived, self._skipped = int(now.timestamp()) // 60, 0, 0
        self._ends = _end_of(self._minute)

    def arrive(self, *, skipped: bool) -> None:
        """Somebody begins to wait for an answer."""
        if skipped:
            self._skipped += 1
        else:
            self._arrived += 1

    def take(self, cases: Gauges) -> list[Pulse]:
        """The minutes that have changed since they were taken last, to be stored."""
        if self._minute < 0:
            return []
        taken, self._over = [*self._over, self._pulse(cases)], []
        if taken == [self._told]:
            return []
        self._told = taken[-1]
        return taken

    def _pulse(self, cases: Gauges) -> Pulse:
        return Pulse(
            self._minute, self._arrived, self._skipped, cases.waiting, cases.late, cases.skipped
        )


def _end_of(minute: int) -> datetime:
    return datetime.fromtimestamp(60 * (minute + 1), UTC)
