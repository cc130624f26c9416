"""Where a storm's centre is, and which way it moves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from simulator.storm import TrackPoint

KM_PER_DEGREE = 111.2


def centre(track: tuple[TrackPoint, ...], hour: float) -> TrackPoint | None:
    """The storm at `hour`, between two points of its track; None before and after it."""
    for before, after in pairwise(track):
        if before.hour <= hour <= after.hour:
            share = (hour - before.hour) / (after.hour - before.hour)
            values = {
                name: getattr(before, name) + share * (getattr(after, name) - getattr(before, name))
                for name in TrackPoint.__struct_fields__
            }
            return TrackPoint(**values)
    return None


def centres(
    track: tuple[TrackPoint, ...], from_hour: float, to_hour: float, step_h: float
) -> Iterator[TrackPoint | None]:
    """The storm each `step_h` from `from_hour` up to `to_hour`."""
    for step in range(int((to_hour - from_hour) / step_h + 1e-9) + 1):
        yield centre(track, from_hour + step * step_h)


def heading(track: tuple[TrackPoint, ...], hour: float) -> tuple[float, float]:
    """The direction of motion at `hour`: its east and north parts, of length 1."""
    last = (1.0, 0.0)
    for before, after in pairwise(track):
        east, north = offset_km(before, after.lat, after.lon)
        length = math.hypot(east, north)
        if length > 0:
            last = east / length, north / length
        if hour <= after.hour:
            break
    return last


def offset_km(point: TrackPoint, lat: float, lon: float) -> tuple[float, float]:
    """How far east and north of the centre a place lies; flat, good within some 500 km."""
    east = (lon - point.lon) * KM_PER_DEGREE * math.cos(math.radians((lat + point.lat) / 2))
    return east, (lat - point.lat) * KM_PER_DEGREE
