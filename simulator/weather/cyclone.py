"""A cyclone: the wind of G. J. Holland's profile, and rain around the eye.

Holland, "An analytic model of the wind and pressure profiles in hurricanes", Monthly Weather
Review 108 (1980).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from simulator.storm import TrackPoint
from simulator.weather.conditions import CALM_GUST_KMH, Conditions
from simulator.weather.places import Places

AIR_KG_M3 = 1.15
AMBIENT_HPA = 1013.0
EARTH_RAD_S = 7.292e-5
# Wind near the ground over land against the gradient wind, and gust against mean: Harper,
# Kepert and Ginger, "Guidelines for converting between various wind averaging periods", WMO 2010.
SURFACE_RATIO = 0.75
GUST_FACTOR = 1.5
RAIN_FALLS_OFF_KM = 110.0


def cyclone(point: TrackPoint, places: Places) -> list[Conditions]:
    """Gust and rain of the cyclone that is at `point`."""
    far_km = places.distances_km(point.lat, point.lon)
    exp, radius_km, rain_mm_h = math.exp, point.radius_km, point.rain_mm_h
    return [
        Conditions(
            max(CALM_GUST_KMH, wind_ms * SURFACE_RATIO * GUST_FACTOR * 3.6),
            rain_mm_h * exp(-max(0.0, r_km - radius_km) / RAIN_FALLS_OFF_KM),
        )
        for r_km, wind_ms in zip(far_km, holland_ms(point, far_km), strict=True)
    ]


def holland_ms(point: TrackPoint, far_km: Iterable[float]) -> list[float]:
    """The gradient wind in m/s at each distance in km from the centre of a cyclone."""
    deficit_pa = max(0.0, AMBIENT_HPA - point.pressure_hpa) * 100
    if deficit_pa == 0.0:
        return [0.0 for _ in far_km]
    # Holland's B grows with the depth of the storm; this line is the one of Harper and Holland
    # (1999), which keeps it between 1 and 2.5.
    b = min(2.5, max(1.0, 2.0 - (point.pressure_hpa - 900) / 160))
    coriolis = 2 * EARTH_RAD_S * math.sin(math.radians(abs(point.lat)))
    exp, sqrt, radius_m = math.exp, math.sqrt, point.radius_km * 1000
    winds_ms = []
    for r_km in far_km:
        r_m = max(r_km, 0.5) * 1000
        ratio = (radius_m / r_m) ** b
        half = r_m * coriolis / 2
        winds_ms.append(sqrt(b / AIR_KG_M3 * ratio * deficit_pa * exp(-ratio) + half**2) - half)
    return winds_ms
