"""Where the weather is looked at: many places at once, for a storm day asks 100,000 times."""

from __future__ import annotations

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

from desk.distance import EARTH_RADIUS_KM

Position = tuple[float, float]
"""Latitude and longitude in degrees."""


class Places:
    """Positions in their order, with what their distances have in common worked out once."""

    def __init__(self, positions: Iterable[Position]) -> None:
        self.positions = tuple(positions)
        self._with_cosines = [(lat, lon, cos(radians(lat))) for lat, lon in self.positions]

    def __len__(self) -> int:
        """How many places there are."""
        return len(self.positions)

    def distances_km(self, lat: float, lon: float) -> list[float]:
        """How far each place lies from a point: the same as desk.distance.distance_km."""
        cosine = cos(radians(lat))
        return [
            2 * EARTH_RADIUS_KM
            * asin(min(1.0, sqrt(sin(radians(there - lat) / 2) ** 2
                                 + cosine * there_cosine * sin(radians(east - lon) / 2) ** 2)))
            for there, east, there_cosine in self._with_cosines
        ]  # fmt: skip
