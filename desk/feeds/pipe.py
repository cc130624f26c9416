"""A pipe, a terminal or standard input, read as its bytes arrive."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncGenerator
from contextlib import suppress

READ_BYTES = 1 << 18
PIPE_BYTES = 1 << 20
"""A pipe of 64 KiB is full after some 200 posts: its writer would wait for each turn of ours."""
GATHER_S = 0.02
"""A stream of posts is looked at so often: each batch costs as much as some twenty posts more."""


async def arriving(path: str) -> AsyncGenerator[bytes, None]:
    """What arrives in the pipe `path`, or for `-` at standard input, to its end.

    All that arrived while nobody asked comes in one piece: the less time there is, the fewer and
    larger the batches, each of which costs something.

    The event loop waits, and what is there is read at once: a thread would wake for every write,
    and each time wait for the interpreter's lock. asyncio's own transport would make standard input
    non-blocking for every process that shares it, and a terminal for stdout as well.

    Raises:
        OSError: it can't be read.
    """
    # without a writer, to open a FIFO would block; there is nothing to read before one comes
    fd = 0 if path == "-" else os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if fd:
            with suppress(OSError, AttributeError):  # as much as Linux gives; elsewhere it is small
                fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        while chunk := await _next(fd):
            yield chunk
            if len(chunk) < READ_BYTES:
                await asyncio.sleep(GATHER_S)
    finally:
        if fd:
            os.close(fd)


async def _next(fd: int) -> bytes:
    while True:
        await _something(fd)
        with suppress(BlockingIOError):
            return os.read(fd, READ_BYTES)


async def _something(fd: int) -> None:
    """Wait until there is something to read, or the end."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(fd, ready.set)
    except PermissionError:
        return  # a file: it lets nobody wait
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fd)
