"""Incidents as the utility counts them: how many start when, how large they are, how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

import msgspec


class Incident(msgspec.Struct, frozen=True):
    """What the card needs of a line of incidents.jsonl, in seconds of the storm day."""

    at_s: float
    restored_s: float
    customers: int


class Sizes(msgspec.Struct, frozen=True):
    """Incidents in figures: a ratio, a share of 0-1, customers, hours; None without a base."""

    count: int
    starts_ratio: float | None
    share_above_one: float | None
    customers_p50: float | None
    customers_p90: float | None
    customers_p99: float | None
    duration_p50_h: float | None
    duration_p90_h: float | None


def sizes(incidents: Iterable[Incident], hours: float) -> Sizes:
    """The figures of a day's incidents; an incident behind another is one of its own."""
    every = list(incidents)
    starts = Counter(int(each.at_s // 3600) for each in every)
    by_hour = [starts.get(hour, 0) for hour in range(int(hours))]
    usual = median(by_hour) if by_hour else 0
    customers = [each.customers for each in every]
    several = [number for number in customers if number > 1]
    lasted_h = [(each.restored_s - each.at_s) / 3600 for each in every]
    return Sizes(
        len(every),
        max(by_hour) / usual if usual else None,
        len(several) / len(every) if every else None,
        quantile(several, 0.5),
        quantile(several, 0.9),
        quantile(several, 0.99),
        quantile(lasted_h, 0.5),
        quantile(lasted_h, 0.9),
    )


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that a share of the values lies below (nearest rank); None of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
