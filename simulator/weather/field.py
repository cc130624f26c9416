"""The weather of a storm day: gust and rain over the territory by time.

A cyclone has the wind profile of G. J. Holland, "An analytic model of the wind and pressure
profiles in hurricanes", Monthly Weather Review 108 (1980). A rain cell is a bell of rain and gust
that moves along its track.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

from desk.distance import distance_km
from simulator.storm import TrackPoint, WeatherPlan

AIR_KG_M3 = 1.15
AMBIENT_HPA = 1013.0
EARTH_RAD_S = 7.292e-5
# Wind near the ground over land against the gradient wind, and gust against mean: Harper,
# Kepert and Ginger, "Guidelines for converting between various wind averaging periods", WMO 2010.
SURFACE_RATIO = 0.75
GUST_FACTOR = 1.5
CALM_GUST_KMH = 18.0


class Conditions(NamedTuple):
    """The weather at a place and time; lightning in strikes to the ground per km² and hour."""

    gust_kmh: float
    rain_mm_h: float
    lightning_km2_h: float = 0.0
    ice_mm_h: float = 0.0


CALM = Conditions(CALM_GUST_KMH, 0.0)


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


def holland_ms(point: TrackPoint, r_km: float) -> float:
    """The gradient wind in m/s at `r_km` from the centre of a cyclone."""
    deficit_pa = max(0.0, AMBIENT_HPA - point.pressure_hpa) * 100
    if deficit_pa == 0.0:
        return 0.0
    # Holland's B grows with the depth of the storm; this line is the one of Harper and Holland
    # (1999), which keeps it between 1 and 2.5.
    b = min(2.5, max(1.0, 2.0 - (point.pressure_hpa - 900) / 160))
    r_m = max(r_km, 0.5) * 1000
    ratio = (point.radius_km * 1000 / r_m) ** b
    coriolis = 2 * EARTH_RAD_S * math.sin(math.radians(abs(point.lat)))
    half = r_m * coriolis / 2
    return math.sqrt(b / AIR_KG_M3 * ratio * deficit_pa * math.exp(-ratio) + half**2) - half


def conditions(plan: WeatherPlan, point: TrackPoint | None, lat: float, lon: float) -> Conditions:
    """The weather at a place while the storm's centre is at `point`."""
    if point is None or plan.kind == "calm":
        return CALM
    r_km = distance_km(point.lat, point.lon, lat, lon)
    if plan.kind == "cyclone":
        gust_kmh = holland_ms(point, r_km) * SURFACE_RATIO * GUST_FACTOR * 3.6
        rain_mm_h = point.rain_mm_h * math.exp(-max(0.0, r_km - point.radius_km) / 110)
    else:
        bell = math.exp(-0.5 * (r_km / point.radius_km) ** 2)
        gust_kmh = point.gust_kmh * bell
        rain_mm_h = point.rain_mm_h * bell
    return Conditions(max(CALM_GUST_KMH, gust_kmh), rain_mm_h)
