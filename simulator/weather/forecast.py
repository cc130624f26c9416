"""What the weather service says before and after: right in kind, wrong by its lead time."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Bulletin(NamedTuple):
    """A bulletin of the weather service at `at_s`, before the storm's start where negative.

    It speaks of the zones with these numbers from `from_s` to `to_s`: the highest gust in km/h, the
    rain and the ice of the whole time in mm.
    """

    at_s: float
    kind: Literal["outlook", "watch", "warning", "all_clear"]
    hazard: Literal["wind", "thunder", "ice", "flood"]
    zones: tuple[int, ...]
    from_s: float
    to_s: float
    gust_kmh: float
    rain_mm: float
    ice_mm: float
