"""Restoration: faults become incidents and outages, crews bring them back, promises are made."""

from simulator.restoration.collapse import collapsed
from simulator.restoration.crews import Dispatch, Repair
from simulator.restoration.outage import Curve, Estimate, Incident, Outage
from simulator.restoration.outages import APART, gathered
from simulator.restoration.promises import promised
from simulator.restoration.switching import Run, Switched, switched

__all__ = [
    "APART",
    "Curve",
    "Dispatch",
    "Estimate",
    "Incident",
    "Outage",
    "Repair",
    "Run",
    "Switched",
    "collapsed",
    "gathered",
    "promised",
    "switched",
]
