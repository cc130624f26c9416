"""The promise that a load test holds the system to: `p99=250ms`."""

from __future__ import annotations

import re

import msgspec

from simulator.errors import LoadError

_WRITTEN = re.compile(
    r"p(?P<percentile>\d{1,2}(?:\.\d+)?|100)\s*=\s*(?P<value>\d+(?:\.\d+)?)\s*(?P<unit>ms|s)"
)
DEFAULT = "p99=250ms"


class Promise(msgspec.Struct, frozen=True):
    """So many percent of the posts are labelled within `within_ms` of their intended moment."""

    percentile: float
    within_ms: float

    def __str__(self) -> str:
        return f"p{self.percentile:g} <= {self.within_ms:g} ms"


def parse_promise(written: str) -> Promise:
    """The promise that `p99=250ms` writes.

    Raises:
        LoadError: it can't be understood, or nothing could hold it.
    """
    found = _WRITTEN.fullmatch(written.strip().lower())
    if found is None:
        raise LoadError(
            f"--slo '{written}' can't be read: write a percentile and a time, such as p99=250ms"
        )
    percentile = float(found["percentile"])
    within_ms = float(found["value"]) * (1000 if found["unit"] == "s" else 1)
    if not percentile or not within_ms:
        raise LoadError(f"--slo '{written}': percentile and time must be above 0, as in p99=250ms")
    return Promise(percentile, within_ms)
