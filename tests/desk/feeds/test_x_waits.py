"""The feed of X and a server in trouble: its waits, its silences, what X refuses."""

from __future__ import annotations

import asyncio
import json
import time
from functools import partial

import pytest
from aiohttp import web

from desk.errors import FeedError
from desk.feeds.patience import Patience
from desk.feeds.surroundings import Surroundings
from desk.feeds.x.server import RULES
from desk.feeds.x.url import TOKEN
from desk.territories import load_territory
from simulator.platforms.x.platform import Limits, x
from tests.desk.feeds.xland import (
    STILL,
    Waits,
    answering,
    feed_of,
    reading,
    served,
    waits_of,
)
from tests.simulator.platforms.stageland import staged

pytestmark = pytest.mark.usefixtures("x_token")


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


async def test_rules_wait_until_x_counts_anew_and_no_longer() -> None:
    reset = str(int(time.time()) + 300)
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}
    waits, patience = Waits(4), Patience(RULES, jitter=0.0)
    async with served(answering(429, **headers)) as url:
        feed = feed_of(url, "", patience=patience, sleep=waits)
        feed.adapt(Surroundings(load_territory("north-carolina")))
        async with reading(feed), asyncio.timeout(10):
            await waits.done.wait()
    assert all(290 < wait_s <= 300 for wait_s in waits.all)  # and not twice as long each time
    assert feed.condition.state == "limited"


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
