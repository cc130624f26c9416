"""The weather where the customers are, worked out once for the whole day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from simulator.storm import Storm, WeatherPlan, layer_random
from simulator.weather.conditions import CALM, Conditions, Field
from simulator.weather.cyclone import cyclone
from simulator.weather.ice import ice_front
from simulator.weather.places import Places, Position
from simulator.weather.rain import rain
from simulator.weather.squall import Squall
from simulator.weather.track import centres

STEP_S = 1200.0
"""How far apart the weather is looked at; failures fall anywhere between two looks."""


class Exposure(NamedTuple):
    """The weather in each zone, each STEP_S from the start of the day."""

    steps: tuple[tuple[Conditions, ...], ...]

    def at(self, zone: int, at_s: float) -> Conditions:
        """The weather in `zone`; before and after the day's end as at its ends."""
        series = self.steps[zone]
        return series[min(len(series) - 1, max(0, int(at_s / STEP_S)))]


def field(plan: WeatherPlan, storm: Storm) -> Field | None:
    """The field of `plan`, with what the seed of `storm` adds to it; None when all is calm."""
    if plan.kind == "cyclone":
        return cyclone
    if plan.kind == "rain":
        return rain
    if plan.kind == "ice":
        return ice_front
    if plan.kind == "squall":
        return Squall(plan.track, layer_random(storm, "weather")).at
    return None


def exposure(storm: Storm, positions: Iterable[Position]) -> Exposure:
    """The weather over the whole day of the file, whatever part of it is generated."""
    plan = storm.weather
    weather = field(plan, storm)
    places = Places(positions)
    looks = [
        [CALM] * len(places) if point is None or weather is None else weather(point, places)
        for point in centres(plan.track, 0.0, storm.hours, STEP_S / 3600)
    ]
    return Exposure(tuple(zip(*looks, strict=True)))
