"""The feeder: a process of its own that sends posts at their moments and waits for nobody.

A moment's posts are released to the system, as a count that the rules' workers read or as lines in
a pipe that the desk reads. Where the pipe is full the lines wait, but their moments stay what they
were, and so the wait counts as latency.
"""

from __future__ import annotations

import os
import signal
import time
from array import array
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Any

import msgspec

from desk.orphans import end_with_parent
from simulator.errors import LoadError
from simulator.load.pool import Lines, Pool
from simulator.load.schedule import Schedule

LOOK_S = 0.002
WRITE_POSTS = 100
"""Posts in one write: a full pipe must not hold up the look at the orders for long."""
PATIENCE_S = 30.0


class Order(msgspec.Struct, array_like=True):
    """Send the posts of a schedule; `first` is the number of its first post over all runs."""

    first: int
    begin_s: float
    due: bytes


class Sent(msgspec.Struct, array_like=True):
    """A run is over: how many posts were sent, and how late the feeder itself was at worst."""

    posts: int
    late_ms: float


class Feeder:
    """The feeder's process, seen from the test that steers it."""

    def __init__(self, context: SpawnContext, pool: Pool, pipe: Path | None) -> None:
        self.released: Any = context.RawValue("q", 0)
        self._mine, theirs = context.Pipe()
        self._process = context.Process(
            target=feed, args=(pool, pipe, self.released, theirs), daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid or 0

    def begin(self, first: int, schedule: Schedule, begin_s: float) -> None:
        """Send the posts of `schedule`, the first of which has the number `first`."""
        order = Order(first, begin_s, schedule.due.tobytes())
        self._mine.send_bytes(msgspec.msgpack.encode(order))

    def cut(self) -> None:
        """Send no more posts of this run."""
        self._mine.send_bytes(b"")

    def sent(self) -> Sent | None:
        """What was sent, once the run is over.

        Raises:
            LoadError: the feeder has ended, because the system reads no more.
        """
        try:
            if not self._mine.poll():
                return None
            return msgspec.msgpack.decode(self._mine.recv_bytes(), type=Sent)
        except (EOFError, OSError):
            raise LoadError("the system under load reads no more posts: it has ended") from None

    def close(self) -> None:
        """End the process."""
        self._mine.close()
        self._process.join(1.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(PATIENCE_S)


def feed(pool: Pool, pipe: Path | None, released: Any, orders: Connection) -> None:  # noqa: ANN401  ctypes' value has no type
    """The feeder's process: sends what it is ordered to, until nobody orders any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    lines = Lines(pool)
    out = None if pipe is None else os.open(pipe, os.O_WRONLY)
    try:
        while True:
            told = orders.recv_bytes()
            if told:
                order = msgspec.msgpack.decode(told, type=Order)
                sent = _send(order, lines, out, released, orders)
                orders.send_bytes(msgspec.msgpack.encode(sent))
    except (EOFError, OSError):
        return  # who ordered, or who read, has gone
    finally:
        if out is not None:
            os.close(out)


def _send(
    order: Order,
    lines: Lines,
    out: int | None,
    released: Any,  # noqa: ANN401  ctypes' value has no type
    orders: Connection,
) -> Sent:
    due = array("q")
    due.frombytes(order.due)
    schedule = Schedule(due)
    sent = 0
    late_s = 0.0
    planned_s = order.begin_s
    while sent < schedule.posts:
        if orders.poll():
            orders.recv_bytes()
            break
        now_s = time.monotonic()
        if now_s < planned_s:
            time.sleep(planned_s - now_s)
            now_s = time.monotonic()
            late_s = max(late_s, now_s - planned_s)
        upto = schedule.due_by(now_s - order.begin_s)
        if out is None:
            sent = upto
        else:
            upto = min(upto, sent + WRITE_POSTS)
            for chunk in lines.of(order.first + sent, order.first + upto):
                _write(out, chunk)
            sent = upto
            if sent < schedule.due_by(now_s - order.begin_s):
                continue
        released.value = order.first + sent
        planned_s = max(planned_s + LOOK_S, now_s)
    released.value = order.first + sent
    return Sent(sent, round(late_s * 1000, 1))


def _write(out: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(out, rest) :]
