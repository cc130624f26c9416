"""The utility's own list of outages: read, and held against what people post."""

from desk.oms.outage import OmsOutage
from desk.oms.reader import read_oms

__all__ = ["OmsOutage", "read_oms"]
