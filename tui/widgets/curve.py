"""The storm day as a strip: customers out over time, where it stands, and what was bookmarked."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.board import Board
from tui.columns import bar_line
from tui.widgets.lines import palette_of


class DayCurve(Widget):
    """Bars of customers out, all but the last line; the last line has the clock and the hours.

    What has been is bright, what comes is faint; `▲` is now, `◆` a bookmark.
    """

    class Clicked(Message):
        """A moment of the day was clicked."""

        def __init__(self, at_s: float) -> None:
            super().__init__()
            self.at_s = at_s

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._board: Board | None = None
        self._shown: tuple[int, ...] = ()

    def show(self, board: Board) -> None:
        """Show how far the storm is; painted anew only where that moves by a cell."""
        self._board = board
        shown = (self._now(), *(self._cell(mark.at_s) for mark in board.bookmarks()))
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if self._board is None or not width:
            return Strip.blank(width, self.rich_style)
        segments = self._axis(width) if y == height - 1 else self._bars(y, width, height - 1)
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)

    def _end_s(self) -> float:
        return self._board.conductor.clock.end_s if self._board else 1.0

    def _cell(self, at_s: float) -> int:
        return min(self.size.width - 1, int(at_s / self._end_s() * self.size.width))

    def _now(self) -> int:
        return self._cell(self._board.conductor.at_s) if self._board else 0

    def _bars(self, y: int, width: int, rows: int) -> list[Segment]:
        board, colours = self._board, palette_of(self)
        assert board is not None
        step_s = self._end_s() / width
        levels = [board.curve.highest(at * step_s, (at + 1) * step_s) for at in range(width)]
        line = bar_line(levels, max(1, *levels), y, rows)
        now = self._now()
        past, coming = colours.label("outage"), colours.faint
        return [Segment(line[: now + 1], past), Segment(line[now + 1 :], coming)]

    def _axis(self, width: int) -> list[Segment]:
        board, colours = self._board, palette_of(self)
        assert board is not None
        cells: list[tuple[str, Style]] = [("·", colours.faint)] * width
        hours = self._end_s() / 3600
        step = next((each for each in (1, 2, 3, 6, 12, 24) if width / hours * each >= 8), 48)
        marks = {self._cell(mark.at_s): ("◆", colours.accent) for mark in board.bookmarks()}
        marks[self._now()] = ("▲", colours.alarm)
        for hour in range(0, int(hours) + 1, step):
            at, words = self._cell(hour * 3600), f"{board.time(hour * 3600):%H:%M}"
            spot = range(at, at + len(words))
            if spot.stop <= width and marks.keys().isdisjoint(spot):
                cells[at : spot.stop] = [(letter, colours.quiet) for letter in words]
        for at, mark in marks.items():
            cells[at] = mark
        return [Segment(text, style) for text, style in cells]

    def on_click(self, event: events.Click) -> None:
        if self._board is not None and self.size.width:
            self.post_message(self.Clicked(event.x / self.size.width * self._end_s()))
