"""Charts for the terminal: filled curves of braille dots over one axis of time.

Plain text that says all without colour, so that it can be piped; colour is laid over it. Names
stand left of the curves and their highest values right of them, and every chart has the same
margins, so that what happens at one time stands in one column.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.text import Text

from tui.braille import Dots
from tui.charts.svg import Tick
from tui.charts.ticks import figure, round_ticks
from tui.paint import fit

GUTTER, NOTE = 13, 11
"""Cells left of the curves, for names and ticks, and right of them."""
FAINT = "bright_black"
BLANK = "\u2800"


class Panel(NamedTuple):
    """A curve with its name; its values are spread evenly over the axis.

    With `scaled` it has an axis of its own from 0 to a round value, else `note` tells its height.
    """

    name: str
    values: Sequence[float]
    rows: int
    style: str = ""
    note: str = ""
    scaled: bool = False


class Moment(NamedTuple):
    """Something on the axis: a sign at `at`, or a bar from there to `until`; in its unit."""

    at: float
    sign: str
    words: str = ""
    until: float | None = None


def columns_of(width: int) -> int:
    """How many cells the curves have in lines of `width` cells."""
    return max(10, width - GUTTER - NOTE)


def panel_lines(panel: Panel, columns: int) -> list[Text]:
    """The curve on `panel.rows` lines."""
    highest = max(panel.values, default=0.0)
    ticks = round_ticks(highest or 1.0, 4) if panel.scaled else [0.0, highest]
    top = ticks[-1] or 1.0
    dots = Dots(columns, panel.rows)
    for x, value in enumerate(_sampled(panel.values, columns * 2)):
        # What is there at all has a dot.
        dots.column(x, max(math.ceil(min(1.0, value)), round(value / top * panel.rows * 4)))
    lines = []
    names = _tick_rows(ticks, panel.rows) if panel.scaled else {panel.rows - 1: panel.name}
    for number, row in enumerate(dots.text()):
        line = Text(_margin(names.get(number, ""), scaled=panel.scaled))
        line.append(row.replace(BLANK, " "), panel.style)
        if panel.note and number == panel.rows - 1:
            line.append(f" {panel.note}")
        lines.append(_trimmed(line))
    return lines


def _margin(name: str, *, scaled: bool) -> str:
    if not scaled:
        return fit(name, GUTTER)
    return f"{name:>{GUTTER - 2}} {'┤' if name else '│'}"


def _tick_rows(ticks: Sequence[float], rows: int) -> dict[int, str]:
    """The line on which each tick stands; the lowest is the bottom of the last."""
    top = ticks[-1]
    return {min(rows - 1, round((1 - tick / top) * rows)): figure(tick) for tick in reversed(ticks)}


def _sampled(values: Sequence[float], count: int) -> list[float]:
    """`values` on `count` dots: the highest of those that fall on one."""
    size = len(values)
    if not size:
        return [0.0] * count
    edges = [index * size / count for index in range(count + 1)]
    return [max(values[int(a) : max(int(a) + 1, math.ceil(b))]) for a, b in pairwise(edges)]


def axis_lines(ticks: Sequence[Tick], end: float, columns: int) -> list[Text]:
    """The axis from 0 to `end` with its ticks, and their names below where they have room."""
    line = ["─"] * columns
    names = [" "] * (GUTTER + columns + NOTE)
    free = GUTTER - 4
    for tick in ticks:
        column = _column(tick.at, end, columns)
        line[column] = "┬"
        begin = GUTTER + column - len(tick.name) // 2
        if begin > free and begin + len(tick.name) <= len(names):
            names[begin : begin + len(tick.name)] = tick.name
            free = begin + len(tick.name)
    rule = Text(" " * (GUTTER - 1)).append("└" + "".join(line), FAINT)
    return [rule, Text("".join(names).rstrip(), FAINT)]


def moment_line(name: str, moment: Moment, end: float, columns: int) -> Text:
    """A moment or a bar on the axis from 0 to `end`, with its words where there is room."""
    cells = [" "] * (columns + NOTE)
    first = _column(moment.at, end, columns)
    last = first if moment.until is None else _column(moment.until, end, columns)
    cells[first] = moment.sign or "│"
    if last > first:
        cells[first : last + 1] = "├" + "─" * (last - first - 1) + "┤"
    words = moment.words
    inside = first + 2 if last - first > len(words) + 4 else len(cells)
    for begin in (last + 2, first - 1 - len(words), inside):
        if begin >= 0 and begin + len(words) <= len(cells):
            cells[begin : begin + len(words)] = words
            break
    return _trimmed(Text(fit(name, GUTTER)).append("".join(cells)))


def _column(at: float, end: float, columns: int) -> int:
    return min(columns - 1, max(0, round(at / (end or 1.0) * (columns - 1))))


def _trimmed(line: Text) -> Text:
    line.rstrip()
    return line
