r"""One stream to one client: its records in order, or as the faults of the run would have them.

A platform's stream sends each record by its line, and says what it has done with the rest:

    async with stage.line("x", response.write, request, end=b"\r\n") as line:
        number = 0
        while True:
            end = stage.end
            for staged in stage.read(number, end, "x"):
                await line.send(encoded(staged), staged)
            number = line.seen(end)
            await stage.more(number)        # with keep-alives: await line.beat(b"\r\n")
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from aiohttp import web

from simulator.platforms.faults import REORDER_S, STALL_S, Dice

if TYPE_CHECKING:
    from simulator.platforms.stage import Staged

Frame = TypeVar("Frame", str, bytes)

MOST_HELD = 8
"""How many records may overtake one that is late."""
HELD_S = 0.25
"""How long a late record waits for others to overtake it, on the wall's clock."""
GARBAGE = '\ufffd\x7f{"[:,0\\u00 \x1b[31m<data>&event;é¿\x80'


class CutError(ConnectionResetError):
    """A connection that a fault has cut; to a platform it is like any client that has gone."""


class Shuffle(Generic[Frame]):
    """Lets some records be late: by a few others, and by little storm time."""

    def __init__(self) -> None:
        self._count = 0
        self._held: list[tuple[int, datetime, Frame]] = []

    def __len__(self) -> int:
        return len(self._held)

    def put(
        self, frame: Frame, at: datetime, late_by: int = 0, within_s: float = 0.0
    ) -> list[Frame]:
        """What is to be sent now that `frame` of storm time `at` comes: it is late by some others.

        A record is never later than `within_s` of storm time.
        """
        self._count += 1
        early = [each for each in self._held if each[1] < at]
        out = [each[2] for each in early]
        self._held = [each for each in self._held if each[1] >= at]
        if late_by and within_s > 0:
            self._held.append((self._count + late_by, at + timedelta(seconds=within_s), frame))
        else:
            out.append(frame)
        out += [each[2] for each in self._held if each[0] <= self._count]
        self._held = [each for each in self._held if each[0] > self._count]
        return out

    def rest(self) -> list[Frame]:
        """All that is still held."""
        out = [each[2] for each in self._held]
        self._held.clear()
        return out


def mangled(frame: Frame, draw: random.Random, end: Frame) -> Frame:
    """Garbage in the place of a record: made up, or the record cut off with bytes behind it.

    It never holds a whole record, nor the end of one before its own.
    """
    made = "".join(draw.choice(GARBAGE) for _ in range(draw.randrange(1, 60)))
    if isinstance(frame, str):
        return frame[: draw.randrange(max(1, len(frame) - 8))] + made
    stop = draw.randrange(max(1, len(frame) - len(end) - 8))
    return frame[:stop] + made.encode("utf-8", "replace") + bytes([draw.randrange(128, 256)]) + end


class Line(Generic[Frame]):
    """Sends records to one client; `position` says how far its stream is in the storm.

    `end` is what ends a record on a stream of bytes; a stream of messages has none. Where a
    platform's protocol promises order (a cursor that only rises), it is not `shuffled`.
    """

    def __init__(
        self,
        platform: str,
        write: Callable[[Frame], Awaitable[None]],
        request: web.BaseRequest | None,
        dice: Dice,
        end: Frame,
        *,
        shuffled: bool = True,
        leave: Callable[[Line[Frame]], None] = lambda _: None,
    ) -> None:
        self.platform = platform
        self.position = 0
        self.sent = 0
        self._write: Callable[[Frame], Awaitable[None]] = write
        self._request = request
        self._dice = dice
        self._end: Frame = end
        self._shuffled = shuffled
        self._leave: Callable[[Line[Frame]], None] = leave
        self._shuffle: Shuffle[Frame] = Shuffle()
        self._slow = False
        self._turn = asyncio.Lock()
        self._flushing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
        self._leave(self)

    def seen(self, number: int) -> int:
        """Everything before post `number` of the storm was sent, as far as it belongs here."""
        self.position = number
        return number

    async def beat(self, frame: Frame) -> None:
        """Send what keeps a quiet connection alive: nothing goes wrong with it."""
        async with self._turn:
            await self._write(frame)

    async def send(self, frame: Frame, staged: Staged) -> None:
        """Send the record of a post, now or a little late.

        Raises:
            CutError: a fault has cut the connection.
            ConnectionError: the client has gone.
        """
        self.position = staged.number
        if not self._dice.possible:
            await self._write(frame)
            self.sent += 1
            return
        async with self._turn:
            await self._stall()
            if self._dice.falls("drop"):
                await self._cut(frame)
            late = self._dice.falls("reorder") if self._shuffled else None
            late_by = self._dice.random.randrange(1, MOST_HELD) if late else 0
            within_s = (late.seconds or REORDER_S) if late else 0.0
            if late:
                self._dice.count("reorder")
            for each in self._shuffle.put(frame, staged.post.created_at, late_by, within_s):
                await self._put(each)
            if len(self._shuffle) and (self._flushing is None or self._flushing.done()):
                self._flushing = asyncio.create_task(self._flush_soon())

    def rest(self) -> list[Frame]:
        """Records that are late and were not sent yet; the stream that ends sends them itself."""
        return self._shuffle.rest()

    async def _flush_soon(self) -> None:
        await asyncio.sleep(HELD_S)
        with contextlib.suppress(ConnectionError):
            async with self._turn:
                for each in self._shuffle.rest():
                    await self._put(each)

    async def _stall(self) -> None:
        stall = self._dice.falls("stall")
        if stall is not None:
            self._dice.count("stall")
            await asyncio.sleep(stall.seconds or STALL_S)

    async def _cut(self, frame: Frame) -> None:
        """Cut the connection, on a stream of bytes in the midst of a record."""
        self._dice.count("drop")
        if self._end and self._dice.random.random() < 0.5:
            await self._write(frame[: self._dice.random.randrange(len(frame))])
        transport = self._request.transport if self._request is not None else None
        if transport is not None:
            transport.abort()
        raise CutError("cut by a fault")

    async def _put(self, frame: Frame) -> None:
        if self._dice.falls("garbage"):
            self._dice.count("garbage")
            await self._paced(mangled(frame, self._dice.random, self._end))
        await self._paced(frame)
        self.sent += 1
        if self._dice.falls("duplicate"):
            self._dice.count("duplicate")
            await self._paced(frame)

    async def _paced(self, frame: Frame) -> None:
        await self._write(frame)
        pace = self._dice.bytes_a_second()
        if pace is not None:
            if not self._slow:
                self._dice.count("slow")
            await asyncio.sleep(len(frame) / pace)
        self._slow = pace is not None
