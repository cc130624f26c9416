"""The feed of Jetstream against servers that do as they like."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, cast

import pytest
import zstandard
from aiohttp import WSCloseCode, web

from desk.errors import FeedError
from desk.feeds import Batch, open_feed
from desk.feeds.jetstream.address import LONGEST_QUERY, V2_PATH, read_address
from desk.feeds.jetstream.dictionaries import (
    CURRENT,
    CURRENT_ID,
    LEGACY,
    Decompressor,
    dictionary_bytes,
)
from desk.feeds.jetstream.feed import JetstreamFeed
from desk.feeds.kinds import KINDS
from desk.feeds.patience import Growth, Rules

AT_US = 1_783_175_888_090_631
SOON = Growth(0.02, 0.05)
AT_ONCE = Rules(SOON, SOON, SOON)
DICTIONARY_PATH = "/xrpc/network.bsky.jetstream.getZstdDictionary"

Visit = Callable[[web.WebSocketResponse], Awaitable[object]]


def v1(number: int, **more: object) -> bytes:
    record = {"$type": "app.bsky.feed.post", "text": f"post {number}", "createdAt": "2026-07-04"}
    commit = {
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": f"k{number}",
        "cid": "bafy",
        "record": record,
    }
    frame = {"did": "did:plc:ann", "time_us": AT_US + number * 10_000_000, "kind": "commit"}
    return json.dumps(frame | {"commit": commit} | more).encode()


def v2(number: int) -> bytes:
    told = json.loads(v1(number))
    kind = "network.bsky.jetstream.subscribeEvents#commit"
    time = f"2026-07-04T14:{number:02d}:08.000001Z"
    payload = {"$type": kind, "seq": 100 + number, "did": "did:plc:ann", "time": time}
    return json.dumps({"$type": "message", "payload": payload | told["commit"]}).encode()


def info(name: str, message: str) -> bytes:
    kind = "network.bsky.jetstream.subscribeEvents#info"
    payload = {"$type": kind, "name": name, "message": message}
    return json.dumps({"$type": "message", "payload": payload}).encode()


class Scripted:
    """A server whose every connection is answered by the next of `visits`; the last one repeats."""

    def __init__(self, *visits: Visit | web.Response) -> None:
        self.visits = list(visits)
        self.asked: list[dict[str, str]] = []
        self.said: list[str] = []
        self.url = ""
        self.dictionary = b""

    async def meet(self, request: web.Request) -> web.StreamResponse:
        visit = self.visits[0]
        if request.headers.get("Upgrade", "").lower() != "websocket":
            assert isinstance(visit, web.Response)
            if len(self.visits) > 1:
                self.visits.pop(0)
            return _again(visit)
        self.asked.append(dict(request.query))
        if isinstance(visit, web.Response):
            if len(self.visits) > 1 and visit.status not in {400, 403, 404}:
                self.visits.pop(0)
            return _again(visit)
        if len(self.visits) > 1:
            self.visits.pop(0)
        socket = web.WebSocketResponse(protocols=("xrpc.v1.json",), timeout=0.2)
        await socket.prepare(request)
        await visit(socket)
        await socket.close()
        return socket

    async def serve_dictionary(self, _: web.Request) -> web.Response:
        return web.Response(body=self.dictionary)


def _again(answer: web.Response) -> web.Response:
    return web.Response(body=answer.body, status=answer.status, headers=dict(answer.headers))


@asynccontextmanager
async def serving(*visits: Visit | web.Response) -> AsyncIterator[Scripted]:
    server = Scripted(*visits)
    app = web.Application()
    app.router.add_get("/subscribe", server.meet)
    app.router.add_get(V2_PATH, server.meet)
    app.router.add_get(DICTIONARY_PATH, server.serve_dictionary)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"jetstream+ws://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def sends(*frames: bytes, then: float = 0.0, binary: bool = False) -> Visit:
    async def visit(socket: web.WebSocketResponse) -> None:
        for frame in frames:
            await (socket.send_bytes(frame) if binary else socket.send_str(frame.decode()))
        if then:
            await asyncio.sleep(then)

    return visit


async def read(feed: JetstreamFeed, count: int, cursor: str | None = None) -> list[Batch]:
    """Batches until `count` posts have come."""
    found: list[Batch] = []
    batches = cast("Any", feed.batches(cursor))
    async with asyncio.timeout(10), aclosing(batches):
        async for batch in batches:
            found.append(batch)
            if sum(len(each.posts) for each in found) >= count:
                break
    return found


def texts(found: list[Batch]) -> list[str]:
    return [post.text for batch in found for post in batch.posts]


async def test_a_broken_connection_goes_on_some_seconds_before_what_it_had() -> None:
    async with serving(sends(v1(1), v1(2)), sends(v1(2), v1(3))) as server:
        feed = JetstreamFeed(server.url, rules=AT_ONCE)
        found = await read(feed, 4)
        assert texts(found) == ["post 1", "post 2", "post 2", "post 3"]
        assert "cursor" not in server.asked[0]
        # of two frames the earlier time counts: one wrong clock must not skip anything
        assert int(server.asked[1]["cursor"]) == AT_US + 10_000_000 - 5_000_000
        assert feed.condition.reconnects == 1
        again = JetstreamFeed(server.url, rules=AT_ONCE)
        await read(again, 1, found[-1].cursor)
        assert int(server.asked[2]["cursor"]) == AT_US + 20_000_000 - 5_000_000


async def test_the_second_version_goes_on_by_number_and_elsewhere_by_time() -> None:
    async with serving(sends(v2(1), v2(2))) as one, serving(sends(v2(3))) as other:
        host = other.url.rpartition("/")[2]
        feed = JetstreamFeed(f"{one.url}?version=2&also={host}", rules=AT_ONCE)
        found = await read(feed, 2)
        assert found[-1].cursor.startswith("101 ")
        one.visits = [web.Response(status=503)]
        more = await read(feed, 1, found[-1].cursor)
        assert texts(more) == ["post 3"]
        assert one.asked[1]["cursor"] == "101"
        assert 1_700_000_000_000_000 < int(other.asked[0]["cursor"]) < 2_000_000_000_000_000
        assert more[-1].cursor.endswith(f" {host}")


async def test_what_the_server_no_longer_has_is_counted_as_lost() -> None:
    refusal = web.json_response({"error": "CursorTooOld", "message": "floor"}, status=400)
    outdated = info("OutdatedCursor", "below the floor; starting at seq 150")
    async with serving(refusal, sends(outdated, v2(50), then=0.3)) as server:
        feed = JetstreamFeed(f"{server.url}?version=2", rules=AT_ONCE)
        host = server.url.rpartition("/")[2]
        await read(feed, 1, f"101 {AT_US} {host}")
        assert [each["cursor"] for each in server.asked] == ["101", str(AT_US - 5_000_000)]
        assert feed.condition.lost == 48
        assert "OutdatedCursor" in feed.condition.error


async def test_a_desk_that_begins_with_the_oldest_takes_what_there_is() -> None:
    refusal = web.json_response({"error": "CursorTooOld", "message": "floor"}, status=400)
    outdated = info("OutdatedCursor", "starting at seq 150")
    async with serving(refusal, sends(outdated, v2(50), then=0.3)) as server:
        feed = JetstreamFeed(f"{server.url}?version=2&cursor=0", rules=AT_ONCE)
        await read(feed, 1)
        assert [each["cursor"] for each in server.asked] == ["0", "1000000000000000"]
        assert feed.condition.lost == 0


async def test_a_server_that_was_set_up_anew_is_asked_by_time() -> None:
    says = sends(info("FutureCursor", "beyond the next seq"), v2(3), then=0.3)
    for visit in (says, sends(v2(3), then=0.3)):
        async with serving(visit, sends(v2(2), v2(3), then=0.3)) as server:
            feed = JetstreamFeed(f"{server.url}?version=2", rules=AT_ONCE)
            host = server.url.rpartition("/")[2]
            assert texts(await read(feed, 2, f"9000 {AT_US} {host}")) == ["post 2", "post 3"]
            asked = [each["cursor"] for each in server.asked]
            assert asked == ["9000", str(AT_US - 5_000_000)]
            assert feed.condition.lost == 0


async def test_the_first_version_that_silently_skips_days_is_seen_through() -> None:
    early = 1_600_000_000_000_000
    async with serving(sends(v1(1), then=0.3)) as server:
        feed = JetstreamFeed(server.url, rules=AT_ONCE)
        await read(feed, 1, str(early))
        assert feed.condition.lost == 1
        assert "hours are gone" in feed.condition.error
        drill = JetstreamFeed(server.url, rules=AT_ONCE)
        server.visits = [sends(v1(1, exercise=True), then=0.3)]
        await read(drill, 1, str(early))
        assert drill.condition.lost == 0


async def test_limits_and_failures_are_waited_for_as_they_ask() -> None:
    busy = web.Response(status=429, headers={"Retry-After": "1"})
    async with serving(busy, web.Response(status=502), sends(v1(1))) as server:
        feed = JetstreamFeed(server.url, rules=AT_ONCE)
        reading = asyncio.create_task(read(feed, 1))
        while not feed.condition.reconnects:  # noqa: ASYNC110  a condition tells nobody
            await asyncio.sleep(0.01)
        assert feed.condition.state == "limited"
        assert texts(await reading) == ["post 1"]
        assert feed.condition.reconnects == 2


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (web.Response(status=404, text="no such page"), "404: no such page"),
        (web.Response(status=404, text="<!DOCTYPE html>"), "it answers 404$"),
        (web.json_response({"error": "InvalidRequest", "message": "too many"}, status=400), "many"),
        (web.Response(status=400, body=b"\x1b[2J\xff" * 2000), "it answers 400"),
    ],
)
async def test_what_is_asked_for_wrongly_ends_the_feed(answer: web.Response, says: str) -> None:
    async with serving(answer) as server:
        feed = JetstreamFeed(server.url, rules=AT_ONCE)
        with pytest.raises(FeedError, match=says) as error:
            await read(feed, 1)
        assert str(error.value).isprintable()


async def test_what_has_worked_before_is_tried_again_whatever_the_server_answers_then() -> None:
    async with serving(sends(v1(1)), web.Response(status=403)) as server:
        feed = JetstreamFeed(server.url, rules=AT_ONCE)
        reading = asyncio.create_task(read(feed, 2))
        while feed.condition.reconnects < 3:  # noqa: ASYNC110  a condition tells nobody
            await asyncio.sleep(0.01)
        assert "refuses what it has served before" in feed.condition.error
        server.visits = [sends(v1(2))]
        assert texts(await reading) == ["post 1", "post 2"]


async def test_silence_an_error_and_a_close_are_all_tried_again() -> None:
    slow = b'{"$type":"error","error":"ConsumerTooSlow","message":"reconnect"}'

    async def closes(socket: web.WebSocketResponse) -> None:
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"deploy")

    visits = (sends(then=5.0), sends(slow), closes, sends(v2(1)))
    async with serving(*visits) as server:
        feed = JetstreamFeed(f"{server.url}?version=2", quiet_s=0.1, rules=AT_ONCE)
        seen: list[str] = []

        async def watch() -> None:
            while True:
                if feed.condition.error not in seen:
                    seen.append(feed.condition.error)
                await asyncio.sleep(0.001)

        watching = asyncio.create_task(watch())
        assert texts(await read(feed, 1)) == ["post 1"]
        watching.cancel()
        assert seen == [
            "",
            "nothing came for 0.1 s",
            "the server says ConsumerTooSlow: reconnect",
            "the server closed the connection (1001): deploy",
        ]


async def test_frames_too_long_and_bytes_that_were_not_asked_for_harm_nothing() -> None:
    async def floods(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(b"\xff" * 100)
        await socket.send_str(v1(1).decode())
        await socket.send_str("x" * (5 << 20))

    async with serving(floods, sends(v1(2))) as server:
        feed = JetstreamFeed(server.url, rules=AT_ONCE)
        found = await read(feed, 2)
        assert texts(found) == ["post 1", "post 2"]
        (fault,) = [fault for batch in found for fault in batch.faults]
        assert "not asked for" in fault.reason


async def test_compressed_frames_are_read_and_a_bomb_is_a_fault() -> None:
    data = zstandard.ZstdCompressionDict(dictionary_bytes(LEGACY))
    pack = zstandard.ZstdCompressor(dict_data=data).compress
    bomb = pack(b" " * (64 << 20))
    async with serving(sends(pack(v1(1)), bomb, pack(v1(2)), b"junk", binary=True)) as server:
        feed = JetstreamFeed(f"{server.url}?compress=true", rules=AT_ONCE)
        found = await read(feed, 2)
        assert server.asked[0]["compress"] == "true"
        assert texts(found)[:2] == ["post 1", "post 2"]
        faults = [fault.reason for batch in found for fault in batch.faults]
        assert "longer than 4 MiB" in faults[0]


async def test_a_server_with_a_newer_dictionary_is_asked_for_it() -> None:
    newer = bytearray(dictionary_bytes(CURRENT))
    newer[4:8] = (20300101).to_bytes(4, "little")
    message = {"error": "UnknownZstdDictionary", "message": "current is 20300101"}
    data = zstandard.ZstdCompressionDict(bytes(newer))
    pack = zstandard.ZstdCompressor(dict_data=data).compress
    refusal = web.json_response(message, status=400)
    async with serving(refusal, sends(pack(v2(1)), binary=True)) as server:
        server.dictionary = bytes(newer)
        feed = JetstreamFeed(f"{server.url}?version=2&compress=true", rules=AT_ONCE)
        assert texts(await read(feed, 1)) == ["post 1"]
        asked = [each.get("zstdDictionary") for each in server.asked]
        assert asked == [str(CURRENT_ID), "20300101"]
        server.visits, server.dictionary = [refusal, sends(v2(1))], b"none"
        plain = JetstreamFeed(f"{server.url}?version=2&compress=true", rules=AT_ONCE)
        assert texts(await read(plain, 1)) == ["post 1"]
        assert "zstdDictionary" not in server.asked[-1]


async def test_many_authors_are_told_once_the_connection_stands() -> None:
    said: list[Any] = []

    async def hears(socket: web.WebSocketResponse) -> None:
        said.append(await socket.receive_json(timeout=5))
        await socket.send_str(v1(1).decode())

    dids = [f"did:plc:{number:024d}" for number in range(LONGEST_QUERY // 20)]
    many = "&".join(f"wantedDids={did}" for did in dids)
    async with serving(hears) as server:
        feed = JetstreamFeed(f"{server.url}?{many}", rules=AT_ONCE)
        await read(feed, 1)
        assert server.asked[0]["requireHello"] == "true"
        assert "wantedDids" not in server.asked[0]
        assert said[0]["type"] == "options_update"
        assert said[0]["payload"]["wantedDids"] == dids
        assert said[0]["payload"]["wantedCollections"] == ["app.bsky.feed.post"]


async def test_a_reader_that_stops_makes_the_server_wait() -> None:
    sent = 0

    async def floods(socket: web.WebSocketResponse) -> None:
        nonlocal sent
        big = v1(1, padding="x" * 50_000).decode()
        with suppress(ConnectionError):  # it is left at the end
            while True:
                await socket.send_str(big)
                sent += 1

    async with serving(floods) as server:
        feed = JetstreamFeed(server.url, rules=AT_ONCE)
        batches = cast("Any", feed.batches(None))
        async with aclosing(batches):
            await anext(batches)
            await asyncio.sleep(0.5)
            held = sent
            await asyncio.sleep(0.3)
            assert sent == held  # nothing is taken in while nobody reads
            assert held * 50_000 < 64 << 20
            await anext(batches)
            begun_s = time.monotonic()
        assert time.monotonic() - begun_s < 20  # a server that never says goodbye is left as well


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("jetstream+wss://", "no server"),
        ("jetstream+wss://:443", "no server"),
        ("jetstream+wss://host:port", "can't read"),
        ("jetstream+wss://me:secret@host", "Jetstream asks for none"),
        ("jetstream+wss://host?wantedCollection=a", "did you mean 'wantedCollections'"),
        ("jetstream+wss://host?version=3", "there are 1 and 2"),
        (f"jetstream+wss://host{V2_PATH}?version=1", "leave one out"),
        ("jetstream+wss://host/subscribe?version=2", "leave one out"),
        ("jetstream+wss://host?cursor=now", "must be a number"),
        ("jetstream+wss://host?cursor=1&cursor=2", "given twice"),
        ("jetstream+wss://host?compress=yes", "true or false"),
        ("jetstream+wss://host?also=wss://other", "write HOST or HOST:PORT"),
    ],
)
def test_a_wrong_url_is_told_with_the_mend(url: str, says: str) -> None:
    with pytest.raises(FeedError, match=says):
        open_feed(url, KINDS)


def test_the_path_chooses_the_version_and_the_host_alone_is_the_first() -> None:
    assert read_address("jetstream+wss://host").version == 1
    assert read_address("jetstream+wss://host").url("host", None, None) == (
        "wss://host/subscribe?maxMessageSizeBytes=1048576&wantedCollections=app.bsky.feed.post"
    )
    second = read_address(f"jetstream+ws://host:8080{V2_PATH}?wantedDids=did:plc:a")
    assert second.version == 2
    assert second.url("host:8080", 7, None) == (
        f"ws://host:8080{V2_PATH}?cursor=7&maxMessageSizeBytes=1048576"
        "&collections=app.bsky.feed.post&dids=did%3Aplc%3Aa"
    )


async def test_a_cursor_of_something_else_is_refused() -> None:
    feed = JetstreamFeed("jetstream+ws://127.0.0.1:9")
    for cursor in ("soon", "12 13", "1:2:3", "12 host"):
        with pytest.raises(FeedError, match="is no cursor of"):
            await read(feed, 1, cursor)


def test_the_dictionaries_are_those_that_the_servers_name() -> None:
    assert Decompressor(dictionary_bytes(CURRENT), 1).id == CURRENT_ID
    assert Decompressor(dictionary_bytes(LEGACY), 1).id == 1612007021
    with pytest.raises(ValueError, match="no zstd dictionary"):
        Decompressor(b"none", 1)
