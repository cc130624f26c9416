"""Posts from a file of JSON Lines, or from standard input: `file:PATH`, `file:-`."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from collections.abc import AsyncIterator, Iterator

from desk.errors import FeedError, PostError
from desk.feeds import Batch, Fault, Options
from desk.post import Post, decode_post

READ_BYTES = 1 << 18
MOST_POSTS = 128
"""Posts in a batch: some 10 ms of work, so that screens are served between batches."""
LONGEST_LINE_BYTES = 16 << 20
"""A line without an end would fill the memory; no post of any platform comes near 16 MiB."""
CHUNKS_AHEAD = 4
BOM = b"\xef\xbb\xbf"


class FileFeed:
    """Reads a file as fast as possible to its end; a pipe as its lines arrive.

    The cursor is `BYTES:LINES` read so far. Standard input and pipes can't go on where they were:
    they are read from wherever they stand.
    """

    def __init__(self, url: str, options: Options) -> None:
        if not options.target:
            raise FeedError(f"no file in '{url}': write file:POSTS.jsonl, or file:- for stdin")
        if options.query:
            raise FeedError(
                f"unknown option '{next(iter(options.query))}' in '{url}': none is valid"
            )
        self.url = url
        self._path = options.target
        self._fill = options.fill

    async def batches(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Batches from behind `cursor`.

        Raises:
            FeedError: the file can't be read.
        """
        fd = self._open()
        try:
            regular = stat.S_ISREG(os.fstat(fd).st_mode)
            read, line = _cursor(cursor) if regular and self._path != "-" else (0, 0)
            if read > os.fstat(fd).st_size:
                read = line = 0  # the file was replaced by a shorter one: known ids are dropped
            if read:
                os.lseek(fd, read, os.SEEK_SET)
            lines = Lines(read, line)
            chunks = _file_chunks(fd) if regular else _pipe_chunks(fd)
            async for chunk in chunks:
                for batch in self._decode(lines.feed(chunk)):
                    yield batch
                    await asyncio.sleep(0)
            for batch in self._decode(lines.end()):
                yield batch
        except OSError as error:
            raise FeedError(f"can't read '{self._path}': {error.strerror}") from None
        finally:
            if self._path != "-":
                os.close(fd)

    def _open(self) -> int:
        if self._path == "-":
            return 0
        try:
            fd = os.open(self._path, os.O_RDONLY)
        except OSError as error:
            raise FeedError(f"can't read '{self._path}': {error.strerror}") from None
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            os.close(fd)
            raise FeedError(f"can't read '{self._path}': it is a folder; name the file in it")
        return fd

    def _decode(self, lines: Iterator[Line]) -> Iterator[Batch]:
        posts: list[Post] = []
        faults: list[Fault] = []
        line = None
        for line in lines:
            place = f"{self._path}:{line.number}"
            if line.data is None:
                faults.append(Fault(place, f"longer than {LONGEST_LINE_BYTES >> 20} MiB"))
            elif line.data:
                try:
                    posts.append(decode_post(line.data, line.number, fill=self._fill))
                except PostError as error:
                    faults.append(Fault(place, str(error)))
            if len(posts) + len(faults) >= MOST_POSTS:
                yield Batch(tuple(posts), line.cursor, tuple(faults))
                posts, faults = [], []
        if line and (posts or faults):
            yield Batch(tuple(posts), line.cursor, tuple(faults))


class Line:
    """One line without its end; `data` is None where it was too long to be held."""

    __slots__ = ("cursor", "data", "number")

    def __init__(self, data: bytes | None, number: int, end: int) -> None:
        self.data = data
        self.number = number
        self.cursor = f"{end}:{number}"


class Lines:
    """Cuts chunks of bytes into lines; `read` bytes and `number` lines lie behind already."""

    def __init__(self, read: int = 0, number: int = 0) -> None:
        self._end = read
        self._number = number
        self._rest = bytearray()
        self._skipping = False

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The lines that `chunk` completes."""
        start = 0
        while (stop := chunk.find(b"\n", start)) >= 0:
            yield self._line(chunk[start:stop], 1)
            start = stop + 1
        self._keep(chunk[start:])

    def end(self) -> Iterator[Line]:
        """The last line, where the file does not end with a newline."""
        if self._rest or self._skipping:
            yield self._line(b"", 0)

    def _keep(self, part: bytes) -> None:
        self._end += len(part)
        if self._skipping:
            return
        self._rest += part
        if len(self._rest) > LONGEST_LINE_BYTES:
            self._skipping = True
            self._rest.clear()

    def _line(self, part: bytes, newline: int) -> Line:
        self._keep(part)
        self._end += newline
        self._number += 1
        data = None if self._skipping else bytes(self._rest).rstrip(b"\r")
        self._rest.clear()
        self._skipping = False
        if data and self._number == 1:
            data = data.removeprefix(BOM)
        return Line(data.strip() if data else data, self._number, self._end)


def _cursor(cursor: str | None) -> tuple[int, int]:
    if not cursor:
        return 0, 0
    read, _, line = cursor.partition(":")
    return int(read), int(line)


async def _file_chunks(fd: int) -> AsyncIterator[bytes]:
    while chunk := os.read(fd, READ_BYTES):
        yield chunk


async def _pipe_chunks(fd: int) -> AsyncIterator[bytes]:
    """Chunks as they arrive, read by a daemon thread.

    asyncio's own pipe transport would make the pipe non-blocking for every process that shares it,
    and a terminal for stdout as well.
    """
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[bytes | OSError] = asyncio.Queue()
    room = threading.Semaphore(CHUNKS_AHEAD)

    def read() -> None:
        chunk: bytes | OSError = b"-"
        while chunk and not isinstance(chunk, OSError):
            room.acquire()
            try:
                chunk = os.read(fd, READ_BYTES)
            except OSError as error:
                chunk = error
            try:
                loop.call_soon_threadsafe(arrived.put_nowait, chunk)
            except RuntimeError:  # the loop has ended: nobody waits for more
                return

    threading.Thread(target=read, name="read-pipe", daemon=True).start()
    while chunk := await arrived.get():
        if isinstance(chunk, OSError):
            raise chunk
        room.release()
        yield chunk
