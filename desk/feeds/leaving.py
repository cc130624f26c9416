"""Leaves a server's WebSocket in a bounded time, whatever the server goes on sending."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp

LEAVE_S = 2.0
"""How long a server has to say goodbye.

aiohttp bounds each message that it reads meanwhile, not all of them: a server that floods and reads
nothing would be listened to for ever.
"""


@contextlib.asynccontextmanager
async def leaving(socket: aiohttp.ClientWebSocketResponse[bool]) -> AsyncIterator[None]:
    """Close `socket` at the end, by force where its server does not answer within `LEAVE_S`."""
    try:
        yield
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await socket.close()
