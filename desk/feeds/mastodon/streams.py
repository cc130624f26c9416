"""The streams of a Mastodon instance, by server-sent events or over one WebSocket.

After docs.joinmastodon.org/methods/streaming and the streaming server itself (mastodon/mastodon,
streaming/index.js). Nothing is ever sent again: who was away asks for what they missed elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import urlencode

import aiohttp
import msgspec

from desk.errors import FeedError
from desk.feeds.lasting import BrokenError
from desk.feeds.leaving import leaving
from desk.feeds.mastodon.server import limits, printable
from desk.feeds.sse import MOST_EVENT_BYTES, Events

HEARTBEAT_S = 15.0
"""How often the server sends `:thump` on a stream that is silent."""
SILENT_S = 3.5 * HEARTBEAT_S
"""A connection that is silent for longer is a broken one."""
CONNECT_S = 20.0


class Stream(NamedTuple):
    """One stream: its name as a WebSocket says it (`public:local`), and its tag or list."""

    name: str
    parameter: tuple[str, str] | None = None

    @property
    def path(self) -> str:
        """Where it is by server-sent events."""
        path = f"/api/v1/streaming/{self.name.replace(':', '/')}"
        return f"{path}?{urlencode([self.parameter])}" if self.parameter else path

    @property
    def said(self) -> tuple[str, ...]:
        """How the server names it in what it sends over a WebSocket."""
        return (self.name, self.parameter[1]) if self.parameter else (self.name,)


class Heard(NamedTuple):
    """An event of a stream; `data` is None where it was too long, `start` is how that began."""

    stream: Stream
    event: str
    data: bytes | None
    start: bytes = b""


Put = Callable[[Heard], Awaitable[object]]
Told = Callable[[], object]


class _Envelope(msgspec.Struct):
    """A message over a WebSocket."""

    event: str = ""
    payload: str | None = None
    stream: list[str] = []
    error: str | None = None
    status: int = 0


_envelope = msgspec.json.Decoder(_Envelope).decode


class Listening(NamedTuple):
    """How streams are heard at `base`: each event is `put`, and `opened` is called once they stand.

    `headers` say who asks; a connection that is silent for `silent_s` seconds is a broken one.
    """

    http: aiohttp.ClientSession
    base: str
    headers: dict[str, str]
    put: Put
    opened: Told
    silent_s: float = SILENT_S


async def by_events(stream: Stream, by: Listening) -> None:
    """Hear one stream by server-sent events, until it breaks.

    Raises:
        BrokenError: it was refused for now, or is silent.
        FeedError: it was refused for good.
        aiohttp.ClientError: it broke.
    """
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=by.silent_s)
    accepting = {**by.headers, "Accept": "text/event-stream", "Accept-Encoding": "identity"}
    async with by.http.get(
        f"{by.base}{stream.path}", headers=accepting, timeout=timeout, allow_redirects=False
    ) as answer:
        await _check(answer, by.base, stream)
        events = Events()
        try:
            async for chunk in answer.content.iter_any():
                by.opened()  # the server says hello at once
                for event in events.feed(chunk):
                    await by.put(Heard(stream, event.name, event.data, event.start))
        except TimeoutError:
            raise BrokenError(_silence(by.silent_s)) from None


async def by_socket(streams: tuple[Stream, ...], by: Listening) -> None:
    """Hear all of `streams` over one WebSocket, until it breaks; errors as of `by_events`."""
    try:
        socket = await by.http.ws_connect(
            f"{by.base}/api/v1/streaming",
            headers=by.headers,
            timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
            autoping=False,
            max_msg_size=2 * MOST_EVENT_BYTES,
        )
    except aiohttp.WSServerHandshakeError as error:
        reason = dict(error.headers or {}).get("X-Error-Message", "")
        raise _refusal(error.status, reason, by.base, "streams", 0.0) from None
    async with leaving(socket):
        for stream in streams:
            more = dict([stream.parameter]) if stream.parameter else {}
            await socket.send_json({"type": "subscribe", "stream": stream.name, **more})
        by.opened()
        await _listen(socket, {stream.said: stream for stream in streams}, by)


async def _listen(
    socket: aiohttp.ClientWebSocketResponse,
    streams: dict[tuple[str, ...], Stream],
    by: Listening,
) -> None:
    asked = False
    while True:
        try:
            # the server pings every 30 s; one that does not is asked, and must answer
            message = await socket.receive(timeout=by.silent_s / 2)
        except TimeoutError:
            if asked:
                raise BrokenError(_silence(by.silent_s)) from None
            asked = True
            await socket.ping()
            continue
        asked = False
        match message.type:
            case aiohttp.WSMsgType.TEXT:
                await _said(message.data.encode("utf-8", "replace"), streams, by.put)
            case aiohttp.WSMsgType.PING:
                await socket.pong(message.data)
            case aiohttp.WSMsgType.PONG | aiohttp.WSMsgType.BINARY:
                pass
            case aiohttp.WSMsgType.ERROR:
                raise BrokenError(f"the connection broke: {printable(str(message.data))}")
            case _:
                return


async def _said(data: bytes, streams: dict[tuple[str, ...], Stream], put: Put) -> None:
    known = next(iter(streams.values()))
    try:
        said = _envelope(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        await put(Heard(known, "", data))
        return
    if said.error is not None:
        raise _refusal(said.status, said.error, "the instance", "a stream", 0.0)
    stream = streams.get(tuple(said.stream), known)
    await put(Heard(stream, said.event, (said.payload or "").encode("utf-8", "replace")))


async def _check(answer: aiohttp.ClientResponse, base: str, stream: Stream) -> None:
    if answer.status == 200:
        if answer.content_type != "text/event-stream":
            raise BrokenError(f"no stream, but {printable(answer.content_type, 60)}", "refused")
        return
    _, wait_s = limits(answer.headers)
    reason = ""
    if answer.content_type == "application/json":
        body = await answer.content.read(4096)
        try:
            reason = str(json.loads(body).get("error", ""))
        except (ValueError, AttributeError, RecursionError):
            reason = ""
    raise _refusal(answer.status, reason, base, stream.name, wait_s)


def _refusal(
    status: int, reason: str, base: str, what: str, wait_s: float
) -> BrokenError | FeedError:
    """What is to be done about an answer that is no stream."""
    said = f": {printable(reason)}" if reason else ""
    match status:
        case 401 | 403:
            return FeedError(
                f"{base} refuses {what}{said}; its token must be one of a user, with the scopes"
                " read:statuses, read:notifications and read:accounts"
            )
        case 400 | 404 | 410:
            return FeedError(f"{base} knows no stream '{what}'{said}")
        case 429:
            return BrokenError(f"too many requests{said}", "limited", wait_s)
        case _ if 300 <= status < 400:
            return FeedError(f"{base} sends to another address: write that one")
        case _:
            return BrokenError(f"the server answered {status}{said}", "refused")


def _silence(silent_s: float) -> str:
    return f"nothing was heard for {silent_s:.0f} s: the connection is taken for broken"
