"""How the utility's own list does: told by who follows it, read for the health of feeds."""

from __future__ import annotations

import time

from desk.feeds.condition import Condition


class ListGauge:
    """The list at `url`, an address or a path; times are of the monotonic clock, in seconds.

    `outages` is how many it holds, None before it was read; `bad` are its lines that were none
    when it was read last. `heard_s` is when it was had last, also where it was the same.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.condition = Condition()
        self.outages: int | None = None
        self.bad = 0
        self.began_s = time.monotonic()
        self.heard_s: float | None = None

    def took(self, outages: int, bad: int) -> None:
        """The list was read, and holds others than before."""
        self.outages, self.bad = outages, bad
        self.same()

    def same(self) -> None:
        """The list was had."""
        self.heard_s = time.monotonic()
        self.condition.live()
        self.condition.error = ""

    def failed(self, reason: str, wait_s: float, *, limited: bool = False) -> None:
        """It can't be had, and is asked for again after `wait_s` seconds."""
        self.condition.broke(reason, time.monotonic() + wait_s, limited=limited)
