"""Posts from a file of JSON Lines, or from standard input: `file:PATH`, `file:-`."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from hashlib import blake2b
from pathlib import Path

import msgspec

from desk.errors import FeedError, PostError
from desk.feeds import MOST_RAW_BYTES, Batch, Fault, Options
from desk.feeds.lines import LONGEST_LINE_BYTES, START, Line, Lines, Position
from desk.feeds.pipe import READ_BYTES, arriving
from desk.post import Post, decode_post, decode_ready

MOST_POSTS = 512
"""Posts in a batch, as many as a desk takes at once (desk/ahead.py): some 20 ms of work, and then
screens have their turn."""
DIGEST_OF_BYTES = 4096
_CURSOR = re.compile(r"(?P<read>[0-9]{1,18}):(?P<lines>[0-9]{1,18}):(?P<digest>[0-9a-f]{16})")


class FileFeed:
    """Reads a file as fast as possible to its end; a pipe as its lines arrive.

    The cursor is `BYTES:LINES:DIGEST`: what has been read so far, and a digest of the last 4 KiB of
    it; where they are others, the file was replaced and is read from its start. Standard input and
    pipes can't go on where they were: they are read from wherever they stand, their cursor is ''.
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

    async def batches(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Batches from behind `cursor`.

        Raises:
            FeedError: the file can't be read, or the cursor is none of a file.
        """
        try:
            if self._is_file():
                for batch in self._from_file(cursor):
                    yield batch
                    await asyncio.sleep(0)
            else:
                async with aclosing(self._from_pipe()) as batches:
                    async for batch in batches:
                        yield batch
                        await asyncio.sleep(0)
        except OSError as error:
            raise FeedError(f"can't read '{self._path}': {error.strerror}") from None

    def _is_file(self) -> bool:
        if self._path == "-":
            return False
        mode = Path(self._path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise FeedError(f"can't read '{self._path}': it is a folder; name the file in it")
        return stat.S_ISREG(mode)

    def _from_file(self, cursor: str | None) -> Iterator[Batch]:
        with Path(self._path).open("rb", buffering=0) as file:
            behind = self._position(cursor, file.fileno())
            file.seek(behind.read)
            lines = Lines(behind)

            def cursor_at(position: Position) -> str:
                digest = _digest(file.fileno(), position.read)
                return f"{position.read}:{position.lines}:{digest}"

            while chunk := file.read(READ_BYTES):
                yield from self._decode(lines.feed(chunk), cursor_at)
            yield from self._decode(lines.end(), cursor_at)

    async def _from_pipe(self) -> AsyncGenerator[Batch, None]:
        lines = Lines()
        async with aclosing(arriving(self._path)) as chunks:
            async for chunk in chunks:
                for batch in self._at_once(lines, chunk) or self._decode(lines.feed(chunk)):
                    yield batch
        for batch in self._decode(lines.end()):
            yield batch

    def _at_once(self, lines: Lines, chunk: bytes) -> list[Batch]:
        """The batches of a chunk in which all posts are as our own are written.

        Else none, and `lines` has not seen the chunk. Its first line may end one that was begun.
        """
        first, last = chunk.find(b"\n") + 1, chunk.rfind(b"\n") + 1
        ready = None if self._fill else decode_ready(chunk[first:last])
        if not ready:
            return []
        head = next(self._decode(lines.feed(chunk[:first])), Batch((), ""))
        lines.pass_over(chunk[first:])
        posts = (*head.posts, *ready)
        some = (posts[at : at + MOST_POSTS] for at in range(0, len(posts), MOST_POSTS))
        batches = [Batch(each, "") for each in some]
        return [msgspec.structs.replace(batches[0], faults=head.faults), *batches[1:]]

    def _position(self, cursor: str | None, fd: int) -> Position:
        if not cursor:
            return START
        told = _CURSOR.fullmatch(cursor)
        if told is None:
            raise FeedError(
                f"'{cursor}' is no cursor of {self.url}: it must be BYTES:LINES:DIGEST; "
                "use another --data folder"
            )
        position = Position(int(told["read"]), int(told["lines"]))
        # read anew, a file gives posts that are known: the desk drops them by their ids
        return position if _digest(fd, position.read) == told["digest"] else START

    def _decode(
        self, lines: Iterable[Line], cursor_at: Callable[[Position], str] = lambda _: ""
    ) -> Iterator[Batch]:
        posts: list[Post] = []
        faults: list[Fault] = []
        line = None
        for line in lines:
            if line.data:
                try:
                    posts.append(decode_post(line.data, line.number, fill=self._fill))
                except PostError as error:
                    faults.append(self._fault(line, str(error)))
            elif line.data is None:
                faults.append(self._fault(line, f"longer than {LONGEST_LINE_BYTES >> 20} MiB"))
            if len(posts) + len(faults) >= MOST_POSTS:
                yield Batch(tuple(posts), cursor_at(line.behind), tuple(faults))
                posts, faults = [], []
        if line and (posts or faults):
            yield Batch(tuple(posts), cursor_at(line.behind), tuple(faults))

    def _fault(self, line: Line, reason: str) -> Fault:
        return Fault(f"{self._path}:{line.number}", reason, (line.data or b"")[:MOST_RAW_BYTES])


def _digest(fd: int, read: int) -> str:
    """A digest of the last bytes before `read`; another one where the file is shorter."""
    start = max(0, read - DIGEST_OF_BYTES)
    before = os.pread(fd, read - start, start)
    return blake2b(before, digest_size=8).hexdigest()
