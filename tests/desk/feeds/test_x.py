"""The feed of X against a server of X: its rules, its posts, its silences, its refusals."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from desk.accounts import Account
from desk.errors import FeedError
from desk.feeds import Batch, Options, open_feed
from desk.feeds.kinds import KINDS
from desk.feeds.patience import Patience
from desk.feeds.surroundings import Surroundings
from desk.feeds.x.feed import XFeed
from desk.feeds.x.server import RULES
from desk.feeds.x.url import TOKEN
from rules import load_packs
from rules.pack import Pack
from simulator.platforms import CREDENTIAL
from simulator.platforms.stage import Stage
from simulator.platforms.x.platform import Limits, wire_id, x
from simulator.platforms.x.rule import read_rule
from simulator.platforms.x.wire import Wire
from tests.simulator.platforms.stageland import staged

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


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN.removeprefix("env:"), CREDENTIAL)


@pytest.fixture
def packs(tmp_path: Path) -> Sequence[Pack]:
    path = tmp_path / "few.toml"
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


async def test_it_brings_exactly_the_posts_that_its_rules_match(packs: Sequence[Pack]) -> None:
    async with staged(x, speed=STILL) as (url, stage):
        feed = feed_of(url, "retweets=yes")
        feed.adapt(around(stage, packs))
        async with reading(feed) as reader:
            await reader.until(lambda: feed.condition.state == "live")
            values = [rule["value"] for rule in await rules_at(url)]
            start = stage.end
            stage.conductor.set_speed(None)
            await reader.until(lambda: stage.over)
            wire, nodes = Wire(stage), [read_rule(value) for value in values]
            posts = list(stage.read(start, None, "x"))
            seen = [(each, wire.seen(each)) for each in posts]
            wanted = [wire_id(each) for each, one in seen if any(n.holds(one) for n in nodes)]
            assert 5 < len(wanted) < len(posts)
            await reader.until(lambda: len(reader.ids) >= len(wanted))
            assert reader.ids == wanted
            got = [post for batch in reader.all for post in batch.posts]
            told = {wire_id(each): each.post for each in posts}
            for post in got:
                own = told[post.id]
                assert (post.text, post.lang, post.geo) == (own.text, own.lang, own.geo)
                assert post.place == own.place
                assert post.author is not None
                assert own.author is not None
                assert (post.author.handle, post.author.name) == (
                    own.author.handle,
                    own.author.name,
                )
                assert post.exercise
            assert not feed.condition.error


async def test_its_rules_are_kept_in_step_and_others_are_left_alone(packs: Sequence[Pack]) -> None:
    async with staged(x, speed=STILL) as (url, stage):
        await add_rule(url, "kittens", "of somebody else")
        await add_rule(url, "puppies", "stormdesk:named:old")
        feed = feed_of(url)
        feed.adapt(around(stage, packs))
        async with reading(feed) as reader:
            await reader.until(lambda: feed.condition.state == "live")
            kept = await rules_at(url)
            values = {rule["value"] for rule in kept}
            assert "kittens" in values
            assert "puppies" not in values
            assert all(rule["tag"].startswith("stormdesk:") for rule in kept[1:])
            assert any("outage" in value for value in values)
        async with reading(feed_again := feed_of(url)) as reader:
            feed_again.adapt(around(stage, packs))
            await reader.until(lambda: feed_again.condition.state == "live")
            assert await rules_at(url) == kept  # what stands is not touched, its ids are the same


async def test_rules_change_with_the_packs_while_the_stream_is_read(
    packs: Sequence[Pack], tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text(FEW.replace('"outage"]', '"brownout"]'), "utf-8")
    async with staged(partial(x, keep_alive_s=0.1), speed=STILL) as (url, stage):
        feed = feed_of(url)
        feed.adapt(around(stage, packs))
        async with reading(feed) as reader:
            await reader.until(lambda: feed.condition.state == "live")
            feed.adapt(around(stage, load_packs(other)))
            for _ in range(100):
                if any("brownout" in rule["value"] for rule in await rules_at(url)):
                    break
                await asyncio.sleep(0.05)
            assert feed.condition.reconnects == 0
            assert not any(" outage" in rule["value"] for rule in await rules_at(url))


async def test_rules_that_x_refuses_are_told_and_the_others_hold(packs: Sequence[Pack]) -> None:
    async with staged(partial(x, limits=Limits(rule_signs=200)), speed=STILL) as (url, stage):
        feed = feed_of(url)
        feed.adapt(around(stage, packs))
        async with reading(feed) as reader:
            await reader.until(lambda: feed.condition.state == "live")
            assert await rules_at(url)
            assert any("X refuses it: Rule is" in reason for reason in reader.faults)


async def test_rules_can_be_left_to_who_made_them() -> None:
    async with staged(x, speed=STILL) as (url, stage):
        await add_rule(url, "storm OR power", "mine")
        feed = feed_of(url, "rules=leave&expansions=none")
        async with reading(feed) as reader:
            await reader.until(lambda: feed.condition.state == "live")
            stage.conductor.set_speed(None)
            await reader.until(lambda: bool(reader.ids))
            assert [rule["tag"] for rule in await rules_at(url)] == ["mine"]
            authors = {post.author for batch in reader.all for post in batch.posts}
            assert all(author is None or not author.handle for author in authors)


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


async def test_an_http_error_waits_5_s_and_twice_as_long_each_time() -> None:
    waits, feed = await waits_of(answering(503), 9)
    assert waits == [5, 10, 20, 40, 80, 160, 320, 320, 320]
    assert feed.condition.state == "retrying"
    assert "X answered 503: no" in feed.condition.error


async def test_a_429_waits_a_minute_and_twice_as_long_each_time() -> None:
    waits, feed = await waits_of(answering(429), 5)
    assert waits == [60, 120, 240, 480, 960]
    assert feed.condition.state == "limited"


async def test_when_x_counts_anew_is_obeyed() -> None:
    reset = str(int(time.time()) + 600)
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}
    waits, _ = await waits_of(answering(429, **headers), 1)
    assert 590 < waits[0] <= 600
    far = headers | {"x-rate-limit-reset": str(int(time.time()) + 10**8)}
    assert (await waits_of(answering(429, **far), 1))[0] == [1000]  # a clock that is wrong


async def test_a_connection_that_breaks_is_tried_at_once_then_a_quarter_second_later_each() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    waits, _ = await waits_of(cut, 70)
    assert waits[:4] == [0, 0.25, 0.5, 0.75]
    assert max(waits) == 16


async def test_a_silent_connection_is_given_up_and_one_with_keep_alives_is_not() -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(8):
            await asyncio.sleep(0.1)
            await response.write(b"\r\n")
        await asyncio.sleep(5)
        return response

    began = time.monotonic()
    waits, feed = await waits_of(silent, 1, quiet_s=0.4)
    assert time.monotonic() - began > 1.0
    assert waits == [0]
    assert feed.condition.error == "no answer in time"


@pytest.mark.parametrize(
    ("line", "words", "wait_s"),
    [
        (
            {"errors": [{"title": "operational-disconnect", "detail": "For reasons.",
                         "disconnect_type": "UpstreamOperationalDisconnect"}]},
            "X has disconnected: For reasons.",
            0,
        ),
        (
            {"title": "ConnectionException", "detail": "At the limit.",
             "connection_issue": "TooManyConnections"},
            "X: At the limit.",
            60,
        ),
    ],
)  # fmt: skip
async def test_what_x_says_in_the_stream(
    line: dict[str, object], words: str, wait_s: float
) -> None:
    async def tell(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        post = {"data": {"id": "77", "text": "power out"}}
        await response.write(json.dumps(post).encode() + b"\r\n" + json.dumps(line).encode())
        await response.write(b"\r\n")
        await asyncio.sleep(5)
        return response

    waits, feed = await waits_of(tell, 1)
    assert waits == [wait_s]
    assert feed.condition.error == words


@pytest.mark.parametrize(
    ("status", "words"), [(401, "env:STORMDESK_X_BEARER_TOKEN"), (403, "developer console")]
)
async def test_a_token_that_x_refuses_ends_the_feed(status: int, words: str) -> None:
    async with served(answering(status)) as url:
        feed = feed_of(url, "rules=leave")
        with pytest.raises(FeedError, match=words):
            async for _ in feed.batches(None):
                pass


async def test_a_redirect_is_not_followed_with_the_token() -> None:
    asked = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPFound("/2/elsewhere")

    waits, _ = await waits_of(elsewhere, 2)
    assert waits == [5, 10]
    assert set(asked) == {"/2/tweets/search/stream"}


async def test_a_second_connection_is_refused_and_waits() -> None:
    async with staged(x, speed=STILL) as (url, _):
        first, waits = feed_of(url, "rules=leave"), Waits(1)
        second = feed_of(url, "rules=leave", sleep=waits, patience=Patience(RULES, jitter=0.0))
        async with reading(first) as reader:
            await reader.until(lambda: first.condition.state == "live")
            async with reading(second), asyncio.timeout(5):
                await waits.done.wait()
        assert waits.all[0] >= 60
        assert "maximum allowed connection limit" in second.condition.error


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("colour=red", "unknown option 'colour'"),
        ("recover=all", "recover=all"),
        ("rules=mine", "rules=mine"),
        ("languages=en,fr", "languages=fr"),
        ("expansions=everything", "expansions=everything"),
        ("secret=env:NOT_THERE_AT_ALL", "needs X's bearer token: no secret in env:NOT_THERE"),
        ("secret=abc", "never written down"),
    ],
)
def test_a_wrong_url_is_told_with_the_mend(query: str, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        open_feed(f"x+https://api.x.com?{query}", KINDS)


@pytest.mark.parametrize("url", ["x+https://", "x+https://a/b", "x+https://u:p@api.x.com"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(FeedError, match=r"write x\+https://api\.x\.com"):
        open_feed(url, KINDS)


async def test_a_cursor_of_another_feed_is_told() -> None:
    feed = open_feed("x+https://api.x.com/2/tweets/search/stream", KINDS)
    with pytest.raises(FeedError, match="is no cursor of"):
        async for _ in feed.batches("1:2:3"):
            pass


async def gone_through(stage: Stage, reader: Reader) -> list[str]:
    """Let the storm run to its end; all ids of X."""
    stage.conductor.set_speed(None)
    await reader.until(lambda: stage.over)
    return [wire_id(each) for each in stage.read(0, None, "x")]


async def cursor_in_the_middle(url: str, stage: Stage) -> tuple[str, list[str]]:
    """The cursor of a feed that has heard the first posts of a storm, and what it has heard."""
    feed = feed_of(url, "rules=leave")
    async with reading(feed) as reader:
        await reader.until(lambda: feed.condition.state == "live")
        stage.conductor.set_speed(600.0)
        await reader.until(lambda: len(reader.ids) >= 5)
        stage.conductor.set_speed(STILL)
        await asyncio.sleep(0.3)
        return reader.all[-1].cursor, reader.ids


async def test_what_was_missed_comes_again_with_enterprise_access() -> None:
    async with staged(x, speed=STILL) as (url, stage):
        await add_rule(url, "the OR a OR i OR de OR la", "most")
        cursor, heard = await cursor_in_the_middle(url, stage)
        stage.conductor.set_speed(None)
        feed = feed_of(url, "rules=leave&recover=backfill")
        async with reading(feed) as late, reading(feed_of(url, "rules=leave")):
            await late.until(lambda: stage.over)
        again = feed_of(url, "rules=leave&recover=backfill")
        async with reading(again, cursor) as reader:
            await reader.until(lambda: len(reader.ids) > 20)
            await asyncio.sleep(0.5)
            wire, node = Wire(stage), read_rule("the OR a OR i OR de OR la")
            wanted = {
                wire_id(each) for each in stage.read(0, None, "x") if node.holds(wire.seen(each))
            }
            assert set(heard) | set(reader.ids) == wanted
            assert not again.condition.error


async def test_a_long_gap_is_sent_in_a_stream_of_its_own() -> None:
    async with staged(x, speed=STILL) as (url, stage):
        await add_rule(url, "the OR a OR i OR de OR la", "most")
        cursor, heard = await cursor_in_the_middle(url, stage)
        newest = cursor.partition("@")[0]
        async with reading(feed_of(url, "rules=leave")) as reader:
            await gone_through(stage, reader)
        long_ago = f"{newest}@{int(time.time()) - 3 * 3600}"
        feed = feed_of(url, "rules=leave&recover=backfill")
        async with reading(feed, long_ago) as reader:
            await reader.until(lambda: len(reader.ids) > 20)
            await asyncio.sleep(0.5)
            wire, node = Wire(stage), read_rule("the OR a OR i OR de OR la")
            posts = [each for each in stage.read(0, None, "x") if node.holds(wire.seen(each))]
            assert set(heard) | set(reader.ids) == {wire_id(each) for each in posts}
            assert not feed.condition.error


async def test_the_search_brings_what_a_gap_held(packs: Sequence[Pack]) -> None:
    async with staged(x, speed=STILL) as (url, stage):
        feed = feed_of(url)
        feed.adapt(around(stage, packs))
        stage.conductor.set_speed(None)
        async with reading(feed) as reader:
            await reader.until(lambda: stage.over and feed.condition.state == "live")
        first = next(iter(stage.read(0, None, "x")))
        cursor = f"{wire_id(first)}@{int(time.time()) - 40}"
        again = feed_of(url, "recover=search")
        again.adapt(around(stage, packs))
        async with reading(again, cursor) as reader:
            await reader.until(lambda: len(reader.ids) >= 3)
            assert again.condition.error.startswith("gap of 4")
            assert again.condition.error.endswith("only what the search finds was recovered")
            ids = reader.ids
        assert len(set(ids)) == len(set(ids) & {wire_id(e) for e in stage.read(0, None, "x")})
        assert min(map(int, ids)) > int(wire_id(first))


async def test_a_gap_that_nothing_recovers_is_said() -> None:
    async with staged(x, speed=STILL) as (url, _):
        await add_rule(url, "power", "t")
        feed = feed_of(url, "rules=leave")
        async with reading(feed, f"77@{int(time.time()) - 40}") as reader:
            await reader.until(lambda: feed.condition.state == "live")
            assert re.fullmatch(r"gap of 4[0-3] s not recovered", feed.condition.error)
            assert feed.condition.lost == 0  # X tells nobody how many
        begun = feed_of(url, "rules=leave")
        async with reading(begun) as reader:
            await reader.until(lambda: begun.condition.state == "live")
            assert not begun.condition.error


async def test_the_cursor_goes_on_while_nothing_but_keep_alives_comes() -> None:
    times = iter(range(1_000, 100_000, 20))
    async with staged(partial(x, keep_alive_s=0.05), speed=STILL) as (url, _):
        await add_rule(url, "power", "t")
        feed = feed_of(url, "rules=leave", now_s=lambda: float(next(times)))
        async with reading(feed, "77@990") as reader:
            await reader.until(lambda: len(reader.all) > 3)
            cursors = [batch.cursor for batch in reader.all]
            assert all(cursor.startswith("77@") for cursor in cursors)
            assert len(set(cursors)) > 3


async def test_nothing_that_is_said_holds_the_token(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0%2BuSeid"
    monkeypatch.setenv(TOKEN.removeprefix("env:"), secret)
    caplog.set_level(0)

    async def echo(request: web.Request) -> web.Response:
        told = {"title": "x", "detail": f"no {request.headers['Authorization']}"}
        return web.json_response(told, status=503)

    waits, feed = await waits_of(echo, 1)
    said = [repr(feed), repr(vars(feed)), feed.url, caplog.text, str(waits), repr(feed._server)]
    assert secret not in "".join(said)
    async with served(answering(401)) as url:
        with pytest.raises(FeedError) as caught:
            async for _ in feed_of(url, "rules=leave").batches(None):
                pass
    assert secret not in str(caught.value)


async def test_a_line_without_end_is_a_fault_and_the_stream_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("desk.feeds.lines.LONGEST_LINE_BYTES", 1000)

    async def tell(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"data":' + b"x" * 5000 + b"\r\n")
        await response.write(b"\xff\x00 garbage\r\n\r\n")
        await response.write(b'{"data":{"id":"77","text":"power out"}}\r\n')
        await asyncio.sleep(5)
        return response

    async with served(tell) as url:
        feed = feed_of(url, "rules=leave")
        async with reading(feed) as reader:
            await reader.until(lambda: bool(reader.ids))
            assert reader.ids == ["77"]
            assert len(reader.faults) == 2


async def test_the_last_connection_that_x_allows_is_not_followed_by_another() -> None:
    few = partial(x, limits=Limits(connects=1))
    async with staged(few, speed=STILL) as (url, _):
        waits = Waits(2)
        patience = Patience(RULES, jitter=0.0)
        feed = feed_of(url, "rules=leave", sleep=waits, quiet_s=0.2, patience=patience)

        async with reading(feed), asyncio.timeout(5):
            await waits.done.wait()
        # the silence is tried again at once, and then it is known that X would refuse
        assert waits.all[0] == 0
        assert 890 < waits.all[1] <= 900
        assert feed.condition.error == "X allows no more connections for now"
