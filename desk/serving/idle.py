"""How long the feeds have been quiet, in wall time: promises to people run on meanwhile."""

from __future__ import annotations

import time
from datetime import datetime, timedelta


class Idle:
    """Adds to an event clock the wall seconds since it last moved."""

    def __init__(self) -> None:
        self._seen: datetime | None = None
        self._since_s = 0.0

    def after(self, clock: datetime) -> datetime:
        """`clock`, and how long it has stood still."""
        now_s = time.monotonic()
        if clock != self._seen:
            self._seen, self._since_s = clock, now_s
        return clock + timedelta(seconds=now_s - self._since_s)
