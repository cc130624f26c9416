"""Which incidents of the utility's list lie in the place and time of an outage of posts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from desk.distance import distance_km
from desk.oms.outage import OmsOutage
from desk.outages.history import History
from desk.outages.score import NEAR_KM

BEFORE = timedelta(hours=6)
"""People sleep through a night's outage, and speak of it in the morning."""

AFTER = timedelta(hours=3)
"""The utility may learn of it later than its customers' friends: on PG&E's page of two storms 95 %
of the incidents appeared within 95 minutes of their start."""

SLACK = timedelta(minutes=30)
"""First reports and logged ends are each some minutes off."""

CELL_DEGREES = 0.1


def apart_km(outage: History, one: OmsOutage) -> float:
    """How far apart their positions lie."""
    return distance_km(outage.last.lat, outage.last.lon, one.lat, one.lon)


def overlap(outage: History, one: OmsOutage) -> bool:
    """Whether there was a time at which both were out, give or take `SLACK`."""
    return _before(outage.last.started_at - SLACK, one.restored_at) and _before(
        one.started_at - SLACK, outage.ended_at
    )


def _before(at: datetime, end: datetime | None) -> bool:
    return end is None or at <= end


def began_together(outage: History, one: OmsOutage) -> bool:
    """Whether the incident began near enough to the outage to be what it is."""
    return -BEFORE <= one.started_at - outage.last.started_at <= AFTER


class Near:
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
            if apart_km(outage, self._oms[index]) <= NEAR_KM
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
