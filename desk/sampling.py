"""Which posts without a label are kept: a rolling sample that reaches back a day at any rate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SAMPLED = 10_000
"""Unlabelled posts kept, the newest that were taken; of the others only counts remain."""
STEP = timedelta(hours=24) / SAMPLED
"""Event time between two of them where posts are many. What trends is held against a day
(desk/reports/trending.py), and the newest 10,000 of a firehose reach back some minutes."""
AT_ONCE = timedelta(hours=1)
"""What this time has room for may come in one moment: on a quiet day every post is kept."""


class Sampling:
    """Takes posts as they come, and of too many one in each step of event time."""

    def __init__(self) -> None:
        self._full_until = datetime.min.replace(tzinfo=UTC)

    def takes(self, now: datetime) -> bool:
        """Whether a post that comes at event time `now` is kept."""
        if self._full_until >= now:
            return False
        self._full_until = max(self._full_until, now - AT_ONCE) + STEP
        return True
