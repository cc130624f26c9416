"""Connections one after the other: each that breaks is opened again by the platform's rules."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import aiohttp

from desk.errors import DeskError
from desk.feeds import Batch
from desk.feeds.condition import Condition
from desk.feeds.patience import Patience, Trouble

Sleep = Callable[[float], Awaitable[object]]
Connect = Callable[[str | None], AsyncGenerator[Batch, None]]
"""Batches of one connection that goes on behind a cursor, until it ends or breaks."""


class BrokenError(DeskError):
    """A connection that broke or was refused, to be tried again: why, in one line.

    `at_least_s` is how long the platform wants to be left alone.
    """

    def __init__(self, reason: str, trouble: Trouble = "network", at_least_s: float = 0.0) -> None:
        super().__init__(reason)
        self.trouble = trouble
        self.at_least_s = at_least_s


async def lasting(
    connect: Connect,
    cursor: str | None,
    condition: Condition,
    patience: Patience,
    *,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[Batch, None]:
    """Batches of one connection after another, for ever; a FeedError of `connect` ends it.

    A connection that ends of itself is opened again as one that broke.
    """
    while True:
        try:
            async with aclosing(connect(cursor)) as batches:
                async for batch in batches:
                    condition.live()
                    patience.worked()
                    cursor = batch.cursor
                    yield batch
            broken = BrokenError("the server has closed the connection")
        except BrokenError as error:
            broken = error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            broken = BrokenError(plainly(error))
        wait_s = patience.wait_s(broken.trouble, broken.at_least_s)
        limited = broken.trouble in ("limited", "told")
        condition.broke(str(broken), time.monotonic() + wait_s, limited=limited)
        await sleep(wait_s)


def plainly(error: Exception) -> str:
    """What happened to a connection, in words; never a header, a token or a query."""
    match error:
        case TimeoutError():
            return "no answer in time"
        case aiohttp.ClientConnectorDNSError():
            return f"the host '{error.host}' is not known"
        case aiohttp.ClientConnectorError():
            why = os.strerror(error.errno) if error.errno else "refused"
            return f"can't connect to {error.host}:{error.port}: {why}"
        case aiohttp.WSServerHandshakeError():
            return f"the server answered {error.status} instead of a WebSocket"
        case aiohttp.ClientResponseError():
            return f"the server answered {error.status}"
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError():
            return "the server broke off"
        case OSError() if error.strerror:
            return error.strerror
        case _:
            return type(error).__name__
