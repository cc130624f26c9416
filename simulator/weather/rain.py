"""A stalled low: a bell of rain and gust that moves along its track, or hardly does."""

from __future__ import annotations

import math

from simulator.storm import TrackPoint
from simulator.weather.conditions import CALM_GUST_KMH, Conditions
from simulator.weather.places import Places


def rain(point: TrackPoint, places: Places) -> list[Conditions]:
    """Rain, gust and lightning of the low that is at `point`."""
    far_km = places.distances_km(point.lat, point.lon)
    bells = [math.exp(-0.5 * (r_km / point.radius_km) ** 2) for r_km in far_km]
    return [
        Conditions(
            max(CALM_GUST_KMH, point.gust_kmh * bell),
            point.rain_mm_h * bell,
            point.lightning_km2_h * bell,
        )
        for bell in bells
    ]
