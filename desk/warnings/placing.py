"""Which communities a warning touches: by its shape, or else by the names of its area.

A territory says of a community its name, its middle and its radius; nothing in it says of which
county it is part. A shape is exact to the radius. Names are what the service says in words: they
touch the community of that name, although a county may have a town's name and lie elsewhere
(Lenoir in North Carolina), and a town lies in a county of another name. So what is placed by names
says so, and what is placed by neither holds somewhere in its area.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

import msgspec

from desk.distance import KM_PER_DEGREE
from desk.feeds.warning import Placed, Ring, Shape, WeatherWarning
from desk.territories import Community, Territory
from desk.territories.state import state_of
from desk.territories.territory import slug

_PARTS = re.compile(r"[;,]")
_MORE = re.compile(
    r"\b(?:county|parish|city of|inland|coastal|northern|southern|eastern|western|north|south|east"
    r"|west|central|upper|lower|mainland)\b",
    re.IGNORECASE,
)
"""What stands around a name in the names of counties and forecast zones."""


class Placing:
    """Finds the communities of a territory that warnings touch."""

    def __init__(self, territory: Territory) -> None:
        self._communities = territory.community
        self._state = state_of(territory)
        self._of: dict[str, list[str]] = {}
        for each in territory.community:
            for name in {slug(name) for name in (each.name, *each.aliases)}:
                self._of.setdefault(name, []).append(each.id)

    def place(self, warning: WeatherWarning) -> WeatherWarning:
        """`warning` with the communities that it touches; its shapes are needed no more."""
        drawn = [each.id for each in self._communities if touches(warning.shapes, each)]
        if warning.shapes and not warning.partly:
            return _placed(warning, drawn, "shape")
        if self._state and warning.states and self._state not in warning.states:
            return _placed(warning, (), "name")  # the name of a place is that of others elsewhere
        named = {id_ for name in _named(warning.area) for id_ in self._of.get(name, ())} | {*drawn}
        found = [each.id for each in self._communities if each.id in named]
        return _placed(warning, found, "name" if found else "")


def _placed(warning: WeatherWarning, communities: Sequence[str], by: Placed) -> WeatherWarning:
    return msgspec.structs.replace(
        warning, communities=tuple(communities), placed=by, shapes=(), partly=False
    )


def _named(area: str) -> Iterator[str]:
    for part in _PARTS.split(area):
        for name in (part, _MORE.sub(" ", part)):
            folded = slug(name.strip())
            if folded:
                yield folded


def touches(shapes: Sequence[Shape], community: Community) -> bool:
    """Whether the circle of a community lies within one of `shapes`, or meets one."""
    return any(
        _near(shape, community) and (_inside(shape, community) or _meets(shape, community))
        for shape in shapes
    )


def _near(shape: Shape, community: Community) -> bool:
    """Whether the circle meets the box around a shape: most of a territory is far from most."""
    lat_deg = community.radius_km / KM_PER_DEGREE
    lon_deg = lat_deg / max(0.01, math.cos(math.radians(community.lat)))
    lons, lats = zip(*shape[0], strict=True)
    return bool(
        min(lons) - lon_deg <= community.lon <= max(lons) + lon_deg
        and min(lats) - lat_deg <= community.lat <= max(lats) + lat_deg
    )


def _inside(shape: Shape, community: Community) -> bool:
    """Whether the middle lies within: a ray from there crosses the rings an odd number of times."""
    crossed = False
    for ring in shape:
        for (lon, lat), (to_lon, to_lat) in _sides(ring):
            if (lat > community.lat) != (to_lat > community.lat):
                at = lon + (community.lat - lat) / (to_lat - lat) * (to_lon - lon)
                crossed ^= community.lon < at
    return crossed


def _meets(shape: Shape, community: Community) -> bool:
    """Whether a side lies within the radius: on a plane, which at some 50 km is as good."""
    wide = KM_PER_DEGREE * math.cos(math.radians(community.lat))
    reach = community.radius_km
    for ring in shape:
        for (lon, lat), (to_lon, to_lat) in _sides(ring):
            x, y = (lon - community.lon) * wide, (lat - community.lat) * KM_PER_DEGREE
            dx, dy = (to_lon - lon) * wide, (to_lat - lat) * KM_PER_DEGREE
            along = dx * dx + dy * dy
            part = min(1.0, max(0.0, -(x * dx + y * dy) / along)) if along else 0.0
            if math.hypot(x + part * dx, y + part * dy) <= reach:
                return True
    return False


def _sides(ring: Ring) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    return zip(ring, (*ring[1:], ring[0]), strict=True)
