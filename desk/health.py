"""How the desk and its feeds do: counts, rates, lag, last errors."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime

from desk.feeds import Batch
from desk.pipeline import Outcome
from desk.post import Post
from desk.serving.protocol import FeedHealth

RATE_S = 5.0
"""Wall seconds over which a feed's rate is taken."""
MINUTES = 5
"""Event minutes over which posts per minute are taken."""


class FeedGauge:
    """Counts of one feed; `now_s` is a monotonic clock in seconds."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.state = "starting"
        self.waiting = 0
        self.last_error = ""
        self._received = 0
        self.bad = 0
        self.refused = 0
        self._duplicates = 0
        self._newest: datetime | None = None
        self._processed: datetime | None = None
        self._arrivals: deque[tuple[float, int]] = deque()

    def arrived(self, batch: Batch, now_s: float) -> None:
        """A batch was read and waits to be processed."""
        self.state = "live"
        self._received += len(batch.posts)
        self.bad += len(batch.faults)
        self.waiting += len(batch.posts)
        self._newest = _latest(self._newest, batch.posts)
        if batch.faults:
            last = batch.faults[-1]
            self.last_error = f"{last.place}: {last.reason}"
        self._arrivals.append((now_s, len(batch.posts)))

    def processed(self, batch: Batch, outcome: Outcome) -> None:
        """A batch was labelled and stored."""
        self.waiting -= len(batch.posts)
        self._duplicates += outcome.duplicates
        self.refused += len(outcome.refused)
        self.bad += len(outcome.refused)
        if outcome.refused:
            self.last_error = f"{outcome.refused[-1].place}: {outcome.refused[-1].reason}"
        self._processed = _latest(self._processed, batch.posts)

    def failed(self, reason: str) -> None:
        """The feed has stopped for good."""
        self.state = "failed"
        self.last_error = reason
        self.waiting = 0

    def health(self, now_s: float) -> FeedHealth:
        """The feed at this moment."""
        while self._arrivals and self._arrivals[0][0] < now_s - RATE_S:
            self._arrivals.popleft()
        lag_s = 0.0
        if self._newest and self._processed and self.waiting:
            lag_s = max(0.0, (self._newest - self._processed).total_seconds())
        return FeedHealth(
            url=self.url,
            state=self.state,
            received=self._received,
            bad=self.bad,
            duplicates=self._duplicates,
            lag_s=lag_s,
            posts_per_second=round(sum(posts for _, posts in self._arrivals) / RATE_S, 1),
            last_error=self.last_error,
        )


class MinuteRate:
    """Posts a minute of event time, over the last five."""

    def __init__(self) -> None:
        self._minutes: deque[list[int]] = deque()

    def count(self, clock: datetime, posts: int) -> None:
        """`posts` were accepted while the event clock stood at `clock`."""
        minute = int(clock.timestamp() // 60)
        if self._minutes and self._minutes[-1][0] == minute:
            self._minutes[-1][1] += posts
        else:
            self._minutes.append([minute, posts])
        while self._minutes[0][0] <= minute - MINUTES:
            self._minutes.popleft()

    def per_minute(self) -> float:
        """Mean posts a minute; over the time since the first post where that is shorter."""
        if not self._minutes:
            return 0.0
        span = self._minutes[-1][0] - self._minutes[0][0] + 1
        return round(sum(posts for _, posts in self._minutes) / max(1, span), 1)


def _latest(before: datetime | None, posts: Sequence[Post]) -> datetime | None:
    newest = max((post.created_at for post in posts), default=None)
    return max(filter(None, (before, newest)), default=None)
