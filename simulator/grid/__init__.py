"""The grid under the storm: where it is, and what fails in it when."""

from simulator.grid.everyday import everyday_faults, planned_works
from simulator.grid.failures import Device, Fault, weather_faults
from simulator.grid.flickers import Flicker, flickers
from simulator.grid.fragility import Risk, risks
from simulator.grid.network import Feeder, Lateral, Network, Zone, network, zones

__all__ = [
    "Device",
    "Fault",
    "Feeder",
    "Flicker",
    "Lateral",
    "Network",
    "Risk",
    "Zone",
    "everyday_faults",
    "flickers",
    "network",
    "planned_works",
    "risks",
    "weather_faults",
    "zones",
]
