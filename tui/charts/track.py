"""What a map of a storm day shows: the land, how hard each place was hit, and the storm's way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from desk.distance import distance_km
from desk.serving.protocol import MapPlace
from desk.territories import Territory
from simulator.storm import Storm, TrackPoint
from simulator.weather import centre
from tui.charts.hours import Hours
from tui.charts.ticks import hour_step

KM_PER_DEGREE = 111.2
MARKS = 8
"""About how many hours of the track are marked."""

Spot = tuple[float, float]
"""Longitude and latitude in degrees."""


class Centre(NamedTuple):
    """The storm's centre at an hour of the storm day."""

    hour: float
    lon: float
    lat: float


class StormMap(NamedTuple):
    """A map before it is drawn.

    `shares` holds for each place the largest share of its customers that were out at one time.
    `path` is the way of the centre in the told hours, `marks` some hours of it; `edges` are the two
    borders of the band that a front, a squall line or a rain cell sweeps over.
    """

    lines: tuple[tuple[Spot, ...], ...]
    places: tuple[MapPlace, ...]
    shares: dict[str, float]
    path: tuple[Centre, ...]
    marks: tuple[Centre, ...]
    edges: tuple[tuple[Spot, ...], ...]
    landfall: Centre | None


def storm_map(
    storm: Storm, territory: Territory, shares: dict[str, float], hours: Hours
) -> StormMap:
    """The map of a storm; the centre is marked at round times on the wall."""
    track, kind = storm.weather.track, storm.weather.kind
    steps = [storm.told_hours * number / 96 for number in range(97)]
    path = [point for hour in steps if (point := _centre(track, hour))]
    lasts_h = path[-1].hour - path[0].hour if path else 0.0
    ticks = hours.ticks(MARKS, hour_step(lasts_h, MARKS))
    marks = [point for tick in ticks if (point := _centre(track, tick.at))]
    places = tuple(
        MapPlace(one.id, one.name, one.lat, one.lon, one.customers) for one in territory.community
    )
    edges = () if kind in {"cyclone", "calm"} else tuple(_edges(track, path))
    land = landfall(track, territory.lines) if kind == "cyclone" else None
    return StormMap(territory.lines, places, shares, tuple(path), tuple(marks), edges, land)


def landfall(track: tuple[TrackPoint, ...], outline: Sequence[Sequence[Spot]]) -> Centre | None:
    """Where the track first crosses a line of the outline; None where it never does."""
    for before, after in pairwise(track):
        here, there = (before.lon, before.lat), (after.lon, after.lat)
        shares = [
            share
            for line in outline
            for begin, end in pairwise(line)
            for share in _crossing(here, there, begin, end)
        ]
        if shares:
            return _centre(track, before.hour + min(shares) * (after.hour - before.hour))
    return None


def _centre(track: tuple[TrackPoint, ...], hour: float) -> Centre | None:
    point = centre(track, hour)
    return None if point is None else Centre(hour, point.lon, point.lat)


def _edges(track: tuple[TrackPoint, ...], path: Sequence[Centre]) -> Iterator[tuple[Spot, ...]]:
    """The left and right border of what the storm sweeps over, along its way."""
    reaches = [_reach_km(track, here.hour) for here in path]
    for side in (-1, 1):
        border = []
        for (here, there), reach_km in zip(pairwise(path), reaches, strict=False):
            narrow = math.cos(math.radians(here.lat))
            east, north = (there.lon - here.lon) * narrow, there.lat - here.lat
            length = math.hypot(east, north)
            if length == 0:
                continue
            away = side * reach_km / KM_PER_DEGREE / length
            spot = (here.lon + away * north / narrow, here.lat - away * east)
            # Where the way bends, the inner border would fold over what the storm sweeps.
            if not any(
                distance_km(spot[1], spot[0], other.lat, other.lon) < 0.97 * km
                for other, km in zip(path, reaches, strict=True)
            ):
                border.append(spot)
        yield tuple(border)


def _reach_km(track: tuple[TrackPoint, ...], hour: float) -> float:
    """How far the storm reaches to either side of its way."""
    point = centre(track, hour)
    return 0.0 if point is None else point.length_km / 2 or point.radius_km


def _crossing(a: Spot, b: Spot, c: Spot, d: Spot) -> Iterator[float]:
    """The share of the way from `a` to `b` at which the line from `c` to `d` is crossed."""
    (ax, ay), (cx, cy) = a, c
    rx, ry, sx, sy = b[0] - ax, b[1] - ay, d[0] - cx, d[1] - cy
    across = rx * sy - ry * sx
    if across:
        share = ((cx - ax) * sy - (cy - ay) * sx) / across
        if 0 <= share <= 1 and 0 <= ((cx - ax) * ry - (cy - ay) * rx) / across <= 1:
            yield share
