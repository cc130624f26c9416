"""Bluesky's public posts as they are made: `jetstream+wss://HOST`, Jetstream version 1 or 2.

```
server ─ frames ─► inbox ─► frames decoded ─► batches, each with the place from where to go on
```
A connection that breaks is opened again where it was, as the server's documentation says: version 1
by the server's time, some seconds earlier, version 2 by the sequence number. Both send again what
lies between, and the desk drops what it has by its id. Time is the same at all servers, sequence
numbers are not: at another server version 2 goes on by time as well.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NoReturn

import aiohttp
import msgspec

from desk.errors import FeedError
from desk.feeds import Batch, Options
from desk.feeds.condition import Condition
from desk.feeds.inbox import Inbox
from desk.feeds.jetstream.address import read_address
from desk.feeds.jetstream.dictionaries import (
    CURRENT,
    LEGACY,
    MOST_BYTES,
    Decompressor,
    dictionary_bytes,
)
from desk.feeds.jetstream.frames import Frames
from desk.feeds.jetstream.place import Place, is_gap, lost_by, read_place
from desk.feeds.lasting import BrokenError, lasting, plainly
from desk.feeds.leaving import leaving
from desk.feeds.patience import Patience, Rules

MOST_POSTS = 128
REWIND_US = 5_000_000
"""Servers hear of the same post some seconds apart."""
TIMES_FROM = 1_000_000_000_000_000
"""Cursors from here on are microseconds, smaller ones are sequence numbers."""
LONGEST_FRAME_BYTES = 4 << 20
CONNECT_S = 20.0
QUIET_S = 60.0
"""A stream without a word for so long is opened again: even a narrow one loses nothing by it."""
PING_S = 25.0
TELL_S = 1.0
"""How often the place is handed on where only such came as is ignored."""
PROTOCOL = "xrpc.v1.json"

_WRONG = (400, 401, 403, 404, 405, 410)
"""Answers that no waiting changes: what is asked for is wrong."""


class _Said(msgspec.Struct):
    error: str = ""
    message: str = ""


class JetstreamFeed:
    """Posts from where this desk has stopped; a desk that begins hears what comes from now on."""

    def __init__(self, url: str, quiet_s: float = QUIET_S, rules: Rules | None = None) -> None:
        self.url = url
        self.condition = Condition()
        self._address = read_address(url)
        self._rules = rules or Rules()
        self._quiet_s = quiet_s
        self._turn = 0
        self._by_time = False
        self._has_worked = False
        self._decompress: Decompressor | None = None
        self._began_us = 0
        self._frames = Frames(self._address.version)
        if self._address.compress:
            name = LEGACY if self._address.version == 1 else CURRENT
            self._decompress = Decompressor(dictionary_bytes(name), LONGEST_FRAME_BYTES)

    async def batches(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Batches from behind `cursor`, for ever.

        Raises:
            FeedError: the server refuses what is asked for, or the cursor is none of this feed.
        """
        read_place(cursor, self.url)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S)
        headers = {"User-Agent": "stormdesk"}
        async with aiohttp.ClientSession(timeout=timeout, headers=headers) as http:

            async def connect(behind: str | None) -> AsyncGenerator[Batch, None]:
                hosts = self._address.hosts
                at = self._turn % len(hosts)
                # the next attempt goes to the next server, unless this one brings something
                self._turn = at + 1
                place = read_place(behind, self.url)
                async with aclosing(self._connected(http, hosts[at], place)) as batches:
                    async for batch in batches:
                        self._turn = at
                        yield batch

            patience = Patience(self._rules)
            async with aclosing(lasting(connect, cursor, self.condition, patience)) as batches:
                async for batch in batches:
                    yield batch

    async def _connected(
        self, http: aiohttp.ClientSession, host: str, place: Place
    ) -> AsyncGenerator[Batch, None]:
        """The batches of one connection."""
        begin = self._begin(host, place)
        socket = await self._open(http, host, begin)
        async with leaving(socket), Inbox(socket) as inbox:
            if self._address.says_hello:
                await socket.send_str(self._address.hello().decode())
            self.condition.live()
            frames = self._frames
            frames.begin(host)
            heard = False
            told_s = time.monotonic()
            while True:
                try:
                    came = await inbox.next(self._quiet_s)
                except TimeoutError:
                    raise BrokenError(f"nothing came for {self._quiet_s:g} s") from None
                for kind, data in came:
                    self._take(frames, kind, data)
                    if frames.notices:
                        self._heed(frames, place, host)
                    if not heard and frames.at_us:
                        heard = True
                        self._compare(place, begin, frames)
                    held = len(frames.posts) + len(frames.faults) + len(frames.deleted)
                    if held >= MOST_POSTS:
                        yield _batch(frames, place, host)
                now_s = time.monotonic()
                if frames.posts or frames.faults or (frames.ignored and now_s > told_s + TELL_S):
                    told_s = now_s
                    yield _batch(frames, place, host)
                if frames.error is not None:
                    raise BrokenError(f"the server says {': '.join(filter(None, frames.error))}")
                if not came:
                    raise BrokenError(inbox.closed)

    def _begin(self, host: str, place: Place) -> int | None:
        """The cursor to ask `host` for."""
        if place.seq and place.host == host and not self._by_time:
            return place.seq
        if place.at_us:
            return max(1, place.at_us - REWIND_US)
        if self._address.cursor is not None:
            # too old by number: by time, the oldest that the server has is taken instead
            return max(self._address.cursor, TIMES_FROM if self._by_time else 0)
        if not self._began_us:
            self._began_us = time.time_ns() // 1000 - REWIND_US
            return None
        # a connection that broke before it brought a single frame
        return self._began_us

    async def _open(
        self, http: aiohttp.ClientSession, host: str, begin: int | None
    ) -> aiohttp.ClientWebSocketResponse[bool]:
        second = self._address.version == 2
        dictionary = self._decompress.id if self._decompress and second else None
        url = self._address.url(host, begin, dictionary)
        try:
            async with asyncio.timeout(CONNECT_S):
                return await http.ws_connect(
                    url,
                    protocols=(PROTOCOL,) if second else (),
                    heartbeat=PING_S,
                    max_msg_size=LONGEST_FRAME_BYTES,
                    timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
                    decode_text=False,
                )
        except aiohttp.WSServerHandshakeError as error:
            reason = plainly(error)
            status, after_s = error.status, _after_s(error)
        if status == 429:
            raise BrokenError(reason, "limited", after_s)
        if status not in _WRONG:
            raise BrokenError(reason, "refused", after_s)
        said = await self._why(http, url, reason)
        if said.error == "CursorTooOld":
            self._by_time = True
            raise BrokenError(f"the server says {said.error}: {said.message}", "refused")
        if said.error == "UnknownZstdDictionary":
            await self._new_dictionary(http, host)
            raise BrokenError(f"the server says {said.error}: the new one is used", "refused")
        told = f"{said.error}: {said.message}" if said.message else f"it answers {status}"
        if self._has_worked:
            # what was right before is right again, once that server is well
            raise BrokenError(f"{host} refuses what it has served before: {told}", "refused")
        raise FeedError(f"{host} does not serve '{self.url}': {told}")

    async def _why(self, http: aiohttp.ClientSession, url: str, reason: str) -> _Said:
        """Why a connection was refused: the server says so where it is asked without upgrade."""
        async with asyncio.timeout(CONNECT_S):
            async with http.get(url.replace("ws", "http", 1), allow_redirects=False) as answer:
                body = await answer.content.read(4096)
        if answer.status not in _WRONG:
            raise BrokenError(reason, "refused")  # it can't say so just now
        try:
            return msgspec.json.decode(body, type=_Said)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            text = " ".join(body.decode("utf-8", "replace").split())[:200]
            is_plain = text.isprintable() and not text.startswith("<")
            return _Said(str(answer.status), text if is_plain else "")

    async def _new_dictionary(self, http: aiohttp.ClientSession, host: str) -> None:
        """Fetch the server's own dictionary; without one the stream comes uncompressed."""
        self._decompress = None
        async with asyncio.timeout(CONNECT_S):
            async with http.get(
                self._address.dictionary_url(host), allow_redirects=False
            ) as answer:
                body = await answer.content.read(MOST_BYTES)
                while len(body) < MOST_BYTES and (more := await answer.content.read(MOST_BYTES)):
                    body += more
        if answer.status == 200:
            try:
                self._decompress = Decompressor(body, LONGEST_FRAME_BYTES)
            except ValueError:
                return

    def _take(self, frames: Frames, kind: aiohttp.WSMsgType, data: bytes) -> None:
        if kind is aiohttp.WSMsgType.BINARY:
            if self._decompress is None:
                frames.unreadable(data, "a compressed frame that was not asked for")
                return
            try:
                data = self._decompress(data)
            except ValueError as error:
                frames.unreadable(data, str(error))
                return
        frames.take(data)

    def _compare(self, place: Place, begin: int | None, frames: Frames) -> None:
        """Look whether the server has gone on where it was asked to.

        Raises:
            BrokenError: its sequence numbers are no longer those of before.
        """
        self._has_worked = True
        if begin and place.seq == begin and frames.seq < begin:
            self._go_by_time("counts otherwise than before")
        self._by_time = False
        if self._address.version == 2 or self._address.dids or not place.at_us or not begin:
            return
        if frames.exercise:
            return  # a storm's day is not today
        if is_gap(begin, frames.at_us, time.time_ns() // 1000):
            self.condition.lost += 1
            hours = (frames.at_us - place.at_us) / 3_600_000_000
            self.condition.error = f"{hours:.1f} hours are gone: the server keeps no more"

    def _heed(self, frames: Frames, place: Place, host: str) -> None:
        """Take to heart what the server says of the stream."""
        for name, message in frames.notices:
            self.condition.error = f"the server says {name}: {message}"
            if name == "OutdatedCursor" and place.at_us:
                self.condition.lost += lost_by(place, host, message)
            if name == "FutureCursor" and place.at_us and not self._by_time:
                self._go_by_time("does not know our cursor any longer")
        frames.notices.clear()

    def _go_by_time(self, why: str) -> NoReturn:
        """Sequence numbers of a server that was set up anew say nothing; its clock does."""
        self._by_time = True
        raise BrokenError(f"the server {why}: going on by time")


def _batch(frames: Frames, before: Place, host: str) -> Batch:
    seq = frames.seq
    place = Place(frames.at_us, seq, host if seq else "") if frames.at_us else before
    batch = Batch(
        tuple(frames.posts),
        str(place),
        tuple(frames.faults),
        ignored=frames.ignored,
        deleted=tuple(frames.deleted),
    )
    frames.cleared()
    return batch


def _after_s(error: aiohttp.WSServerHandshakeError) -> float:
    """How long a server asks to be left alone (Retry-After in seconds)."""
    said = error.headers.get("Retry-After", "") if error.headers else ""
    return min(3600.0, float(said)) if said.isascii() and said.isdecimal() else 0.0


def open_jetstream(url: str, options: Options) -> JetstreamFeed:
    """The feed of `jetstream+ws://…` or `jetstream+wss://…`.

    Raises:
        FeedError: the URL asks for what can't be.
    """
    del options  # repeated ones are in the URL alone, and nothing of a post is ever missing
    return JetstreamFeed(url)
