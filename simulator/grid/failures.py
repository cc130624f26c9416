"""What fails in the weather, and when: a draw for each device against its fragility.

Sizes and shares follow the incidents on PG&E's outage page in January 2021: 39 to 47 in a hundred
of more than one customer; of those p50/p90/p99 about 22/344/2,599.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal, NamedTuple

from simulator.grid.fragility import NONE, Risk, risks
from simulator.grid.network import Network
from simulator.odds import Odds, poisson
from simulator.storm import Storm, layer_random
from simulator.weather import STEP_S, Exposure

Device = Literal["substation", "feeder", "lateral", "service"]

FIRST_BAND_S = 3600.0
"""What the weather at the start of the day is too much for fails within this time."""

LATE_SHARE = 0.2
"""Share of failures that come hours after the wind: soaked roots, cracked limbs."""
LATE_MEAN_S = 5 * 3600.0

HOME_LATER_SHARE = 0.3
"""Single services that are noticed when somebody comes home, or when the street is back."""
HOME_LATER_MEAN_S = 14 * 3600.0

FEEDER_RISK = 1.5
SUBSTATION_RISK = 0.2
SERVICES_PER_LATERAL = 1.3
"""Drops under old trees, counted by the laterals of a zone: the rest hardly ever fails."""

_CAUSES = (
    Odds(lineDown=0.36, treeDown=0.44, poleDown=0.17, lightingStrike=0.03),
    Odds(lineDown=0.36, poleDown=0.3, treeDown=0.2, lightingStrike=0.14),
    Odds(treeDown=0.55, lineDown=0.33, poleDown=0.12),
    Odds(lightingStrike=0.66, lineDown=0.2, poleDown=0.14),
)
"""By hazard, as in Risk."""


class Fault(NamedTuple):
    """A device that fails at `at_s`; `customers` hang on it.

    `part` is where on its feeder, counted in customers: a lateral's `first`, or a service's own
    place; for a substation it is its number. `cause` is the utility's: a word of the CIM, or
    vehicle, equipment or planned. `lasts_s` is known beforehand of planned work only.
    """

    at_s: float
    device: Device
    zone: int
    feeder: int
    part: int
    customers: int
    cause: str | None
    lasts_s: float | None = None


def weather_faults(storm: Storm, grid: Network, weather: Exposure) -> Iterator[Fault]:
    """Everything that the weather breaks, in no order."""
    draw = layer_random(storm, "grid")
    rows: list[list[Risk]] = []
    for zone in grid.zones:
        # Trees and soil differ from town to town more than from street to street.
        shelter = draw.lognormvariate(0, 0.1)
        rows.append(risks(storm.grid, weather.steps[zone.number], shelter))
        if rows[-1]:
            yield from _in_zone(grid, zone.number, rows[-1], draw)
    for number, feeders in enumerate(grid.substations):
        zone_number = grid.feeders[feeders[0]].zone
        at = _when(rows[zone_number], SUBSTATION_RISK, draw)
        if at is not None:
            customers = sum(grid.feeders[feeder].customers for feeder in feeders)
            yield Fault(at[0], "substation", zone_number, feeders[0], number, customers, at[1])


def _in_zone(grid: Network, zone: int, rows: list[Risk], draw: random.Random) -> Iterator[Fault]:
    laterals = 0
    for number in grid.of_zone[zone]:
        feeder = grid.feeders[number]
        at = _when(rows, FEEDER_RISK, draw)
        if at is not None:
            yield Fault(at[0], "feeder", zone, number, 0, feeder.customers, at[1])
        laterals += len(feeder.laterals)
        # The share that fails is drawn before who it is: far fewer draws than one for each.
        failing = poisson(len(feeder.laterals) * rows[-1].chance(), draw)
        for branch in draw.sample(feeder.laterals, min(failing, len(feeder.laterals))):
            at_s, cause = _moment(rows, 1.0, draw.random() * rows[-1].chance(), draw)
            yield Fault(at_s, "lateral", zone, number, branch.first, branch.customers, cause)
    for _ in range(poisson(SERVICES_PER_LATERAL * laterals * rows[-1].chance(), draw)):
        at_s, cause = _moment(rows, 1.0, draw.random() * rows[-1].chance(), draw)
        if draw.random() < HOME_LATER_SHARE:
            at_s += draw.expovariate(1 / HOME_LATER_MEAN_S)
        number = draw.choice(grid.of_zone[zone])
        place = int(draw.random() * grid.feeders[number].customers)
        yield Fault(at_s, "service", zone, number, place, 1, cause)


def _when(rows: list[Risk], weaker: float, draw: random.Random) -> tuple[float, str] | None:
    """When one device fails, and of what; None if it stands."""
    chance = draw.random()
    if not rows or chance >= rows[-1].chance(weaker):
        return None
    return _moment(rows, weaker, chance, draw)


def _moment(
    rows: list[Risk], weaker: float, chance: float, draw: random.Random
) -> tuple[float, str]:
    """The second at which the chance of having failed goes beyond `chance`, and the cause."""
    exponent = -math.log(1 - chance) / weaker
    step = min(len(rows) - 1, bisect_right(rows, exponent, key=lambda risk: risk.total))
    before = rows[step - 1] if step else NONE
    share = draw.random()
    at_s = (step - 1 + share) * STEP_S if step else share * FIRST_BAND_S
    if draw.random() < LATE_SHARE:
        at_s += draw.expovariate(1 / LATE_MEAN_S)
    added = [now - then for now, then in zip(rows[step], before, strict=True)]
    pick = draw.random() * sum(added)
    hazard = 0
    while hazard < len(added) - 1 and pick >= added[hazard]:
        pick -= added[hazard]
        hazard += 1
    cause = _CAUSES[hazard].draw(draw)
    # Gusts have their thunder, but not in freezing rain.
    icy = cause == "lightingStrike" and rows[-1].ice > 0
    return max(0.0, at_s), "treeDown" if icy else cause
