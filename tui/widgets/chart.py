"""A chart of what came in and what waits; imported when it is needed: numpy takes its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Grid
from textual.reactive import reactive
from textual.strip import Strip
from textual_hires_canvas import Canvas
from textual_plot import HiResMode, PlotWidget
from textual_plot.axis_formatter import AxisFormatter
from textual_plot.plot_widget import Legend

from tui.charts.ticks import hour_step
from tui.signs import Palette
from tui.widgets.lines import palette_of

TICK_CELLS = 12
"""Cells for a time under the axis, with the blanks around it."""


class Curve(NamedTuple):
    """What a chart shows: `bars` and, where it is not empty, `line`; one figure a span."""

    begin: datetime
    step_min: float
    bars: Sequence[int]
    line: Sequence[int] = ()


class Times(AxisFormatter):
    """Hours since `begin` as times on the wall, midnight as the day."""

    def __init__(self, begin: datetime, zone: ZoneInfo, width: int) -> None:
        self._begin = begin.astimezone(zone)
        self._count = max(2, width // TICK_CELLS)

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """Round hours of the day, as many as there is room for."""
        del max_ticks
        step = hour_step(max_ - min_, self._count)
        wall = self._begin.hour + self._begin.minute / 60 + self._begin.second / 3600
        at = min_ + (-(wall + min_) % step)
        ticks = []
        while at <= max_:
            ticks.append(at)
            at += step
        return ticks

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """The time of each; midnight has the day's name."""
        wall = self._begin.hour + self._begin.minute / 60 + self._begin.second / 3600
        labels = []
        for tick in ticks:
            minutes = round((wall + tick) * 60) % 1440
            labels.append(f"{minutes // 60:02}:{minutes % 60:02}")
        return labels


class Counts(AxisFormatter):
    """Whole numbers from 0."""

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """Nought, the half where that is a whole number, and the most."""
        del min_, max_ticks
        most = int(max_)
        return [0.0, most / 2, float(most)] if most >= 2 and most % 2 == 0 else [0.0, float(most)]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """The numbers."""
        return [f"{tick:,.0f}" for tick in ticks]


class Styled(Canvas):
    """A canvas whose blanks have a style: Textual's filter for NO_COLOR takes no other."""

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        return Strip([Segment(text, style or Style()) for text, style, _ in strip])


class Chart(PlotWidget, can_focus=False, inherit_bindings=False):
    """Bars of what came, a line of what waits: told apart by their shape, not by colour alone."""

    draws_others = True  # its canvases, which cover it
    margin_top = reactive(0)
    margin_bottom = reactive(1)
    margin_left = reactive(8)

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, allow_pan_and_zoom=False)
        self._shown: tuple[Curve, Palette, int] | None = None

    def compose(self) -> ComposeResult:
        with Grid():
            for part in ("margin-top", "margin-left", "plot", "margin-bottom"):
                yield Styled(1, 1, id=part)
        yield Legend(id="legend")

    def show(self, curve: Curve, zone: ZoneInfo | None) -> None:
        """Draw `curve`, if it is not what is there already."""
        colours, width = palette_of(self), self.size.width
        if (curve, colours, width) == self._shown or not curve.bars:
            return
        self._shown = curve, colours, width
        hours = curve.step_min / 60
        most = max(1, *curve.bars, *curve.line)
        self.clear()
        self.set_x_formatter(Times(curve.begin, zone or ZoneInfo("UTC"), width))
        self.set_y_formatter(Counts())
        self.set_xlimits(0, hours * len(curve.bars))
        self.set_ylimits(0, most + most % 2)
        middles = [hours * (at + 0.5) for at in range(len(curve.bars))]
        hue = colours.scheme.hues
        self.bar(middles, list(curve.bars), hours * 0.8, hue["slate"], HiResMode.QUADRANT)
        if curve.line:
            self.plot(middles, list(curve.line), hue["orange"], HiResMode.BRAILLE)
