"""X's filtered stream of a storm: the posts that the app's rules match, as they are made.

A stream begins with what is new, unless `backfill_minutes` asks for the last minutes of the wall's
clock again, or `start_time` for a time of the storm, after whose end the stream ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from aiohttp import web

from simulator.platforms.line import Line
from simulator.platforms.stage import READ_AT_ONCE, Staged
from simulator.platforms.x.asked import AskedError, fields_asked, time_asked
from simulator.platforms.x.book import Book
from simulator.platforms.x.gate import (
    Limits,
    Pace,
    Window,
    is_app,
    problem,
    too_many,
    unauthorized,
)
from simulator.platforms.x.wire import CHANNEL, Fields, Json, Wire

END = b"\r\n"
KEEP_ALIVE_S = 20.0
LOOK_S = 0.25
"""How often is looked whether a client is still there."""
WRITE_S = 30.0
MOST_BACKFILL = 5
REMEMBERED = 10_000


class Stream:
    """All connections to the stream of one app."""

    def __init__(
        self, wire: Wire, book: Book, limits: Limits, keep_alive_s: float = KEEP_ALIVE_S
    ) -> None:
        self._wire = wire
        self._stage = wire.stage
        self._book = book
        self._limits = limits
        self._keep_alive_s = keep_alive_s
        self._connects = Window(limits.connects)
        self._pace = Pace(limits.posts_a_second)
        self._open: list[web.Request] = []
        self._recoveries: list[web.Request] = []
        self._reached: list[tuple[float, int]] = []

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """`GET /2/tweets/search/stream`."""
        if not is_app(request):
            return unauthorized()
        if not self._connects.take():
            return too_many(self._connects)
        try:
            fields = fields_asked(request)
            start, stop = self._span(request)
        except AskedError as error:
            return problem(400, "Invalid Request", str(error), type=INVALID)
        # a time that is sent again is a job of its own, of which there may be some beside
        most = self._limits.streams if stop is None else self._limits.recoveries
        crowd = self._open if stop is None else self._recoveries
        if sum(not _gone(each) for each in crowd) >= most:
            return self._crowded()
        crowd.append(request)
        try:
            return await self._told(request, fields, start, stop)
        finally:
            crowd.remove(request)

    def _crowded(self) -> web.Response:
        words = "This stream is currently at the maximum allowed connection limit."
        return problem(
            429,
            "ConnectionException",
            words,
            self._connects.headers,
            connection_issue="TooManyConnections",
            type="https://api.x.com/2/problems/streaming-connection",
        )

    def _span(self, request: web.Request) -> tuple[int, int | None]:
        """The number of the post to begin with, and of the one to end before, None for never."""
        begin, end = time_asked(request, "start_time"), time_asked(request, "end_time")
        if begin is not None:
            if end is not None and end <= begin:
                raise AskedError("end_time must be after start_time")
            return self._number_at(begin), self._stage.end if end is None else self._number_at(end)
        told = request.query.get("backfill_minutes", "0")
        if not told.isascii() or not told.isdigit() or int(told) > MOST_BACKFILL:
            raise AskedError(f"backfill_minutes must be 0 to {MOST_BACKFILL}")
        minutes = int(told)
        return (self._then(minutes * 60.0) if minutes else self._stage.end), None

    def _number_at(self, at: datetime) -> int:
        """The first post of the storm at a time of it, or the next to come."""
        posts = range(self._stage.end)
        return bisect_right(
            posts, at, key=lambda n: next(self._stage.read(n, n + 1)).post.created_at
        )

    def _then(self, seconds: float) -> int:
        """How far the storm was so many wall seconds ago, as far as a stream has noted it."""
        at = bisect_right(self._reached, (time.monotonic() - seconds, self._stage.end + 1))
        return self._reached[at - 1][1] if at else 0

    def _note(self, number: int) -> None:
        self._reached.append((time.monotonic(), number))
        del self._reached[:-REMEMBERED]

    async def _told(
        self, request: web.Request, fields: Fields, start: int, stop: int | None
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers=self._connects.headers)
        response.content_type = "application/json"
        response.enable_chunked_encoding()
        await response.prepare(request)
        write = partial(_write, response)
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with self._stage.line(CHANNEL, write, request, end=END) as line:
                await self._follow(request, line, fields, start, stop)
                for frame in line.rest():
                    await line.beat(frame)
        return response

    async def _follow(
        self,
        request: web.Request,
        line: Line[bytes],
        fields: Fields,
        number: int,
        stop: int | None,
    ) -> None:
        stage = self._stage
        run = stage.conductor.run_id
        while stop is None or number < stop:
            if stage.conductor.run_id != run:
                # wound back: what comes again is told again
                run, number = stage.conductor.run_id, min(number, stage.end)
            line.seen(number)
            if number >= stage.end:
                await self._quiet(request, line, number)
                continue
            end = min(stage.end, number + READ_AT_ONCE, stop if stop is not None else stage.end)
            for frame, staged in self._frames(number, end, fields):
                await self._pace.turn()
                await line.send(frame, staged)
            number = line.seen(end)
            self._note(number)
            await asyncio.sleep(0)

    async def _quiet(self, request: web.Request, line: Line[bytes], number: int) -> None:
        """Wait for more; a sign of life each time that nothing has come for long enough.

        Raises:
            ConnectionResetError: the client has gone.
        """
        until_s = time.monotonic() + self._keep_alive_s
        while (left_s := until_s - time.monotonic()) > 0:
            # who has gone makes room for the next connection at once
            if _gone(request):
                raise ConnectionResetError("the client has gone")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(LOOK_S, left_s)):
                    if self._stage.over:
                        await asyncio.sleep(LOOK_S)
                    await self._stage.more(number)
                if number < self._stage.end:
                    return
        await line.beat(END)

    def _frames(self, start: int, stop: int, fields: Fields) -> Iterator[tuple[bytes, Staged]]:
        for staged in self._stage.read(start, stop, CHANNEL):
            rules = self._book.matching(self._wire.seen(staged)) if len(self._book) else []
            if rules:
                told: Json = {"data": self._wire.data(staged, fields)}
                includes = self._wire.includes(staged, fields)
                told |= {"includes": includes} if includes else {}
                told["matching_rules"] = [{"id": rule.id, "tag": rule.tag} for rule in rules]
                yield json.dumps(told, ensure_ascii=False).encode() + END, staged


INVALID = "https://api.x.com/2/problems/invalid-request"


def _gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


async def _write(response: web.StreamResponse, frame: bytes) -> None:
    async with asyncio.timeout(WRITE_S):
        await response.write(frame)
