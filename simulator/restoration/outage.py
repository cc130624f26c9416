"""What is out how long: incidents as the utility counts them, outages as people see them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from simulator.grid import Zone


class Incident(NamedTuple):
    """One failed device, from `at_s` to `restored_s`; the truth of incidents.jsonl.

    `outage` is the number of the outage that it belongs to, `zone` and `feeder` are those of its
    device; `behind` is the incident upstream that hid it, if there was one.
    """

    number: int
    outage: int
    zone: int
    device: Literal["substation", "feeder", "lateral", "service"]
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


class Outage(NamedTuple):
    """One true outage, in seconds of the storm day: all incidents a reader could not tell apart.

    `crew_s` is when the work on it began; `lost` and `back` hold (second, customers), and both add
    up to `customers`. `etrs` are the estimates in the order they were published, the first one and
    its revisions; `wrong_back_s` the moments at which the utility said in error that it was back.
    """

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

    def out(self, at_s: float) -> int:
        """Customers without power at `at_s`."""
        gone = sum(count for when, count in self.lost if when <= at_s)
        return gone - sum(count for when, count in self.back if when <= at_s)
