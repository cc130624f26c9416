"""How the desk and its feeds do: counts, rates, lag, last errors."""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter

from desk.feeds import Batch
from desk.feeds.condition import Condition
from desk.oms.gauge import ListGauge
from desk.pipeline import Outcome
from desk.post import Post
from desk.secret import masked
from desk.serving.protocol import DeskHealth, FeedHealth

_created_at = attrgetter("created_at")

RATE_S = 5.0
"""Wall seconds over which a feed's rate is taken."""
SILENT_S = 300
"""Wall seconds without anything after which a feed is silent."""
STEP_S = 10
"""Steps of what grows by itself, so that screens aren't told ten times a second."""
WINDOW_S = 300
"""Event seconds over which posts per minute are taken."""


class FeedGauge:
    """Counts of one feed; `now_s` is the monotonic clock in seconds.

    `condition` is what a feed over a network says of itself; `wall_s` is the clock on the wall
    when the monotonic one was 0.
    """

    def __init__(
        self, url: str, condition: Condition | None = None, wall_s: float | None = None
    ) -> None:
        self.url = url
        self.state = "starting"
        self._condition = condition
        self._wall_s = time.time() - time.monotonic() if wall_s is None else wall_s
        self._began_s = time.monotonic()
        self._heard_s: float | None = None
        self._ignored = 0
        self._warns = False
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
        self._ignored += batch.ignored
        self._warns |= batch.warnings is not None
        # a feed that only says what is no post has a connection, but brings nothing
        if batch.posts or batch.warnings is not None:
            self._heard_s = now_s
        if batch.faults:
            last = batch.faults[-1]
            self.last_error = f"{last.place}: {last.reason}"
        self._arrivals.append((now_s, len(batch.posts)))

    def processed(self, batches: Sequence[Batch], outcome: Outcome) -> None:
        """Batches were labelled and stored, all with one outcome."""
        self.waiting -= sum(len(batch.posts) for batch in batches)
        self._duplicates += outcome.duplicates
        self.refused += len(outcome.refused)
        self.bad += len(outcome.refused)
        if outcome.refused:
            self.last_error = f"{outcome.refused[-1].place}: {outcome.refused[-1].reason}"
        for batch in batches:
            self._processed = _latest(self._processed, batch.posts)

    def failed(self, reason: str) -> None:
        """The feed has stopped for good."""
        self.state = "failed"
        self.last_error = reason
        self.waiting = 0

    def health(self, now_s: float, *, real: bool = False) -> FeedHealth:
        """The feed at this moment; only posts of a `real` one can lie behind the clock."""
        while self._arrivals and self._arrivals[0][0] < now_s - RATE_S:
            self._arrivals.popleft()
        lag_s = 0.0
        if self._newest and self._processed and self.waiting:
            lag_s = max(0.0, (self._newest - self._processed).total_seconds())
        condition = self._condition or Condition()
        behind_s = None
        if real and self._newest is not None:
            behind_s = _steps(self._wall_s + now_s - self._newest.timestamp())
        return FeedHealth(
            url=self.url,
            state=self._state(),
            received=self._received,
            bad=self.bad,
            duplicates=self._duplicates,
            lag_s=lag_s,
            posts_per_second=round(sum(posts for _, posts in self._arrivals) / RATE_S, 1),
            last_error=masked(self._last_error(condition)),
            ignored=self._ignored,
            refused=self.refused,
            reconnects=condition.reconnects,
            lost=condition.lost,
            retry_s=self._retry_s(now_s),
            heard_at=None if self._heard_s is None else self._wall(self._heard_s),
            silent_s=_steps(now_s - (self._heard_s or self._began_s)),
            newest_at=self._newest,
            behind_s=behind_s,
            since=self._wall(self._began_s),
            warns=self._warns,
        )

    def _state(self) -> str:
        if self._condition is None or self.state in ("ended", "failed"):
            return self.state
        return self._condition.state

    def _last_error(self, condition: Condition) -> str:
        """Why it waits, where it does; else the last record that was no post."""
        if self._state() in ("retrying", "limited") and condition.error:
            return condition.error
        return self.last_error or condition.error

    def _retry_s(self, now_s: float) -> int | None:
        """Seconds to the next try; 0 while one is being made."""
        if self._condition is None or self._state() not in ("retrying", "limited"):
            return None
        return max(0, math.ceil(self._condition.retry_at_s - now_s))

    def _wall(self, at_s: float) -> datetime:
        return _wall(self._wall_s + at_s)


def list_health(gauge: ListGauge, now_s: float) -> FeedHealth:
    """How the utility's own list does at this moment."""
    wall_s, condition = time.time() - time.monotonic(), gauge.condition
    waits = condition.state in ("retrying", "limited")
    heard_s, began_s = gauge.heard_s, gauge.began_s
    return FeedHealth(
        url=gauge.url,
        state=condition.state,
        received=0,
        bad=gauge.bad,
        duplicates=0,
        lag_s=0.0,
        posts_per_second=0.0,
        last_error=masked(condition.error),
        reconnects=condition.reconnects,
        retry_s=max(0, math.ceil(condition.retry_at_s - now_s)) if waits else None,
        heard_at=None if heard_s is None else _wall(wall_s + heard_s),
        silent_s=_steps(now_s - (heard_s or began_s)),
        since=_wall(wall_s + began_s),
        outages=gauge.outages or 0,
    )


def silent_since(feeds: Iterable[FeedHealth]) -> datetime | None:
    """Since when no feed has brought anything, None while one does or all have ended.

    Where posts are to come, warnings of the weather alone don't count, and the utility's own list
    never does.
    """
    reading = [feed for feed in feeds if feed.state != "ended" and feed.outages is None]
    posting = [feed for feed in reading if not feed.warns] or reading
    if not posting or any(feed.silent_s < SILENT_S for feed in posting):
        return None
    return max((at for feed in posting if (at := feed.heard_at or feed.since)), default=None)


def desk_health(
    feeds: Sequence[FeedHealth], at: datetime, clock: datetime | None, *, exercise: bool
) -> DeskHealth:
    """How a desk of `feeds` does at `at`."""
    since = silent_since(feeds)
    troubles = [f"feed {feed.url} has failed: {feed.last_error}" for feed in feeds if failed(feed)]
    troubles += [f"feed {feed.url} has lost {feed.lost:,} posts" for feed in feeds if feed.lost]
    troubles += [
        f"feed {feed.url} is tried again and has brought nothing since"
        f" {(feed.heard_at or feed.since or at).isoformat()}: {feed.last_error}"
        for feed in feeds
        if feed.state in ("retrying", "limited") and feed.silent_s >= SILENT_S
    ]
    if since is not None:
        troubles.append(f"no feed has brought anything since {since.isoformat()}")
    return DeskHealth(at, not troubles, tuple(troubles), clock, exercise, since, tuple(feeds))


def failed(feed: FeedHealth) -> bool:
    """Whether a feed has stopped for good."""
    return feed.state == "failed"


def _wall(at_s: float) -> datetime:
    return datetime.fromtimestamp(int(at_s), UTC)


def _steps(seconds: float) -> int:
    return max(0, int(seconds)) // STEP_S * STEP_S


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
    newest = max(map(_created_at, posts), default=None)
    return max(filter(None, (before, newest)), default=None)
