"""Texts of many posts, one behind the other, so that all are searched in one go."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from rapidfuzz import fuzz, process

_BETWEEN = b"\n"


class Packed:
    """Some texts, numbered from 0, in one buffer of UTF-8."""

    __slots__ = ("_buffer", "_ends")

    def __init__(self, buffer: bytes, ends: array[int]) -> None:
        self._buffer = buffer
        self._ends = ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> Packed:
        """`texts` in their order."""
        parts = [text.encode("utf-8", "surrogatepass") for text in texts]
        ends = accumulate((len(part) + 1 for part in parts), initial=-1)
        next(ends)
        return cls(_BETWEEN.join(parts), array("I", ends))

    @property
    def buffer(self) -> bytes:
        """All texts, with one byte between two."""
        return self._buffer

    @property
    def ends(self) -> array[int]:
        """Where each text ends in the buffer."""
        return self._ends

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:
        begin = self._ends[number - 1] + 1 if number else 0
        return self._buffer[begin : self._ends[number]]

    def find(self, wanted: str) -> list[int]:
        """The texts that hold `wanted`."""
        needle = wanted.encode("utf-8", "surrogatepass")
        buffer, ends, found = self._buffer, self._ends, []
        at = buffer.find(needle)
        while at >= 0:
            number = bisect_left(ends, at)
            inside = at + len(needle) <= ends[number]
            if inside:
                found.append(number)
            at = buffer.find(needle, ends[number] + 1 if inside else at + 1)
        return found

    def like(self, wanted: str, at_least: float) -> list[int]:
        """The texts with a part that is like `wanted`, by rapidfuzz's partial ratio (0-100)."""
        texts = self._buffer.decode("utf-8", "surrogatepass")
        if len(texts) == len(self._buffer):  # each letter is one byte
            cuts = zip((0, *(end + 1 for end in self._ends)), self._ends, strict=False)
            each = [texts[begin:end] for begin, end in cuts]
        else:
            each = [self[number].decode("utf-8", "surrogatepass") for number in range(len(self))]
        found = process.extract(
            wanted, each, scorer=fuzz.partial_ratio, score_cutoff=at_least, limit=None
        )
        return sorted(number for _, score, number in found if score > 0)

    def search(self, pattern: Any, lines: Any) -> list[int]:  # noqa: ANN401  re2 has no types
        """The texts in which `pattern` is found; `lines`, if any, is the same for many lines."""
        if lines is None:
            return [number for number in range(len(self)) if pattern.search(self[number])]
        buffer, ends, found = self._buffer, self._ends, []
        at = 0
        while at <= len(buffer):
            maybe = lines.search(buffer, at)
            if maybe is None:
                break
            number = bisect_left(ends, maybe.start())
            if pattern.search(self[number]):  # what was found may reach into the next text
                found.append(number)
            at = ends[number] + 1
        return found
