"""The port on which Meta's webhooks come in: one for several feeds, each on a path of its own.

Whoever sends without the right signature costs little: connections, the bytes held and the time
that a request may take are bounded, and nothing of a body is looked at before its signature is.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from weakref import WeakKeyDictionary

from aiohttp import web

from desk.errors import FeedError
from desk.feeds.answer import READ_BYTES
from desk.secret import Secret

MOST_BODY_BYTES = 8 << 20
"""Meta puts at most 1,000 updates into one message; a message of a post is 63,206 characters."""
MOST_HELD_BYTES = 64 << 20
MOST_CONNECTIONS = 200
BODY_S = 10.0
"""Wall seconds within which a body must have come."""
IDLE_S = 15.0
"""Wall seconds that a connection may stand without a whole request head."""
LONGEST_CHALLENGE = 1024
EXERCISE_HEADER = "X-Stormdesk-Exercise"
_SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})")

Deliver = Callable[[bytes, bool], Awaitable[bool]]
"""Takes a signed body, and whether a drill has sent it; whether it is on disk."""


class Callback(NamedTuple):
    """One path: its secrets, where what comes in goes, and who hears why something was refused."""

    path: str
    app_secret: Secret
    verify_token: Secret
    deliver: Deliver
    refused: Callable[[str], None]


class _Server(web.Server):
    """Drops connections beyond a number, before anything of them is read."""

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()


class Port:
    """A listening port and the callbacks on it."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._callbacks: dict[str, Callback] = {}
        self._held_bytes = 0
        self._web: _Server | None = None
        self._listening: asyncio.Server | None = None
        self._starting = asyncio.Lock()

    @property
    def empty(self) -> bool:
        """Whether no callback is left."""
        return not self._callbacks

    async def add(self, callback: Callback) -> int:
        """Listen for `callback`; the port, which the system chooses where it is 0.

        Raises:
            FeedError: the path is taken, or the port can't be listened on.
        """
        if callback.path in self._callbacks:
            raise FeedError(
                f"two feeds on meta://{self._host}:{self._port}{callback.path}:"
                " give each a path of its own"
            )
        self._callbacks[callback.path] = callback
        try:
            async with self._starting:
                if self._listening is None:
                    await self._start()
        except OSError as error:
            del self._callbacks[callback.path]
            why = os.strerror(error.errno) if error.errno else "no such address"
            raise FeedError(
                f"can't listen on {self._host}:{self._port}: {why}; choose another port"
            ) from None
        assert self._listening is not None
        return int(self._listening.sockets[0].getsockname()[1])

    async def remove(self, callback: Callback) -> None:
        """Stop listening for `callback`, and altogether after the last."""
        self._callbacks.pop(callback.path, None)
        if self.empty and self._listening is not None and self._web is not None:
            self._listening.close()
            self._web.pre_shutdown()
            await self._web.shutdown(1.0)
            self._listening = self._web = None

    async def _start(self) -> None:
        self._web = _Server(
            self._handle,
            keepalive_timeout=IDLE_S,
            lingering_time=1.0,
            access_log=None,
            auto_decompress=False,
        )
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(
            self._web, self._host, self._port, reuse_address=True
        )

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        callback = self._callbacks.get(request.path)
        if callback is None:
            return _said(404, "no webhook is listened for on this path")
        if request.method == "GET":
            return _challenged(request, callback)
        if request.method != "POST":
            return _said(405, "GET or POST")
        return await self._posted(request, callback)

    async def _posted(self, request: web.BaseRequest, callback: Callback) -> web.Response:
        signature = _SIGNATURE.fullmatch(request.headers.get("X-Hub-Signature-256", ""))
        if signature is None:
            callback.refused("without the right signature")
            return _said(403, "no X-Hub-Signature-256")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            callback.refused("too long, too slow or packed")
            return _said(415, "send it unpacked")
        if (request.content_length or 0) > MOST_BODY_BYTES:
            callback.refused("too long, too slow or packed")
            return _said(413, f"longer than {MOST_BODY_BYTES >> 20} MiB")
        body = bytearray()
        try:
            return await self._taken(request, callback, signature[1], body)
        finally:
            self._held_bytes -= len(body)

    async def _taken(
        self, request: web.BaseRequest, callback: Callback, signature: str, body: bytearray
    ) -> web.Response:
        try:
            async with asyncio.timeout(BODY_S):
                while chunk := await request.content.read(READ_BYTES):
                    # counted as it comes: who announces much and sends nothing takes no room
                    body += chunk
                    self._held_bytes += len(chunk)
                    if len(body) > MOST_BODY_BYTES:
                        callback.refused("too long, too slow or packed")
                        return _said(413, f"longer than {MOST_BODY_BYTES >> 20} MiB")
                    if self._held_bytes > MOST_HELD_BYTES:
                        callback.refused("not stored in time")
                        return _said(503, "busy: send it again later")
        except TimeoutError:
            callback.refused("too long, too slow or packed")
            return _said(408, f"not whole after {BODY_S:g} s")
        whole = bytes(body)
        if not is_signed(whole, signature, callback.app_secret):
            callback.refused("without the right signature")
            return _said(403, "another X-Hub-Signature-256")
        if not await callback.deliver(whole, EXERCISE_HEADER in request.headers):
            callback.refused("not stored in time")
            return _said(503, "not stored: send it again later")
        return _said(200, "stored")


def is_signed(body: bytes, signature: str, app_secret: Secret) -> bool:
    """Whether `signature` (64 hexadecimal digits) is of the bytes as they came."""
    right = hmac.new(app_secret.reveal().encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right, signature.lower())


def _challenged(request: web.BaseRequest, callback: Callback) -> web.Response:
    """Meta asks whether this callback is ours: it is if we know the same word."""
    asked = request.query
    token = asked.get("hub.verify_token", "").encode("utf-8", "replace")
    right = hmac.compare_digest(callback.verify_token.reveal().encode(), token)
    challenge = asked.get("hub.challenge", "")
    if asked.get("hub.mode") != "subscribe" or not right or len(challenge) > LONGEST_CHALLENGE:
        callback.refused("with another verify token")
        return _said(403, "another verify token")
    return _said(200, challenge)


def _said(status: int, text: str) -> web.Response:
    # a challenge is echoed: as text alone, so that no browser takes it for a page
    headers = {"X-Content-Type-Options": "nosniff"}
    if status in (408, 413, 503):
        headers["Connection"] = "close"
    answer = web.Response(status=status, text=text, headers=headers)
    if status in (408, 413, 503):
        answer.force_close()
    return answer


_PORTS: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, int], Port]] = (
    WeakKeyDictionary()
)


def port_at(host: str, port: int) -> Port:
    """The port of the running loop at this address; those of number 0 are never shared."""
    if port == 0:
        return Port(host, port)
    ports = _PORTS.setdefault(asyncio.get_running_loop(), {})
    found = ports.get((host, port))
    if found is None or found.empty:
        found = ports[host, port] = Port(host, port)
    return found
