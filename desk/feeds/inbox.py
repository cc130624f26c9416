"""What a WebSocket brings, gathered: many messages at each look, and never more than fit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Self

import aiohttp

MOST_MESSAGES = 1024
MOST_BYTES = 4 << 20
"""Held at most, beside one message more; then the server has to wait."""
GATHER_S = 0.02
"""Messages of so long come together: each batch costs as much as some ten posts more."""
ENOUGH = 128

_OVER = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED)


class Inbox:
    """Reads a WebSocket in a task of its own, within `async with`, and hands out what came.

    `closed` is why nothing more comes: the server's close code and reason, or what went wrong;
    empty as long as something may.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse[bool]) -> None:
        self.closed = ""
        self._socket = socket
        self._came: list[tuple[aiohttp.WSMsgType, bytes]] = []
        self._bytes = 0
        self._something = asyncio.Event()
        self._room = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def next(self, within_s: float) -> Iterable[tuple[aiohttp.WSMsgType, bytes]]:
        """What has come by now, after waiting for it; nothing once the connection is `closed`.

        Raises:
            TimeoutError: nothing came within `within_s` seconds.
        """
        if not self._came and not self.closed:
            async with asyncio.timeout(within_s):
                await self._something.wait()
        if 0 < len(self._came) < ENOUGH and not self.closed:
            await asyncio.sleep(GATHER_S)
        came, self._came, self._bytes = self._came, [], 0
        self._something.clear()
        self._room.set()
        return came

    async def _read(self) -> None:
        receive = self._socket.receive
        while True:
            message = await receive()
            kind, data = message.type, message.data
            if kind in _OVER or kind is aiohttp.WSMsgType.ERROR:
                self.closed = self._why(kind, data, message.extra)
                self._something.set()
                return
            self._came.append((kind, data))
            self._bytes += len(data)
            self._something.set()
            if len(self._came) >= MOST_MESSAGES or self._bytes >= MOST_BYTES:
                self._room.clear()
                await self._room.wait()

    def _why(self, kind: aiohttp.WSMsgType, data: object, reason: str | None) -> str:
        if kind is aiohttp.WSMsgType.ERROR:
            return str(data) or "the connection broke"
        code = self._socket.close_code
        if code in {None, aiohttp.WSCloseCode.ABNORMAL_CLOSURE}:
            return "the server broke off"
        said = f": {reason}" if reason else ""
        return f"the server closed the connection ({code:d}){said}"
