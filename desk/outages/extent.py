"""Where an outage is: its position and its extent."""

from __future__ import annotations

from collections.abc import Mapping

from desk.distance import distance_km
from desk.outages.cluster import Cluster, Part
from desk.territories.territory import Community


def extent(
    cluster: Cluster, said: Part, places: Mapping[str, Community]
) -> tuple[float, float, float]:
    """Latitude, longitude and radius (km) of the circle that `cluster` speaks of.

    The position is the mean of what its posts name, the exact ones counting most; the radius
    reaches over the communities, or is the community's own. `said` is its `whole`.
    """
    towns = [places[name] for name in cluster.communities]
    if said.weight_sum:
        lat, lon = said.lat_sum / said.weight_sum, said.lon_sum / said.weight_sum
    else:
        lat, lon = towns[0].lat, towns[0].lon
    if len(towns) == 1:
        return lat, lon, towns[0].radius_km
    reach = max(distance_km(lat, lon, town.lat, town.lon) + town.radius_km for town in towns)
    return lat, lon, reach
