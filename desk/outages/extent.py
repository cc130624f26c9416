"""Where an outage is: its position, its extent, and which communities overlap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from desk.distance import KM_PER_DEGREE, distance_km
from desk.outages.cluster import Cluster
from desk.territories.territory import Community

OVERLAP_SHARE = 0.25
"""Neighbours overlap when their centres lie closer than this share of their radii together; in a
black start even suburbs that touch come back hours apart, so only all but the same place counts."""


def overlapping(place: Community, others: Iterable[Community]) -> list[str]:
    """Ids of the communities that lie so close to `place` that posts may name either.

    Those that hang on its feeder are as close: they lose power together.
    """
    return [
        other.id
        for other in others
        if other.id != place.id
        and ((place.feeder is not None and place.feeder == other.feeder) or _overlap(place, other))
    ]


def _overlap(place: Community, other: Community) -> bool:
    near_km = OVERLAP_SHARE * (place.radius_km + other.radius_km)
    if abs(place.lat - other.lat) * KM_PER_DEGREE > near_km:
        return False
    return distance_km(place.lat, place.lon, other.lat, other.lon) <= near_km


def extent(cluster: Cluster, places: Mapping[str, Community]) -> tuple[float, float, float]:
    """Latitude, longitude and radius (km) of the circle that `cluster` speaks of.

    The position is the mean of what its posts name, the exact ones counting most; the radius
    reaches over the communities, or is the community's own.
    """
    towns = [places[name] for name in cluster.communities]
    said = cluster.whole
    if said.weight_sum:
        lat, lon = said.lat_sum / said.weight_sum, said.lon_sum / said.weight_sum
    else:
        lat, lon = towns[0].lat, towns[0].lon
    if len(towns) == 1:
        return lat, lon, towns[0].radius_km
    reach = max(distance_km(lat, lon, town.lat, town.lon) + town.radius_km for town in towns)
    return lat, lon, reach
