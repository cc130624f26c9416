"""Serves a storm that is run by hand to any number of desks, each at its own pace."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec

from desk.errors import DeskError
from desk.serving.address import loopback, unix_socket
from desk.territories import built_in
from simulator.accounts import own_accounts
from simulator.conductor.conductor import Conductor
from simulator.conductor.wire import (
    BATCH_BYTES,
    BATCH_POSTS,
    RECORD_BYTES,
    About,
    End,
    RawPosts,
    Restart,
    decode_where,
    encode,
)

LOOK_S = 0.05
"""How often a desk that has everything is looked at for more."""
PATIENCE_S = 5.0
"""How long who connects may take to say where it is."""
END_S = 1.0
"""How long a desk may take to hear the rest of what was sent, and that the storm has ended."""
_STRANGE = (ConnectionError, TimeoutError, ValueError, msgspec.MsgspecError)


class Caller:
    """One attached desk: how far it is in the reel, and how far it has said it is."""

    def __init__(self, conductor: Conductor, writer: asyncio.StreamWriter) -> None:
        self.position = 0
        self._conductor = conductor
        self._writer = writer
        self._run = conductor.run_id
        self._taken = (conductor.run_id, 0)

    @property
    def behind(self) -> int:
        """How many posts it has not taken; more than there are where it must begin again."""
        sent = len(self._conductor.reel)
        run, taken = self._taken
        return sent - taken if run == self._conductor.run_id else sent + 1

    async def hear(self, reader: asyncio.StreamReader) -> None:
        """Hear what it has taken until it leaves: what lies in the wire's buffers counts for none.

        Raises:
            MsgspecError, ValueError: it is no desk.
        """
        while line := await reader.readline():
            self._take(decode_where(line).cursor or "")

    def _take(self, cursor: str) -> None:
        run, _, position = cursor.partition(":")
        self._taken = run, min(int(position or 0), self.position)

    async def serve(self, where: str | None) -> None:
        """Send what is due behind the cursor `where` until the desk leaves."""
        storm, conductor = self._conductor.day.storm, self._conductor
        about = About(storm.name, storm.title, findable(storm.territory), own_accounts(storm))
        await self._send(about)
        run, _, position = (where or "").partition(":")
        known = run == conductor.run_id and position.isdecimal()
        if known and int(position) <= len(conductor.reel):
            self.position = int(position)
            self._take(f"{run}:{position}")
        elif where:
            await self._restart()
        while True:
            if self._run != conductor.run_id:
                await self._restart()
            if self.position < len(conductor.reel):
                await self._batch()
            else:
                await asyncio.sleep(LOOK_S)

    async def end(self) -> None:
        """Send what is still due, and say that the storm has ended, if the desk hears it soon."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(END_S):
                if self._run != self._conductor.run_id:
                    await self._restart()
                while self.position < len(self._conductor.reel):
                    await self._batch()
                await self._send(End())

    async def _restart(self) -> None:
        self._run, self.position = self._conductor.run_id, 0
        await self._send(Restart(f"{self._run}:0"))

    async def _batch(self) -> None:
        reel, posts, size = self._conductor.reel, list[msgspec.Raw](), 0
        at = self.position
        while at < len(reel) and len(posts) < BATCH_POSTS and size < BATCH_BYTES:
            post = reel.post_bytes(at)
            posts.append(msgspec.Raw(post))
            size += len(post)
            at += 1
        run = self._run
        await self._send(RawPosts(f"{run}:{at}", posts))
        if run == self._conductor.run_id:
            self.position = at

    async def _send(self, record: msgspec.Struct) -> None:
        self._writer.write(encode(record) + b"\n")
        await self._writer.drain()


class Lines:
    """The desks on a storm."""

    def __init__(self, conductor: Conductor) -> None:
        self.conductor = conductor
        self.callers: set[Caller] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def behind(self) -> int | None:
        """How many posts the slowest desk has not taken; None where there is no desk."""
        if not self.callers:
            return None
        return max(caller.behind for caller in self.callers)

    async def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._attend(reader, writer)
        except _STRANGE:
            pass  # it left, or it was no desk: in both cases there is nobody to tell
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(PATIENCE_S):
            where = decode_where(await reader.readline()).cursor
        caller = Caller(self.conductor, writer)
        serving = asyncio.create_task(caller.serve(where))
        leaving = asyncio.create_task(caller.hear(reader))
        self.callers.add(caller)
        try:
            await asyncio.wait((serving, leaving), return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
        except asyncio.CancelledError:
            serving.cancel()
            await asyncio.wait((serving,))
            await caller.end()
        finally:
            self.callers.discard(caller)
            serving.cancel()
            leaving.cancel()
            await asyncio.gather(serving, leaving, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def listening(self, listen: str) -> AsyncIterator[str]:
        """Serve on `unix:PATH` or `HOST:PORT`; yields the address as it is.

        Raises:
            DeskError: the address can't be used.
        """
        path = Path(listen.removeprefix("unix:")) if listen.startswith("unix:") else None
        with _plainly(listen):
            if path is not None:
                server = await asyncio.start_unix_server(
                    self._called, sock=unix_socket(path), limit=RECORD_BYTES
                )
                address = listen
            else:
                host, port = loopback(listen)
                server = await asyncio.start_server(self._called, host, port, limit=RECORD_BYTES)
                shown = f"[{host}]" if ":" in host else host
                address = f"{shown}:{server.sockets[0].getsockname()[1]}"
        try:
            yield address
        finally:
            server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if path is not None:
                path.unlink(missing_ok=True)


def findable(territory: str) -> str:
    """A built-in territory by its name, a file by a path that holds in any folder."""
    return territory if territory in built_in() else str(Path(territory).resolve())


@contextlib.contextmanager
def _plainly(listen: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DeskError(f"can't listen on '{listen}': {error.strerror or error}") from None
