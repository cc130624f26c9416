"""The evidence of an outage over time: reports, dangers, words of restoration, and its statuses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from desk.outages import OutageChange
from desk.serving.outage_messages import SPAN_S, Series
from tui.charts.ticks import hour_step
from tui.columns import bar_line
from tui.signs import STATUS_SIGNS, UNKNOWN, label_sign
from tui.widgets.lines import palette_of

NAME_CELLS = 5
"""Cells at the left for what a track is."""
WIDEST = 4
"""Cells of one span of five minutes, at most."""
STEPS = (1, 2, 3, 6, 12, 24, 36, 72, 144)
"""Spans that one cell may stand for: 5, 10, 15, 30, 60 minutes and more."""
LABEL_CELLS = 8
"""Cells that a time on the axis takes, at least."""
TRACKS = (("outage", "reports"), ("hazard", "hazards"), ("restored", "restored"))


class Timeline(Widget):
    """Bars of posts by kind over the signs of the status changes and the hours."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._series: Series | None = None
        self._history: Sequence[OutageChange] = ()
        self._zone: ZoneInfo | None = None

    def show(
        self, series: Series | None, history: Sequence[OutageChange], zone: ZoneInfo | None
    ) -> None:
        """Show what was posted when, and when the status changed."""
        shown = (series, history, zone)
        if shown != (self._series, self._history, self._zone):
            self._series, self._history, self._zone = shown
            self.refresh()

    def heading(self) -> str:
        """What a bar stands for, and the highest."""
        series = self._series
        if series is None:
            return ""
        step, _ = self._scale()
        top = max(_binned(series.reports, step), default=0)
        return f"a bar {step * SPAN_S // 60} min, most {top:,} "

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        colours = palette_of(self)
        if self._series is None:
            words = "  no post at hand yet" if not y else ""
            segments = [Segment(words, colours.quiet)]
        elif y == height - 1:
            segments = self._hours()
        elif y == height - 2:
            segments = self._statuses()
        else:
            segments = self._track(y, height - 2)
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)

    def _scale(self) -> tuple[int, int]:
        """Spans in one bar, and cells that a bar is wide."""
        assert self._series is not None
        cells = max(1, self.size.width - NAME_CELLS)
        spans = len(self._series.reports)
        step = next((step for step in STEPS if -(-spans // step) <= cells), -(-spans // cells))
        return step, max(1, min(WIDEST, cells // max(1, -(-spans // step))))

    def _cell(self, at: datetime) -> int:
        """The cell of a moment, counted behind the names."""
        assert self._series is not None
        step, wide = self._scale()
        spans = (at - self._series.begins_at).total_seconds() / (SPAN_S * step)
        return int(spans * wide)

    def _track(self, y: int, rows: int) -> list[Segment]:
        """A line of the tracks: reports take what the other two leave."""
        assert self._series is not None
        colours = palette_of(self)
        tall = max(1, rows - 2)
        which = 0 if y < tall else min(2, y - tall + 1)
        label, field = TRACKS[which]
        step, wide = self._scale()
        levels = _binned(getattr(self._series, field), step)
        at, high = (0, 1) if which else (y, tall)
        line = bar_line(levels, max(levels, default=0), at, high)
        drawn = "".join(bar * wide for bar in line)
        named = y == tall - 1 or which
        name = label_sign(label).tag if named else ""
        style = colours.label(label)
        return [Segment(f"{name:<{NAME_CELLS}}", style), Segment(drawn, style)]

    def _statuses(self) -> list[Segment]:
        """The sign of each status where it began, over a line that shows how long it held."""
        colours = palette_of(self)
        width = max(0, self.size.width - NAME_CELLS)
        cells: list[tuple[str, Style]] = [(" ", colours.faint)] * width
        style = colours.faint
        last = -1
        for change in self._history:
            at = max(0, self._cell(change.at))
            if at >= width:
                break
            sign = STATUS_SIGNS.get(change.status, UNKNOWN)
            if last >= 0:
                cells[last + 1 : at] = [("─", style)] * max(0, at - last - 1)
            style = colours.of(sign)
            cells[at] = (sign.glyph, colours.status(change.status))
            last = at
        if last >= 0 and self._series is not None:
            step, wide = self._scale()
            end = min(width, -(-len(self._series.reports) // step) * wide)
            cells[last + 1 : end] = [("─", style)] * max(0, end - last - 1)
        drawn = [Segment(text, style) for text, style in cells]
        return [Segment(" " * NAME_CELLS), *drawn]

    def _hours(self) -> list[Segment]:
        assert self._series is not None
        colours = palette_of(self)
        width = max(0, self.size.width - NAME_CELLS)
        step, wide = self._scale()
        hours = width / wide * step * SPAN_S / 3600
        apart = hour_step(hours, max(1, width // LABEL_CELLS))
        begins = self._series.begins_at
        local = begins.astimezone(self._zone) if self._zone else begins
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        past = (local - midnight).total_seconds() / 3600
        line = [" "] * width
        at_hour = -(-past // apart) * apart
        while (at := self._cell(midnight + timedelta(hours=at_hour))) < width:
            when = midnight + timedelta(hours=at_hour)
            words = f"{when:%a}" if when.hour == 0 and when.minute == 0 else f"{when:%H:%M}"
            if at + len(words) <= width:
                line[at : at + len(words)] = words
            at_hour += apart
        return [Segment(" " * NAME_CELLS), Segment("".join(line), colours.quiet)]


def _binned(levels: Sequence[int], step: int) -> list[int]:
    return [sum(levels[at : at + step]) for at in range(0, len(levels), step)]
