"""The streams of a Mastodon instance, as its own server sends them (streaming/index.js).

Server-sent events: `:)`, then events of two lines each, and `:thump` every 15 s. A WebSocket takes
`subscribe` and `unsubscribe`, and sends each event with the stream that it belongs to.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from aiohttp import WSMsgType, web

from simulator.platforms import CREDENTIAL
from simulator.platforms.mastodon.shelf import CHANNEL, HOME, NOTIFICATIONS, Shelf
from simulator.platforms.stage import Stage

HEARTBEAT_S = 15.0
PING_S = 30.0
IDLE_S = 0.2
"""How often is looked for more once the storm is over: what a desk replies still lands."""
AT_ONCE = 100
STREAMS = {
    **{name: name for name in ("public", "public:local", "public:remote")},
    "user": HOME,
    "user:notification": NOTIFICATIONS,
    "direct": "direct",
}
LIST = "1"
"""The utility's one list, with everybody in it."""

PROTOCOL = "Sec-WebSocket-Protocol"

Event = tuple[str, bytes]


class UnknownStreamError(Exception):
    """A stream that can't be had: `status` as HTTP has it, and the server's words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def list_of(name: str, parameters: dict[str, Any]) -> str:
    """The list from which a stream takes its events.

    Raises:
        UnknownStreamError: there is no such stream.
    """
    if name in ("hashtag", "hashtag:local"):
        tag = str(parameters.get("tag") or "").lower()
        if not tag:
            raise UnknownStreamError(400, "Missing tag name parameter")
        return f"{name}:{tag}"
    if name == "list":
        if not parameters.get("list"):
            raise UnknownStreamError(400, "Missing list name parameter")
        if str(parameters["list"]) != LIST:
            raise UnknownStreamError(401, "Not authorized to stream this list")
        return HOME
    if name not in STREAMS:
        raise UnknownStreamError(400, "Unknown stream type")
    return STREAMS[name]


def events_of(shelf: Shelf, id_: int, name: str, wanted: str) -> Iterator[Event]:
    """What the stream `name`, which goes by the list `wanted`, says of a new status."""
    if wanted != NOTIFICATIONS and wanted in shelf.lists_of(id_):
        yield "update", shelf.status_bytes(id_)
    if name in ("user", "user:notification"):
        told = shelf.notification_of(id_)
        if told is not None:
            yield "notification", json.dumps(told, ensure_ascii=False).encode()


async def told(stage: Stage, shelf: Shelf, beat_s: float) -> AsyncIterator[tuple[int, list[int]]]:
    """The ids of what is posted from now on, and how far that is; none at each heartbeat."""
    number, run, loop = stage.end, stage.conductor.run_id, asyncio.get_running_loop()
    beat_at_s = loop.time() + beat_s
    while True:
        left_s = max(0.0, beat_at_s - loop.time())
        with contextlib.suppress(TimeoutError):
            if stage.over:
                await asyncio.sleep(min(IDLE_S, left_s))
            else:
                await asyncio.wait_for(stage.more(number), left_s)
        shelf.read_on()
        if stage.conductor.run_id != run:
            # wound back: what comes again is told again
            run, number = stage.conductor.run_id, min(number, stage.end)
        while stage.end > number:
            start, number = number, min(stage.end, number + AT_ONCE)
            shelf.read_on()  # while the last ones were sent the storm went on
            yield number, shelf.between(start, number)
        if loop.time() >= beat_at_s:
            beat_at_s = loop.time() + beat_s
            yield number, []


class Streams:
    """All streams of the instance; `beat_s` is for tests."""

    def __init__(self, shelf: Shelf, beat_s: float = HEARTBEAT_S) -> None:
        self._shelf = shelf
        self._stage = shelf.stage
        self._beat_s = beat_s

    async def events(self, request: web.Request) -> web.StreamResponse:
        """One stream, by server-sent events."""
        name = request.match_info["name"].replace("/", ":")
        if name not in STREAMS and name not in ("hashtag", "hashtag:local", "list"):
            return web.json_response({"error": "Unknown channel requested"}, status=400)
        if not allowed(request):
            return web.json_response({"error": refusal(request)}, status=401)
        try:
            wanted = list_of(name, dict(request.query))
        except UnknownStreamError as error:
            return web.json_response({"error": str(error)}, status=error.status)
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        answer = web.StreamResponse(headers=headers)
        answer.enable_chunked_encoding()
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            await answer.write(b":)\n")
            async with self._stage.line(CHANNEL, answer.write, request, end=b"\n\n") as line:
                async for number, ids in told(self._stage, self._shelf, self._beat_s):
                    line.seen(number)
                    for id_ in ids:
                        for event, data in events_of(self._shelf, id_, name, wanted):
                            frame = b"event: %s\ndata: %s\n\n" % (event.encode(), data)
                            await line.send(frame, self._shelf.staged(id_))
                    if not ids:
                        await line.beat(b":thump\n")
        return answer

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """All streams over one WebSocket."""
        if not allowed(request):
            headers = {"X-Error-Message": refusal(request)}
            return web.Response(status=401, headers=headers)
        offered = request.headers.get(PROTOCOL, "")
        # a browser's client wants its token back: it came as the name of a protocol
        protocols = tuple(each.strip() for each in offered.split(",") if each.strip())
        socket = web.WebSocketResponse(protocols=protocols, heartbeat=PING_S)
        if not socket.can_prepare(request):
            return web.json_response({"error": "Unknown channel requested"}, status=400)
        await socket.prepare(request)
        wanted: dict[tuple[str, ...], str] = {}
        sending = asyncio.create_task(self._send(socket, wanted, request))
        try:
            if "stream" in request.query:
                await _subscribe(socket, wanted, request.query["stream"], dict(request.query))
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await _hear(socket, wanted, message.data)
                elif message.type is WSMsgType.BINARY:
                    words = b"The mastodon streaming server does not support binary messages"
                    await socket.close(code=1003, message=words)
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending
        return socket

    async def _send(
        self,
        socket: web.WebSocketResponse,
        wanted: dict[tuple[str, ...], str],
        request: web.Request,
    ) -> None:
        with contextlib.suppress(ConnectionError):
            async with self._stage.line(CHANNEL, socket.send_str, request, end="") as line:
                async for number, ids in told(self._stage, self._shelf, self._beat_s):
                    line.seen(number)
                    for id_ in ids:
                        for frame in self._frames(id_, wanted):
                            await line.send(frame, self._shelf.staged(id_))

    def _frames(self, id_: int, wanted: dict[tuple[str, ...], str]) -> Iterator[str]:
        for stream, list_ in tuple(wanted.items()):
            for event, data in events_of(self._shelf, id_, stream[0], list_):
                said = {"stream": stream, "event": event, "payload": data.decode()}
                yield json.dumps(said, ensure_ascii=False)


async def _hear(
    socket: web.WebSocketResponse, wanted: dict[tuple[str, ...], str], message: str
) -> None:
    try:
        said = json.loads(message)
        kind, stream = said["type"], said["stream"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return
    name = stream[0] if isinstance(stream, list) and stream else str(stream)
    if kind == "subscribe":
        await _subscribe(socket, wanted, name, said)
    elif kind == "unsubscribe":
        wanted.pop(_key(name, said), None)


async def _subscribe(
    socket: web.WebSocketResponse,
    wanted: dict[tuple[str, ...], str],
    name: str,
    parameters: dict[str, Any],
) -> None:
    try:
        wanted[_key(name, parameters)] = list_of(name, parameters)
    except UnknownStreamError as error:
        await socket.send_json({"error": str(error), "status": error.status})


def _key(name: str, parameters: dict[str, Any]) -> tuple[str, ...]:
    more = parameters.get("tag") if name.startswith("hashtag") else None
    more = parameters.get("list") if name == "list" else more
    return (name, str(more)) if more else (name,)


def token_of(request: web.Request) -> str:
    """The token that comes with a request, in one of three ways."""
    header, offered = (request.headers.get(n, "") for n in ("Authorization", PROTOCOL))
    if header:
        return header.removeprefix("Bearer ")
    return request.query.get("access_token", "") or offered


def allowed(request: web.Request) -> bool:
    """Whether a request comes with the token of the exercise."""
    return token_of(request) == CREDENTIAL


def refusal(request: web.Request) -> str:
    """Why a stream is refused."""
    return "Invalid access token" if token_of(request) else "Missing access token"
