"""Coast and border lines of a territory as GeoJSON (RFC 7946), read and written."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desk.errors import TerritoryError
from rules.bounded import read_text_bounded

Line = tuple[tuple[float, float], ...]
"""(longitude, latitude) in degrees, at least two."""

_NESTING = {
    "LineString": 0,
    "MultiLineString": 1,
    "Polygon": 1,
    "MultiPolygon": 2,
}
"""How many lists stand around the lines of a geometry; points draw nothing and are passed over."""


def read_outline(path: Path) -> tuple[Line, ...]:
    """The lines of a GeoJSON file; rings of polygons count as lines.

    Raises:
        TerritoryError: the file is missing, not JSON, or not GeoJSON.
    """
    try:
        document = json.loads(read_text_bounded(path))
    except OSError as error:
        raise TerritoryError(f"{path}: the outline can't be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise TerritoryError(
            f"{path}:{error.lineno}:{error.colno}: the outline is not JSON: {error.msg}"
        ) from None
    except (UnicodeDecodeError, RecursionError):
        raise TerritoryError(f"{path}: the outline is not JSON text in UTF-8") from None
    try:
        return tuple(_lines(document))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise TerritoryError(
            f"{path}: the outline is not GeoJSON of lines or polygons: {error}"
        ) from None


def write_outline(path: Path, lines: tuple[Line, ...]) -> None:
    """Write the lines as one GeoJSON feature, a line of text for each line of the map."""
    rows = ",\n".join(
        "[" + ",".join(f"[{lon!r},{lat!r}]" for lon, lat in line) + "]" for line in lines
    )
    path.write_text(
        '{"type":"Feature","properties":{},"geometry":{"type":"MultiLineString","coordinates":[\n'
        f"{rows}\n]}}}}\n",
        "utf-8",
        newline="\n",
    )


def _lines(item: dict[str, Any]) -> Iterator[Line]:
    if not isinstance(item, dict) or "type" not in item:
        raise ValueError(f"no `type` in {str(item)[:40]}")
    kind = item["type"]
    if kind == "FeatureCollection":
        for feature in item["features"]:
            yield from _lines(feature)
    elif kind == "Feature":
        if item["geometry"] is not None:
            yield from _lines(item["geometry"])
    elif kind == "GeometryCollection":
        for geometry in item["geometries"]:
            yield from _lines(geometry)
    elif kind in _NESTING:
        yield from _flatten(item["coordinates"], _NESTING[kind])
    elif kind not in ("Point", "MultiPoint"):
        raise ValueError(f"unknown type '{kind}'")


def _flatten(coordinates: list[Any], depth: int) -> Iterator[Line]:
    if depth:
        for part in coordinates:
            yield from _flatten(part, depth - 1)
        return
    line = tuple(_position(place) for place in coordinates)
    if len(line) >= 2:
        yield line


def _position(place: list[Any]) -> tuple[float, float]:
    lon, lat = float(place[0]), float(place[1])
    if not (math.isfinite(lon) and -180 <= lon <= 180 and math.isfinite(lat) and -90 <= lat <= 90):
        raise ValueError(f"position [{lon}, {lat}] is not [longitude, latitude] in degrees")
    return lon, lat
