"""The map of a storm day in cells of the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.text import Text

from desk.serving.protocol import MapPlace
from tui.braille import Dots, Projection, project
from tui.charts.terminal import BLANK, FAINT
from tui.charts.track import Spot, StormMap
from tui.paint import cut, visible

SHADES = ((0.5, "▓", "half"), (0.2, "▒", "a fifth"), (0.05, "░", "a twentieth"))
"""Signs of a place by the largest share of its customers that were out at one time."""
WHOLE, LANDFALL, WAY, PLACE = "●", "◆", "•", "·"
TALLEST, ROOM = 26, 500
NAMED = 8
NAME_CELLS = 16


class Label(NamedTuple):
    """Words for a sign of the map."""

    column: int
    row: int
    words: str
    style: str


class _Cells:
    """A grid of signs over the dots of the outline."""

    def __init__(self, ground: Sequence[str]) -> None:
        self._ground = ground
        self.marks: dict[tuple[int, int], tuple[str, str]] = {}
        self._kept: set[tuple[int, int]] = set()

    def put(self, column: int, row: int, sign: str, style: str, *, keep: bool = False) -> None:
        """Set a sign, unless one that is to be kept stands there."""
        inside = 0 <= row < len(self._ground) and 0 <= column < len(self._ground[row])
        if inside and ((column, row) not in self._kept or keep):
            self.marks[column, row] = (sign, style)
            if keep:
                self._kept.add((column, row))

    def blank(self, column: int, row: int) -> bool:
        """Whether neither the outline nor a sign is there."""
        inside = 0 <= row < len(self._ground) and 0 <= column < len(self._ground[row])
        return inside and self._ground[row][column] == BLANK and (column, row) not in self.marks

    def label(self, label: Label) -> bool:
        """Write words beside a sign where nothing stands that is to be kept; whether it could."""
        column, row, words, style = label
        width = len(self._ground[0])
        for begin in (column + 2, column - len(words) - 1):
            spot = [(at, row) for at in range(begin - 1, begin + len(words) + 1)]
            inside = begin >= 0 and begin + len(words) <= width
            if inside and not any(cell in self._kept and cell != (column, row) for cell in spot):
                for at, char in enumerate(words, begin):
                    self.put(at, row, char, style, keep=True)
                return True
        return False

    def lines(self) -> list[Text]:
        """The finished rows."""
        lines = []
        for row, dots in enumerate(self._ground):
            line = Text()
            for column, dot in enumerate(dots):
                line.append(*self.marks.get((column, row), (dot.replace(BLANK, " "), FAINT)))
            line.rstrip()
            lines.append(line)
        return lines


def map_lines(scene: StormMap, clocks: Sequence[str], width: int) -> list[Text]:
    """The map in at most `width` cells; `clocks` are the times of the track's marks."""
    view, rows = _view(scene, width)
    canvas = Dots(width, rows)
    for line in scene.lines:
        _draw(canvas, view, line, 1)
    for edge in scene.edges:
        _draw(canvas, view, edge, 4)
    cells = _Cells(canvas.text())
    for place in sorted(scene.places, key=lambda place: scene.shares[place.id]):
        column, row = _cell(view, place.lon, place.lat)
        sign = _shade(scene.shares[place.id])
        if sign != PLACE or cells.blank(column, row):
            cells.put(column, row, sign, "")
    for point in scene.path:
        cells.put(*_cell(view, point.lon, point.lat), WAY, "yellow")
    _mark_track(cells, view, scene, clocks)
    for place in _named(scene):
        column, row = _cell(view, place.lon, place.lat)
        name = cut(visible(place.name, keep=""), NAME_CELLS)
        if len(name) == Text(name).cell_len:  # a wide letter would push its row
            cells.label(Label(column, row, name, "bold"))
    return cells.lines()


def _mark_track(cells: _Cells, view: Projection, scene: StormMap, clocks: Sequence[str]) -> None:
    """Signs first, or a time would be written where the next sign has to stand."""
    labels = []
    if scene.landfall:
        column, row = _cell(view, scene.landfall.lon, scene.landfall.lat)
        cells.put(column, row, LANDFALL, "bold yellow", keep=True)
        labels.append(Label(column, row, "landfall", "bold yellow"))
    for point, clock in zip(scene.marks, clocks, strict=True):
        column, row = _cell(view, point.lon, point.lat)
        if (column, row) not in [label[:2] for label in labels]:
            cells.put(column, row, WHOLE, "bold yellow", keep=True)
            labels.append(Label(column, row, clock, "yellow"))
    for label in labels:
        cells.label(label)


def legend_lines(scene: StormMap) -> list[str]:
    """What the signs of the map mean, as far as they are on it."""
    shades = ", ".join(f"{sign} {words}" for _, sign, words in SHADES)
    lines = [f"towns by their customers out at worst: {shades}, {PLACE} less"]
    if scene.path:
        way = f"{WHOLE} the storm's centre by the hour"
        way += f", {LANDFALL} landfall" if scene.landfall else ""
        lines.append(way + (", ⠁⠁ edge of its band" if scene.edges else ""))
    return lines


def _view(scene: StormMap, width: int) -> tuple[Projection, int]:
    """The projection, and its rows: as many as the full width takes, but no more than a screen."""
    rows = min(
        TALLEST, math.ceil((4 * ROOM - 2 * project(scene.lines, scene.places, width, ROOM).top) / 4)
    )
    return project(scene.lines, scene.places, width, rows), rows


def _draw(canvas: Dots, view: Projection, line: Sequence[Spot], every: int) -> None:
    spots = [view.dot(lon, lat) for lon, lat in line]
    for begin, end in pairwise(spots):
        canvas.line(begin, end, every)


def _cell(view: Projection, lon: float, lat: float) -> tuple[int, int]:
    x, y = view.dot(lon, lat)
    return math.floor(x / 2), math.floor(y / 4)


def _shade(share: float) -> str:
    return next((sign for least, sign, _ in SHADES if share >= least), PLACE)


def _named(scene: StormMap) -> list[MapPlace]:
    """The places where most customers were out."""
    hit = [place for place in scene.places if scene.shares[place.id] >= SHADES[-1][0]]
    return sorted(hit, key=lambda place: -place.customers * scene.shares[place.id])[:NAMED]
