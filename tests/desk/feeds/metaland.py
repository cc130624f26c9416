"""Webhooks as Meta sends them, for tests: signed bodies in the recorded shape, own words."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest

from desk.feeds import Batch, Options, open_feed
from desk.feeds.kinds import KINDS
from desk.feeds.lasting import Sleep
from desk.feeds.meta.feed import MetaFeed

APP_SECRET, VERIFY_TOKEN, PAGE = "the app's secret 7", "the word we agreed on", "104400000000001"
AT_S = 1_788_544_800


def secrets_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORMDESK_META_APP_SECRET", APP_SECRET)
    monkeypatch.setenv("STORMDESK_META_VERIFY_TOKEN", VERIFY_TOKEN)
    monkeypatch.delenv("STORMDESK_META_PAGE_TOKEN", raising=False)


def comment(number: int, text: str = "", **more: object) -> dict[str, Any]:
    value: dict[str, object] = {
        "item": "comment",
        "verb": "add",
        "comment_id": f"7001_{number}",
        "post_id": f"{PAGE}_7001",
        "parent_id": f"{PAGE}_7001",
        "from": {"id": f"55{number}", "name": "Rae Tillman"},
        "message": text or f"no power on Larkspur Way, house {number}",
        "created_time": AT_S + number,
    }
    return {"field": "feed", "value": {**value, **more}}


def webhook(*changes: dict[str, Any], object_: str = "page", page: str = PAGE) -> bytes:
    entry = {"id": page, "time": AT_S + 5, "changes": list(changes)}
    # Meta escapes what is not ASCII, in lower case; the bytes are what is signed
    return json.dumps({"object": object_, "entry": [entry]}, separators=(",", ":")).encode()


def signed(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={mac}", "Content-Type": "application/json"}


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110  what is waited for has no event
        await asyncio.sleep(0.002)


class Listening:
    """A feed that listens, the batches it brought, and a client beside it."""

    def __init__(self, feed: MetaFeed, http: aiohttp.ClientSession) -> None:
        self.feed = feed
        self.http = http
        self.batches: list[Batch] = []
        self.stores = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.feed.listening_on}/hook"

    @property
    def ids(self) -> list[str]:
        return [post.id for batch in self.batches for post in batch.posts]

    async def post(self, body: bytes, **headers: str) -> int:
        async with self.http.post(
            self.url, data=body, headers={**signed(body), **headers}
        ) as answer:
            return answer.status


@contextlib.asynccontextmanager
async def listening(
    query: str = "", cursor: str | None = None, sleep: Sleep = asyncio.sleep
) -> AsyncIterator[Listening]:
    opened = open_feed(f"meta://127.0.0.1:0/hook{query}", KINDS)
    assert isinstance(opened, MetaFeed)
    feed = MetaFeed(
        opened.url, Options("//127.0.0.1:0/hook", dict(parse_qsl(query[1:]))), sleep=sleep
    )
    async with aiohttp.ClientSession() as http:
        land = Listening(feed, http)

        async def read() -> None:
            async for batch in feed.batches(cursor):
                land.batches.append(batch)
                await asyncio.sleep(0)
                if land.stores:
                    feed.stored(batch)

        task = asyncio.create_task(read())
        await until(lambda: bool(feed.listening_on) or task.done())
        try:
            yield land
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
