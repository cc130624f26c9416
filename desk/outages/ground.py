"""How communities lie to each other: which overlap, and which are nearest.

Those of about the same latitude are looked at, and no others: a territory may have thousands.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping
from math import cos, radians

from desk.distance import KM_PER_DEGREE, distance_km
from desk.territories.territory import Community

OVERLAP_SHARE = 0.25
"""Neighbours overlap when their centres lie closer than this share of their radii together; in a
black start even suburbs that touch come back hours apart, so only all but the same place counts."""

NEAREST = 5
"""Places that one may be taken for."""


class Ground:
    """The communities of a territory, as neighbours; each is asked for once at most."""

    def __init__(self, places: Mapping[str, Community]) -> None:
        self._places = places
        self._number = {name: number for number, name in enumerate(places)}
        self._by_lat = sorted(places.values(), key=lambda place: place.lat)
        self._lats = [place.lat for place in self._by_lat]
        self._widest_km = max((place.radius_km for place in places.values()), default=0.0)
        self._feeders: dict[str, list[str]] = {}
        for place in places.values():
            if place.feeder is not None:
                self._feeders.setdefault(place.feeder, []).append(place.id)
        self._overlapping: dict[str, list[str]] = {}
        self._near: dict[str, tuple[str, ...]] = {}

    def overlapping(self, community: str) -> list[str]:
        """Ids of the communities that lie so close to one that posts may name either.

        Those that hang on its feeder are as close: they lose power together.
        """
        found = self._overlapping.get(community)
        if found is None:
            here = self._places[community]
            reach = OVERLAP_SHARE * (here.radius_km + self._widest_km) / KM_PER_DEGREE * 1.001
            begin = bisect_left(self._lats, here.lat - reach)
            end = bisect_right(self._lats, here.lat + reach)
            names = {other.id for other in self._by_lat[begin:end] if _overlap(here, other)}
            names.update(self._feeders.get(here.feeder, ()) if here.feeder is not None else ())
            found = sorted(names - {community}, key=self._number.__getitem__)
            self._overlapping[community] = found
        return found

    def near(self, community: str) -> tuple[str, ...]:
        """The ids of the `NEAREST` places."""
        found = self._near.get(community)
        if found is None:
            found = self._near[community] = self._nearest(self._places[community])
        return found

    def _nearest(self, here: Community) -> tuple[str, ...]:
        """A plane is good enough to tell the nearest."""
        east, lats = cos(radians(here.lat)), self._lats
        best: list[tuple[float, str]] = []
        south = bisect_left(lats, here.lat) - 1
        north = south + 1
        while south >= 0 or north < len(lats):
            below = here.lat - lats[south] if south >= 0 else float("inf")
            above = lats[north] - here.lat if north < len(lats) else float("inf")
            if len(best) == NEAREST and min(below, above) ** 2 > best[-1][0]:
                break
            other = self._by_lat[south if below < above else north]
            south, north = (south - 1, north) if below < above else (south, north + 1)
            if other.id != here.id:
                apart = (other.lat - here.lat) ** 2 + (east * (other.lon - here.lon)) ** 2
                insort(best, (apart, other.id))
                del best[NEAREST:]
        return tuple(name for _, name in best)


def _overlap(place: Community, other: Community) -> bool:
    near_km = OVERLAP_SHARE * (place.radius_km + other.radius_km)
    return distance_km(place.lat, place.lon, other.lat, other.lon) <= near_km
