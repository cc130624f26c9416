"""How the desk and its feeds do: counts, rates, lag, last errors."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import datetime

from desk.feeds import Batch
from desk.pipeline import Outcome
from desk.post import Post
from desk.serving.protocol import FeedHealth

RATE_S = 5.0
"""Wall seconds over which a feed's rate is taken."""
WINDOW_S = 300
"""Event seconds over which posts per minute are taken."""


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
    """Posts a minute of event time, over the last five minutes of the desk's clock."""

    def __init__(self) -> None:
        self._posts: Counter[int] = Counter()
        self._first_s = 0
        self._now_s = 0

    def count(self, seconds: Mapping[int, int], clock: datetime) -> None:
        """Count accepted posts by the event second of each; `clock` is where the desk stands."""
        self._now_s = int(clock.timestamp())
        if not self._posts and seconds:
            self._first_s = min(seconds)
        self._posts.update(seconds)
        for second in [second for second in self._posts if second <= self._now_s - WINDOW_S]:
            del self._posts[second]

    def per_minute(self) -> float:
        """Mean posts a minute; over the time since the first post where that is shorter."""
        span_s = min(WINDOW_S, max(1, self._now_s - self._first_s + 1))
        return round(sum(self._posts.values()) * 60 / max(span_s, 60), 1)


def _latest(before: datetime | None, posts: Sequence[Post]) -> datetime | None:
    newest = max((post.created_at for post in posts), default=None)
    return max(filter(None, (before, newest)), default=None)
