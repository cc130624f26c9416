"""How far a storm is made: one line rewritten on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

from tui.console import rewrite, say

TERMINAL_EVERY_S = 0.2
PLAIN_EVERY_S = 5.0


class Progress:
    """Told the posts so far and the hour that they have come to; the speed is that of the wall.

    At the end it is told by CPU time, too: that hangs less on what else the machine does.
    """

    def __init__(
        self,
        name: str,
        hours: float,
        clock: Callable[[], float] = time.perf_counter,
        cpu: Callable[[], float] = time.process_time,
    ) -> None:
        self._name = name
        self._hours = hours
        self._clock = clock
        self._cpu = cpu
        self._began_s = clock()
        self._cpu_began_s = cpu()
        self._said_s = self._began_s

    def __call__(self, posts: int, hour: float) -> None:
        """Say it, if the last time was long enough ago."""
        now_s = self._clock()
        if now_s - self._said_s < TERMINAL_EVERY_S:
            return
        words = f"{self._name}: {posts:,} posts, hour {hour:.1f} of {self._hours:g}, "
        words += f"{self._speed(posts):,} posts/s{self._left(hour, now_s)}"
        if rewrite(words):
            self._said_s = now_s
        elif now_s - self._said_s >= PLAIN_EVERY_S:
            say(words)
            self._said_s = now_s

    def end(self, posts: int, rest: str) -> None:
        """Say what was made, and how fast."""
        words = f"{posts:,} posts and {rest}, {self._speed(posts):,} posts/s"
        cpu_s = self._cpu() - self._cpu_began_s
        words += f", {posts / max(1e-3, cpu_s):,.0f} a second of CPU"
        if not rewrite(words, end=True):
            say(words)

    def _speed(self, posts: int) -> int:
        return round(posts / max(1e-3, self._clock() - self._began_s))

    def _left(self, hour: float, now_s: float) -> str:
        """How long it will still take, where the hours so far took as long as those to come."""
        if hour <= 0:
            return ""
        left_s = (now_s - self._began_s) * (self._hours - hour) / hour
        return f", {left_s // 60:.0f} min {left_s % 60:02.0f} s left"
