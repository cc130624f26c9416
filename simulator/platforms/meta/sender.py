"""Sends a storm's webhooks as Meta does: signed, in batches, out of order, and again until 200.

Source: Meta's "Webhooks: getting started". A callback must first give back a challenge. What is not
answered with 200 is sent again at once, then ever more seldom, and dropped after 36 hours.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp
import msgspec

from desk.serving.address import is_here
from simulator.errors import StormError
from simulator.platforms import CREDENTIAL, EXERCISE_HEADER
from simulator.platforms.faults import STALL_S
from simulator.platforms.line import mangled
from simulator.platforms.meta.page import FIELDS, PAGE, Reached, Wall, changes
from simulator.platforms.stage import Stage

MOST_UPDATES = 1000
GATHER_S = 0.2
ANSWER_S = 20.0
AT_ONCE = 4
"""Messages that are under way side by side, so that they overtake each other."""
AGAIN_S = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
"""Wall seconds before each further attempt; the last one is repeated."""
DROPPED_S = 36 * 3600.0
LONGEST_ANSWER = 4096


class CallbackError(StormError):
    """A callback that storms can't send to, or that has not given back the challenge: why."""


class Counts(msgspec.Struct):
    """What became of the messages: `updates` were acknowledged in `messages`; `again` attempts."""

    messages: int = 0
    updates: int = 0
    again: int = 0
    dropped: int = 0


class _Message(NamedTuple):
    number: int
    updates: int
    body: bytes


