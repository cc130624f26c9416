"""A made-up grid for tests: towns of given sizes in a row, on the coast of the storms."""

from __future__ import annotations

import msgspec

from desk.territories import Community, Territory
from simulator.grid import Network, network, zones
from simulator.storm import Storm, layer_random
from simulator.storm_file import load_storm


def towns(*customers: int) -> Territory:
    """Towns with so many customers each."""
    return Territory(
        name="Testland",
        timezone="America/New_York",
        community=tuple(
            Community(
                id=f"c{n}", name=f"Town {n}", lat=34.2, lon=-78 + n / 9, radius_km=5, customers=c
            )
            for n, c in enumerate(customers)
        ),
    )


def storm(name: str, seed: int = 7, **grid: object) -> Storm:
    """A storm that comes with the program, with another grid."""
    made = load_storm(name, seed=seed)
    return msgspec.structs.replace(made, grid=msgspec.structs.replace(made.grid, **grid))


def built(plan: Storm, *customers: int) -> Network:
    """The grid of such towns."""
    return network(plan, zones(towns(*customers), layer_random(plan, "zones")))
