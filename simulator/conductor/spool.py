"""The posts of a storm as they are told, kept in a temporary file to be read again."""

from __future__ import annotations

import os
import tempfile
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import msgspec

from desk.post import Post, encode
from simulator.stream import StormDay
from simulator.truth import LABELS, PostTruth, Told

WRITE_BYTES = 1 << 18
_BITS = {label: 1 << bit for bit, label in enumerate(LABELS)}
TRAP = 1 << len(LABELS)
"""The bit of a mark that says: the post is a trap."""
REPORT = 1 << (len(LABELS) + 1)
"""... and that says: it is a report that says where, and of which true outage."""

_post = msgspec.json.Decoder(Post).decode
_truth = msgspec.json.Decoder(PostTruth).decode


class Spool:
    """Tells the posts of a day once, and gives them back by number, byte for byte.

    Memory holds 26 bytes a post; the rest is on disk, in the system's temporary folder, without a
    name: it is gone with the process.
    """

    def __init__(self, day: StormDay) -> None:
        self.day = day
        self.ended = False
        self._told: Iterator[Told] = day.tell()
        self._ahead: Told | None = None
        self._times = array("d")
        self._starts = array("Q", [0])
        self._marks = array("H")
        self._numbers = array("Q")
        self._prefix = ""
        self._file = tempfile.TemporaryFile(prefix="stormdesk-spool-", buffering=0)  # noqa: SIM115
        self._unwritten = bytearray()

    def __len__(self) -> int:
        return len(self._times)

    def tell(self, until_s: float, most: int) -> bool:
        """Tell up to `most` posts more, those due by `until_s`; whether all of these are told."""
        for _ in range(most):
            if self._ahead is None:
                self._ahead = next(self._told, None)
            if self._ahead is None:
                self.ended = True
                return True
            at_s = self.second_of(self._ahead.post)
            if at_s > until_s:
                return True
            self._keep(self._ahead, at_s)
            self._ahead = None
        return False

    def second_of(self, post: Post) -> float:
        """The second of the storm day at which a post was written."""
        return (post.created_at - self.day.storm.starts_at).total_seconds()

    def before(self, at_s: float) -> int:
        """How many of the posts told so far are due by `at_s`."""
        return bisect_right(self._times, at_s)

    def at_s(self, index: int) -> float:
        """The second at which post `index` is due."""
        return self._times[index]

    def marks(self, index: int) -> int:
        """What post `index` means, as bits: see `mark`."""
        return self._marks[index]

    def post_bytes(self, index: int) -> bytes:
        """Post `index` as JSON."""
        return self._record(index).partition(b"\n")[0]

    def told(self, index: int) -> Told:
        """Post `index` with its truth."""
        post, _, truth = self._record(index).partition(b"\n")
        return Told(_post(post), _truth(truth))

    def index_of(self, id_: str) -> int | None:
        """The number of the post of this id; None where it is none of this storm, or not yet."""
        prefix, _, number = id_.rpartition("-")
        if prefix != self._prefix or not number.isdecimal():
            return None
        # they rise, but not by one: who hears only what is addressed to a utility misses some
        index = bisect_left(self._numbers, int(number))
        return index if index < len(self) and self._numbers[index] == int(number) else None

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _keep(self, told: Told, at_s: float) -> None:
        self._prefix, _, number = told.post.id.rpartition("-")
        self._numbers.append(int(number))
        record = encode(told.post) + b"\n" + encode(told.truth)
        self._times.append(at_s)
        self._starts.append(self._starts[-1] + len(record))
        self._marks.append(mark(told.truth))
        self._unwritten += record
        if len(self._unwritten) >= WRITE_BYTES:
            self._write()

    def _write(self) -> None:
        left = memoryview(bytes(self._unwritten))
        while left:
            left = left[os.write(self._file.fileno(), left) :]
        self._unwritten.clear()

    def _record(self, index: int) -> bytes:
        start, end = self._starts[index], self._starts[index + 1]
        if end > self._starts[-1] - len(self._unwritten):
            self._write()
        return os.pread(self._file.fileno(), end - start, start)


def mark(truth: PostTruth) -> int:
    """What a post means as bits: a bit a label in the order of LABELS, then TRAP and REPORT."""
    bits = bits_of(truth.labels)
    if truth.trap is not None:
        bits |= TRAP
    if truth.outage is not None and truth.located and "outage" in truth.labels:
        bits |= REPORT
    return bits


def bits_of(labels: tuple[str, ...]) -> int:
    """Labels as bits; those that no storm knows are left out."""
    return sum(_BITS.get(label, 0) for label in set(labels))


def labels_of(bits: int) -> tuple[str, ...]:
    """The labels of a mark, in the order of LABELS."""
    return tuple(label for label, bit in _BITS.items() if bits & bit)
