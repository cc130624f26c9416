"""The list of outages, the most urgent first."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.segment import Segment
from textual.message import Message

from desk.serving.protocol import OutageRow
from tui.columns import count, short_count, since, trend
from tui.paint import fit, paint
from tui.signs import PIN, STATUS_SIGNS, UNKNOWN
from tui.widgets.lines import palette_of
from tui.widgets.listing import Listing

STATUS_CELLS = 12
PLACE_CELLS = 8
"""The least that a place may be cut to before the trend gives way."""


class OutageList(Listing[OutageRow]):
    """Status, place, posts, authors, age and trend; `!` marks an outage with a hazard.

    `pinned` are ids of those that are kept on top.
    """

    class Chosen(Message):
        """An outage was chosen."""

        def __init__(self, row: OutageRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.pinned: Collection[str] = ()

    def key_of(self, item: OutageRow) -> str:
        return item.outage.id

    def empty(self) -> str:
        return "no outages so far"

    def choose(self, index: int) -> None:
        self.post_message(self.Chosen(self.items[index]))

    def heading(self) -> str:
        """What stands over the columns at the right."""
        bars = _trend_cells(self.scrollable_content_region.width)
        return "posts auth   age" + (f" {'trend':<{bars}}" if bars else "")

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        row = self.items[index]
        outage = row.outage
        colours = palette_of(self)
        sign = STATUS_SIGNS.get(outage.status, UNKNOWN)
        bars = _trend_cells(width)
        numbers = f"{count(outage.posts):>5} {short_count(outage.authors):>4}"
        segments = [
            Segment(fit(f"{sign.glyph} {sign.word}", STATUS_CELLS), colours.status(outage.status)),
            Segment("!" if outage.hazards else " ", colours.label("hazard")),
            Segment(PIN if outage.id in self.pinned else " ", colours.accent),
            Segment(fit(paint(row.place[:80]).text, _place_cells(width, bars)), colours.text),
            Segment(numbers, colours.text),
            Segment(f"{since(self.minute, outage.started_at):>6}", colours.quiet),
        ]
        if bars:
            segments.append(Segment(" " + trend(row.trend, bars), colours.status(outage.status)))
        return segments


def _place_cells(width: int, bars: int) -> int:
    return max(1, width - STATUS_CELLS - 2 - 16 - (bars + 1 if bars else 0))


def _trend_cells(width: int) -> int:
    """Cells for the trend in a list of `width` cells: an hour in spans of 5, 10 or no minutes."""
    return next((bars for bars in (12, 6) if _place_cells(width, bars) >= PLACE_CELLS), 0)
