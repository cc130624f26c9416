"""The grid under the storm: zones of feeders, and what fails in them when.

A feeder or lateral has a capacity drawn once (a lognormal fragility curve); it fails when the gust
or the day's rain at its place first goes beyond it. Sizes are heavy-tailed, as in the incidents of
a real wind storm (a third of them one customer; of the rest p50/p90/p99 about 22/344/2,599).
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from desk.territories import Community, Territory
from simulator.odds import Odds, poisson
from simulator.storm import GridPlan, Storm, layer_random
from simulator.weather import Conditions, centre, conditions

STEP_S = 1200.0
"""How far apart the weather is looked at; failures fall anywhere between two looks."""

TWO_ZONES_FROM = 120_000
THREE_ZONES_FROM = 350_000
CUSTOMERS_PER_LATERAL = 500
CUSTOMERS_PER_SERVICE = 9_000
FIRST_BAND_S = 3600.0
"""What the weather at the start of the day is too much for fails within this time."""

LATE_SHARE = 0.12
"""Share of failures that come hours after the wind: soaked roots, cracked limbs."""

WIND_CAUSES = Odds(lineDown=0.36, treeDown=0.42, poleDown=0.14, lightingStrike=0.08)
RAIN_CAUSES = Odds(lineDown=0.35, poleDown=0.25, treeDown=0.15, lightingStrike=0.25)
CALM_CAUSES = Odds(animal=0.5, treeDown=0.3, lineDown=0.2)


class Zone(NamedTuple):
    """The part of a community that fails and comes back together, as a reader could tell."""

    number: int
    place: int
    community: Community
    lat: float
    lon: float
    customers: int


class Loss(NamedTuple):
    """A loss of supply at `at_s` seconds of the storm day."""

    at_s: float
    zone: int
    customers: int
    cause: str | None


class Exposure(NamedTuple):
    """The weather in each zone, each STEP_S from the start of the day."""

    steps: tuple[tuple[Conditions, ...], ...]

    def at(self, zone: int, at_s: float) -> Conditions:
        """The weather in `zone`; before and after the day's end as at its ends."""
        series = self.steps[zone]
        return series[min(len(series) - 1, max(0, int(at_s / STEP_S)))]


def zones(territory: Territory, draw: random.Random) -> tuple[Zone, ...]:
    """The zones of a territory: one in a town, two or three in a large city."""
    made: list[Zone] = []
    for place, community in enumerate(territory.community):
        count = 1 + (community.customers >= TWO_ZONES_FROM)
        count += community.customers >= THREE_ZONES_FROM
        turn = draw.random() * 2 * math.pi
        for part in range(count):
            away_km = 0.0 if count == 1 else community.radius_km * 0.5
            angle = turn + 2 * math.pi * part / count
            lat = community.lat + away_km * math.sin(angle) / 111.2
            east_km = 111.2 * math.cos(math.radians(lat))
            lon = community.lon + away_km * math.cos(angle) / east_km
            customers = max(1, community.customers // count)
            made.append(Zone(len(made), place, community, lat, lon, customers))
    return tuple(made)


def exposure(storm: Storm, places: tuple[Zone, ...]) -> Exposure:
    """The weather over the whole day of the file, whatever part of it is generated."""
    track = storm.weather.track
    last_hour = max(storm.hours, track[-1].hour if track else 0.0)
    centres = [
        centre(track, step * STEP_S / 3600) for step in range(int(last_hour * 3600 / STEP_S) + 1)
    ]
    return Exposure(
        tuple(
            tuple(conditions(storm.weather, point, zone.lat, zone.lon) for point in centres)
            for zone in places
        )
    )


def incidents(storm: Storm, places: tuple[Zone, ...], weather: Exposure) -> list[Loss]:
    """Every loss of the day, in time order; in a collapse there is nothing left to fail."""
    draw = layer_random(storm, "grid")
    found: list[Loss] = []
    for zone in places:
        if storm.grid.collapse is not None:
            at_s = storm.grid.collapse.hour * 3600 + draw.random() * 20
            found.append(Loss(at_s, zone.number, zone.customers, None))
            continue
        found += _weather_losses(storm.grid, zone, weather.steps[zone.number], draw)
        found += _calm_losses(storm, zone, draw)
    return sorted(found)


def _weather_losses(
    plan: GridPlan, zone: Zone, series: tuple[Conditions, ...], draw: random.Random
) -> Iterator[Loss]:
    worst_gust_kmh = list(accumulate((step.gust_kmh for step in series), max))
    rain_mm = list(accumulate(step.rain_mm_h * STEP_S / 3600 for step in series))
    if worst_gust_kmh[-1] < plan.gust_median_kmh / 3 and rain_mm[-1] < plan.rain_median_mm / 5:
        return
    # Trees and soil differ from town to town more than from street to street.
    shelter = draw.lognormvariate(0, 0.1)
    feeders = max(1, round(zone.customers / plan.feeder_customers))
    laterals = max(1, round(zone.customers / CUSTOMERS_PER_LATERAL))
    services = zone.customers // CUSTOMERS_PER_SERVICE
    left = zone.customers
    for kind, count in (("feeder", feeders), ("lateral", laterals), ("service", services)):
        for _ in range(count):
            gust_kmh = shelter * draw.lognormvariate(
                math.log(plan.gust_median_kmh), plan.gust_spread
            )
            wet_mm = draw.lognormvariate(math.log(plan.rain_median_mm), plan.rain_spread)
            at_s, causes = _first(worst_gust_kmh, rain_mm, gust_kmh, wet_mm, draw)
            if at_s is None:
                continue
            customers = min(left, _size(kind, plan, draw))
            left -= customers
            if customers:
                yield Loss(at_s, zone.number, customers, causes.draw(draw))


def _first(
    gusts_kmh: list[float],
    rain_mm: list[float],
    gust_kmh: float,
    wet_mm: float,
    draw: random.Random,
) -> tuple[float | None, Odds]:
    """When a capacity is first gone beyond, and the causes that this may have."""
    by_gust = bisect_right(gusts_kmh, gust_kmh)
    by_rain = bisect_right(rain_mm, wet_mm)
    step = min(by_gust, by_rain)
    if step == len(gusts_kmh):
        return None, WIND_CAUSES
    at_s = (step - draw.random()) * STEP_S if step else draw.random() * FIRST_BAND_S
    if draw.random() < LATE_SHARE:
        at_s += draw.expovariate(1 / 7200)
    return at_s, WIND_CAUSES if by_gust <= by_rain else RAIN_CAUSES


def _size(kind: str, plan: GridPlan, draw: random.Random) -> int:
    if kind == "feeder":
        return max(100, int(draw.lognormvariate(math.log(plan.feeder_customers), 0.5)))
    if kind == "lateral":
        return max(2, min(1500, int(draw.lognormvariate(math.log(22), 1.4))))
    return 1


def _calm_losses(storm: Storm, zone: Zone, draw: random.Random) -> Iterator[Loss]:
    """Everyday faults; `calm_faults_per_day` counts them per million customers."""
    expected = storm.grid.calm_faults_per_day * storm.hours / 24 * zone.customers / 1e6
    for _ in range(poisson(expected, draw)):
        at_s = draw.random() * storm.hours * 3600
        kind = "feeder" if draw.random() < 0.06 else "lateral"
        customers = min(zone.customers, _size(kind, storm.grid, draw))
        yield Loss(at_s, zone.number, customers, CALM_CAUSES.draw(draw))
