"""Outages as a reader can tell them apart: the incidents of a zone that run into one another.

What fails behind another fault is part of its outage. What fails beside it joins the outage that is
open in its zone, unless that one has nearly run out, or the new loss is many times as large.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from simulator.grid import Network, Zone
from simulator.restoration.crews import Repair
from simulator.restoration.outage import Incident, Outage
from simulator.restoration.switching import Run, Switched

APART = 3
"""A loss that many times larger than the open outage of its zone is an outage of its own."""

JOINS_FROM = 20
"""Beside fewer customers without supply a new loss is a matter of its own."""

SEEN_AS = {"vehicle": "poleDown", "equipment": None, "planned": None}
"""What a reader calls a cause of the utility's: in the CIM's words, or nothing to be seen."""

Number = int


class _Open:
    """An outage to which incidents may be added; `hold` tells how much of it is left."""

    def __init__(self, number: Number) -> None:
        self.number = number
        self.out = 0
        self._ends: list[tuple[float, int]] = []

    def hold(self, end_s: float, customers: int) -> None:
        heapq.heappush(self._ends, (end_s, customers))
        self.out += customers

    def left(self, at_s: float) -> int:
        while self._ends and self._ends[0][0] <= at_s:
            self.out -= heapq.heappop(self._ends)[1]
        return self.out


class _Groups:
    """Which outage each repair belongs to, zone by zone: a substation's loss is one in each."""

    def __init__(
        self, grid: Network, repairs: tuple[Repair, ...], ends_s: tuple[float, ...]
    ) -> None:
        self.zone_of: list[int] = []
        self.of: dict[tuple[int, int], Number] = {}
        self._open: dict[int, list[_Open]] = {}
        for number, repair in enumerate(repairs):
            for zone, customers in _touched(grid, repair):
                self.of[number, zone] = self._add(repair, zone, customers, ends_s[number])

    def _add(self, repair: Repair, zone: int, customers: int, end_s: float) -> Number:
        if repair.behind is not None and (repair.behind, zone) in self.of:
            return self.of[repair.behind, zone]
        at_s = repair.fault.at_s
        here = self._open[zone] = [o for o in self._open.get(zone, ()) if o.left(at_s) > 0]
        largest = max(here, key=lambda o: o.out, default=None)
        planned = repair.fault.cause == "planned"
        if planned or largest is None or largest.out < max(JOINS_FROM, customers / APART):
            largest = _Open(len(self.zone_of))
            self.zone_of.append(zone)
            # Announced work stays apart from what nobody announced.
            here += [] if planned else [largest]
        largest.hold(end_s, customers)
        return largest.number


def _touched(grid: Network, repair: Repair) -> Iterator[tuple[int, int]]:
    """The zones that a repair is about, and how many of each one's customers."""
    fault = repair.fault
    if fault.device != "substation":
        yield fault.zone, fault.customers
        return
    of: dict[int, int] = {}
    for number in grid.substations[fault.part]:
        feeder = grid.feeders[number]
        of[feeder.zone] = of.get(feeder.zone, 0) + feeder.customers
    yield from sorted(of.items())


def gathered(
    grid: Network, repairs: tuple[Repair, ...], switched: Switched
) -> tuple[tuple[Outage, ...], tuple[Incident, ...]]:
    """Every outage in the order of starts, and every incident with the outage it belongs to."""
    groups = _Groups(grid, repairs, switched.restored_s)
    runs: dict[Number, list[Run]] = {}
    for feeder, lost in switched.runs.items():
        zone = grid.feeders[feeder].zone
        for run in lost:
            runs.setdefault(groups.of[run.first, zone], []).append(run)
    members: dict[Number, list[Repair]] = {}
    for (number, _), group in groups.of.items():
        members.setdefault(group, []).append(repairs[number])
    found = sorted(runs)
    made = [_outage(grid.zones[groups.zone_of[n]], runs[n], members[n]) for n in found]
    order = sorted(range(len(made)), key=lambda n: (made[n].started_s, made[n].zone.number))
    rank = {found[n]: place for place, n in enumerate(order)}
    outages = tuple(Outage(*made[n]._replace(number=place)) for place, n in enumerate(order))
    return outages, tuple(_incidents(repairs, switched, groups, rank))


def _outage(zone: Zone, runs: list[Run], repairs: list[Repair]) -> Outage:
    lost = _summed((run.lost_s, run.customers) for run in runs)
    back = _summed((run.back_s, run.customers) for run in runs)
    # Who loses the supply twice in one outage is one customer.
    pieces = {run.piece: run.customers for run in runs}
    largest = max(repairs, key=lambda repair: repair.fault.customers).fault
    # Work that stands still behind another fault is none on this outage.
    crew_s = min(r.crew_s for r in repairs if r.behind is None)
    return Outage(
        0,
        zone,
        lost[0][0],
        back[-1][0],
        sum(pieces.values()),
        SEEN_AS.get(largest.cause or "", largest.cause),
        crew_s,
        lost,
        back,
        planned=largest.cause == "planned",
    )


def _summed(pairs: Iterable[tuple[float, int]]) -> tuple[tuple[float, int], ...]:
    """Customers by the second, in the order of time."""
    sums: dict[float, int] = {}
    for at_s, count in pairs:
        sums[at_s] = sums.get(at_s, 0) + count
    return tuple(sorted(sums.items()))


def _incidents(
    repairs: tuple[Repair, ...], switched: Switched, groups: _Groups, rank: dict[Number, int]
) -> Iterator[Incident]:
    """Every incident; the few that cost nobody the supply are none."""
    kept = [n for n, r in enumerate(repairs) if groups.of.get((n, r.fault.zone)) in rank]
    place = {number: new for new, number in enumerate(kept)}
    for new, number in enumerate(kept):
        fault, behind = repairs[number].fault, repairs[number].behind
        yield Incident(
            new,
            rank[groups.of[number, fault.zone]],
            fault.zone,
            fault.device,
            fault.feeder,
            fault.at_s,
            switched.restored_s[number],
            fault.customers,
            fault.cause,
            None if behind is None else place.get(behind),
        )
