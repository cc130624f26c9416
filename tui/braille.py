"""Outlines and places on a grid of braille dots: two dots wide and four high in each cell."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import msgspec

from desk.serving.protocol import MapPlace

_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BLANK = 0x2800
Line = Sequence[tuple[float, float]]


class Ground(msgspec.Struct, frozen=True):
    """A drawn map: `rows` of braille characters, the cell (column, row) of each place, its dot."""

    rows: tuple[str, ...]
    cells: dict[str, tuple[int, int]]
    dots: dict[str, str]


class Projection(msgspec.Struct, frozen=True):
    """Degrees to dots: equirectangular, true in shape at the middle latitude."""

    west: float
    north: float
    stretch: float
    dots_per_degree: float
    left: float
    top: float

    def dot(self, lon: float, lat: float) -> tuple[float, float]:
        """Column and row of the dot at a longitude and latitude in degrees."""
        x = self.left + (lon - self.west) * self.stretch * self.dots_per_degree
        return x, self.top + (self.north - lat) * self.dots_per_degree

    def spot(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude of the dot in column `x` and row `y`."""
        lon = self.west + (x - self.left) / (self.stretch * self.dots_per_degree)
        return lon, self.north - (y - self.top) / self.dots_per_degree

    def zoomed(
        self, times: float, middle: tuple[float, float], columns: int, rows: int
    ) -> Projection:
        """So many times larger, with longitude and latitude `middle` amid `columns` x `rows`."""
        larger = msgspec.structs.replace(
            self, dots_per_degree=self.dots_per_degree * times, left=0.0, top=0.0
        )
        x, y = larger.dot(*middle)
        return msgspec.structs.replace(larger, left=columns - x, top=rows * 2 - y)


class Dots:
    """A canvas of dots, `columns` x `rows` cells; what falls beside it is left out."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._cells = [[0] * columns for _ in range(rows)]

    def set(self, x: int, y: int) -> None:
        """The dot in column `x`, counted from the left, and row `y`, counted from the top."""
        if 0 <= x < self.columns * 2 and 0 <= y < self.rows * 4:
            self._cells[y // 4][x // 2] |= _BITS[y % 4][x % 2]

    def line(self, begin: tuple[float, float], end: tuple[float, float], every: int = 1) -> None:
        """The dots from `begin` to `end`, or one in `every` of them."""
        if self._beside(begin, end):
            return
        for x, y in itertools.islice(_stroke(begin, end), 0, None, every):
            self.set(x, y)

    def _beside(self, begin: tuple[float, float], end: tuple[float, float]) -> bool:
        """Whether a stroke lies all to one side: most do on a map that is looked at closely."""
        sizes = (self.columns * 2, self.rows * 4)
        return any(
            max(first, last) < -1 or min(first, last) > size
            for first, last, size in zip(begin, end, sizes, strict=True)
        )

    def column(self, x: int, height: int) -> None:
        """So many dots of column `x` from the bottom up."""
        for y in range(max(0, self.rows * 4 - height), self.rows * 4):
            self.set(x, y)

    def text(self) -> tuple[str, ...]:
        """The rows as braille characters."""
        return tuple("".join(chr(_BLANK + bits) for bits in row) for row in self._cells)


def project(
    lines: Sequence[Line], places: Sequence[MapPlace], columns: int, rows: int
) -> Projection:
    """The largest map of `lines` and `places` that fits `columns` x `rows` cells, centred.

    A cell is taken as twice as high as wide, so dots are as far apart in both directions.
    """
    lons = [lon for line in lines for lon, _ in line] + [place.lon for place in places]
    lats = [lat for line in lines for _, lat in line] + [place.lat for place in places]
    west, east = min(lons, default=0.0), max(lons, default=0.0)
    south, north = min(lats, default=0.0), max(lats, default=0.0)
    stretch = max(0.05, math.cos(math.radians((south + north) / 2)))
    width, height = columns * 2 - 1, rows * 4 - 1
    wide, high = max((east - west) * stretch, 1e-6), max(north - south, 1e-6)
    scale = min(width / wide, height / high)
    return Projection(
        west, north, stretch, scale, (width - wide * scale) / 2, (height - high * scale) / 2
    )


def draw(
    lines: Sequence[Line],
    places: Sequence[MapPlace],
    columns: int,
    rows: int,
    view: Projection | None = None,
) -> Ground:
    """The outlines on `columns` x `rows` cells, and where the places stand.

    All of it, or the part that `view` shows, without the places beside it.
    """
    if columns < 1 or rows < 1:
        return Ground((), {}, {})
    whole = view is None
    view = view or project(lines, places, columns, rows)
    canvas = Dots(columns, rows)
    for line in lines:
        dots = [view.dot(lon, lat) for lon, lat in line]
        for begin, end in itertools.pairwise(dots):
            canvas.line(begin, end)
    cells: dict[str, tuple[int, int]] = {}
    dot_of: dict[str, str] = {}
    for place in places:
        column, row = map(round, view.dot(place.lon, place.lat))
        x, y = min(max(column, 0), columns * 2 - 1), min(max(row, 0), rows * 4 - 1)
        if not whole and (x, y) != (column, row):
            continue
        cells[place.id] = (x // 2, y // 4)
        dot_of[place.id] = chr(_BLANK + _BITS[y % 4][x % 2])
    return Ground(canvas.text(), cells, dot_of)


def joined(first: str, second: str) -> str:
    """One braille character with the dots of both."""
    return chr(ord(first) | ord(second))


def _stroke(begin: tuple[float, float], end: tuple[float, float]) -> Iterator[tuple[int, int]]:
    """The dots from `begin` to `end`, both included."""
    steps = max(1, math.ceil(max(abs(end[0] - begin[0]), abs(end[1] - begin[1]))))
    for step in range(steps + 1):
        share = step / steps
        yield (
            round(begin[0] + (end[0] - begin[0]) * share),
            round(begin[1] + (end[1] - begin[1]) * share),
        )
