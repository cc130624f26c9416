"""A squall line: thunderstorm cells side by side that sweep over the land, gust front first.

A cell sends down 1 to 10 flashes a minute over some 250 km² (MacGorman and Rust, "The Electrical
Nature of Storms", 1998), which is 0.2 to 2.4 strikes per km² and hour in its core; each cell lives
for about an hour and the next one grows beside it.
"""

from __future__ import annotations

import math
import random
from typing import NamedTuple

from simulator.storm import TrackPoint
from simulator.weather.conditions import CALM, CALM_GUST_KMH, Conditions
from simulator.weather.places import Places
from simulator.weather.track import heading, offset_km

CELL_EVERY_KM = 30.0
CELL_LIVES_H = 1.2
FRONT_SHARE = 0.5
"""The gust between two cells against that in the core of one."""

RAIN_BEHIND_KM = 20.0


class Cell(NamedTuple):
    """A thunderstorm in the line, `along_km` from its middle; `strength` is 1 in the strongest."""

    along_km: float
    hour: float
    strength: float


class Squall:
    """The field of a squall line; its cells are drawn once."""

    def __init__(self, track: tuple[TrackPoint, ...], draw: random.Random) -> None:
        self._track = track
        longest_km = max((point.length_km for point in track), default=0.0)
        lasts_h = track[-1].hour - track[0].hour if track else 0.0
        count = round(longest_km / CELL_EVERY_KM * max(1.0, lasts_h / CELL_LIVES_H))
        self._cells = tuple(
            Cell(
                (draw.random() - 0.5) * longest_km,
                track[0].hour + lasts_h * draw.random(),
                0.35 + 0.65 * draw.random() ** 1.5,
            )
            for _ in range(count)
        )

    def at(self, point: TrackPoint, places: Places) -> list[Conditions]:
        """Gust, rain and lightning while the middle of the line is at `point`."""
        east, north = heading(self._track, point.hour)
        living = [
            (cell.along_km, cell.strength * (1 - ((cell.hour - point.hour) / CELL_LIVES_H) ** 2))
            for cell in self._cells
            if abs(cell.hour - point.hour) < CELL_LIVES_H
        ]
        seen = []
        for lat, lon in places.positions:
            east_km, north_km = offset_km(point, lat, lon)
            ahead_km = east_km * east + north_km * north
            along_km = north_km * east - east_km * north
            seen.append(_under(point, living, ahead_km, along_km))
        return seen


def _under(
    point: TrackPoint, living: list[tuple[float, float]], ahead_km: float, along_km: float
) -> Conditions:
    """The weather so far ahead of the line and so far along it from its middle."""
    beyond_km = max(0.0, abs(along_km) - point.length_km / 2)
    if abs(ahead_km) > 4 * point.radius_km + RAIN_BEHIND_KM or beyond_km > 60:
        return CALM
    core = _core(living, along_km)
    ends = math.exp(-beyond_km / 15)
    front = ends * math.exp(-0.5 * (ahead_km / (0.6 * point.radius_km)) ** 2)
    behind_km = ahead_km + RAIN_BEHIND_KM
    wet = ends * math.exp(-0.5 * (behind_km / point.radius_km) ** 2) * (0.3 + 0.7 * core)
    gust_kmh = point.gust_kmh * front * (FRONT_SHARE + (1 - FRONT_SHARE) * core)
    return Conditions(
        max(CALM_GUST_KMH, gust_kmh),
        point.rain_mm_h * wet,
        point.lightning_km2_h * front * core,
    )


def _core(living: list[tuple[float, float]], along_km: float) -> float:
    """How near the core of a living cell is, 0-1, of cells at their place with their strength."""
    nearest = 0.0
    for cell_km, strength in living:
        off = (cell_km - along_km) / (0.4 * CELL_EVERY_KM)
        if abs(off) < 3:
            nearest = max(nearest, strength * math.exp(-0.5 * off * off))
    return nearest
