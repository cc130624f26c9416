"""Where a post is about: the community of the territory that it speaks of, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterable

from desk.distance import KM_PER_DEGREE, distance_km
from desk.places.names import gazetteer
from desk.places.text import LONGEST, SEVERAL, Findings, Reader, zip_codes
from desk.post import Geo, Location, Post
from desk.territories.territory import Community, Territory

NEAR_KM = 5.0
"""How far beyond a community's radius coordinates still count as its surroundings."""

GEO_RADIUS_KM = 0.5
OUTSIDE_KM = 50.0
_REMEMBERED_PLACES = 10_000
_LONGEST_PLACE = 200


class Locator:
    """Finds the location of posts in one territory; holds no state that changes an answer.

    Sources, in order of trust: `coordinates` of the post, a ZIP code in the text (`zip`, in
    territories of the US), the platform's own `place`, and communities named in the `text`.
    Confidence is the share of such locations that are expected to name the right community:
    coordinates 0.97 within a community's radius, falling to 0.6 at `NEAR_KM` beyond it; zip 0.95
    with "zip" or a state's code before it, else 0.85; place 0.85, or 0.7 without the region; text
    0.95 with the region beside the name, 0.85 with a word such as "in", 0.75 bare, 0.6 for an
    ambiguous name. Another region in the same text takes it times 0.6, several communities times
    0.7. `radius_km` is the community's, with coordinates `GEO_RADIUS_KM` about the post itself.
    """

    def __init__(self, territory: Territory) -> None:
        names = gazetteer(territory)
        self._communities = territory.community
        self._zips = names.zips
        self._reader = Reader(names)
        self._grid = _grid(territory.community)
        self._places: dict[str, Findings] = {}

    def locate(self, post: Post) -> Location | None:
        """The location of a post, or None where nothing says it."""
        outside = False
        if post.geo is not None:
            location = self._by_coordinates(post.geo)
            if location is not None:
                return location
            outside = self._is_outside(post.geo)
        if self._zips:
            found = zip_codes(post.text[:LONGEST], self._zips)
            if found:
                return _location("zip", *_best(found))
        where = self._by_place(post.place) if post.place else Findings()
        if where.communities:
            community, confidence = _best(where.communities)
            known = confidence if where.region else min(confidence, 0.7)
            return _location("place", community, min(known, 0.85))
        return self._by_text(post, where, outside=outside)

    def _by_text(self, post: Post, where: Findings, *, outside: bool) -> Location | None:
        away = outside or where.elsewhere
        implied = not away and (post.account is not None or where.region or post.geo is not None)
        findings = self._reader.find(self._reader.clean(post.text), implied=implied)
        found = [item for item in findings.communities if item[0].id not in where.foreign]
        if not found or (away and not findings.region):
            return None
        return _location("text", *_best(found))

    def _by_place(self, place: str) -> Findings:
        found = self._places.get(place)
        if found is None:
            found = self._reader.find(self._reader.clean(place), trusted=True)
            if len(self._places) >= _REMEMBERED_PLACES:
                self._places.clear()
            if len(place) <= _LONGEST_PLACE:
                self._places[place] = found
        return found

    def _by_coordinates(self, geo: Geo) -> Location | None:
        """The nearest community whose radius reaches the place, else the next to reach it."""
        best: tuple[float, float, Community] | None = None
        for community in self._grid.get((math.floor(geo.lat), math.floor(geo.lon)), ()):
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

    def _is_outside(self, geo: Geo) -> bool:
        return all(
            distance_km(community.lat, community.lon, geo.lat, geo.lon)
            > community.radius_km + OUTSIDE_KM
            for community in self._communities
        )


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


def _best(found: list[tuple[Community, float]]) -> tuple[Community, float]:
    """The surest, of equals the first; less sure where others are named too."""
    community, confidence = max(found, key=lambda item: item[1])
    several = any(other.id != community.id for other, _ in found)
    return community, confidence * SEVERAL if several else confidence


def _location(source: str, community: Community, confidence: float) -> Location:
    return Location(
        community=community.id,
        lat=community.lat,
        lon=community.lon,
        radius_km=community.radius_km,
        source=source,
        confidence=round(confidence, 3),
    )
