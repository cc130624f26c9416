"""A cyclone: the wind of G. J. Holland's profile, and rain around the eye.

Holland, "An analytic model of the wind and pressure profiles in hurricanes", Monthly Weather
Review 108 (1980).
"""

from __future__ import annotations

import math

from desk.distance import distance_km
from simulator.storm import TrackPoint
from simulator.weather.conditions import CALM_GUST_KMH, Conditions

AIR_KG_M3 = 1.15
AMBIENT_HPA = 1013.0
EARTH_RAD_S = 7.292e-5
# Wind near the ground over land against the gradient wind, and gust against mean: Harper,
# Kepert and Ginger, "Guidelines for converting between various wind averaging periods", WMO 2010.
SURFACE_RATIO = 0.75
GUST_FACTOR = 1.5
RAIN_FALLS_OFF_KM = 110.0


def cyclone(point: TrackPoint, lat: float, lon: float) -> Conditions:
    """Gust and rain of the cyclone that is at `point`."""
    r_km = distance_km(point.lat, point.lon, lat, lon)
    gust_kmh = holland_ms(point, r_km) * SURFACE_RATIO * GUST_FACTOR * 3.6
    rain_mm_h = point.rain_mm_h * math.exp(-max(0.0, r_km - point.radius_km) / RAIN_FALLS_OFF_KM)
    return Conditions(max(CALM_GUST_KMH, gust_kmh), rain_mm_h)


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
