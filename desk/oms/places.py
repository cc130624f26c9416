"""Where in the territory an outage of the list is: by coordinates, or by the name of a place."""

from __future__ import annotations

import re

from desk.distance import KM_PER_DEGREE, distance_km
from desk.territories.territory import Community, Territory, slug

NEAREST_KM = 15.0
"""A line out in the country belongs to the nearest community: that is what people there name."""

_APART = re.compile(r"[;|]")


class Places:
    """Finds communities of a territory."""

    def __init__(self, territory: Territory) -> None:
        self._communities = territory.community
        self._of_id = {place.id: place for place in territory.community}
        self._of_name: dict[str, Community] = {}
        self._of_zip: dict[str, Community] = {}
        for place in territory.community:
            for code in place.zips:
                self._of_zip.setdefault(code, place)
            self._of_name.setdefault(slug(place.name), place)
        for place in territory.community:
            for name in place.aliases:
                self._of_name.setdefault(slug(name), place)

    def at(self, lat: float, lon: float) -> tuple[str, ...]:
        """The community that a position lies in, or else the nearest one; none far from all."""
        best: tuple[float, str] | None = None
        for place in self._communities:
            if abs(lat - place.lat) * KM_PER_DEGREE > max(NEAREST_KM, place.radius_km):
                continue
            apart_km = distance_km(lat, lon, place.lat, place.lon)
            inside = apart_km <= place.radius_km
            if not inside and apart_km > NEAREST_KM:
                continue
            # where circles overlap the one that it lies deeper in; any before the nearest outside
            rank = apart_km / place.radius_km if inside else 1 + apart_km
            if best is None or (rank, place.id) < best:
                best = (rank, place.id)
        return () if best is None else (best[1],)

    def named(self, text: str) -> tuple[str, ...]:
        """The communities that `text` names by id, name or alias; several stand apart by ; or |."""
        found = (self._named(part.strip()) for part in _APART.split(text) if part.strip())
        return tuple(sorted({place.id for place in found if place is not None}))

    def _named(self, text: str) -> Community | None:
        if text in self._of_id:
            return self._of_id[text]
        whole = self._of_name.get(slug(text))
        return (
            whole or self._of_name.get(slug(text.split(",", maxsplit=1)[0])) or self.with_zip(text)
        )

    def with_zip(self, code: str) -> Community | None:
        """The community of a postal code; of a ZIP+4 the first part counts."""
        return self._of_zip.get(code.strip().split("-")[0])

    def centre(self, communities: tuple[str, ...]) -> tuple[float, float]:
        """The middle of communities: latitude, longitude."""
        places = [self._of_id[name] for name in communities]
        return (
            sum(place.lat for place in places) / len(places),
            sum(place.lon for place in places) / len(places),
        )

    def inside(self, ring: list[tuple[float, float]]) -> tuple[str, ...]:
        """Communities whose centre lies within a ring of (longitude, latitude)."""
        return tuple(p.id for p in self._communities if _within(p.lon, p.lat, ring))


def _within(x: float, y: float, ring: list[tuple[float, float]]) -> bool:
    """Even-odd rule (Shimrat, "Algorithm 112", CACM 5(8), 1962)."""
    odd = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd
