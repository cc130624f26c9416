"""Flickers: a recloser opens, waits and closes again, and the lights only dip."""

from __future__ import annotations

from typing import NamedTuple


class Flicker(NamedTuple):
    """A moment's loss for `customers` of the zone with this number; it ends by itself."""

    at_s: float
    zone: int
    customers: int
