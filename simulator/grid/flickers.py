"""Flickers: a recloser opens, waits and closes again, and the lights only dip.

Most faults of overhead lines are gone when the line is closed again: 70 to 80 in a hundred (IEEE
Std C37.104, guide for automatic reclosing). What stays a fault was tried a few times before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from simulator.grid.failures import Fault
from simulator.grid.network import Network
from simulator.odds import poisson
from simulator.storm import Storm, layer_random

TRIED_FIRST = 0.6
"""Share of lasting faults that the recloser tried to hold before it gave up."""
TRIES_TAKE_S = 45.0
AROUND_S = 2400.0
SEEN_UPSTREAM = 0.1
"""Share of the faults on a branch that the recloser of the line sees before the branch's fuse: more
only on a branch that is itself a larger part of the line."""


class Flicker(NamedTuple):
    """A moment's loss for `customers` of the zone with this number; it ends by itself."""

    at_s: float
    zone: int
    customers: int


def flickers(storm: Storm, grid: Network, faults: Iterable[Fault]) -> tuple[Flicker, ...]:
    """Every flicker of the day in the order of time: where lines fail, others only touch.

    Faults of a single service or of a substation dip no line: no recloser stands before them.
    """
    return tuple(sorted(_all_flickers(storm, grid, faults)))


def _all_flickers(storm: Storm, grid: Network, faults: Iterable[Fault]) -> Iterator[Flicker]:
    draw = layer_random(storm, "flickers")
    end_s = storm.hours * 3600
    for fault in faults:
        if fault.device not in {"feeder", "lateral"} or fault.cause == "planned":
            continue
        customers = grid.feeders[fault.feeder].customers
        seen = max(SEEN_UPSTREAM, fault.customers / customers)
        if draw.random() < TRIED_FIRST * seen:
            at_s = fault.at_s - 3 - TRIES_TAKE_S * draw.random()
            if at_s >= 0:
                yield Flicker(at_s, fault.zone, customers)
        for _ in range(poisson(storm.grid.flickers_per_fault * seen, draw)):
            at_s = fault.at_s + draw.gauss(-0.3 * AROUND_S, AROUND_S)
            if not 0 <= at_s < end_s:
                continue
            feeder = grid.feeders[draw.choice(grid.of_zone[fault.zone])]
            # A line recloser further out holds only the end of the feeder.
            share = 1.0 if draw.random() < 0.5 else 0.2 + 0.6 * draw.random()
            yield Flicker(at_s, fault.zone, max(1, int(feeder.customers * share)))
