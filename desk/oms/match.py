"""Which outage that people post about is which of the utility's own.

An incident of the utility *explains* an outage of posts when both are in one place (a community in
common, or positions within `NEAR_KM`), it began no more than `BEFORE` before and `AFTER` after the
outage did, and both overlap in time. A storm's outage is often many incidents (one broken device
each), and a lost substation is one incident and several outages. So each outage has one incident of
its own where that can be (the assignment takes the most pairs, then the nearest in time, then in
place, one too small for it last), for counts and lead times, and the others beside it.

An incident that explains nothing, yet overlaps with an outage in place and time, is *covered*: what
people post there is heard already. What is left of the list are the incidents that nobody posts of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from desk.distance import distance_km
from desk.oms.outage import OmsOutage
from desk.outages.history import History
from desk.outages.pairing import assign
from desk.outages.score import NEAR_KM

BEFORE = timedelta(hours=6)
"""People sleep through a night's outage, and speak of it in the morning."""

AFTER = timedelta(hours=3)
"""The utility may learn of it later than its customers' friends: on PG&E's page of two storms 95 %
of the incidents appeared within 95 minutes of their start."""

SLACK = timedelta(minutes=30)
"""First reports and logged ends are each some minutes off."""

NEAREST_LINKS = 50
"""Incidents, the nearest ones, among which an outage is given its own: bounds the work."""

TOO_SMALL_S = 24 * 3600
"""An incident of fewer customers than people who speak of it is at best a part of the outage."""

CELL_DEGREES = 0.1
METRES_PER_KM = 1000
DISTANCE_STEPS = 10**7


class Match(msgspec.Struct, frozen=True):
    """An outage of posts, the incident that is it, and `also` others that explain it.

    `shared` says that the incident is another outage's own, too. `short` says that the utility
    counts fewer customers than there are people who speak of it: more is out than it knows.
    """

    outage: History
    oms: OmsOutage
    also: tuple[OmsOutage, ...]
    shared: bool
    apart_km: float
    short: bool

    @property
    def confirms(self) -> bool:
        """Whether the utility's list proves the outage: verified by it, and large enough."""
        return not self.short and any(one.verified for one in (self.oms, *self.also))


class Matches(msgspec.Struct, frozen=True):
    """Outages in both, in posts alone, and in the utility's list alone.

    `covered` are incidents that explain no outage, but lie in the place and time of one.
    """

    matched: tuple[Match, ...]
    social_only: tuple[History, ...]
    oms_only: tuple[OmsOutage, ...]
    covered: tuple[OmsOutage, ...]


def match_oms(outages: Sequence[History], oms: Sequence[OmsOutage]) -> Matches:
    """Hold outages of posts against the utility's list; dismissed ones are no outages."""
    held = [one for one in outages if one.last.status != "dismissed"]
    near = _Near(oms)
    explained: dict[int, list[int]] = {}
    heard: set[int] = set()
    for number, outage in enumerate(held):
        here = [index for index in near.of(outage) if _overlap(outage, oms[index])]
        heard.update(here)
        explained[number] = [index for index in here if _began_together(outage, oms[index])]
    pairs = _pairs(held, oms, explained)
    taken = set(pairs.values())
    matched, alone = [], []
    for number, outage in enumerate(held):
        if explained[number]:
            matched.append(_match(outage, oms, explained[number], pairs.get(number), taken))
        else:
            alone.append(outage)
    explaining = {index for found in explained.values() for index in found}
    return Matches(
        tuple(matched),
        tuple(alone),
        tuple(one for index, one in enumerate(oms) if index not in heard),
        tuple(oms[index] for index in sorted(heard - explaining)),
    )


def _match(
    outage: History, oms: Sequence[OmsOutage], found: list[int], own: int | None, taken: set[int]
) -> Match:
    chosen = min(found, key=lambda index: _cost(outage, oms[index])) if own is None else own
    also = tuple(oms[index] for index in sorted(set(found) - {chosen} - (taken - {chosen})))
    known = [one.customers for one in (oms[chosen], *also)]
    customers = None if None in known else sum(count or 0 for count in known)
    return Match(
        outage=outage,
        oms=oms[chosen],
        also=also,
        shared=own is None,
        apart_km=round(_apart_km(outage, oms[chosen]), 2),
        short=customers is not None and customers < outage.last.authors,
    )


def _pairs(
    held: Sequence[History], oms: Sequence[OmsOutage], explained: dict[int, list[int]]
) -> dict[int, int]:
    costs: dict[tuple[int, int], int] = {}
    for number, found in explained.items():
        ranked = sorted((_cost(held[number], oms[index]), index) for index in found)
        costs |= {(number, index): cost for cost, index in ranked[:NEAREST_LINKS]}
    return assign(costs)


def _cost(outage: History, one: OmsOutage) -> int:
    """How far apart two lie: in time, then in place; an incident too small for it comes last."""
    apart_s = abs(one.started_at - outage.last.started_at).total_seconds()
    if one.customers is not None and one.customers < outage.last.authors:
        apart_s += TOO_SMALL_S
    apart_m = round(_apart_km(outage, one) * METRES_PER_KM)
    return round(apart_s) * DISTANCE_STEPS + min(apart_m, DISTANCE_STEPS - 1)


def _apart_km(outage: History, one: OmsOutage) -> float:
    return distance_km(outage.last.lat, outage.last.lon, one.lat, one.lon)


def _overlap(outage: History, one: OmsOutage) -> bool:
    return _before(outage.last.started_at - SLACK, one.restored_at) and _before(
        one.started_at - SLACK, outage.ended_at
    )


def _before(at: datetime, end: datetime | None) -> bool:
    return end is None or at <= end


def _began_together(outage: History, one: OmsOutage) -> bool:
    return -BEFORE <= one.started_at - outage.last.started_at <= AFTER


class _Near:
    """Incidents of the list by community, and by cells of a grid."""

    def __init__(self, oms: Sequence[OmsOutage]) -> None:
        self._oms = oms
        self._in: dict[str, list[int]] = {}
        self._cells: dict[tuple[int, int], list[int]] = {}
        for index, one in enumerate(oms):
            for name in one.communities:
                self._in.setdefault(name, []).append(index)
            self._cells.setdefault(_cell(one.lat, one.lon), []).append(index)

    def of(self, outage: History) -> list[int]:
        """The incidents in the place of an outage, in order."""
        found = {index for name in outage.communities for index in self._in.get(name, ())}
        found.update(
            index
            for cell in _around(outage.last.lat, outage.last.lon)
            for index in self._cells.get(cell, ())
            if _apart_km(outage, self._oms[index]) <= NEAR_KM
        )
        return sorted(found)


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return int(lat // CELL_DEGREES), int(lon // CELL_DEGREES)


def _around(lat: float, lon: float) -> Iterator[tuple[int, int]]:
    """The cells within `NEAR_KM`: at 60 degrees of latitude one is 5.6 km wide."""
    row, column = _cell(lat, lon)
    for rows in (-1, 0, 1):
        for columns in (-1, 0, 1):
            yield row + rows, column + columns
