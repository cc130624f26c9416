"""A desk whose disk is full: it tells screens why it is away, and waits until there is room.

What is in memory is ahead of the store then, so the desk is begun again from the store: everything
that was acknowledged is there, and feeds go on from their cursors.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from desk.serving.protocol import PATH, WHY
from desk.serving.server import bound

ROOM_BYTES = 4 << 20
"""So much room must be there again."""
LOOK_S = 2.0
PROBE = ".room"


async def wait_for_room(data: Path, listen: str, why: str, stop: asyncio.Event) -> bool:
    """Wait until the disk of `data` has room; False where `stop` was set before.

    Screens that attach at `listen` meanwhile are told `why`.

    Raises:
        DeskError: the address can't be used.
    """

    async def away(_: web.Request) -> web.Response:
        return web.Response(status=503, text=why, headers={WHY: quote(why)})

    app = web.Application()
    app.router.add_get(PATH, away)
    async with bound(app, listen):
        while not stop.is_set():
            if has_room(data):
                return True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_S)
    return False


def has_room(data: Path) -> bool:
    """Whether so much can be written."""
    probe = data / PROBE
    try:
        with probe.open("wb") as file:
            file.write(bytes(ROOM_BYTES))
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
    return True
