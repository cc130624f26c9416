"""What happens on a storm day before anybody says a word: weather, grid, restoration."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

from desk.territories import Territory
from simulator.grid import (
    Fault,
    Flicker,
    Network,
    everyday_faults,
    flickers,
    network,
    planned_works,
    weather_faults,
    zones,
)
from simulator.restoration import (
    Curve,
    Dispatch,
    Incident,
    Outage,
    collapsed,
    gathered,
    promised,
    switched,
)
from simulator.storm import Storm, layer_random
from simulator.weather import Bulletin, Exposure, bulletins, exposure


class Physics(NamedTuple):
    """The truth of a day; `customers` is the curve of all customers without power."""

    grid: Network
    weather: Exposure
    outages: tuple[Outage, ...]
    incidents: tuple[Incident, ...]
    flickers: tuple[Flicker, ...]
    bulletins: tuple[Bulletin, ...]
    customers: Curve


def physics(storm: Storm, territory: Territory) -> Physics:
    """The day of `storm` over `territory`; the same storm has the same day."""
    grid = network(storm, zones(territory, layer_random(storm, "zones")))
    positions = tuple((zone.lat, zone.lon) for zone in grid.zones)
    weather = exposure(storm, positions)
    dips: tuple[Flicker, ...] = ()
    if storm.grid.collapse is not None:
        outages, incidents = collapsed(storm, grid, storm.grid.collapse)
    else:
        faults = all_faults(storm, territory, grid, weather)
        repairs = Dispatch(storm, grid, weather, faults).run()
        outages, incidents = gathered(grid, repairs, switched(storm, grid, repairs))
        outages = promised(storm, weather, outages)
        dips = flickers(storm, grid, faults)
    customers = Curve(
        chain.from_iterable(outage.lost for outage in outages),
        chain.from_iterable(outage.back for outage in outages),
    )
    said = bulletins(storm, positions)
    return Physics(grid, weather, outages, incidents, dips, said, customers)


def all_faults(storm: Storm, territory: Territory, grid: Network, weather: Exposure) -> list[Fault]:
    """Every fault within the day, in the order of time; in a collapse nothing is left to fail."""
    found = chain(
        weather_faults(storm, grid, weather),
        everyday_faults(storm, grid, territory.zone),
        planned_works(storm, grid, weather, territory.zone),
    )
    return sorted(
        (fault for fault in found if fault.at_s < storm.hours * 3600),
        key=lambda fault: (fault.at_s, fault.zone, fault.feeder, fault.part),
    )
