"""Which community a point of the map lies in."""

from __future__ import annotations

import math
from collections.abc import Iterable

from desk.distance import KM_PER_DEGREE, distance_km
from desk.post import Geo, Location
from desk.territories.territory import Community

NEAR_KM = 5.0
"""How far beyond a community's radius coordinates still count as its surroundings."""

GEO_RADIUS_KM = 0.5
OUTSIDE_KM = 50.0
AROUND_KM = 40.0
"""How far off what happens in a community may well happen in the next."""


class Ground:
    """The communities of a territory by where they lie."""

    def __init__(self, communities: Iterable[Community]) -> None:
        self._communities = tuple(communities)
        self._grid = _grid(self._communities)
        self._around: dict[str, tuple[str, ...]] = {}

    def community_at(self, geo: Geo) -> Location | None:
        """The nearest community whose radius reaches the place, else the next to reach it."""
        best: tuple[float, float, Community] | None = None
        for community in self._grid.get((math.floor(geo.lat), math.floor(geo.lon)), ()):
            reach_km = community.radius_km + NEAR_KM
            if abs(community.lat - geo.lat) * KM_PER_DEGREE > 1.001 * reach_km:
                continue  # most are, and to know it costs a tenth
            away = distance_km(community.lat, community.lon, geo.lat, geo.lon)
            beyond = max(0.0, away - community.radius_km)
            if beyond <= NEAR_KM and (best is None or (beyond, away) < best[:2]):
                best = (beyond, away, community)
        if best is None:
            return None
        return Location(
            community=best[2].id,
            lat=geo.lat,
            lon=geo.lon,
            radius_km=GEO_RADIUS_KM,
            source="coordinates",
            confidence=round(0.97 - 0.37 * best[0] / NEAR_KM, 3),
        )

    def around(self, community: Community) -> tuple[str, ...]:
        """The ids of the communities within `AROUND_KM` of one, its own among them."""
        found = self._around.get(community.id)
        if found is None:
            found = self._around[community.id] = tuple(
                one.id
                for one in self._communities
                if distance_km(one.lat, one.lon, community.lat, community.lon) <= AROUND_KM
            )
        return found

    def is_outside(self, geo: Geo) -> bool:
        """Whether a point lies well outside the territory."""
        return all(
            distance_km(community.lat, community.lon, geo.lat, geo.lon)
            > community.radius_km + OUTSIDE_KM
            for community in self._communities
        )


def reaches(community: Community, lat: float, lon: float, margin_km: float = 0.0) -> bool:
    """Whether a point lies within a community's radius, and so many km around it."""
    away_km = distance_km(community.lat, community.lon, lat, lon)
    return away_km <= community.radius_km + margin_km


def _grid(communities: Iterable[Community]) -> dict[tuple[int, int], tuple[Community, ...]]:
    """The communities that may reach into each square of one degree."""
    cells: dict[tuple[int, int], list[Community]] = {}
    for community in communities:
        reach = (community.radius_km + NEAR_KM) / KM_PER_DEGREE
        wide = min(180.0, reach / max(0.01, math.cos(math.radians(abs(community.lat) + reach))))
        for lat in range(math.floor(community.lat - reach), math.floor(community.lat + reach) + 1):
            for lon in range(
                math.floor(community.lon - wide), math.floor(community.lon + wide) + 1
            ):
                cells.setdefault((lat, (lon + 180) % 360 - 180), []).append(community)
    return {cell: tuple(inside) for cell, inside in cells.items()}
