"""The weather of a storm day: a field over the territory by time, and what is said of it."""

from simulator.weather.field import (
    AMBIENT_HPA,
    CALM,
    CALM_GUST_KMH,
    Conditions,
    centre,
    conditions,
    holland_ms,
)
from simulator.weather.forecast import Bulletin

__all__ = [
    "AMBIENT_HPA",
    "CALM",
    "CALM_GUST_KMH",
    "Bulletin",
    "Conditions",
    "centre",
    "conditions",
    "holland_ms",
]
