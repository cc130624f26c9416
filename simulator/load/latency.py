"""Latencies in a histogram of constant memory and bounded error (HdrHistogram)."""

from __future__ import annotations

import msgspec
from hdrh.histogram import HdrHistogram

LONGEST_US = 3600 * 1_000_000
DIGITS = 3
"""Significant digits: a percentile is wrong by 0.1 % at most."""


class Percentiles(msgspec.Struct, frozen=True):
    """Latencies in milliseconds; None where nothing was measured."""

    count: int
    p50: float | None
    p90: float | None
    p99: float | None
    p999: float | None
    worst: float | None


class Latencies:
    """Counts latencies."""

    def __init__(self) -> None:
        self._histogram = HdrHistogram(1, LONGEST_US, DIGITS)

    @property
    def count(self) -> int:
        """How many latencies were counted."""
        return int(self._histogram.total_count)

    def record(self, seconds: float, count: int = 1) -> None:
        """Count `count` posts that took `seconds`."""
        value = min(LONGEST_US, max(1, round(seconds * 1e6)))
        self._histogram.record_value(value, count)

    def ms(self, percentile: float) -> float | None:
        """The latency that so many percent did not exceed, in milliseconds."""
        if not self.count:
            return None
        value: int = self._histogram.get_value_at_percentile(percentile)
        return round(value / 1000, 3)

    def add(self, other: Latencies) -> None:
        """Count what `other` has counted as well."""
        if other.count:
            self._histogram.add(other._histogram)

    def percentiles(self) -> Percentiles:
        """The usual percentiles."""
        return Percentiles(
            self.count, self.ms(50), self.ms(90), self.ms(99), self.ms(99.9), self.ms(100)
        )
