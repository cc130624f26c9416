"""Restoration: incidents become outages, and crews bring them back."""

from simulator.restoration.crews import APART, outages
from simulator.restoration.outage import Estimate, Incident, Outage

__all__ = ["APART", "Estimate", "Incident", "Outage", "outages"]
