"""What is out how long: incidents as the utility counts them, outages as people see them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from simulator.grid import Device, Zone


class Incident(NamedTuple):
    """One failed device, from `at_s` to `restored_s`; the truth of incidents.jsonl.

    `outage` is the number of the outage that it belongs to, `zone` and `feeder` are those of its
    device; `behind` is the incident upstream that hid it, if there was one.
    """

    number: int
    outage: int
    zone: int
    device: Device
    feeder: int
    at_s: float
    restored_s: float
    customers: int
    cause: str | None
    behind: int | None = None


class Estimate(NamedTuple):
    """A time of restoration, published at `at_s`, that promises `due_s`."""

    at_s: float
    due_s: float


class Curve:
    """Customers out over time, from what is lost and what comes back."""

    def __init__(
        self, lost: Iterable[tuple[float, int]], back: Iterable[tuple[float, int]]
    ) -> None:
        steps = sorted([*lost, *((at_s, -count) for at_s, count in back)])
        self.seconds = [at_s for at_s, _ in steps]
        self._upto = [0, *accumulate(count for _, count in steps)]

    def out(self, at_s: float) -> int:
        """Customers without power at `at_s`."""
        return self._upto[bisect_right(self.seconds, at_s)]


class _Fields(NamedTuple):
    number: int
    zone: Zone
    started_s: float
    restored_s: float
    customers: int
    cause: str | None
    crew_s: float
    lost: tuple[tuple[float, int], ...]
    back: tuple[tuple[float, int], ...]
    etrs: tuple[Estimate, ...] = ()
    wrong_back_s: tuple[float, ...] = ()
    planned: bool = False


class Outage(_Fields):
    """One true outage, in seconds of the storm day: all incidents a reader could not tell apart.

    `crew_s` is when the work on it began; `lost` and `back` hold (second, customers). Both add up
    to the same; that is more than `customers` where some lost the supply more than once. `etrs` are
    the estimates in the order they were published, the first one and its revisions; `wrong_back_s`
    the moments at which the utility said in error that it was back.
    """

    @cached_property
    def curve(self) -> Curve:
        """Customers out over time."""
        return Curve(self.lost, self.back)

    def out(self, at_s: float) -> int:
        """Customers without power at `at_s`."""
        return self.curve.out(at_s)
