"""Jetstream of a storm: `/subscribe` (version 1) and `subscribeEvents` (version 2).

Every client reads the storm by itself, from the spool, at its own pace: one that is slow holds up
nobody and costs no memory. After the server: bluesky-social/jetstream at 9a30defd.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from functools import cached_property, partial
from typing import Literal, NamedTuple

import msgspec
import zstandard
from aiohttp import WSCloseCode, WSMsgType, web

from desk.feeds.jetstream.dictionaries import CURRENT, CURRENT_ID, LEGACY, dictionary_bytes
from simulator.platforms.bluesky.wants import (
    Start,
    UnwantedError,
    Update,
    Wants,
    newer_than,
    start,
    updated,
    wants_v1,
    wants_v2,
)
from simulator.platforms.bluesky.wire import CHANNEL, EVENTS, Wire, frame_v1, frame_v2
from simulator.platforms.line import Line
from simulator.platforms.stage import READ_AT_ONCE, Staged

PROTOCOL = "xrpc.v1.json"
PING_S = 30.0
MOST_CLIENT_BYTES = 10_000_000
IDLE_S = 0.2


class Pace(NamedTuple):
    """When a reader is too slow: a frame that nobody takes, or far behind and below a rate."""

    write_s: float = 5.0
    behind: int = 100_000
    posts_per_second: float = 50.0
    window_s: float = 30.0


class _Message(msgspec.Struct):
    type: str = ""
    payload: msgspec.Raw = msgspec.Raw()


class _Envelope:
    """How frames are written for one client: in its version, compressed or not."""

    def __init__(self, version: Literal[1, 2], compressor: zstandard.ZstdCompressor | None) -> None:
        self.version = version
        self.encode = frame_v1 if version == 1 else frame_v2
        self._compressor = compressor

    async def send(self, socket: web.WebSocketResponse, frame: bytes) -> None:
        if self._compressor is None:
            await socket.send_str(frame.decode(errors="replace"))
        else:
            await socket.send_bytes(self._compressor.compress(frame))

    async def say(self, socket: web.WebSocketResponse, word: dict[str, object]) -> None:
        if self.version == 2:
            await self.send(socket, json.dumps(word | {"exercise": True}).encode())


class Jetstream:
    """Both versions, for one storm."""

    def __init__(self, wire: Wire, lookback_s: float, pace: Pace) -> None:
        self.wire = wire
        self.pace = pace
        self._stage = wire.stage
        self._lookback_s = lookback_s

    @cached_property
    def _compressors(self) -> dict[int, zstandard.ZstdCompressor]:
        named = ((1, LEGACY), (2, CURRENT))
        return {
            version: zstandard.ZstdCompressor(
                dict_data=zstandard.ZstdCompressionDict(dictionary_bytes(name))
            )
            for version, name in named
        }

    async def v1(self, request: web.Request) -> web.StreamResponse:
        """Answer `/subscribe`."""
        query = request.query
        offer = request.headers.get("Sec-WebSocket-Extensions", "")
        zstd = query.get("compress") == "true"
        zstd = zstd or "zstd" in request.headers.get("Socket-Encoding", "")
        if zstd and "permessage-deflate" in offer:
            raise web.HTTPBadRequest(text="choose one compression scheme\n")
        try:
            wants = wants_v1(query)
            begin = start(self._stage, query.get("cursor", ""), 1, self._lookback_s)
        except UnwantedError as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from None
        envelope = _Envelope(1, self._compressors[1] if zstd else None)
        reader = _Reader(self, envelope, wants, begin, hello=query.get("requireHello") == "true")
        return await reader.serve(request)

    async def v2(self, request: web.Request) -> web.StreamResponse:
        """Answer `subscribeEvents`."""
        query = request.query
        try:
            compressed = _dictionary_asked(request)
            wants = wants_v2(query)
            begin = start(self._stage, query.get("cursor", ""), 2, self._lookback_s)
        except UnwantedError as error:
            return _refusal(error.name, str(error))
        envelope = _Envelope(2, self._compressors[2] if compressed else None)
        return await _Reader(self, envelope, wants, begin).serve(request)

    async def dictionary(self, request: web.Request) -> web.Response:
        """Answer `getZstdDictionary`."""
        asked = request.query.get("id", str(CURRENT_ID))
        if asked != str(CURRENT_ID):
            return _refusal("DictionaryNotFound", f"no dictionary with id {asked}")
        body = dictionary_bytes(CURRENT)
        return web.Response(body=body, content_type="application/octet-stream")


class _Reader:
    """One client: what it wants, and how far it has come."""

    def __init__(
        self,
        jetstream: Jetstream,
        envelope: _Envelope,
        wants: Wants,
        begin: Start,
        *,
        hello: bool = False,
    ) -> None:
        self._wire = jetstream.wire
        self._stage = jetstream.wire.stage
        self._pace = jetstream.pace
        self._envelope = envelope
        self._wants = wants
        self._begin = begin
        self._greeted = asyncio.Event()
        if not hello:
            self._greeted.set()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        second = self._envelope.version == 2
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,) if second else (),
            heartbeat=PING_S,
            max_msg_size=MOST_CLIENT_BYTES,
            compress=False,
            timeout=1.0,
        )
        await socket.prepare(request)
        telling = asyncio.create_task(self._tell(socket, request))
        listening = asyncio.create_task(self._listen(socket))
        try:
            await asyncio.wait({telling, listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (telling, listening):
                task.cancel()
            await asyncio.gather(telling, listening, return_exceptions=True)
        await socket.close()
        return socket

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        """Hear what a client says; in version 2 nothing may be said."""
        async for message in socket:
            if self._envelope.version == 2:
                await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"unexpected data")
                return
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                said = msgspec.json.decode(message.data, type=_Message)
                if said.type == "options_update":
                    self._wants = updated(msgspec.json.decode(said.payload, type=Update))
                    self._greeted.set()
            except msgspec.MsgspecError:
                await socket.close(code=WSCloseCode.INVALID_TEXT, message=b"bad options_update")
                return
            except UnwantedError as error:
                reason = str(error).encode()[:120]
                await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=reason)
                return

    async def _tell(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        await self._greeted.wait()
        with contextlib.suppress(ConnectionError, TimeoutError):
            if self._begin.notice:
                name, message = self._begin.notice
                await self._info(socket, name, message)
            # a sequence number only ever rises: nothing of version 2 can be late
            shuffled = self._envelope.version == 1
            write = partial(self._write, socket)
            async with self._stage.line(
                CHANNEL, write, request, end=b"", shuffled=shuffled
            ) as line:
                await self._follow(socket, line)

    async def _write(self, socket: web.WebSocketResponse, frame: bytes) -> None:
        async with asyncio.timeout(self._pace.write_s):
            await self._envelope.send(socket, frame)

    async def _follow(self, socket: web.WebSocketResponse, line: Line[bytes]) -> None:
        """Tell the storm from where the client begins, for as long as it listens."""
        stage, number = self._stage, self._begin.number
        run = stage.conductor.run_id
        since_s, since = time.monotonic(), number
        while True:
            if stage.conductor.run_id != run:
                # wound back: what comes again is told again
                run, number = stage.conductor.run_id, min(number, stage.end)
            line.seen(number)
            if number >= stage.end:
                await (asyncio.sleep(IDLE_S) if stage.over else stage.more(number))
                since_s, since = time.monotonic(), number
                continue
            stop = min(stage.end, number + READ_AT_ONCE)
            for frame, staged in self._frames(number, stop):
                await line.send(frame, staged)
            number = stop
            now_s = time.monotonic()
            if now_s - since_s >= self._pace.window_s:
                rate = (number - since) / (now_s - since_s)
                if stage.end - number > self._pace.behind and rate < self._pace.posts_per_second:
                    await self._too_slow(socket, number)
                    return
                since_s, since = now_s, number
            await asyncio.sleep(0)

    def _frames(self, number: int, stop: int) -> Iterator[tuple[bytes, Staged]]:
        for staged in self._stage.read(number, stop, channel=CHANNEL):
            for event in self._wire.events(staged):
                if self._wants(event) and newer_than(self._begin, event):
                    frame = self._envelope.encode(event)
                    if not self._wants.most_bytes or len(frame) <= self._wants.most_bytes:
                        yield frame, staged

    async def _too_slow(self, socket: web.WebSocketResponse, number: int) -> None:
        behind = self._stage.end - number
        message = f"reading below the floor rate {behind} posts behind the tip"
        message = f"{message}; reconnect with cursor={number * EVENTS}"
        await self._envelope.say(
            socket, {"$type": "error", "error": "ConsumerTooSlow", "message": message}
        )

    async def _info(self, socket: web.WebSocketResponse, name: str, message: str) -> None:
        kind = "network.bsky.jetstream.subscribeEvents#info"
        payload = {"$type": kind, "name": name, "message": message}
        await self._envelope.say(socket, {"$type": "message", "payload": payload})


def _dictionary_asked(request: web.Request) -> bool:
    """Whether a client of version 2 wants frames compressed."""
    query = request.query
    if query.get("compress") == "true" or "zstd" in request.headers.get("Socket-Encoding", ""):
        raise UnwantedError("InvalidRequest", "compress is a /subscribe (v1) parameter")
    asked = query.get("zstdDictionary", "")
    if not asked:
        return False
    if not asked.isdecimal() or not int(asked):
        raise UnwantedError("InvalidRequest", "zstdDictionary must be a positive integer")
    if int(asked) != CURRENT_ID:
        message = f"unknown zstd dictionary id {asked}; current dictionary id is {CURRENT_ID}"
        raise UnwantedError("UnknownZstdDictionary", message)
    return True


def _refusal(name: str, message: str) -> web.Response:
    return web.json_response({"error": name, "message": message}, status=400)
