"""Which of the communities that a text names it is about."""

from __future__ import annotations

from desk.places.coordinates import reaches
from desk.places.judging import REGION_BESIDE
from desk.places.reading import Found
from desk.post import Location
from desk.territories.territory import Community

SEVERAL = 0.8
"""Times the confidence where a text names several communities."""

MOST_NAMED = 40
"""Names that count, the first of a text: nobody speaks of more, but a hostile post may."""

MUCH_SMALLER = 0.6
"""Of the radius: a place so much smaller within another is a part of it."""

_RADIUS_KM = {"zip": 4.0, "street": 1.5, "landmark": 1.0}
"""How far from the point of a ZIP code, street or landmark a post may be; estimates."""

_EXACT = ("text", "zip", "street", "landmark")


def best(found: list[Found]) -> Found:
    """The surest, of equals the first; less sure where others are named too.

    A part beats the whole that is named with it, as a quarter does its city; what a text tells of
    one community in several ways counts together.
    """
    if len(found) == 1:
        return found[0]
    found = found[:MOST_NAMED]
    parts = [
        item
        for item in found
        if not any(is_part(other.community, item.community) for other in found)
    ]
    chosen = max(parts, key=lambda item: item.confidence)
    same = [item for item in parts if item.community.id == chosen.community.id]
    exact = max(same, key=lambda item: (item.point is not None, _EXACT.index(item.source)))
    confidence = chosen.confidence if len(same) == len(parts) else chosen.confidence * SEVERAL
    return exact._replace(confidence=confidence)


def is_part(small: Community, large: Community) -> bool:
    """Whether one community is a part of another, larger one: a quarter of its city."""
    if small is large or small.radius_km > MUCH_SMALLER * large.radius_km:
        return False
    return reaches(large, small.lat, small.lon)


def located(found: Found, source: str | None = None) -> Location:
    """The location that was found; with a point of its own it is that, and smaller."""
    community, point = found.community, found.point
    radius_km = community.radius_km
    if point is not None:
        radius_km = min(radius_km, _RADIUS_KM.get(found.source, radius_km))
    return Location(
        community=community.id,
        lat=point[0] if point else community.lat,
        lon=point[1] if point else community.lon,
        radius_km=radius_km,
        source=source or found.source,
        confidence=round(found.confidence, 3),
    )


def agreed(confidence: float) -> float:
    """The confidence in what a text names, where the thread or the author's posts name it too."""
    return confidence if confidence >= REGION_BESIDE else round((1 + confidence) / 2, 3)
