"""The pulse of a desk: what came in and what waited, minute by minute of event time."""

from __future__ import annotations

from datetime import datetime

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


class PulseTaker:
    """Takes the pulse of a desk; each minute is stored again while it lasts.

    `known` is the newest minute that was stored.
    """

    def __init__(self, known: Pulse | None = None) -> None:
        self._minute = known.minute if known else -1
        self._arrived = known.arrived if known else 0
        self._skipped = known.arrived_skipped if known else 0
        self._told: Pulse | None = known

    def arrive(self, now: datetime, *, skipped: bool) -> None:
        """Somebody begins to wait for an answer."""
        self._turn(now)
        if skipped:
            self._skipped += 1
        else:
            self._arrived += 1

    def take(self, now: datetime | None, waiting: int, late: int, skipped: int) -> list[Pulse]:
        """The minute of `now`, to be stored, if anything in it has changed."""
        if now is None:
            return []
        self._turn(now)
        pulse = Pulse(self._minute, self._arrived, self._skipped, waiting, late, skipped)
        if pulse == self._told:
            return []
        self._told = pulse
        return [pulse]

    def _turn(self, now: datetime) -> None:
        minute = int(now.timestamp()) // 60
        if minute > self._minute:
            self._minute, self._arrived, self._skipped = minute, 0, 0
