"""A collapse of the whole system and its black start: nothing is broken, and all is dark.

Zones return in order of size, with the luck of where the islands grow that are started first.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from itertools import accumulate, pairwise

from simulator.grid import Network, Zone
from simulator.restoration.outage import Estimate, Incident, Outage
from simulator.storm import Collapse, Storm, layer_random

WITHIN_S = 20.0
"""The time that the last protection takes to open."""

NOBODY_KNOWS_S = (1.2 * 3600, 2.6 * 3600)
FIRST_WORD_H = (6.0, 10.0)
"""How long "six to ten hours" is: what an operator says first of a system that is black."""

ISLANDS_GROW = 0.62
"""The share of the time that half of a share takes: on 28 April 2025 a third of Spain's demand was
served after ten hours, half after eleven, all of it after seventeen (Red Eléctrica)."""

SWITCHING_ON_S = 3600.0


def collapsed(
    storm: Storm, grid: Network, plan: Collapse
) -> tuple[tuple[Outage, ...], tuple[Incident, ...]]:
    """One outage for each zone; every one of them is an incident of its substation."""
    draw = layer_random(storm, "crews")
    starts = [plan.hour * 3600 + draw.random() * WITHIN_S for _ in grid.zones]
    back_s = _black_start(plan, grid.zones, draw)
    order = sorted(grid.zones, key=lambda zone: (starts[zone.number], zone.number))
    outages = tuple(
        _outage(plan, number, zone, starts[zone.number], back_s[zone.number], draw)
        for number, zone in enumerate(order)
    )
    incidents = tuple(
        Incident(
            outage.number,
            outage.number,
            outage.zone.number,
            "substation",
            grid.of_zone[outage.zone.number][0],
            outage.started_s,
            outage.restored_s,
            outage.customers,
            None,
        )
        for outage in outages
    )
    return outages, incidents


def _black_start(plan: Collapse, zones: tuple[Zone, ...], draw: random.Random) -> dict[int, float]:
    """When each zone is whole again, larger ones mostly first; few at first, for islands grow."""
    turn = {zone.number: math.log(zone.customers) + draw.gauss(0, 1.2) for zone in zones}
    span_h = plan.last_back_hour - plan.first_back_hour
    ranked = sorted(turn, key=turn.__getitem__, reverse=True)
    upto = [0, *accumulate(zones[zone].customers for zone in ranked)]
    back_s = {}
    for zone, (before, after) in zip(ranked, pairwise(upto), strict=True):
        share = (before + (after - before) * draw.random()) / upto[-1]
        back_s[zone] = 3600 * (plan.first_back_hour + span_h * share**ISLANDS_GROW)
    return back_s


def _outage(
    plan: Collapse, number: int, zone: Zone, at_s: float, back_s: float, draw: random.Random
) -> Outage:
    crew_s = max(at_s, back_s - min(1.5 * 3600, plan.first_back_hour * 1800))
    first = int(zone.customers * (0.45 + 0.4 * draw.random()))
    first_s = crew_s + (back_s - crew_s) * (0.5 + 0.35 * draw.random())
    staged = zone.customers >= 200 and back_s - crew_s >= 1800
    back = ((first_s, first), (back_s, zone.customers - first))
    return Outage(
        number,
        zone,
        at_s,
        back_s,
        zone.customers,
        None,
        crew_s,
        ((at_s, zone.customers),),
        back if staged else ((back_s, zone.customers),),
        tuple(_estimates(at_s, crew_s, back_s, draw)),
    )


def _estimates(
    at_s: float, crew_s: float, back_s: float, draw: random.Random
) -> Iterator[Estimate]:
    """One word for all, hours later; then nothing better than "tonight", until it is near."""
    first_s = at_s + NOBODY_KNOWS_S[0] + (NOBODY_KNOWS_S[1] - NOBODY_KNOWS_S[0]) * draw.random()
    due_s = at_s + 3600 * (FIRST_WORD_H[0] + (FIRST_WORD_H[1] - FIRST_WORD_H[0]) * draw.random())
    said_s = first_s
    while said_s < min(back_s, crew_s):
        yield Estimate(said_s, due_s)
        if due_s >= crew_s:
            break
        said_s, due_s = due_s + 1800 * draw.random(), due_s + 3600 * (2 + 2 * draw.random())
    near_s = max(crew_s + SWITCHING_ON_S * 0.2 * draw.random(), first_s)
    if near_s < back_s:
        yield Estimate(near_s, max(near_s + 900, back_s + 900 * draw.gauss(0.5, 1)))
