"""How a feed over a network does, as it says itself."""

from __future__ import annotations

from typing import Literal

State = Literal["starting", "live", "retrying", "limited"]
"""`retrying` waits to connect again, `limited` waits because the platform asks it to."""


class Condition:
    """Told by a feed, read for its health; `now_s` and `retry_at_s` are of the monotonic clock.

    `lost` counts posts that the platform has said are gone for good (a gap that no replay and no
    backfill closes); 0 is what a desk promises wherever a platform lets it. `reconnects` counts
    connections after the first.
    """

    def __init__(self) -> None:
        self.state: State = "starting"
        self.error = ""
        self.retry_at_s = 0.0
        self.reconnects = 0
        self.lost = 0
        self.connected = False

    def live(self) -> None:
        """A connection stands, and has been heard of."""
        if self.connected:
            return
        self.connected = True
        self.state = "live"
        self.retry_at_s = 0.0

    def broke(self, reason: str, retry_at_s: float, *, limited: bool = False) -> None:
        """The connection is gone or was refused; when the next one is tried."""
        self.connected = False
        self.state = "limited" if limited else "retrying"
        self.error = reason
        self.retry_at_s = retry_at_s
        self.reconnects += 1
