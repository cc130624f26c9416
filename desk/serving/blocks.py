"""Labelled posts as filters look at them: some hundred at a time, in few bytes.

A block holds no post: where one is shown, it is read back from the store. Of parts that few posts
differ in (labels, channel, place …) it holds each once, and a byte for each post.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence
from sys import getsizeof, intern
from typing import Any

from desk.post import LabelledPost
from desk.serving.filters import PARTS, Filter, Folded, Term
from desk.serving.texts import Packed

MOST_POSTS = 256
"""Posts of a block: the number of different parts fits into a byte."""
MOST_LETTERS = 60_000
"""... and the letters at which it is full before that: what is looked at at a stretch."""

_CODED = ("label", "channel", "place", "lang", "rule", "has")


class Block:
    """The posts with the numbers `first` up to `end`; at most `MOST_POSTS`."""

    __slots__ = (
        "_at",
        "_authors",
        "_coded",
        "_ends",
        "_received",
        "_texts",
        "bytes",
        "end",
        "first",
    )

    def __init__(self, first: int, posts: Sequence[LabelledPost]) -> None:
        self.first = first
        self.end = first + len(posts)
        seen = [Folded(post) for post in posts]
        self._coded = {part: _coded(map(PARTS[part], seen)) for part in _CODED}
        self._at = array("d", map(PARTS["at"], seen))
        self._texts = Packed.of(each.text for each in seen)
        self._authors = Packed.of(each.author for each in seen)
        received = Packed.of(each.received for each in seen)
        # looked at by patterns alone, which take longer than unpacking it
        self._received = zlib.compress(received.buffer, 1)
        self._ends = received.ends
        self.bytes = self._size()

    def _size(self) -> int:
        """About how much memory it takes."""
        told = sum(getsizeof(codes) + getsizeof(values) for codes, values in self._coded.values())
        texts = (self._texts, self._authors)
        return (
            1_500
            + told
            + sum(len(each.buffer) + 4 * len(each) for each in texts)
            + len(self._received)
            + 12 * len(self._at)
        )

    def __len__(self) -> int:
        return self.end - self.first

    def at_s(self, number: int) -> float:
        """When the post of this number was written, in seconds since 1970."""
        return float(self._at[number - self.first])

    def hits(self, wanted: Filter) -> Sequence[int]:
        """Which posts fit, as far as that is told here, counted from 0.

        Terms that look at a whole post are left to who can read it: only their hints are heeded.
        """
        where: Sequence[int] = range(len(self))
        for term in wanted.terms:
            if term.part == "whole":
                for hint in () if term.negated else term.hints:
                    where = self._narrow(hint, where)
            else:
                where = self._narrow(term, where)
            if not where:
                break
        return where

    def _narrow(self, term: Term, where: Sequence[int]) -> Sequence[int]:
        """Those of the posts `where` for which `term` holds."""
        wanted = not term.negated
        if term.part in self._coded:
            codes, values = self._coded[term.part]
            fit = [term.fits(value) is wanted for value in values]
            if all(fit):
                return where
            return [number for number in where if fit[codes[number]]] if any(fit) else ()
        if term.part == "at":
            return [number for number in where if term.fits(self._at[number]) is wanted]
        found = self._among(term)
        return [number for number in where if (number in found) is wanted]

    def _among(self, term: Term) -> set[int]:
        """The posts whose text, or author, fits."""
        assert term.among is not None
        match term.part:
            case "author":
                return set(term.among(self._authors))
            case "words":
                return {*term.among(self._texts), *term.among(self._authors)}
            case "text":
                return set(term.among(self._texts))
            case _:
                return set(term.among(Packed(zlib.decompress(self._received), self._ends)))


def _coded(values: Iterable[Any]) -> tuple[bytes, tuple[Any, ...]]:
    """A byte for each value, and what each byte stands for."""
    codes: dict[Any, int] = {}
    each = bytes(codes.setdefault(value, len(codes)) for value in values)
    return each, tuple(intern(value) if type(value) is str else value for value in codes)
