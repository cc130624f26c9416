"""What fails on any day: animals, cars, old equipment; and what is switched off for work.

Counts are calibrated on a whole utility of 1.56 million customers, each 20 minutes for a year
(Alabama Power's outage page, 2022): half of the time 14 to 47 outages are open at once, and some
70 to 420 customers per million are out.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from simulator.grid.failures import Fault
from simulator.grid.network import Network
from simulator.odds import Odds, poisson
from simulator.storm import Storm, layer_random
from simulator.weather import STEP_S, Exposure

DEVICES = Odds(service=0.64, lateral=0.353, feeder=0.007)
CAUSES = Odds(animal=0.27, treeDown=0.22, equipment=0.31, vehicle=0.11, lineDown=0.09)
SMALL_LATERAL = 300
"""Everyday faults blow the fuses at the ends of the lines: long branches are better kept."""

# By the hour on the wall, in percent of the mean: squirrels and diggers by day, cars by night.
_HOURS = (38, 34, 32, 32, 38, 58, 95, 130, 150, 158, 156, 152, 148, 145, 145, 148, 146, 138, 122,
          106, 94, 80, 64, 48)  # fmt: skip

WORK_DAYS = 5
WORK_BEGINS_H, WORK_BEGINS_SPAN_H = 8.0, 5.0
WORK_LASTS_H = (1.5, 4.0)
WORK_OFF_KMH = 60.0
WORK_OFF_RAIN_MM_H = 15.0
WORK_OFF_BEFORE_H, WORK_OFF_AFTER_H = 12.0, 48.0
"""No line is switched off for work before bad weather, nor while all crews mend what it broke."""


def everyday_faults(storm: Storm, grid: Network, zone: ZoneInfo) -> Iterator[Fault]:
    """The faults that need no storm, in no order; `zone` is the territory's time zone."""
    draw = layer_random(storm, "everyday faults")
    for place in grid.zones:
        expected = storm.grid.calm_faults_per_day * storm.hours / 24 * place.customers / 1e6
        for _ in range(poisson(expected, draw)):
            at_s = _at_a_usual_hour(storm, zone, draw)
            feeder = grid.feeders[draw.choice(grid.of_zone[place.number])]
            device = DEVICES.draw(draw)
            cause = CAUSES.draw(draw)
            if device == "feeder":
                yield Fault(at_s, "feeder", place.number, feeder.number, 0, feeder.customers, cause)
                continue
            small = [branch for branch in feeder.laterals if branch.customers <= SMALL_LATERAL]
            if device == "lateral" and small:
                branch = draw.choice(small)
                yield Fault(at_s, "lateral", place.number, feeder.number, *branch, cause)
            else:
                home = int(draw.random() * feeder.customers)
                yield Fault(at_s, "service", place.number, feeder.number, home, 1, cause)


def _at_a_usual_hour(storm: Storm, zone: ZoneInfo, draw: random.Random) -> float:
    local = storm.starts_at.astimezone(zone)
    while True:
        at_s = draw.random() * storm.hours * 3600
        hour = int(local.hour + local.minute / 60 + at_s / 3600) % 24
        if draw.random() * max(_HOURS) < _HOURS[hour]:
            return at_s


def planned_works(
    storm: Storm, grid: Network, weather: Exposure, zone: ZoneInfo
) -> Iterator[Fault]:
    """Lines switched off for work in office hours; called off where the weather forbids it."""
    draw = layer_random(storm, "planned works")
    local = storm.starts_at.astimezone(zone)
    midnight_h = local.hour + local.minute / 60
    bad = _bad_hours(weather)
    for day in range(int((midnight_h + storm.hours) // 24) + 1):
        if (local.weekday() + day) % 7 >= WORK_DAYS:
            continue
        for place in grid.zones:
            expected = storm.grid.planned_works_per_day * place.customers / 1e6
            for _ in range(poisson(expected, draw)):
                hour = day * 24 - midnight_h + WORK_BEGINS_H + WORK_BEGINS_SPAN_H * draw.random()
                work = _work(grid, place.number, round(hour * 4) / 4 * 3600, draw)
                off = any(-WORK_OFF_AFTER_H <= when - hour <= WORK_OFF_BEFORE_H for when in bad)
                if work is not None and 0 <= hour < storm.hours and not off:
                    yield work


def _bad_hours(weather: Exposure) -> list[float]:
    """The hours at which it is too bad for work on lines anywhere in the territory."""
    return [
        step * STEP_S / 3600
        for step, everywhere in enumerate(zip(*weather.steps, strict=True))
        if any(
            here.gust_kmh >= WORK_OFF_KMH or here.rain_mm_h >= WORK_OFF_RAIN_MM_H or here.ice_mm_h
            for here in everywhere
        )
    ]


def _work(grid: Network, zone: int, at_s: float, draw: random.Random) -> Fault | None:
    feeder = grid.feeders[draw.choice(grid.of_zone[zone])]
    lasts_s = 3600 * (WORK_LASTS_H[0] + (WORK_LASTS_H[1] - WORK_LASTS_H[0]) * draw.random())
    if not feeder.laterals:
        return None
    branch = draw.choice(feeder.laterals)
    at_s = max(0.0, at_s)
    return Fault(at_s, "lateral", zone, feeder.number, *branch, "planned", round(lasts_s))
