"""The link to a desk over a WebSocket, mended by itself; the desk may be this screen's child."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from urllib.parse import unquote

import aiohttp
import msgspec

from desk.errors import DeskError
from desk.serving.protocol import PATH, VERSION, WHY, FromDesk, FromScreen
from tui.child import DeskChild
from tui.link import LinkState

BEAT_S = 6.0
"""A desk that has not answered a ping for half as long hangs: it works in steps of some 10 ms."""
ENDING_S = 1.0
"""How long a desk takes to end once its socket is gone."""
FIRST_WAIT_S = 0.5
WAITING_S = 2.0
"""Between two looks whether a desk that says why it waits is at work again."""
LONGEST_WAIT_S = 8.0
QUICK_S = 10.0
"""A link that held for less counts as a failure at once."""
MOST_QUICK_FAILURES = 6
"""One after the other; then a person must look, and the link gives up: of a desk of its own, or of
one that never answered. A shared desk that was there may come back whenever its host does."""


class DeskLink:
    """A link to the desk at `url`, mended by itself; `child` is the desk where it is our own.

    `url` is `unix:PATH`, or `http://HOST:PORT` as `stormdesk serve` prints it. A `patient` link
    never gives up: its desk may be started later.
    """

    def __init__(self, url: str, child: DeskChild | None = None, *, patient: bool = False) -> None:
        self._url = url
        self._patient = patient
        self._child = child
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._closed = False
        self._why = ""

    async def messages(self) -> AsyncIterator[FromDesk | LinkState]:
        """Everything that the desk says, until the link is closed or gives up."""
        failures, met = 0, False
        yield LinkState("connecting", f"attaching to the desk at {self._url}")
        while not self._closed:
            began_s = time.monotonic()
            reason = ""
            try:
                async for message in self._attached():
                    met = True
                    yield message
            except DeskError as error:
                yield LinkState("failed", str(error))
                return
            except aiohttp.WSServerHandshakeError as error:
                why = _why(error)
                if why:  # it is there, and waits for something: no failure
                    failures = 0
                    yield LinkState("lost", f"the desk waits: {why}")
                    await asyncio.sleep(WAITING_S)
                    continue
                reason = _plainly(error)
            except (aiohttp.ClientError, OSError, msgspec.MsgspecError) as error:
                reason = _plainly(error)
            if self._closed:
                return
            failures = failures + 1 if time.monotonic() - began_s < QUICK_S else 1
            patient = self._patient or (met and self._child is None)
            if failures >= MOST_QUICK_FAILURES and not patient:
                why = self._why or reason or "no answer"
                yield LinkState("failed", f"gave up after {failures} tries (q to leave): {why}")
                return
            wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures - 1, 8))
            gone = "is gone" if met else "does not answer"
            async for state in self._mend(f"{gone}: trying again. {reason}", wait_s):
                yield state

    async def _attached(self) -> AsyncIterator[FromDesk | LinkState]:
        async with _session(self._url) as session:
            address = "http://desk" if self._url.startswith("unix:") else self._url
            async with session.ws_connect(
                address + PATH, max_msg_size=0, heartbeat=BEAT_S, compress=0
            ) as socket:
                self._socket = socket
                yield LinkState("connected")
                met = False
                try:
                    async for message in socket:
                        if message.type == aiohttp.WSMsgType.TEXT:
                            met = met or self._met(message.data)
                            yield _decode(message.data)
                finally:
                    self._socket = None

    def _met(self, first: str) -> bool:
        """Look at the version of the desk; messages of another one can't be understood.

        Raises:
            DeskError: the desk is of another version.
        """
        greeting = _decode_greeting(first)
        if greeting.protocol != VERSION:
            raise DeskError(
                f"the desk at {self._url} is of another version (stormdesk"
                f" {greeting.desk or 'unknown'}, protocol {greeting.protocol}; this screen's is"
                f" {VERSION}): run the same stormdesk at both ends"
            )
        return True

    async def _mend(self, words: str, wait_s: float) -> AsyncIterator[LinkState]:
        if self._child is None:
            yield LinkState("lost", f"the desk at {self._url} {words}")
            await asyncio.sleep(wait_s)
            return
        try:
            self._why = await asyncio.wait_for(self._child.ended(), ENDING_S)
        except TimeoutError:
            if await self._is_away():
                return  # it is asked again, and says why
            self._why = "it no longer answered"
            yield LinkState("lost", "the desk does not answer: ending it")
            await self._child.close()
        yield LinkState("lost", f"the desk stopped ({self._why}): starting it again")
        await asyncio.sleep(wait_s)
        try:
            await self._child.start()
        except DeskError as error:
            self._why = str(error)
            yield LinkState("lost", f"the desk did not start: {error}")

    async def _is_away(self) -> bool:
        """Whether the desk says why it can't be attached to now."""
        try:
            async with asyncio.timeout(ENDING_S):
                async for _ in self._attached():
                    break
        except aiohttp.WSServerHandshakeError as error:
            return bool(_why(error))
        except (aiohttp.ClientError, OSError, TimeoutError):
            pass
        return False

    async def send(self, message: FromScreen) -> None:
        """Say `message`; dropped while the wire is down."""
        if self._socket is not None and not self._socket.closed:
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await self._socket.send_str(_encode(message).decode())

    async def close(self) -> None:
        """End the link, and the desk where it is this screen's own child."""
        self._closed = True
        if self._socket is not None:
            await self._socket.close()
        if self._child is not None:
            await self._child.close()


class _Greeting(msgspec.Struct):
    """Of the first message, what every version must say the same way."""

    protocol: int
    desk: str = ""


def _why(error: aiohttp.WSServerHandshakeError) -> str:
    """Why the desk is away, where it says so."""
    return unquote(error.headers.get(WHY, "")) if error.headers else ""


def _plainly(error: Exception) -> str:
    """What is wrong in the system's own words: those of aiohttp repeat the address."""
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return f"what answers there is no desk (HTTP {error.status})"
    cause = getattr(error, "os_error", error)
    return str(getattr(cause, "strerror", None) or error)


def _session(url: str) -> aiohttp.ClientSession:
    connector = (
        aiohttp.UnixConnector(url.removeprefix("unix:")) if url.startswith("unix:") else None
    )
    return aiohttp.ClientSession(connector=connector)


_encode = msgspec.json.Encoder().encode
_decode_greeting = msgspec.json.Decoder(_Greeting).decode
_decode = msgspec.json.Decoder(FromDesk).decode
