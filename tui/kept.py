"""What an agent keeps at hand at this screen: pinned posts and outages, marked posts, last acts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import msgspec

from desk.serving.protocol import OutageRow, Row

PINS_MOST = 20
"""Posts, and as many outages, that are kept on top of their list."""
MARKS_MOST = 200
DEEDS_MOST = 100

TakeBack = Callable[[], Awaitable[None]]
Item = TypeVar("Item")


class Deed(msgspec.Struct, frozen=True):
    """Something done at this screen alone: what, in words, and how it is taken back."""

    words: str
    take_back: TakeBack


class Kept:
    """Rows stay as they were when they were kept, also where the desk has let them go.

    Pins and marks outlast filters and the desk, not the screen.
    """

    def __init__(self) -> None:
        self.posts: dict[str, Row] = {}
        self.outages: dict[str, OutageRow] = {}
        self.marks: dict[str, Row] = {}
        self._deeds: list[Deed] = []

    def pin_post(self, row: Row) -> bool:
        """Pin a post, or no longer; whether it is pinned now."""
        return _toggle(self.posts, row.id, row)

    def pin_outage(self, row: OutageRow) -> bool:
        """Pin an outage, or no longer; whether it is pinned now."""
        return _toggle(self.outages, row.outage.id, row)

    def mark(self, row: Row) -> bool:
        """Mark a post, or no longer; whether it is marked now."""
        return _toggle(self.marks, row.id, row)

    def told(self, rows: Iterable[OutageRow]) -> None:
        """Outages have changed: what is pinned is shown as it is now."""
        for row in rows:
            if row.outage.id in self.outages:
                self.outages[row.outage.id] = row

    def first_pinned(self, rows: Iterable[OutageRow]) -> list[OutageRow]:
        """`rows` with the pinned outages on top of them, in the order in which they were pinned."""
        pinned = self.outages
        return [*pinned.values(), *(row for row in rows if row.outage.id not in pinned)]

    def told_apart(self) -> tuple[object, ...]:
        """What differs where something else is kept."""
        return tuple(self.posts), tuple(self.outages), tuple(self.marks)

    def in_order(self) -> list[Row]:
        """The marked posts, the oldest first."""
        return sorted(self.marks.values(), key=lambda row: (row.at, row.id))

    def did(self, words: str, take_back: TakeBack) -> None:
        """Remember what was done, so that it can be taken back."""
        self._deeds.append(Deed(words, take_back))
        del self._deeds[:-DEEDS_MOST]

    def last(self) -> Deed | None:
        """What was done last, and not taken back."""
        return self._deeds[-1] if self._deeds else None

    async def undo(self) -> str:
        """Take back what was done last; what that was, in words."""
        deed = self._deeds.pop()
        await deed.take_back()
        return deed.words


def _toggle(held: dict[str, Item], name: str, item: Item) -> bool:
    if name in held:
        del held[name]
        return False
    held[name] = item
    return True
