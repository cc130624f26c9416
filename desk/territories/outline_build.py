"""Coast and border lines for a territory's map, out of the atlases us-atlas and world-atlas.

Both are npm packages of TopoJSON: lines ("arcs") that neighbours share are stored once, as
quantised differences (https://github.com/topojson/topojson-specification).
"""

from __future__ import annotations

import json
import math
import subprocess
import tarfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from desk.errors import TerritoryError
from desk.territories.outline import Line

PACKAGES = {"us-atlas": "3.0.1", "world-atlas": "2.0.2"}
"""Pinned, so that the same command makes the same bytes."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def build_outline(atlas: Path, country: str, box: Box, *, max_bytes: int) -> tuple[Line, ...]:
    """Lines within `box`, thinned until their GeoJSON takes at most about `max_bytes`.

    For the US these are the coast and the borders of states, elsewhere coast and countries.
    """
    if country == "US":
        arcs = _arcs(_atlas_file(atlas, "us-atlas", "states-10m.json"), "states")
    else:
        arcs = _arcs(_atlas_file(atlas, "world-atlas", "countries-10m.json"), "countries")
    clipped = [part for arc in arcs for part in _clip(arc, box)]
    tolerance = 0.001
    while True:
        lines = tuple(
            line for part in clipped if (line := _rounded(thin(part, tolerance))) is not None
        )
        # "[-80.123,35.123]," is 17 bytes a point
        if sum(17 * len(line) + 3 for line in lines) <= max_bytes:
            return lines
        tolerance *= 1.25


def fetch_atlases(folder: Path) -> Path:
    """Download the two atlases into `folder` with npm; returns the folder.

    Raises:
        TerritoryError: there is no npm, or it failed.
    """
    specs = [f"{name}@{version}" for name, version in PACKAGES.items()]
    try:
        subprocess.run(  # noqa: S603 - a fixed command, nothing of the user's in it
            ["npm", "pack", "--silent", "--pack-destination", str(folder), *specs],  # noqa: S607 - npm lies wherever the user's PATH says
            check=True,
            capture_output=True,
            cwd=folder,
        )
    except FileNotFoundError:
        raise TerritoryError(
            "npm is not installed: give the atlases with --atlas DIR, a folder that holds "
            "us-atlas and world-atlas (such as node_modules)"
        ) from None
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise TerritoryError(
            f"npm pack {' '.join(specs)} failed: {' '.join(last)}: "
            "give the atlases with --atlas DIR instead"
        ) from None
    for name, version in PACKAGES.items():
        with tarfile.open(folder / f"{name}-{version}.tgz") as archive:
            archive.extractall(folder / name, filter="data")
    return folder


def _atlas_file(atlas: Path, package: str, name: str) -> Path:
    places = (atlas / package / name, atlas / package / "package" / name)
    for place in places:
        if place.is_file():
            return place
    raise TerritoryError(f"no {package}/{name} in {atlas}: unpack the npm package {package} there")


def _arcs(path: Path, name: str) -> list[Line]:
    """Every arc that the object `name` uses, once, in the file's order."""
    try:
        topology = json.loads(path.read_text("utf-8"))
        (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
        used = {
            arc if arc >= 0 else ~arc  # a negative index means the arc walked backwards
            for geometry in topology["objects"][name]["geometries"]
            for arc in _indexes(geometry.get("arcs", []))
        }
        return [_decode(topology["arcs"][arc], sx, sy, tx, ty) for arc in sorted(used)]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise TerritoryError(f"{path}: not a TopoJSON file with '{name}': {error}") from None


def _indexes(nested: list[Any]) -> Iterator[int]:
    for item in nested:
        if isinstance(item, int):
            yield item
        else:
            yield from _indexes(item)


def _decode(arc: list[list[int]], sx: float, sy: float, tx: float, ty: float) -> Line:
    x = y = 0
    line = []
    for dx, dy in arc:
        x += dx
        y += dy
        line.append((x * sx + tx, y * sy + ty))
    return tuple(line)


def _clip(line: Line, box: Box) -> list[Line]:
    """The parts of a line within the box (Liang-Barsky, segment by segment)."""
    parts: list[Line] = []
    part: list[tuple[float, float]] = []
    for start, end in pairwise(line):
        inside = _clip_segment(start, end, box)
        if inside is None or (part and part[-1] != inside[0]):
            if len(part) > 1:
                parts.append(tuple(part))
            part = []
        if inside is not None:
            part = part or [inside[0]]
            part.append(inside[1])
    if len(part) > 1:
        parts.append(tuple(part))
    return parts


def _clip_segment(
    start: tuple[float, float], end: tuple[float, float], box: Box
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    west, south, east, north = box
    dx, dy = end[0] - start[0], end[1] - start[1]
    enter, leave = 0.0, 1.0
    for step, room in (
        (-dx, start[0] - west),
        (dx, east - start[0]),
        (-dy, start[1] - south),
        (dy, north - start[1]),
    ):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            enter = max(enter, room / step)
        else:
            leave = min(leave, room / step)
    if enter > leave:
        return None
    first = start if enter == 0 else (start[0] + enter * dx, start[1] + enter * dy)
    last = end if leave == 1 else (start[0] + leave * dx, start[1] + leave * dy)
    return first, last


def thin(line: Line, tolerance_deg: float) -> Line:
    """The line with fewer points, none of those left out further than the tolerance from it.

    Douglas and Peucker 1973; longitudes are shortened by the cosine of the latitude.
    """
    squeeze = math.cos(math.radians(line[0][1]))
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        low, high = spans.pop()
        far, at = 0.0, -1
        for index in range(low + 1, high):
            distance = _distance(line[index], line[low], line[high], squeeze)
            if distance > far:
                far, at = distance, index
        if far > tolerance_deg:
            keep.add(at)
            spans += [(low, at), (at, high)]
    return tuple(line[index] for index in sorted(keep))


def _distance(
    point: tuple[float, float], start: tuple[float, float], end: tuple[float, float], squeeze: float
) -> float:
    px, py = (point[0] - start[0]) * squeeze, point[1] - start[1]
    dx, dy = (end[0] - start[0]) * squeeze, end[1] - start[1]
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else min(1.0, max(0.0, (px * dx + py * dy) / length))
    return math.hypot(px - along * dx, py - along * dy)


def _rounded(line: Line) -> Line | None:
    """The line at 3 decimals (100 m), or None where nothing is left of it."""
    places: list[tuple[float, float]] = []
    for lon, lat in line:
        place = (round(lon, 3), round(lat, 3))
        if not places or places[-1] != place:
            places.append(place)
    return tuple(places) if len(places) > 1 else None
