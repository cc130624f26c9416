"""The weather of a storm day: a field over the territory by time, and what is said of it."""

from simulator.weather.conditions import CALM, CALM_GUST_KMH, Conditions, Field
from simulator.weather.cyclone import AMBIENT_HPA, cyclone, holland_ms
from simulator.weather.exposure import STEP_S, Exposure, exposure, field
from simulator.weather.forecast import Bulletin, bulletins
from simulator.weather.ice import accretion_mm_h, ice_front
from simulator.weather.places import Places, Position
from simulator.weather.rain import rain
from simulator.weather.squall import Squall
from simulator.weather.track import centre

__all__ = [
    "AMBIENT_HPA",
    "CALM",
    "CALM_GUST_KMH",
    "STEP_S",
    "Bulletin",
    "Conditions",
    "Exposure",
    "Field",
    "Places",
    "Position",
    "Squall",
    "accretion_mm_h",
    "bulletins",
    "centre",
    "cyclone",
    "exposure",
    "field",
    "holland_ms",
    "ice_front",
    "rain",
]
