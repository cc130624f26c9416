"""Small lists that the desk sends whole: the cursor stays on its item when the order changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar

from tui.widgets.lines import Lines

Item = TypeVar("Item")


class Listing(Lines, Generic[Item]):
    """Items in the order they were given, with ages counted to the desk's clock."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.items: Sequence[Item] = ()
        self.minute: datetime | None = None

    def key_of(self, item: Item) -> str:
        """What makes `item` the same one in the next list."""
        raise NotImplementedError

    def show(self, items: Sequence[Item], clock: datetime | None) -> None:
        """Show `items`; nothing is painted while neither they nor the minute have changed."""
        minute = clock.replace(second=0, microsecond=0) if clock else None
        if items == self.items and minute == self.minute:
            return
        held = self.key_of(self.items[self.cursor]) if self.cursor < len(self.items) else ""
        keys = [self.key_of(item) for item in items]
        # an agent who has not moved is shown the top, whatever it is now
        moved = self.cursor > 0 and held in keys
        self.items, self.minute = items, minute
        self.cursor = keys.index(held) if moved else min(self.cursor, max(0, len(items) - 1))
        self.resize_to(len(items))
        if moved:
            self.place(self.cursor)
        self.forget_strips()

    def at_hand(self) -> Item | None:
        """What the cursor is on."""
        return self.items[self.cursor] if self.cursor < len(self.items) else None

    def go_to(self, name: str) -> bool:
        """Put the cursor on the item of this key; whether it is in the list."""
        keys = (self.key_of(item) for item in self.items)
        at = next((at for at, each in enumerate(keys) if each == name), None)
        if at is not None and at != self.cursor:
            self.move_to(at)
        return at is not None

    def count(self) -> int:
        return len(self.items)
