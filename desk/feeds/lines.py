"""Bytes cut into lines, however they come in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

LONGEST_LINE_BYTES = 16 << 20
"""A line without an end would fill the memory; no post of any platform comes near 16 MiB."""
BOM = b"\xef\xbb\xbf"


class Position(NamedTuple):
    """How much of a feed lies behind: bytes, and lines."""

    read: int
    lines: int


START = Position(0, 0)


class Line(NamedTuple):
    """One line without its end; `data` is None where it was too long to be held.

    `number` counts from 1. `behind` is where to go on after this line; for a last line that has no
    end yet it is the line's start, because its writer may still be at it.
    """

    data: bytes | None
    number: int
    behind: Position


class Lines:
    """Cuts chunks of bytes into lines; what is `behind` already only counts.

    A line of more than `most_bytes` (LONGEST_LINE_BYTES) is not held.
    """

    def __init__(self, behind: Position = START, most_bytes: int | None = None) -> None:
        self._behind = behind
        self._most_bytes = most_bytes
        self._rest = bytearray()
        self._length = 0
        self._skipping = False

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The lines that `chunk` completes."""
        start = 0
        while (stop := chunk.find(b"\n", start)) >= 0:
            self._keep(chunk[start:stop])
            number = self._behind.lines + 1
            self._behind = Position(self._behind.read + self._length + 1, number)
            yield self._line(number)
            start = stop + 1
        self._keep(chunk[start:])

    def end(self) -> Iterator[Line]:
        """The last line, where the file does not end with a newline."""
        if self._length:
            yield self._line(self._behind.lines + 1)

    def _keep(self, part: bytes) -> None:
        self._length += len(part)
        if self._skipping:
            return
        self._rest += part
        if len(self._rest) > (self._most_bytes or LONGEST_LINE_BYTES):
            self._skipping = True
            self._rest.clear()

    def _line(self, number: int) -> Line:
        data = None if self._skipping else bytes(self._rest)
        if data and number == 1:
            data = data.removeprefix(BOM)
        self._rest.clear()
        self._length = 0
        self._skipping = False
        return Line(data.strip() if data else data, number, self._behind)
