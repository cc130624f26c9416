"""Outages: clusters of reports, their status, and how well they match the truth."""

from desk.outages.actions import Action, Done
from desk.outages.change import ENDED, OutageChange, PartCounts, Status
from desk.outages.tracker import Outages

__all__ = ["ENDED", "Action", "Done", "OutageChange", "Outages", "PartCounts", "Status"]
