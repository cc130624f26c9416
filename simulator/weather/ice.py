"""A winter front: rain through cold air near the ground, which freezes on every wire and branch.

How fast ice grows is the simple model of K. F. Jones, "A simple model for freezing rain ice
loads", Atmospheric Research 46 (1998): what falls and what the wind drives against the wire.
"""

from __future__ import annotations

import math

from simulator.storm import TrackPoint
from simulator.weather.conditions import CALM_GUST_KMH, Conditions
from simulator.weather.places import Places
from simulator.weather.track import KM_PER_DEGREE

ICE_G_CM3 = 0.9
WATER_G_CM3 = 1.0
GUST_PER_MEAN = 1.6
COLDER_NORTH_C_PER_KM = 0.014
"""Cold air is dammed against the mountains from the north-east; towards the south it thaws."""


def ice_front(point: TrackPoint, places: Places) -> list[Conditions]:
    """Gust, rain and the growth of ice; `temperature_c` holds at the centre of the front."""
    far_km = places.distances_km(point.lat, point.lon)
    pairs = zip(far_km, places.positions, strict=True)
    return [_at(point, r_km, lat) for r_km, (lat, _) in pairs]


def _at(point: TrackPoint, r_km: float, lat: float) -> Conditions:
    bell = math.exp(-0.5 * (r_km / point.radius_km) ** 2)
    rain_mm_h = point.rain_mm_h * bell
    gust_kmh = max(CALM_GUST_KMH, point.gust_kmh * math.sqrt(bell))
    north_km = (lat - point.lat) * KM_PER_DEGREE
    freezing = freezing_share(point.temperature_c - COLDER_NORTH_C_PER_KM * north_km)
    wind_ms = gust_kmh / GUST_PER_MEAN / 3.6
    grown_mm_h = accretion_mm_h(rain_mm_h, wind_ms) * freezing
    return Conditions(gust_kmh, rain_mm_h, 0.0, grown_mm_h)


def accretion_mm_h(rain_mm_h: float, wind_ms: float) -> float:
    """Ice all around a wire, in mm an hour, while all of the rain freezes (Jones 1998)."""
    # Liquid water in the air, g/m³, by A. C. Best (1950), as Jones takes it.
    water_g_m3 = 0.067 * rain_mm_h**0.846
    falling, driven = rain_mm_h * WATER_G_CM3, 3.6 * wind_ms * water_g_m3
    return math.hypot(falling, driven) / (ICE_G_CM3 * math.pi)


def freezing_share(temperature_c: float) -> float:
    """The share of the rain that stays on a wire as ice: all below -1 °C, none above +0.5."""
    return min(1.0, max(0.0, (0.5 - temperature_c) / 1.5))
