"""Outages: clusters of reports, their status, and how well they match the truth."""

from desk.outages.change import ENDED, OutageChange, Status
from desk.outages.tracker import Outages

__all__ = ["ENDED", "OutageChange", "Outages", "Status"]
