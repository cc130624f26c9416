"""Load shapes: how many posts a second are to arrive at each moment; one method each.

The idea of a shape as one `tick` is locust's (`LoadTestShape.tick`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

RECORD_POSTS = 143_199
"""Posts in the busiest second that Twitter has told of, in August 2013."""
RECORD_S = 1.0


class Shape(Protocol):
    """The intended rate over the time of a run."""

    def tick(self, at_s: float) -> float | None:
        """Posts a second at `at_s` seconds of the run; None once the run is over."""
        ...


class Hold(NamedTuple):
    """One rate for so many seconds."""

    rate: float
    seconds: float

    def tick(self, at_s: float) -> float | None:
        """The rate, until the time is over."""
        return self.rate if at_s < self.seconds else None


class Ramp(NamedTuple):
    """From one rate to another, each second by the same factor."""

    first: float
    last: float
    seconds: float

    def tick(self, at_s: float) -> float | None:
        """The rate between both."""
        if at_s >= self.seconds:
            return None
        return float(self.first * (self.last / self.first) ** (at_s / self.seconds))


class Steps(NamedTuple):
    """Several rates one after the other, each for its own time."""

    holds: tuple[Hold, ...]

    def tick(self, at_s: float) -> float | None:
        """The rate of the step in which `at_s` lies."""
        for hold in self.holds:
            if at_s < hold.seconds:
                return hold.rate
            at_s -= hold.seconds
        return None


class Curve(NamedTuple):
    """A storm's own rate curve, pressed into so many seconds; `peak` is its highest rate.

    `levels` are the curve's heights at even distances, the highest 1; between them it is even.
    """

    levels: tuple[float, ...]
    peak: float
    seconds: float

    def tick(self, at_s: float) -> float | None:
        """The rate on the curve."""
        if at_s >= self.seconds:
            return None
        place = at_s / self.seconds * (len(self.levels) - 1)
        left = int(place)
        right = min(left + 1, len(self.levels) - 1)
        level = self.levels[left] + (self.levels[right] - self.levels[left]) * (place - left)
        return self.peak * level


class Record(NamedTuple):
    """The record second: so many posts in one second, and then none."""

    posts: int = RECORD_POSTS

    def tick(self, at_s: float) -> float | None:
        """All posts evenly over the second."""
        return self.posts / RECORD_S if at_s < RECORD_S else None


def levels_of(times_s: Sequence[float], slots: int = 60) -> tuple[float, ...]:
    """The rate curve of posts at these times, as `slots` heights of which the highest is 1."""
    if not times_s:
        return (1.0,)
    first, last = min(times_s), max(times_s)
    counts = [0] * slots
    for at_s in times_s:
        counts[min(slots - 1, int((at_s - first) / max(last - first, 1e-9) * slots))] += 1
    return tuple(count / max(counts) for count in counts)
