"""A whole desk: `stormdesk serve` in a process of its own, with a real screen attached to it."""

from __future__ import annotations

import asyncio
import json
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from pathlib import Path

import aiohttp
import msgspec

from desk.orphans import end_with_parent
from desk.serving.protocol import PATH, Fetch, FromDesk, Open, OutageRow, Page, Row, Tick
from desk.serving.views import MOST_ROWS
from simulator.errors import LoadError
from simulator.load.accounting import mask
from simulator.load.pool import number_of
from simulator.load.wire import Progress, Teller, heard

START_S = 120.0
END_S = 5.0
VIEW = 1
POSTED = 50_000
"""Rows of which the screen keeps the time, the newest: a look at the outages may come later."""


class DeskTarget:
    """The desk as its users run it: `desk` is its command.

    Its socket, log and store lie beside the feed's `pipe`.
    """

    name = "desk"

    def __init__(
        self,
        context: SpawnContext,
        pipe: Path,
        pool_posts: int,
        territory: Path | str,
        folders: Sequence[Path],
        processes: int,
        desk: Sequence[str],
    ) -> None:
        self._folder = pipe.parent
        socket = self._folder / "desk.sock"
        command = [
            *desk, "--attached", "--listen", f"unix:{socket}",
            "--feed", f"file:{pipe}", "--data", str(self._folder / "store"),
            "--territory", str(territory), "--processes", str(processes),
        ]  # fmt: skip
        for folder in folders:
            command += ["--rules", str(folder)]
        self._log = self._folder / "desk.log"
        with self._log.open("wb") as log:
            self._desk = subprocess.Popen(  # noqa: S603  the program itself
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # ctrl+c belongs to the test, which then ends the desk
            )
        self._context = context
        self._socket = socket
        self._pool_posts = pool_posts

    def start(self) -> None:
        """Wait until the desk listens, and attach the screen."""
        assert self._desk.stdout is not None
        ready, _, _ = select.select([self._desk.stdout], [], [], START_S)
        if not ready or "desk" not in json.loads(self._desk.stdout.readline() or b"{}"):
            raise LoadError(f"the desk did not start: {self._last_words()}")
        self._pipe, theirs = self._context.Pipe()
        self._screen = self._context.Process(
            target=watch, args=(self._socket, self._pool_posts, theirs), daemon=True
        )
        self._screen.start()
        theirs.close()
        try:
            if not self._pipe.poll(START_S):
                raise LoadError("the screen took too long to attach: the machine is too busy")
            heard(self._pipe)
        except (EOFError, OSError):
            raise LoadError("the screen ended while it attached") from None

    def pids(self) -> dict[str, list[int]]:
        """Desk and screen; the labellers are children of the desk."""
        return {"server": [self._desk.pid], "screen": [self._screen.pid or 0]}

    def heard(self) -> list[Progress]:
        """What the screen has seen."""
        if self._desk.poll() is not None:
            raise LoadError(f"the desk has ended: {self._last_words()}")
        try:
            return heard(self._pipe)
        except (EOFError, OSError):
            raise LoadError("the screen has lost the desk") from None

    def close(self) -> None:
        """End the desk and the screen."""
        assert self._desk.stdin is not None
        self._desk.stdin.close()
        try:
            self._desk.wait(END_S)
        except subprocess.TimeoutExpired:
            self._desk.kill()
            self._desk.wait()
        if self._desk.stdout is not None:
            self._desk.stdout.close()
        screen = getattr(self, "_screen", None)
        if screen is not None:
            screen.terminate()
            screen.join()

    def _last_words(self) -> str:
        words = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return words[-1].removeprefix("stormdesk: ") if words else "it said nothing"


def watch(socket: Path, pool_posts: int, out: Connection) -> None:
    """The screen's process: one view on everything, as the monitor opens it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    asyncio.run(_attached(socket, Screen(pool_posts, Teller(out))))


async def _attached(socket: Path, screen: Screen) -> None:
    connector = aiohttp.UnixConnector(str(socket))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(f"http://desk{PATH}", max_msg_size=0) as wire,
    ):
        await wire.send_bytes(msgspec.json.encode(Open(VIEW, "", MOST_ROWS)))
        decode = msgspec.json.Decoder(FromDesk).decode
        async for message in wire:
            if message.type is aiohttp.WSMsgType.TEXT:
                for request in screen.take(decode(message.data), time.monotonic()):
                    await wire.send_bytes(msgspec.json.encode(request))


class Screen:
    """What a screen has been told: rows of the feed, outages, and how far the desk has come."""

    def __init__(self, pool_posts: int, teller: Teller) -> None:
        self._pool_posts = pool_posts
        self._teller = teller
        self._done = 0
        self._refused = 0
        self._total = 0
        self._attached = False
        self._seen: dict[str, str] = {}
        self._posted: dict[str, datetime] = {}

    def take(self, message: FromDesk, at_s: float) -> list[Fetch]:
        """Take in one message of the desk; the rows that it has left out are asked for."""
        requests: list[Fetch] = []
        if isinstance(message, Page):
            if not self._attached:
                self._attached, self._total = True, message.total
                self._teller.tell(now=True)
            for row in message.rows:
                self._row(row, at_s)
            self._teller.progress.fetched += len(message.rows)
        elif isinstance(message, Tick):
            requests = self._tick(message, at_s)
        self._teller.tell()
        return requests

    def _tick(self, tick: Tick, at_s: float) -> list[Fetch]:
        progress = self._teller.progress
        requests: list[Fetch] = []
        for view in tick.views:
            progress.cut += view.start - self._total
            requests += [
                Fetch(VIEW, start, min(MOST_ROWS, view.start - start))
                for start in range(self._total, view.start, MOST_ROWS)
            ]
            self._total = view.total
            for row in view.rows:
                self._row(row, at_s)
        for outage in tick.outages:
            self._outage(outage, at_s)
        if tick.status is not None:
            accepted = tick.status.received
            refused = sum(feed.bad + feed.duplicates for feed in tick.status.feeds)
            done = accepted + refused
            if done > self._done:
                progress.done.append((self._done, done, at_s))
                progress.refused += refused - self._refused
                self._done, self._refused = done, refused
            progress.work_s = tick.status.work_s
        return requests

    def _row(self, row: Row, at_s: float) -> None:
        post = number_of(row.id, self._pool_posts)
        if post is not None:
            self._teller.progress.screens.append((post, at_s))
            self._teller.progress.given.append((post, mask(row.labels)))
            self._posted[row.id] = row.at
            if len(self._posted) > POSTED:
                del self._posted[next(iter(self._posted))]

    def _outage(self, row: OutageRow, at_s: float) -> None:
        """A change counts that a post has made, at whose time it was told; others time has made."""
        newest = row.outage.evidence[-1] if row.outage.evidence else ""
        before, self._seen[row.outage.id] = self._seen.get(row.outage.id), newest
        posted = self._posted.get(newest)
        post = number_of(newest, self._pool_posts)
        is_its = posted is not None and posted.replace(microsecond=0) == row.outage.at
        if is_its and newest != before and post is not None:
            self._teller.progress.outages.append((post, at_s))