class MetaSender:
    """Webhooks of one page to one callback; `run` sends them for as long as the storm is served."""

    def __init__(
        self,
        stage: Stage,
        callback: str,
        *,
        app_secret: str = CREDENTIAL,
        verify_token: str = CREDENTIAL,
        fields: tuple[str, ...] = FIELDS,
        most_updates: int = MOST_UPDATES,
    ) -> None:
        check_callback(callback)
        self.counts = Counts()
        self._stage = stage
        self._callback = callback
        self._secret = app_secret.encode()
        self._verify_token = verify_token
        self._fields = fields
        self._most = min(MOST_UPDATES, most_updates)
        self._dice = stage.faults.dice("meta")
        self._draw = random.Random(f"{stage.storm.seed}/meta")

    async def verify(self, http: aiohttp.ClientSession) -> None:
        """Let the callback prove that it knows the verify token.

        Raises:
            CallbackError: it does not.
        """
        challenge = str(self._draw.randrange(10**9, 10**10))
        asked = {
            "hub.mode": "subscribe",
            "hub.verify_token": self._verify_token,
            "hub.challenge": challenge,
        }
        try:
            async with http.get(self._callback, params=asked, allow_redirects=False) as answer:
                said = await answer.content.read(LONGEST_ANSWER)
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise CallbackError(f"nobody answers at {self._callback}") from None
        if answer.status != 200 or said != challenge.encode():
            raise CallbackError(f"{self._callback} answered {answer.status} to the challenge")

    async def run(self) -> None:
        """Send whatever reaches the page, once the callback has proved itself, for ever."""
        async with self.session() as http:
            attempt = 0
            while True:
                try:
                    await self.verify(http)
                    break
                except CallbackError:
                    attempt += 1
                    await asyncio.sleep(min(10.0, 0.25 * 2.0**attempt))
            await self._send_all(http)

    def session(self) -> aiohttp.ClientSession:
        """A client that says of each request that it is an exercise."""
        return aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ANSWER_S),
            headers={EXERCISE_HEADER: self._stage.storm.name, "User-Agent": "facebookexternalua"},
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def _send_all(self, http: aiohttp.ClientSession) -> None:
        wall, sent, numbers = Wall(self._stage), 0, 0
        room = asyncio.Semaphore(AT_ONCE)
        line = self._stage.line("meta", _nothing, None, end=b"")
        async with asyncio.TaskGroup() as sending, line:
            while True:
                end = self._stage.end
                wall.look()
                sent = min(sent, len(wall.seen))  # wound back, the storm is told again
                new = wall.seen[sent:]
                sent += len(new)
                for message in self._messages(new, numbers):
                    numbers = message.number
                    await room.acquire()
                    sending.create_task(self._deliver(http, message, room))
                line.seen(end)
                await asyncio.sleep(GATHER_S)
                if self._stage.end <= end:
                    await self._stage.more(end)

    def _messages(self, new: list[Reached], numbers: int) -> list[_Message]:
        made = []
        told = list(changes(new, self._fields))
        for start in range(0, len(told), self._most):
            part = told[start : start + self._most]
            self._draw.shuffle(part)
            numbers += 1
            made.append(_Message(numbers, len(part), webhook(part)))
        return made

    async def _deliver(
        self, http: aiohttp.ClientSession, message: _Message, room: asyncio.Semaphore
    ) -> None:
        """One message until it is acknowledged; waiting for its next turn it holds up no other."""
        waited_s, attempt = 0.0, 0
        while not await self._post(http, message):
            again_s = AGAIN_S[min(attempt, len(AGAIN_S) - 1)]
            attempt += 1
            self.counts.again += 1
            waited_s += again_s
            if waited_s > DROPPED_S:
                self.counts.dropped += message.updates
                room.release()
                return
            if again_s:
                room.release()
                await asyncio.sleep(again_s)
                await room.acquire()
        room.release()
        self.counts.messages += 1
        self.counts.updates += message.updates

    async def _post(self, http: aiohttp.ClientSession, message: _Message) -> bool:
        """Send a message, with what the faults of the run make of it; whether it was taken."""
        dice = self._dice
        stall = dice.falls("stall")
        if stall is not None:
            dice.count("stall")
            await asyncio.sleep(stall.seconds or STALL_S)
        if dice.falls("garbage"):
            dice.count("garbage")
            await self._send(http, mangled(message.body, dice.random, b""))
        if dice.falls("drop"):
            dice.count("drop")
            with contextlib.suppress(TimeoutError):
                # it may have come, and nobody waits to hear so
                await asyncio.wait_for(self._send(http, message.body), dice.random.random() / 20)
            return False
        taken = await self._send(http, message.body)
        if taken and dice.falls("duplicate"):
            dice.count("duplicate")
            await self._send(http, message.body)
        return taken

    async def _send(self, http: aiohttp.ClientSession, body: bytes) -> bool:
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": f"sha256={signature(body, self._secret)}",
        }
        try:
            async with http.post(
                self._callback, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False


def check_callback(callback: str) -> None:
    """Look whether a drill may send to `callback`.

    Raises:
        CallbackError: it is not of this machine.
    """
    parts = urlsplit(callback)
    if parts.scheme not in ("http", "https") or not is_here(parts.hostname or ""):
        raise CallbackError(
            f"a drill sends to this machine alone, not to '{callback}':"
            " write http://127.0.0.1:PORT/PATH"
        )


async def _nothing(_: bytes) -> None:
    """Webhooks have no stream: a line only says how far they are."""


def meta_sender(stage: Stage, callback: str, **options: Any) -> MetaSender:  # noqa: ANN401
    """A sender of `stage` to `callback` (http://127.0.0.1:PORT/PATH): `await sender.run()`.

    Raises:
        CallbackError: the callback is not of this machine.
    """
    return MetaSender(stage, callback, **options)


def webhook(told: list[dict[str, Any]]) -> bytes:
    """A message of the page: what is not ASCII is escaped in lower case, as Meta does."""
    at_s = max(change["value"]["created_time"] for change in told)
    entry = {"id": PAGE, "time": at_s, "changes": told}
    return json.dumps({"object": "page", "entry": [entry]}, separators=(",", ":")).encode()


def signature(body: bytes, app_secret: bytes) -> str:
    """What stands behind `sha256=` in X-Hub-Signature-256."""
    return hmac.new(app_secret, body, hashlib.sha256).hexdigest()
