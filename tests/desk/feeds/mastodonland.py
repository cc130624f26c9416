"""A desk's feed of Mastodon at a storm's own instance, for tests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Self

import pytest
from aiohttp import web
from aiohttp.typedefs import Middleware

from desk.feeds import Batch, Options
from desk.feeds.mastodon.feed import MastodonFeed
from desk.feeds.mastodon.gaps import Pace
from desk.feeds.patience import Growth, Rules
from simulator.platforms.mastodon.platform import Instance, sent, wire_id
from simulator.platforms.stage import Stage

QUICK = Rules(Growth(0.02, 0.1), Growth(0.02, 0.1), Growth(0.02, 0.1))


def token_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORMDESK_MASTODON_TOKEN", "exercise")


def feed_of(url: str, silent_s: float = 5.0) -> MastodonFeed:
    """A feed that does not wait long."""
    full = f"mastodon+{url}"
    rest, _, query = url.partition(":")[2].partition("?")
    pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair)
    return MastodonFeed(full, Options(rest, pairs), Pace(QUICK, silent_s, 0.05))


class Listener:
    """Reads a feed until it is told to stop, as a desk does: each id is kept once."""

    def __init__(self, feed: MastodonFeed, cursor: str | None = None) -> None:
        self.feed = feed
        self.cursor = cursor
        self.ids: dict[str, None] = {}
        self.batches: list[Batch] = []
        self._came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def _read(self) -> None:
        async for batch in self.feed.batches(self.cursor):
            self.batches.append(batch)
            self.cursor = batch.cursor
            self.ids.update((post.id, None) for post in batch.posts)
            self._came.set()

    async def until(self, done: Callable[[], bool]) -> None:
        while not done():
            self._came.clear()
            await asyncio.wait_for(self._came.wait(), 20)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


async def until(done: Callable[[], bool]) -> None:
    for _ in range(500):
        if done():
            return
        await asyncio.sleep(0.02)
    raise AssertionError


async def over(stage: Stage) -> None:
    while not stage.over:
        await stage.more(stage.end)


def listed(stage: Stage, name: str = "home") -> list[str]:
    return [wire_id(each) for each in sent(stage, name)]


@contextlib.asynccontextmanager
async def serving(stage: Stage, trouble: Middleware) -> AsyncIterator[str]:
    """The address of an instance of its own, behind `trouble`."""
    app = web.Application(middlewares=[trouble])
    app.router.add_routes(Instance(stage).routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
