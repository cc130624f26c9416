"""Event time: the desk's clock is what its posts say, not the wall."""

from __future__ import annotations

from datetime import datetime, timedelta

MOST_AHEAD = timedelta(minutes=5)


class EventClock:
    """The newest event time seen; never goes back.

    No single post moves it ahead by more than 5 minutes, so one wrong date can't close every
    outage; a real gap in a feed is crossed by the posts behind it, 5 minutes each.
    """

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now

    def advance(self, at: datetime) -> datetime:
        """The clock after a post of event time `at` (aware, UTC)."""
        if self.now is None:
            self.now = at
        elif at > self.now:
            self.now = min(at, self.now + MOST_AHEAD)
        return self.now
