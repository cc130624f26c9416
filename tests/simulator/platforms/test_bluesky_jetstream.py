"""Jetstream of a storm, as its documentation says: filters, cursors, compression, both versions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import zstandard
from aiohttp import WSMsgType, web

from desk.feeds.jetstream.dictionaries import CURRENT_ID, LEGACY, dictionary_bytes
from simulator.platforms import EXERCISE_HEADER
from simulator.platforms.application import Platform
from simulator.platforms.bluesky.platform import UTILITY_DID, bluesky, told_posts, wire_id
from simulator.platforms.bluesky.stream import Pace
from simulator.platforms.bluesky.wire import EVENTS, at_us, tid, tid_us
from simulator.platforms.stage import Landing, Stage
from tests.simulator.platforms.stageland import STORM, day, staged

V1 = "/subscribe"
V2 = "/xrpc/network.bsky.jetstream.subscribeEvents"
POSTS = "app.bsky.feed.post"


class Client:
    """A client that knows nothing but WebSockets and JSON."""

    def __init__(self, http: aiohttp.ClientSession, stage: Stage) -> None:
        self.http = http
        self.stage = stage

    async def events(self, path: str, count: int, **query: object) -> list[dict[str, Any]]:
        """The first `count` events of a stream."""
        params = [(k, str(v)) for k, each in query.items() for v in _each(each)]
        async with self.http.ws_connect(path, params=params) as socket:
            return [json.loads((await socket.receive(timeout=10)).data) for _ in range(count)]

    async def refusal(self, path: str, **query: object) -> tuple[int, str]:
        """The status and body of a request that is no stream."""
        params = [(k, str(v)) for k, each in query.items() for v in _each(each)]
        async with self.http.get(path, params=params) as answer:
            return answer.status, await answer.text()

    @property
    def told(self) -> list[str]:
        return [wire_id(each) for each in told_posts(self.stage)]


def _each(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else [value]


@asynccontextmanager
async def served(platform: Platform = bluesky) -> AsyncIterator[Client]:
    half = day(hours=0.5)
    async with staged(platform, of=half) as (url, stage), aiohttp.ClientSession(url) as http:
        stage.conductor.behind = lambda: 0
        while not stage.over:
            await stage.more(stage.end)
        yield Client(http, stage)


def changed(**more: Any) -> Callable[[Stage], Iterable[web.AbstractRouteDef]]:  # noqa: ANN401
    return lambda stage: bluesky(stage, **more)


def addresses(events: Iterable[dict[str, Any]]) -> list[str]:
    return [
        f"at://{each['did']}/{each['commit']['collection']}/{each['commit']['rkey']}"
        for each in events
        if each["kind"] == "commit"
    ]


async def test_the_first_version_tells_the_storm_as_it_is_and_marks_each_record() -> None:
    async with served() as client:
        events = await client.events(V1, 2 * len(client.told), cursor=0)
        assert addresses(events) == client.told
        commits = [each for each in events if each["kind"] == "commit"]
        for event, staged_ in zip(commits, told_posts(client.stage), strict=True):
            assert event["exercise"] is True
            assert event["time_us"] == at_us(staged_.post)
            record = event["commit"]["record"]
            assert (record["text"], record["exercise"]) == (staged_.post.text, True)
            assert record["createdAt"] < staged_.post.created_at.isoformat()
        assert {each["kind"] for each in events} == {"commit", "identity"}
        assert await client.events(V1, 50, cursor=0) == events[:50]


async def test_names_and_keys_are_the_same_each_time() -> None:
    async with served() as one:
        told = one.told
    async with served() as other:
        assert other.told == told
    assert len(set(told)) == len(told)
    assert tid_us(tid(1_783_175_888_090_631, 7)) == 1_783_175_888_090_631
    assert tid(1, 0) < tid(1, 1) < tid(2, 0)


async def test_collections_pass_by_name_and_prefix_and_names_of_authors_pass_always() -> None:
    async with served() as client:
        some = await client.events(V1, 20, cursor=0, wantedCollections="app.bsky.feed.like")
        assert {each["kind"] for each in some} == {"identity"}
        some = await client.events(V1, 20, cursor=0, wantedCollections="app.bsky.*")
        assert len(addresses(some)) == 10
        did = client.told[3].split("/")[2]
        some = await client.events(V1, 2, cursor=0, wantedDids=[did])
        assert {each["did"] for each in some} == {did}


async def test_long_events_are_left_out_by_their_length_before_compression() -> None:
    async with served() as client:
        some = await client.events(V1, 40, cursor=0, maxMessageSizeBytes=450)
        assert all(len(json.dumps(each, separators=(",", ":"))) <= 500 for each in some)
        assert addresses(some) != client.told[: len(addresses(some))]
        everything = await client.events(V1, 20, cursor=0, maxMessageSizeBytes="-7")
        assert addresses(everything) == client.told[:10]


async def test_a_cursor_of_time_is_inclusive_a_later_one_is_the_live_tail() -> None:
    async with served() as client:
        posts = list(told_posts(client.stage))
        at = posts[20].post
        (first, *_) = await client.events(V1, 2, cursor=at_us(at))
        assert first["time_us"] == at_us(at)
        assert addresses(await client.events(V1, 2, cursor=at_us(at)))[0] == client.told[20]
        async with client.http.ws_connect(f"{V1}?cursor=2000000000000000") as socket:
            await asyncio.sleep(0.05)
            client.stage.land(Landing("bluesky", "power is back in Elm Street", key="k"))
            event = json.loads((await socket.receive(timeout=5)).data)
        assert event["did"] == UTILITY_DID


async def test_of_more_than_is_kept_the_first_version_says_nothing() -> None:
    async with served(changed(lookback_s=600.0)) as client:
        (first,) = await client.events(V1, 1, cursor=1)
        now_us = client.stage.now().timestamp() * 1e6
        assert now_us - 601e6 < first["time_us"]


async def test_the_second_version_says_what_is_not_kept() -> None:
    async with served(changed(lookback_s=600.0)) as client:
        status, body = await client.refusal(V2, cursor=1)
        assert (status, json.loads(body)["error"]) == (400, "CursorTooOld")
        info, first = await client.events(V2, 2, cursor=1_700_000_000_000_000)
        assert info["payload"]["name"] == "OutdatedCursor"
        assert "seq" not in info["payload"]
        floor = int(info["payload"]["message"].rpartition(" ")[2])
        assert 0 < floor <= first["payload"]["seq"] < floor + 40 * EVENTS
        (info,) = await client.events(V2, 1, cursor=999_999_999)
        assert info["payload"]["name"] == "FutureCursor"


REFUSED: list[tuple[str, dict[str, object], str]] = [
    (V1, {"cursor": "soon"}, "invalid cursor"),
    (V1, {"cursor": "-1"}, "invalid cursor"),
    (V1, {"wantedCollections": "posts"}, "invalid collection: posts"),
    (V1, {"wantedDids": "me"}, "invalid DID: me"),
    (V1, {"wantedCollections": [f"a.b.c{n}" for n in range(101)]}, "too many"),
    (V2, {"wantedCollections": POSTS}, "InvalidRequest"),
    (V2, {"wantedDids": "did:plc:a"}, "InvalidRequest"),
    (V2, {"kinds": "likes"}, "unknown kind"),
    (V2, {"kinds": "identity", "collections": POSTS}, "InvalidRequest"),
    (V2, {"maxMessageSizeBytes": "many"}, "InvalidRequest"),
    (V2, {"compress": "true"}, "InvalidRequest"),
    (V2, {"zstdDictionary": 7}, f"current dictionary id is {CURRENT_ID}"),
]


async def test_what_can_not_be_is_refused_before_the_upgrade() -> None:
    async with served() as client:
        for path, query, says in REFUSED:
            status, body = await client.refusal(path, **query)
            assert status == 400
            assert says in body
            assert (path == V2) == body.startswith("{")


async def test_a_client_changes_what_it_wants_and_may_say_hello_first() -> None:
    async with served() as client:
        did = client.told[5].split("/")[2]
        async with client.http.ws_connect(f"{V1}?cursor=0&requireHello=true") as socket:
            await socket.send_json({"type": "tomorrow", "payload": {}})
            with pytest.raises(TimeoutError):
                await socket.receive(timeout=0.2)
        async with client.http.ws_connect(f"{V1}?cursor=0&requireHello=true") as socket:
            payload = {"wantedCollections": [POSTS], "wantedDids": [did]}
            await socket.send_json({"type": "options_update", "payload": payload})
            event = json.loads((await socket.receive(timeout=5)).data)
        assert event["did"] == did


async def test_a_wrong_change_ends_the_connection() -> None:
    async with served() as client:
        for said in ("{", '{"type":"options_update","payload":{"wantedDids":["x"]}}'):
            async with client.http.ws_connect(V1) as socket:
                await socket.send_str(said)
                message = await socket.receive(timeout=5)
            assert message.type is WSMsgType.CLOSE
            assert message.data in {1007, 1008}


async def test_the_second_version_is_framed_and_takes_nothing_from_its_clients() -> None:
    async with served() as client:
        events = await client.events(V2, 60, cursor=0, kinds=["commit"])
        payloads = [each["payload"] for each in events]
        assert {each["$type"] for each in events} == {"message"}
        assert all(each["exercise"] and each["payload"]["exercise"] for each in events)
        told = [f"at://{each['did']}/{each['collection']}/{each['rkey']}" for each in payloads]
        assert told == client.told[:60]
        seqs = [each["seq"] for each in payloads]
        assert seqs == sorted(set(seqs))
        (again, *_) = await client.events(V2, 1, cursor=seqs[9])
        assert again["payload"]["seq"] == seqs[9]
        async with client.http.ws_connect(V2, protocols=("xrpc.v1.json",)) as socket:
            assert socket.protocol == "xrpc.v1.json"
            await socket.send_str("hello")
            assert (await socket.receive(timeout=5)).data == 1008


async def test_frames_come_compressed_by_each_versions_own_dictionary() -> None:
    async with served() as client:
        answer = await client.http.get("/xrpc/network.bsky.jetstream.getZstdDictionary")
        current = await answer.read()
        assert answer.headers[EXERCISE_HEADER] == STORM
        ways = (
            (f"{V1}?cursor=0&compress=true", dictionary_bytes(LEGACY)),
            (f"{V2}?cursor=0&zstdDictionary={CURRENT_ID}", current),
        )
        for path, dictionary in ways:
            data = zstandard.ZstdCompressionDict(dictionary)
            unpack = zstandard.ZstdDecompressor(dict_data=data).decompress
            async with client.http.ws_connect(path) as socket:
                message = await socket.receive(timeout=5)
            assert message.type is WSMsgType.BINARY
            assert json.loads(unpack(message.data))["exercise"] is True
        missing = await client.http.get("/xrpc/network.bsky.jetstream.getZstdDictionary?id=1")
        assert (await missing.json())["error"] == "DictionaryNotFound"


async def test_who_reads_too_slowly_is_told_so() -> None:
    pace = Pace(behind=-1, posts_per_second=1e9, window_s=0.0)
    async with served(changed(pace=pace)) as client, client.http.ws_connect(f"{V2}?cursor=0") as ws:
        frames = [json.loads(message.data) async for message in ws]
    assert {each["$type"] for each in frames[:-1]} == {"message"}
    assert (frames[-1]["$type"], frames[-1]["error"]) == ("error", "ConsumerTooSlow")


async def test_who_takes_nothing_is_dropped() -> None:
    async with served(changed(pace=Pace(write_s=0.2))) as client:
        stage = client.stage
        for number in range(400):
            stage.land(Landing("bluesky", "x" * 60_000, key=str(number)))
        socket = await client.http.ws_connect(f"{V1}?cursor=0", max_msg_size=1 << 20)
        for _ in range(100):
            await asyncio.sleep(0.1)
            if not stage.lines:
                break
        assert not stage.lines
        await socket.close()
