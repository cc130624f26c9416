"""The storm's clock: it runs at a speed, stands, and is set; the wall's clock is passed in."""

from __future__ import annotations

import time
from collections.abc import Callable

Now = Callable[[], float]
"""A monotonic clock in seconds."""


class StormClock:
    """Seconds of the storm day, from 0 to `end_s`.

    `speed` is storm seconds in a second; None is as fast as possible: then whoever sends the posts
    sets the clock, and it does not move by itself.
    """

    def __init__(self, end_s: float, speed: float | None, *, now: Now = time.monotonic) -> None:
        self.end_s = end_s
        self._now = now
        self._speed = speed
        self._running = False
        self._at_s = 0.0
        self._since_s = now()

    @property
    def running(self) -> bool:
        """Whether it moves, or would be moved."""
        return self._running

    @property
    def speed(self) -> float | None:
        """How fast it runs when it runs."""
        return self._speed

    @property
    def at_s(self) -> float:
        """The second of the storm day."""
        if not self._running or self._speed is None:
            return self._at_s
        return min(self.end_s, self._at_s + (self._now() - self._since_s) * self._speed)

    def set(self, at_s: float) -> None:
        """Go to a second of the day, and run on from there if it runs."""
        self._at_s = min(max(0.0, at_s), self.end_s)
        self._since_s = self._now()

    def run(self) -> None:
        """Run on."""
        self.set(self.at_s)
        self._running = True

    def stand(self) -> None:
        """Stand still."""
        self.set(self.at_s)
        self._running = False

    def set_speed(self, speed: float | None) -> None:
        """Run at another speed from here on."""
        self.set(self.at_s)
        self._speed = speed
