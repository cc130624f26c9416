"""Whether a platform's server is a drill's: only then may an exercise speak to it."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import aiohttp
import msgspec

from desk.serving.address import is_here

EXERCISE_PATH = "/.well-known/stormdesk-exercise"
ANSWER_S = 5.0
MOST_BYTES = 4096


class _Said(msgspec.Struct):
    exercise: bool = False


async def is_drill(http: aiohttp.ClientSession, server: str) -> bool:
    """Whether `server` stands on this machine and says of itself that it is an exercise.

    Raises:
        aiohttp.ClientError, TimeoutError: it can't be asked.
    """
    parts = urlsplit(server)
    if not is_here(parts.hostname or ""):
        return False
    async with asyncio.timeout(ANSWER_S):
        # what another server says, to which this one would send us, is not its own word
        asked = f"{parts.scheme}://{parts.netloc}{EXERCISE_PATH}"
        async with http.get(asked, allow_redirects=False) as answer:
            if answer.status != 200:
                return False
            said = await answer.content.read(MOST_BYTES)
    try:
        return msgspec.json.decode(said, type=_Said).exercise
    except msgspec.MsgspecError:
        return False
