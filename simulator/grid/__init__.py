"""The grid under the storm: where it is, and what fails in it when."""

from simulator.grid.flickers import Flicker
from simulator.grid.network import STEP_S, Exposure, Loss, Zone, exposure, incidents, zones

__all__ = ["STEP_S", "Exposure", "Flicker", "Loss", "Zone", "exposure", "incidents", "zones"]
