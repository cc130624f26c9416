"""What the weather is at one place and moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from simulator.storm import TrackPoint
from simulator.weather.places import Places

CALM_GUST_KMH = 18.0


class Conditions(NamedTuple):
    """The weather at a place and time.

    `lightning_km2_h` counts strikes to the ground per km² and hour; `ice_mm_h` is how fast ice
    grows on a wire, as thickness all around it.
    """

    gust_kmh: float
    rain_mm_h: float
    lightning_km2_h: float = 0.0
    ice_mm_h: float = 0.0


CALM = Conditions(CALM_GUST_KMH, 0.0)

Field = Callable[[TrackPoint, Places], list[Conditions]]
"""The weather at each place while the storm's centre is at a point of its track."""
