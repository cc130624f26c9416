"""Which digests came lately, in memory that is the same from the first one to the last."""

from __future__ import annotations

from array import array

_FREE = memoryview(bytes(65_536)).cast("q")


class Digests:
    """Knows the newest digests (63 bits): at least half of `most`, and never more than these.

    A set of Python's would grow to several times as much. Two tables of slots instead: a digest
    lies in the first free slot from the one on that its lowest bits name. When the young table is
    half full, it becomes the old one.
    """

    def __init__(self, most: int) -> None:
        self._room = max(1, most // 2)
        slots = 1 << (2 * self._room).bit_length()
        self._last = slots - 1
        self._young, self._old = _free(slots), _free(slots)
        self._count = 0

    def add(self, digest: int) -> bool:
        """Know a digest from now on; whether it is new."""
        last, young, old = self._last, self._young, self._old
        digest = digest or 1  # 0 is a free slot
        at = digest & last
        while held := old[at]:
            if held == digest:
                return False
            at = (at + 1) & last
        at = digest & last
        while held := young[at]:
            if held == digest:
                return False
            at = (at + 1) & last
        young[at] = digest
        self._count += 1
        if self._count >= self._room:
            self._old, self._young, self._count = young, _cleared(old), 0
        return True

    def __contains__(self, digest: int) -> bool:
        digest = digest or 1
        return self._holds(self._young, digest) or self._holds(self._old, digest)

    def _holds(self, table: array[int], digest: int) -> bool:
        at = digest & self._last
        while held := table[at]:
            if held == digest:
                return True
            at = (at + 1) & self._last
        return False


def _free(slots: int) -> array[int]:
    """So many slots of 64 bits."""
    return array("q", bytes(8 * slots))


def _cleared(table: array[int]) -> array[int]:
    """The same table with all slots free: a new one beside it would take as much again."""
    with memoryview(table) as slots:
        for at in range(0, len(slots), len(_FREE)):
            part = slots[at : at + len(_FREE)]
            part[:] = _FREE[: len(part)]
    return table
