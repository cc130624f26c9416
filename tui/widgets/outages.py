"""The list of outages, and the queue of cases that takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType
from textual.message import Message

from desk.protocol import CaseRow, OutageRow
from tui.columns import channel_name, count, label_tags, labels_width, shorten, since, trend
from tui.paint import fit, paint
from tui.signs import STATUS_SIGNS, UNKNOWN
from tui.widgets.lines import MOVES, Lines, palette_of

STATUS_CELLS = 11
NUMBERS_CELLS = 5 + 5 + 6


class OutageList(Lines, inherit_bindings=False):
    """Outages, the most urgent first; the cursor stays on its outage when the order changes."""

    BINDINGS: ClassVar[list[BindingType]] = MOVES

    class Chosen(Message):
        """An outage was chosen; `place` is where it is."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._rows: list[OutageRow] = []
        self._clock: datetime | None = None

    def show(self, rows: list[OutageRow], clock: datetime | None) -> None:
        """Show `rows` in their order; ages are counted to `clock`."""
        minute = clock.replace(second=0, microsecond=0) if clock else None
        if rows == self._rows and minute == self._clock:
            return
        held = self._rows[self.cursor].outage.id if self.cursor < len(self._rows) else ""
        ids = [row.outage.id for row in rows]
        self._rows = rows
        self._clock = minute
        moved = held in ids and self.cursor > 0
        self.cursor = ids.index(held) if moved else min(self.cursor, max(0, len(rows) - 1))
        self.resize_to(len(rows))
        if moved:
            self.place(self.cursor)
        self.forget_strips()

    def count(self) -> int:
        return len(self._rows)

    def empty(self) -> str:
        return "no outages so far"

    def choose(self, index: int) -> None:
        self.post_message(self.Chosen(self._rows[index].place))

    def heading(self, width: int) -> str:
        """What stands over the columns at the right."""
        head = f"{'posts':>5}{'auth':>5}{'age':>6} {'trend':>{trend_cells(width)}}"
        return (
            head if width >= STATUS_CELLS + len(head) + 8 else f"{'posts':>5}{'auth':>5}{'age':>6}"
        )

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        row = self._rows[index]
        outage = row.outage
        colours = palette_of(self)
        sign = STATUS_SIGNS.get(outage.status, UNKNOWN)
        bars = trend_cells(width)
        room = width - STATUS_CELLS - NUMBERS_CELLS - 1 - bars
        if room < 8:
            bars, room = 0, room + 1 + bars
        urgent = "!" if outage.hazards else " "
        numbers = f"{count(outage.posts):>5}{count(outage.authors):>5}"
        segments = [
            Segment(fit(f"{sign.glyph} {sign.word}", STATUS_CELLS), colours.status(outage.status)),
            Segment(urgent, colours.label("hazard")),
            Segment(fit(paint(row.place[:80]).text, max(1, room - 1)), colours.text),
            Segment(numbers, colours.text),
            Segment(f"{since(self._clock, outage.started_at):>6}", colours.quiet),
        ]
        if bars:
            segments.append(Segment(" " + trend(row.trend, bars), colours.status(outage.status)))
        return segments


def trend_cells(width: int) -> int:
    """Cells for the trend in a list of `width` cells."""
    return 12 if width >= 56 else 6


class CaseQueue(Lines, inherit_bindings=False):
    """Cases that wait for an agent, in the desk's order: the most urgent first."""

    BINDINGS: ClassVar[list[BindingType]] = MOVES

    class Chosen(Message):
        """A case was chosen; `post` is its newest post."""

        def __init__(self, post: str) -> None:
            super().__init__()
            self.post = post

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._rows: tuple[CaseRow, ...] = ()
        self._clock: datetime | None = None

    def show(self, rows: tuple[CaseRow, ...], clock: datetime | None) -> None:
        """Show `rows`; waiting times are counted to `clock`."""
        minute = clock.replace(second=0, microsecond=0) if clock else None
        if rows == self._rows and minute == self._clock:
            return
        held = self._rows[self.cursor].id if self.cursor < len(self._rows) else ""
        ids = [row.id for row in rows]
        self._rows = rows
        self._clock = minute
        moved = held in ids and self.cursor > 0
        self.cursor = ids.index(held) if moved else min(self.cursor, max(0, len(rows) - 1))
        self.resize_to(len(rows))
        if moved:
            self.place(self.cursor)
        self.forget_strips()

    def count(self) -> int:
        return len(self._rows)

    def empty(self) -> str:
        return "nobody is waiting"

    def choose(self, index: int) -> None:
        if self._rows[index].posts:
            self.post_message(self.Chosen(self._rows[index].posts[-1]))

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        row = self._rows[index]
        colours = palette_of(self)
        labels = 1 if width < 56 else 2
        place = 10 if width < 56 else 16
        head = [
            Segment(f"{since(self._clock, row.opened_at):>5} ", colours.strong),
            *label_tags(row.labels, labels, colours),
            Segment(fit(channel_name(paint(row.channel[:20]).text), 5), colours.quiet),
            Segment(fit(paint(row.place[:80]).text, place) + " ", colours.text),
        ]
        room = width - (6 + labels_width(labels) + 5 + place + 1)
        text = Segment(paint(row.text[:200]).text, colours.text)
        return head + shorten([text], max(1, room), colours.quiet)
