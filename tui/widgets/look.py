"""Which part of a territory a map shows: all of it, or so many kilometres about a middle."""

from __future__ import annotations

import math

from desk.distance import KM_PER_DEGREE
from desk.serving.protocol import Hello
from tui.braille import Projection, project

ZOOM_STEP = 1.6
ZOOM_MOST = 64.0
PAN_SHARE = 0.2
"""Of what is in sight, how far one step goes."""

Spot = tuple[float, float]
"""Longitude and latitude in degrees."""


class Look:
    """Zoom and place in kilometres, so that a resize shows as much of the land as before."""

    def __init__(self) -> None:
        self.projection: Projection | None = None
        self._hello: Hello | None = None
        self._cells = (0, 0)
        self._km: float | None = None
        self._whole_km = 0.0
        self._middle: Spot | None = None

    @property
    def whole(self) -> bool:
        """Whether all of the territory is in sight."""
        return self._km is None

    @property
    def km_wide(self) -> float:
        """Kilometres from the west to the east of what is in sight; 0 before the first map."""
        return _km_wide(self.projection, *self._cells) if self.projection else 0.0

    def lay(self, hello: Hello, columns: int, rows: int) -> Projection | None:
        """Lay the map on so many cells; None where all is in sight, which is drawn as it fits."""
        if hello is not self._hello:
            self._hello = hello
            self.fit()
        self._cells = (columns, rows)
        whole = project(hello.lines, hello.places, columns, rows)
        self.projection = whole
        self._whole_km = self.km_wide
        if self._km is None:
            return None
        times = min(ZOOM_MOST, max(1.0, self._whole_km / self._km))
        middle = self._middle or whole.spot(columns, rows * 2)
        self.projection = whole.zoomed(times, middle, columns, rows)
        return self.projection

    def fit(self) -> None:
        """Show all of the territory."""
        self._km = self._middle = None

    def zoom(self, steps: int, about: Spot | None) -> None:
        """Go so many steps closer: from the whole to what is `about`, else to the middle."""
        if self.whole:
            self._middle = about
        km = (self._km or self._whole_km) / ZOOM_STEP**steps
        self._km = max(km, self._whole_km / ZOOM_MOST)
        if self._km > 0.99 * self._whole_km:
            self.fit()

    def close_up(self, spot: Spot, km: float) -> None:
        """Show `km` about a spot."""
        self._km, self._middle = km, spot

    def pan(self, east: int, south: int) -> None:
        """Go a step to the east or west, south or north; nobody gets lost at sea."""
        if self.projection is None or self.whole:
            return
        columns, rows = self._cells
        view = self.projection
        lon, lat = self._middle or view.spot(columns, rows * 2)
        lon += east * PAN_SHARE * columns * 2 / (view.stretch * view.dots_per_degree)
        lat -= south * PAN_SHARE * rows * 4 / view.dots_per_degree
        self._middle = self._inside((lon, lat))

    def turn_to(self, spot: Spot) -> None:
        """Have a spot in sight: go there where it is not."""
        if self.whole or self.projection is None:
            return
        x, y = self.projection.dot(*spot)
        columns, rows = self._cells
        if not (0 <= x < columns * 2 and 0 <= y < rows * 4):
            self._middle = spot

    def _inside(self, spot: Spot) -> Spot:
        """The nearest spot within the bounds of the territory."""
        assert self._hello is not None
        points = [point for line in self._hello.lines for point in line]
        points += [(place.lon, place.lat) for place in self._hello.places]
        lons, lats = zip(*(points or [spot]), strict=True)
        lon, lat = spot
        return min(max(lon, min(lons)), max(lons)), min(max(lat, min(lats)), max(lats))


def _km_wide(view: Projection, columns: int, rows: int) -> float:
    _, lat = view.spot(0.0, rows * 2.0)
    degrees = columns * 2 / (view.stretch * view.dots_per_degree)
    return degrees * KM_PER_DEGREE * math.cos(math.radians(lat))
