"""Line charts for documents, as SVG that stands alone: no script, no style sheet, no web font.

Curves differ by colour and by dash: the colours are told apart under the common kinds of colour
blindness (after Okabe and Ito, "Color Universal Design", 2008, darkened to 3:1 on white).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from tui.charts import drawing
from tui.charts.drawing import FAINT, INK, QUIET, Element, text_width
from tui.charts.ticks import figure, log_ticks, round_ticks

COLOURS = ("#0072b2", "#c8500a", "#00795a", "#a3397e", "#1d2329", "#8a6a00", "#5a58a8")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "12 4", "5 2 1 2 1 2", "1 2")
BAND = "#eceff3"
SMALL = 11.0
LEFT, RIGHT, FOOT, EDGE = 58.0, 28.0, 42.0, 14.0
LANE, SAMPLE = 14.0, 26.0
NINES_END = 99.999
"""The right end of a percentile chart, in percent."""


class Line(NamedTuple):
    """A named curve; a y that is not finite is a gap.

    `dash` is a pattern of SVG's (`6 3`, or empty for a full line), or None for one that differs
    from those of the chart's other curves.
    """

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    dash: str | None = None


class Mark(NamedTuple):
    """What is pointed out: a moment (`x`), a level (`y`), a point (both), or a span to `until`."""

    name: str
    x: float | None = None
    y: float | None = None
    until: float | None = None


class Tick(NamedTuple):
    """A value of an axis with its name."""

    at: float
    name: str


class _Frame(NamedTuple):
    """Where the curves go: pixels of the box, the values at its edges."""

    left: float
    top: float
    right: float
    bottom: float
    x_from: float
    x_to: float
    y_ticks: tuple[float, ...]
    log_y: bool

    def x(self, value: float) -> float:
        share = (value - self.x_from) / ((self.x_to - self.x_from) or 1.0)
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)

    def y(self, value: float) -> float:
        low, high = self.y_ticks[0], self.y_ticks[-1]
        if self.log_y:
            value, low, high = math.log10(max(value, low)), math.log10(low), math.log10(high)
        share = (value - low) / ((high - low) or 1.0)
        return self.bottom - min(1.0, max(0.0, share)) * (self.bottom - self.top)


def line_chart(
    series: Sequence[Line],
    *,
    title: str,
    x_label: str,
    y_label: str,
    width: float = 720,
    height: float = 280,
    marks: Sequence[Mark] = (),
    x_ticks: Sequence[Tick] = (),
    log_y: bool = False,
) -> str:
    """A picture of `series` as one `<svg>` element.

    `x_ticks` replace the round values below the chart; their ends are then the ends of the axis.
    With `log_y` values that are not above 0 are gaps.
    """
    root = drawing.picture(width, height, title, describe(series, y_label, marks))
    draw_chart(
        root, series, title=title, x_label=x_label, y_label=y_label, width=width, height=height,
        marks=marks, x_ticks=x_ticks, log_y=log_y,
    )  # fmt: skip
    return drawing.markup(root)


def percentile_chart(
    series: Sequence[Line],
    *,
    title: str,
    y_label: str,
    width: float = 720,
    height: float = 280,
    marks: Sequence[Mark] = (),
) -> str:
    """Values by percentile: `xs` in percent, drawn so that each nine takes the same room.

    This is how latencies are read: 50, 90, 99 and 99.9 % stand evenly apart, values on a log scale.
    """
    bent = [line._replace(xs=[_nines(x) for x in line.xs]) for line in series]
    highest = max((x for line in bent for x in line.xs), default=3.0)
    names = ("0", "90", "99", "99.9", "99.99", "99.999")
    ticks = [Tick(_nines(float(name)), f"{name} %") for name in names]
    kept = [tick for tick in ticks if tick.at < highest + 0.999]
    half = Tick(_nines(50.0), "50 %")
    return line_chart(
        bent, title=title, x_label="percentile", y_label=y_label, width=width, height=height,
        marks=marks, x_ticks=sorted([*kept, half]), log_y=True,
    )  # fmt: skip


def _nines(percent: float) -> float:
    return -math.log10(1 - min(percent, NINES_END) / 100)


def describe(series: Sequence[Line], y_label: str, marks: Sequence[Mark] = ()) -> str:
    """What the chart shows, in words, for readers who can't see it."""
    parts = []
    for line in series:
        points = [(y, x) for x, y in zip(line.xs, line.ys, strict=True) if math.isfinite(y)]
        if points:
            low, high = min(points)[0], max(points)[0]
            parts.append(f"{line.name}: {figure(low)} to {figure(high)}")
        else:
            parts.append(f"{line.name}: no values")
    named = [mark.name for mark in marks if mark.name]
    pointed = f" Marked: {'; '.join(named)}." if named else ""
    return f"Line chart of {y_label}. {'; '.join(parts)}.{pointed}"


