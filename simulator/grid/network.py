"""The network: substations, feeders and laterals over the communities, the same for a seed.

Zones are the parts of a community that a reader can tell apart. A feeder serves one zone; a
substation has several feeders, and in the country those of several communities.
"""

from __future__ import annotations

import math
import random
from typing import NamedTuple

from desk.territories import Community, Territory
from simulator.storm import GridPlan, Storm, layer_random

TWO_ZONES_FROM = 120_000
THREE_ZONES_FROM = 350_000
FEEDERS_PER_SUBSTATION = 6
SUBSTATION_REACH_KM = 22.0
ON_LATERALS = 0.85
"""Share of a feeder's customers who hang on a fused lateral, the rest on its main line."""

# Customers behind one fuse or transformer: with these, the incidents of a storm have the sizes
# that PG&E's outage page showed in January 2021 (median 22, p90 344).
LATERAL_MEDIAN = 24.0
LATERAL_SPREAD = 1.75
LARGEST_LATERAL = 1500
CRITICAL_EVERY = 30_000
"""One feeder with a hospital or water works for so many customers of a community."""


class Zone(NamedTuple):
    """The part of a community that fails and comes back together, as a reader could tell."""

    number: int
    place: int
    community: Community
    lat: float
    lon: float
    customers: int


class Lateral(NamedTuple):
    """A branch behind a fuse: the feeder's customers from `first` on."""

    first: int
    customers: int


class Feeder(NamedTuple):
    """A main line out of a substation; `critical` when a hospital or water works hangs on it."""

    number: int
    zone: int
    customers: int
    laterals: tuple[Lateral, ...]
    critical: bool


class Network(NamedTuple):
    """The whole grid; `substations` hold the numbers of their feeders, `of_zone` those of a zone's.

    `substation_of` tells the substation of each feeder.
    """

    zones: tuple[Zone, ...]
    feeders: tuple[Feeder, ...]
    substations: tuple[tuple[int, ...], ...]
    of_zone: tuple[tuple[int, ...], ...]
    substation_of: tuple[int, ...]


def zones(territory: Territory, draw: random.Random) -> tuple[Zone, ...]:
    """The zones of a territory: one in a town, two or three in a large city."""
    made: list[Zone] = []
    for place, community in enumerate(territory.community):
        count = 1 + (community.customers >= TWO_ZONES_FROM)
        count += community.customers >= THREE_ZONES_FROM
        turn = draw.random() * 2 * math.pi
        for part in range(count):
            away_km = 0.0 if count == 1 else community.radius_km * 0.5
            angle = turn + 2 * math.pi * part / count
            lat = community.lat + away_km * math.sin(angle) / 111.2
            east_km = 111.2 * math.cos(math.radians(lat))
            lon = community.lon + away_km * math.cos(angle) / east_km
            customers = max(1, community.customers // count)
            made.append(Zone(len(made), place, community, lat, lon, customers))
    return tuple(made)


def network(storm: Storm, places: tuple[Zone, ...]) -> Network:
    """The grid of these zones."""
    draw = layer_random(storm, "network")
    feeders: list[Feeder] = []
    of_zone: list[tuple[int, ...]] = []
    for zone in places:
        sizes = _feeder_sizes(storm.grid, zone.customers, draw)
        critical = math.ceil(zone.customers / CRITICAL_EVERY) if zone.customers > 3000 else 0
        numbers = range(len(feeders), len(feeders) + len(sizes))
        of_zone.append(tuple(numbers))
        for rank, (number, size) in enumerate(zip(numbers, sizes, strict=True)):
            feeders.append(
                Feeder(number, zone.number, size, _laterals(size, draw), rank < critical)
            )
    substations = _substations(places, of_zone)
    home = {feeder: n for n, group in enumerate(substations) for feeder in group}
    return Network(
        places,
        tuple(feeders),
        substations,
        tuple(of_zone),
        tuple(home[number] for number in range(len(feeders))),
    )


def _feeder_sizes(plan: GridPlan, customers: int, draw: random.Random) -> list[int]:
    """How a zone's customers are shared out among its feeders."""
    count = max(1, round(customers / plan.feeder_customers))
    weights = [draw.lognormvariate(0, 0.45) for _ in range(count)]
    total = sum(weights)
    sizes = [max(1, int(customers * weight / total)) for weight in weights]
    sizes[0] = max(1, sizes[0] + customers - sum(sizes))
    return sizes


def _laterals(customers: int, draw: random.Random) -> tuple[Lateral, ...]:
    made: list[Lateral] = []
    first, end = 0, int(customers * ON_LATERALS)
    mean = math.log(LATERAL_MEDIAN)
    while True:
        size = max(2, int(draw.lognormvariate(mean, LATERAL_SPREAD)))
        size = min(size, LARGEST_LATERAL, customers // 2)
        if size < 2 or first + size > end:
            return tuple(made)
        made.append(Lateral(first, size))
        # Between two branches the main line has customers of its own.
        first += size + int(size * (1 - ON_LATERALS) * draw.random())


def _substations(
    places: tuple[Zone, ...], of_zone: list[tuple[int, ...]]
) -> tuple[tuple[int, ...], ...]:
    """A city's feeders in groups of six; small towns share a substation with their neighbours."""
    made: list[tuple[int, ...]] = []
    small: list[Zone] = []
    for zone in places:
        feeders = of_zone[zone.number]
        if len(feeders) < FEEDERS_PER_SUBSTATION // 2:
            small.append(zone)
            continue
        count = math.ceil(len(feeders) / FEEDERS_PER_SUBSTATION)
        made += [feeders[part::count] for part in range(count)]
    while small:
        seat = small.pop()
        group = list(of_zone[seat.number])
        near = sorted((_apart_km(seat, zone), zone.number, zone) for zone in small)
        for away_km, number, zone in near:
            if away_km > SUBSTATION_REACH_KM:
                break
            if len(group) + len(of_zone[number]) <= FEEDERS_PER_SUBSTATION:
                group += of_zone[number]
                small.remove(zone)
        made.append(tuple(sorted(group)))
    return tuple(sorted(made))


def _apart_km(one: Zone, other: Zone) -> float:
    # Flat is near enough between neighbours, and this is asked a hundred thousand times.
    east = (one.lon - other.lon) * 111.2 * math.cos(math.radians(one.lat))
    return math.hypot(east, (one.lat - other.lat) * 111.2)
