"""The utility's list beside a desk at work: what it confirms, at the desk's own clock.

A line counts from the event time at which the utility knew of it, not from when the file was read:
so a storm with its whole list plays as it would have, and the same posts with the same list give
the same outages at any speed, in batches of any size, and after a restart. The list is held against
the open outages whenever the event clock enters a new minute. An outage is confirmed by the list
once; what people do to it after that stands.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from desk.errors import OutageError
from desk.oms.gauge import ListGauge
from desk.oms.match import cost, too_few
from desk.oms.near import Near, began_together, overlap
from desk.oms.outage import OmsOutage, as_known
from desk.outages import Action, Done, OutageChange, Outages
from desk.outages.history import History, histories

BY = "oms"
"""Who confirms, in the journal of actions."""

REMEMBERED = 2000
"""Confirmed outages of which it is known that they were: far more than a desk holds."""

MINUTE_S = 60
KEY = ("oms", "told")


class Told(msgspec.Struct):
    """What survives a restart: the last minute that was looked at, and what was confirmed."""

    minute: int = 0
    outages: list[str] = []


class LiveOms:
    """The list of the utility's outages that a desk goes by; `given` says whether it has one.

    `gauge` says how it does, where somebody follows it; `number` counts the states that it had.
    """

    def __init__(self, saved: bytes | None = None) -> None:
        self._told = msgspec.json.decode(saved, type=Told) if saved else Told()
        self._of: dict[str, str] = {}
        self.gauge: ListGauge | None = None
        self.number = 0
        self.replace(())
        self.given = False

    def replace(self, listed: Sequence[OmsOutage]) -> None:
        """Go by another list from the next minute on."""
        self.given = True
        self.number += 1
        self._listed = sorted(listed, key=lambda one: (one.known_at, one.id))
        self._by_id = {one.id: one for one in self._listed}
        self._known_at = [one.known_at for one in self._listed]
        self._near = Near(self._listed)
        self._here: dict[str, tuple[object, list[int]]] = {}

    def forget(self) -> None:
        """Begin again with the desk; the list stays."""
        self._told = Told()
        self._of = {}

    def advance(self, outages: Outages, now: datetime) -> Iterator[tuple[Done, list[OutageChange]]]:
        """Confirm what the list proves, if `now` lies in a new minute: deeds and their changes."""
        minute = int(now.timestamp()) // MINUTE_S
        if not self._listed or minute <= self._told.minute:
            return
        self._told.minute = minute
        for action in self._actions(outages, now):
            self._told.outages.append(action.outage)
            del self._told.outages[:-REMEMBERED]
            with contextlib.suppress(OutageError):  # it has just ended: there is nothing to confirm
                yield Done(at=now, action=action), outages.act(action, now)

    def find(self, id_: str | None, now: datetime) -> OmsOutage | None:
        """What the utility knows at `now` of the outage of this id in its list."""
        one = self._by_id.get(id_ or "")
        return None if one is None else as_known(one, now)

    def state(self) -> dict[tuple[str, str], bytes | None]:
        """What is to be stored."""
        return {KEY: msgspec.json.encode(self._told)} if self._listed else {}

    def open_at(self, now: datetime, *, exercise: bool) -> Iterator[tuple[OmsOutage, str | None]]:
        """What the utility holds for open at `now`, and the desk's outage that each explains."""
        for one in self._listed[: bisect_right(self._known_at, now)]:
            if one.exercise and not exercise:
                continue
            known_now = as_known(one, now)
            if known_now is not None and known_now.restored_at is None:
                yield known_now, self._of.get(one.id)

    def _actions(self, outages: Outages, now: datetime) -> list[Action]:
        known = bisect_right(self._known_at, now)
        done = set(self._told.outages)
        actions: list[Action] = []
        explained: dict[str, str] = {}
        held = {}
        for outage in histories(outages.open()):
            change = outage.last
            held[change.id], near = self._places(outage)
            found = [
                one
                for one in (self._listed[index] for index in near if index < known)
                if overlap(outage, one)
                and began_together(outage, one)
                and (outages.exercise or not one.exercise)
            ]
            for one in found:
                explained.setdefault(one.id, change.id)
            proofs = [one for one in found if one.verified]
            if proofs and not (change.oms or change.id in done or too_few(found, outage)):
                best = min(proofs, key=lambda one: (cost(outage, one), one.id))
                actions.append(Action(kind="confirm", outage=change.id, by=BY, oms=best.id))
        self._here, self._of = held, explained
        return actions

    def _places(self, outage: History) -> tuple[tuple[object, list[int]], list[int]]:
        """The incidents in the place of an outage, looked up anew when it has moved."""
        last = outage.last
        where = (last.communities, round(last.lat, 2), round(last.lon, 2))
        before = self._here.get(last.id)
        if before is None or before[0] != where:
            before = (where, self._near.of(outage))
        return before, before[1]