def draw_chart(
    parent: Element,
    series: Sequence[Line],
    *,
    title: str,
    x_label: str,
    y_label: str,
    width: float,
    height: float,
    marks: Sequence[Mark] = (),
    x_ticks: Sequence[Tick] = (),
    x_range: tuple[float, float] | None = None,
    log_y: bool = False,
) -> None:
    """The chart into a part of a larger picture, from its origin.

    `x_range` makes the axis as long as that of another chart, whatever its curves hold.
    """
    drawing.words(parent, EDGE, 20, title, size=14, bold=True)
    top = _legend(parent, series, y_label, width)
    frame = _frame(series, marks, x_ticks, (LEFT, top, width - RIGHT, height - FOOT), log_y=log_y)
    if x_range:
        frame = frame._replace(x_from=x_range[0], x_to=x_range[1])
    lanes = _lanes(frame, marks)
    frame = frame._replace(top=top + LANE * (1 + max(lanes.values(), default=-1)))
    _spans(parent, frame, marks)
    _axes(parent, frame, x_label, x_ticks)
    _moments(parent, frame, lanes)
    for index, line in enumerate(series):
        colour, dash = look(index, line)
        drawing.path(parent, _strokes(frame, line), stroke=colour, width=1.8, dash=dash)
    _points(parent, frame, marks)


def look(index: int, line: Line) -> tuple[str, str]:
    """Colour and dash of the curve at `index` of a chart."""
    dash = DASHES[index % len(DASHES)] if line.dash is None else line.dash
    return COLOURS[index % len(COLOURS)], dash


def _legend(parent: Element, series: Sequence[Line], y_label: str, width: float) -> float:
    """The unit and the names of the curves; returns where their rows end."""
    drawing.words(parent, EDGE, 38, y_label, size=SMALL, fill=QUIET)
    x = first = EDGE + text_width(y_label, SMALL) + 24
    y = 38.0
    for index, line in enumerate(series):
        wide = SAMPLE + 6 + text_width(line.name, SMALL) + 16
        if x > first and x + wide > width - RIGHT:
            x, y = first, y + LANE + 2
        colour, dash = look(index, line)
        drawing.path(parent, [[(x, y - 4), (x + SAMPLE, y - 4)]], stroke=colour, width=2, dash=dash)
        drawing.words(parent, x + SAMPLE + 6, y, line.name, size=SMALL)
        x += wide
    return y + 12


def _frame(
    series: Sequence[Line],
    marks: Sequence[Mark],
    x_ticks: Sequence[Tick],
    box: tuple[float, float, float, float],
    *,
    log_y: bool,
) -> _Frame:
    """The box with the values at its edges: round ones above all that is drawn in it."""
    xs = [x for line in series for x in line.xs] or [0.0, 1.0]
    ys = [y for line in series for y in line.ys if math.isfinite(y)]
    # A point has its name above it: that needs room, too.
    ys += [mark.y * (1.1 if mark.x is not None else 1.0) for mark in marks if mark.y is not None]
    if x_ticks:
        xs = [x_ticks[0].at, x_ticks[-1].at, *xs]
    if log_y:
        above = [y for y in ys if y > 0] or [1.0]
        ticks = log_ticks(min(above), max(above))
    else:
        ticks = round_ticks(max([*ys, 0.0]) or 1.0, 4, min([*ys, 0.0]))
    return _Frame(*box, min(xs), max(xs), tuple(ticks), log_y)


def _lanes(frame: _Frame, marks: Sequence[Mark]) -> dict[Mark, int]:
    """The row above the box for the name of each moment and span: none runs into another.

    The latest is lowest, so that no other's line crosses a name.
    """
    lanes: dict[Mark, int] = {}
    taken: list[list[tuple[float, float]]] = []
    upright = [(mark.x, mark) for mark in marks if mark.x is not None and mark.y is None]
    for at, mark in sorted(upright, key=lambda item: -item[0]):
        begin, end = _room(frame, at, mark.name)
        free = (row for row, names in enumerate(taken) if not _met(names, begin, end))
        lane = next(free, len(taken))
        taken += [[] for _ in range(lane + 1 - len(taken))]
        taken[lane].append((begin, end))
        for below in taken[:lane]:
            below.append((frame.x(at), frame.x(at)))
        lanes[mark] = lane
    return lanes


