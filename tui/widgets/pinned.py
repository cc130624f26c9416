"""Posts that an agent keeps on top of the feed, whatever the filter lets through."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from rich.segment import Segment
from textual.message import Message

from desk.serving.protocol import Row
from tui.signs import MARK
from tui.widgets.feed import post_line
from tui.widgets.lines import palette_of
from tui.widgets.listing import Listing

SHOWN_MOST = 5
"""Lines that pinned posts take; of more, it scrolls."""


class PinnedPosts(Listing[Row]):
    """There only while something is pinned."""

    class Opened(Message):
        """A pinned post was chosen."""

        def __init__(self, post: str) -> None:
            super().__init__()
            self.post = post

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.zone: ZoneInfo | None = None
        self.marked: Collection[str] = ()

    def key_of(self, item: Row) -> str:
        return item.id

    def tell(self, rows: Sequence[Row]) -> None:
        """Show these posts."""
        self.show(list(rows), None)
        self.display = bool(rows)
        self.styles.height = min(len(rows), SHOWN_MOST)

    def choose(self, index: int) -> None:
        self.post_message(self.Opened(self.items[index].id))

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        row = self.items[index]
        kept = MARK if row.id in self.marked else ""
        return post_line(row, width, palette_of(self), self.zone, kept=kept)
