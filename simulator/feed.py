"""A storm as a feed: `storm:hurricane?speed=60&seed=7`, the same posts as `storm generate`.

The storm's clock runs `speed` times as fast as the wall's, from the first post behind the cursor;
`max` means as fast as the desk takes them. The cursor is the number of posts sent so far.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from itertools import islice

import msgspec

from desk.errors import FeedError, choices
from desk.feeds import Batch, Options
from desk.post import Post
from desk.territories import load_territory
from simulator.accounts import own_accounts
from simulator.errors import SimulatorError
from simulator.storm import Storm
from simulator.storm_file import load_storm
from simulator.stream import StormDay

TICK_S = 0.1
LARGEST_BATCH = 250
"""Posts in a batch: a desk that is behind takes some at a time, and screens wait for no more."""
SKIPPED_AT_ONCE = 500
OPTIONS = ("speed", "seed", "hours", "scale", "background", "stream")

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[object]]


class StormFeed:
    """The posts of a storm, paced by its own clock."""

    exercise = True

    def __init__(
        self,
        url: str,
        storm: Storm,
        speed: float | None,
        *,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.url = url
        self.storm = storm
        self.territory = load_territory(storm.territory)
        self.accounts = own_accounts(storm)
        self.speed = speed
        self._clock = clock
        self._sleep = sleep

    async def batches(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Batches from behind `cursor`, at most ten a second unless the speed is `max`.

        Raises:
            FeedError: the cursor is none of this feed.
        """
        if cursor is not None and not cursor.isdecimal():
            raise FeedError(f"'{cursor}' is no cursor of {self.url}: it must be a number of posts")
        posts = (told.post for told in StormDay(self.storm, self.territory).tell())
        sent = 0
        while sent < int(cursor or 0):
            step = min(SKIPPED_AT_ONCE, int(cursor or 0) - sent)
            if sum(1 for _ in islice(posts, step)) < step:
                return
            sent += step
            await self._sleep(0)
        async for batch in self._paced(posts) if self.speed else self._hurried(posts):
            sent += len(batch)
            yield Batch(batch, str(sent))

    async def _hurried(self, posts: Iterator[Post]) -> AsyncIterator[tuple[Post, ...]]:
        while batch := tuple(islice(posts, SKIPPED_AT_ONCE)):
            yield batch
            await self._sleep(0)

    async def _paced(self, posts: Iterator[Post]) -> AsyncIterator[tuple[Post, ...]]:
        waiting = next(posts, None)
        if waiting is None:
            return
        speed = self.speed or 1.0
        began, first = self._clock(), waiting.created_at

        def due_s(post: Post) -> float:
            return (post.created_at - first).total_seconds()

        while waiting is not None:
            now_s = (self._clock() - began) * speed
            if due_s(waiting) > now_s:
                await self._sleep(max(TICK_S, (due_s(waiting) - now_s) / speed))
                continue
            batch: list[Post] = []
            while waiting is not None and len(batch) < LARGEST_BATCH and due_s(waiting) <= now_s:
                batch.append(waiting)
                waiting = next(posts, None)
            yield tuple(batch)
            # Behind the storm's clock there is no wait above; the loop still needs its turn.
            await self._sleep(0)


def open_storm(url: str, options: Options) -> StormFeed:
    """The feed of `storm:NAME?speed=60&seed=7&hours=24&scale=1&background=0.6&stream=firehose`.

    Raises:
        FeedError: the storm or an option is unknown, or a value makes no sense.
    """
    unknown = [name for name in options.query if name not in OPTIONS]
    if unknown:
        faults = [
            f"unknown option '{name}' in '{url}': {choices(name, OPTIONS)}" for name in unknown
        ]
        raise FeedError("\n".join(faults))
    changes: dict[str, float | int | str | None] = {
        name: _number(name, value, url)
        for name, value in options.query.items()
        if name not in {"speed", "seed", "stream"}
    }
    changes["stream"] = options.query.get("stream")
    if "seed" in options.query:
        changes["seed"] = _whole(options.query["seed"], url)
    try:
        storm = load_storm(options.target, **changes)
    except SimulatorError as error:
        raise FeedError(f"{url}: {error}") from None
    return StormFeed(_posts_of(url), storm, _speed(options.query.get("speed", "60"), url))


def _posts_of(url: str) -> str:
    """`url` without the speed: the posts are the same, so a desk goes on at another speed."""
    name, _, query = url.partition("?")
    kept = "&".join(each for each in query.split("&") if not each.startswith("speed="))
    return f"{name}?{kept}" if kept else name


def _speed(value: str, url: str) -> float | None:
    if value == "max":
        return None
    speed = _number("speed", value, url)
    if not 0 < speed <= 1e6:
        raise FeedError(f"speed={value} in '{url}': valid is a number above 0, or max")
    return speed


def _number(name: str, value: str, url: str) -> float:
    try:
        return msgspec.convert(value, float, strict=False)
    except msgspec.ValidationError:
        raise FeedError(f"{name}={value} in '{url}': valid is a number") from None


def _whole(value: str, url: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise FeedError(f"seed={value} in '{url}': valid is a whole number") from None
