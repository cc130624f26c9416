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

    `number` counts from 1, `read` is where the next line begins, `lines` how many have ended there.
    """

    data: bytes | None
    number: int
    read: int
    lines: int

    @property
    def behind(self) -> Position:
        """Where to go on after this line.

        For a last line that has no end yet that is its start: its writer may still be at it.
        """
        return Position(self.read, self.lines)


class Lines:
    """Cuts chunks of bytes into lines; what is `behind` already only counts.

    A line of more than `most_bytes` (LONGEST_LINE_BYTES) is not held.
    """

    def __init__(self, behind: Position = START, most_bytes: int | None = None) -> None:
        self._read, self._lines = behind
        self._most_bytes = most_bytes
        self._rest = bytearray()
        self._length = 0

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The lines that `chunk` completes."""
        most = self._most_bytes or LONGEST_LINE_BYTES
        *parts, rest = chunk.split(b"\n")
        for part in parts:
            length, data = len(part), part
            if self._length:
                length, data = self._whole(part)
            number = self._lines + 1
            self._read, self._lines = self._read + length + 1, number
            held = _bare(data, number) if length <= most else None
            yield Line(held, number, self._read, number)
        self._hold(rest)

    def pass_over(self, chunk: bytes) -> None:
        """Go on behind `chunk`, which begins with a line, and whose whole lines others have cut."""
        assert not self._length
        last = chunk.rfind(b"\n") + 1
        self._read, self._lines = self._read + last, self._lines + chunk.count(b"\n")
        self._hold(chunk[last:])

    def end(self) -> Iterator[Line]:
        """The last line, where the file does not end with a newline."""
        length, data = self._whole(b"")
        if length:
            number = self._lines + 1
            held = None if self._is_too_long(length) else _bare(data, number)
            yield Line(held, number, self._read, self._lines)

    def _whole(self, part: bytes) -> tuple[int, bytes]:
        """The line of which `part` is the last, as far as it is held, and its true length."""
        self._hold(part)
        length, data = self._length, bytes(self._rest)
        self._rest.clear()
        self._length = 0
        return length, data

    def _hold(self, part: bytes) -> None:
        self._length += len(part)
        if self._is_too_long(self._length):
            self._rest.clear()
        else:
            self._rest += part

    def _is_too_long(self, length: int) -> bool:
        return length > (self._most_bytes or LONGEST_LINE_BYTES)


def _bare(data: bytes, number: int) -> bytes:
    """A line without the space around it, and the first without the mark of its coding."""
    return (data.removeprefix(BOM) if number == 1 else data).strip()
