"""A stalled low: a bell of rain and gust that moves along its track, or hardly does."""

from __future__ import annotations

import math

from desk.distance import distance_km
from simulator.storm import TrackPoint
from simulator.weather.conditions import CALM_GUST_KMH, Conditions


def rain(point: TrackPoint, lat: float, lon: float) -> Conditions:
    """Rain, gust and lightning of the low that is at `point`."""
    r_km = distance_km(point.lat, point.lon, lat, lon)
    bell = math.exp(-0.5 * (r_km / point.radius_km) ** 2)
    return Conditions(
        max(CALM_GUST_KMH, point.gust_kmh * bell),
        point.rain_mm_h * bell,
        point.lightning_km2_h * bell,
    )
