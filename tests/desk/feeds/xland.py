"""A desk's feed of X at a storm's own X, or at a server that a test has made, for tests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from desk.accounts import Account
from desk.feeds import Batch, Options
from desk.feeds.patience import Patience
from desk.feeds.surroundings import Surroundings
from desk.feeds.x.feed import XFeed
from desk.feeds.x.server import RULES
from rules import load_packs
from rules.pack import Pack
from simulator.platforms import CREDENTIAL
from simulator.platforms.stage import Stage

STILL = 1e-6
"""A storm at this speed stands: nobody has missed anything when it is let go."""
TOKENS = {"Authorization": f"Bearer {CREDENTIAL}"}
RULES_PATH = "/2/tweets/search/stream/rules"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


FEW = """
language = "en"
[[rule]]
id = "a"
label = "outage"
any = ["power|lights|electricity|storm|rain|hail", "outage"]
[[rule.test]]
text = "power is out"
match = true
"""


def few_packs(folder: Path) -> Sequence[Pack]:
    path = folder / "few.toml"
    path.write_text(FEW, "utf-8")
    return load_packs(path)


def around(stage: Stage, packs: Sequence[Pack]) -> Surroundings:
    own = Account(channel="x", handle=stage.storm.utility.handle)
    return Surroundings(stage.territory, [own], packs)


class Reader:
    """Reads a feed in a task of its own, and keeps all that it brings."""

    def __init__(self, feed: XFeed, cursor: str | None = None) -> None:
        self.feed = feed
        self.all: list[Batch] = []
        self._cursor = cursor
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for batch in self.feed.batches(self._cursor):
            self.all.append(batch)

    @property
    def ids(self) -> list[str]:
        return [post.id for batch in self.all for post in batch.posts]

    @property
    def faults(self) -> list[str]:
        return [fault.reason for batch in self.all for fault in batch.faults]

    async def until(self, holds: Callable[[], bool], within_s: float = 15.0) -> None:
        async with asyncio.timeout(within_s):
            while not holds():
                if self._task.done():
                    self._task.result()
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


@contextlib.asynccontextmanager
async def reading(feed: XFeed, cursor: str | None = None) -> AsyncIterator[Reader]:
    reader = Reader(feed, cursor)
    try:
        yield reader
    finally:
        await reader.stop()


def feed_of(url: str, query: str = "", **more: Any) -> XFeed:  # noqa: ANN401
    told = dict(part.split("=", 1) for part in query.split("&") if part)
    return XFeed(f"x+{url}{'?' + query if query else ''}", Options(url[5:], told), **more)


async def rules_at(url: str) -> list[dict[str, str]]:
    async with aiohttp.ClientSession(headers=TOKENS) as http, http.get(url + RULES_PATH) as answer:
        found: list[dict[str, str]] = (await answer.json()).get("data", [])
        return found


async def add_rule(url: str, value: str, tag: str) -> None:
    async with aiohttp.ClientSession(headers=TOKENS) as http:
        body = {"add": [{"value": value, "tag": tag}]}
        assert (await http.post(url + RULES_PATH, json=body)).status == 201


class Waits:
    """Instead of sleeping: what would have been slept, and no more than some of it."""

    def __init__(self, most: int) -> None:
        self.all: list[float] = []
        self._most = most
        self.done = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.all.append(round(seconds, 6))
        if len(self.all) >= self._most:
            self.done.set()
            await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/2/tweets/search/stream", handler)
    app.router.add_get(RULES_PATH, handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def waits_of(handler: Handler, count: int, **more: Any) -> tuple[list[float], XFeed]:  # noqa: ANN401
    waits = Waits(count)
    async with served(handler) as url:
        patience = Patience(RULES, jitter=0.0)
        feed = feed_of(url, "rules=leave", patience=patience, sleep=waits, **more)
        async with reading(feed), asyncio.timeout(10):
            await waits.done.wait()
    return waits.all, feed


def answering(status: int, **headers: str) -> Handler:
    async def handle(_: web.Request) -> web.Response:
        told = {"title": "x", "detail": "no", "type": "about:blank"}
        return web.json_response(told, status=status, headers=headers)

    return handle