def _met(names: list[tuple[float, float]], begin: float, end: float) -> bool:
    return any(begin - 8 < other_end and other_begin < end + 8 for other_begin, other_end in names)


def _room(frame: _Frame, at: float, name: str) -> tuple[float, float]:
    """Where the name of a moment begins and ends: right of it, or left where there is no room."""
    x, wide = frame.x(at), text_width(name, SMALL) + 4
    return (x, x + wide) if x + wide <= frame.right + RIGHT else (x - wide, x)


def _spans(parent: Element, frame: _Frame, marks: Sequence[Mark]) -> None:
    for mark in marks:
        if mark.x is not None and mark.until is not None:
            left, right = frame.x(mark.x), frame.x(mark.until)
            drawing.rect(parent, left, frame.top, right - left, frame.bottom - frame.top, fill=BAND)


def _axes(parent: Element, frame: _Frame, x_label: str, x_ticks: Sequence[Tick]) -> None:
    """Faint lines at the round values of y, ticks at those of x, and what x is."""
    for value in frame.y_ticks:
        y = frame.y(value)
        drawing.path(parent, [[(frame.left, y), (frame.right, y)]], stroke=FAINT)
        drawing.words(
            parent, frame.left - 6, y + 4, figure(value), size=SMALL, fill=QUIET, anchor="end"
        )
    ticks = x_ticks or [
        Tick(at, figure(at))
        for at in round_ticks(frame.x_to, 7, frame.x_from)
        if frame.x_from <= at <= frame.x_to
    ]
    strokes = []
    for tick in ticks:
        x = frame.x(tick.at)
        strokes.append([(x, frame.bottom), (x, frame.bottom + 4)])
        drawing.words(
            parent, x, frame.bottom + 16, tick.name, size=SMALL, fill=QUIET, anchor="middle"
        )
    strokes.append([(frame.left, frame.bottom), (frame.right, frame.bottom)])
    drawing.path(parent, strokes, stroke=QUIET)
    drawing.words(
        parent, frame.right, frame.bottom + 33, x_label, size=SMALL, fill=QUIET, anchor="end"
    )


def _moments(parent: Element, frame: _Frame, lanes: dict[Mark, int]) -> None:
    """An upright line at each moment, up to its name; of a span only the name."""
    for mark, lane in lanes.items():
        at = mark.x or 0.0
        begin, end = _room(frame, at, mark.name)
        base = frame.top - 4 - LANE * lane
        right_of = begin >= frame.x(at)
        drawing.words(
            parent, begin + 3 if right_of else end - 3, base, mark.name,
            size=SMALL, anchor="start" if right_of else "end", halo=True,
        )  # fmt: skip
        if mark.until is None:
            x = frame.x(at)
            drawing.path(parent, [[(x, base - 8), (x, frame.bottom)]], stroke=INK, dash="3 3")


def _points(parent: Element, frame: _Frame, marks: Sequence[Mark]) -> None:
    """Levels across the box, and points with their names beside."""
    for mark in marks:
        if mark.y is None:
            continue
        y = frame.y(mark.y)
        if mark.x is None:
            drawing.path(parent, [[(frame.left, y), (frame.right, y)]], stroke=INK, dash="3 3")
            drawing.words(parent, frame.left + 4, y - 4, mark.name, size=SMALL, halo=True)
            continue
        x = frame.x(mark.x)
        begin, end = _room(frame, mark.x, mark.name)
        drawing.dot(parent, x, y, 3.5, fill=INK)
        right_of = begin >= x
        drawing.words(
            parent, begin + 7 if right_of else end - 7, max(y - 5, frame.top + 9), mark.name,
            size=SMALL, anchor="start" if right_of else "end", halo=True,
        )  # fmt: skip


def _strokes(frame: _Frame, line: Line) -> list[list[tuple[float, float]]]:
    """The curve in pixels, broken at its gaps, with at most four points for each column of them."""
    strokes: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(line.xs, line.ys, strict=True):
        if not math.isfinite(y) or (frame.log_y and y <= 0):
            if strokes[-1]:
                strokes.append([])
            continue
        strokes[-1].append((frame.x(x), frame.y(y)))
    return [_thinned(stroke) for stroke in strokes if stroke]


def _thinned(stroke: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """First, lowest, highest and last point of each column of pixels: it looks the same."""
    kept: list[tuple[float, float]] = []
    for _, column in groupby(stroke, key=lambda point: round(point[0])):
        points = list(column)
        if len(points) <= 4:
            kept += points
            continue
        inner = points[1:-1]
        low, high = min(inner, key=lambda p: p[1]), max(inner, key=lambda p: p[1])
        kept += [points[0], *sorted({low, high}), points[-1]]
    return kept
