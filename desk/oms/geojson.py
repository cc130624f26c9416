"""A list as GeoJSON (RFC 7946): features of points, or of areas."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from desk.oms.record import NoListError, Record, Ring, from_json


class _Geometry(msgspec.Struct):
    type: str
    coordinates: msgspec.Raw = msgspec.Raw(b"[]")
    geometries: list[_Geometry] = []


class _Feature(msgspec.Struct):
    type: str = "Feature"
    id: str | int | float | None = None
    geometry: _Geometry | None = None
    properties: dict[str, object] | None = None


class _Collection(msgspec.Struct):
    type: str
    features: list[msgspec.Raw] = []


def is_geojson(text: str) -> bool:
    """Whether a JSON text is a GeoJSON feature or a collection of them."""
    try:
        return msgspec.json.decode(text, type=_Collection).type in ("FeatureCollection", "Feature")
    except (msgspec.MsgspecError, RecursionError):
        return False


def read_geojson(text: str) -> Iterator[Record]:
    """The outages of a GeoJSON text.

    Raises:
        NoListError: it is no feature, and no collection of them.
    """
    held = msgspec.json.decode(text, type=_Collection)
    features = [msgspec.Raw(text.encode())] if held.type == "Feature" else held.features
    for number, raw in enumerate(features, 1):
        place = f"feature {number}"
        try:
            yield _record(place, msgspec.json.decode(raw, type=_Feature))
        except (msgspec.MsgspecError, RecursionError, NoListError) as error:
            yield Record(place, fault=str(error))
        except (ValueError, IndexError, ZeroDivisionError):
            yield Record(place, fault="its geometry is not whole: a position is [lon, lat]")


def _record(place: str, feature: _Feature) -> Record:
    record = from_json(place, dict(feature.properties or {}))
    if feature.id is not None:
        record.values.setdefault("id", str(feature.id))
    if feature.geometry is not None:
        _locate(record, feature.geometry)
    return record


def _locate(record: Record, geometry: _Geometry) -> None:
    """Let the geometry say where the outage is; its words go before those of the properties."""
    if geometry.type == "GeometryCollection":
        for part in geometry.geometries:
            _locate(record, part)
        return
    decode = msgspec.json.decode
    match geometry.type:
        case "Point":
            lon, lat = decode(geometry.coordinates, type=list[float])[:2]
        case "Polygon":
            record.ring = _ring(decode(geometry.coordinates, type=list[list[list[float]]])[0])
            lon, lat = _centroid(record.ring)
        case "MultiPolygon":
            areas = decode(geometry.coordinates, type=list[list[list[list[float]]]])
            record.ring = max((_ring(area[0]) for area in areas), key=_area)
            lon, lat = _centroid(record.ring)
        case "MultiPoint":
            points = decode(geometry.coordinates, type=list[list[float]])
            lon, lat = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
        case _:
            return
    record.values |= {"lat": repr(lat), "lon": repr(lon)}


def _ring(points: list[list[float]]) -> Ring:
    return [(point[0], point[1]) for point in points]


def _area(ring: Ring) -> float:
    return abs(sum(_crosses(ring))) / 2


def _crosses(ring: Ring) -> list[float]:
    return [x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True)]


def _centroid(ring: Ring) -> tuple[float, float]:
    """The centre of gravity of an area, or of its corners where it has none."""
    crosses = _crosses(ring)
    area = sum(crosses)
    if abs(area) < 1e-12:
        return (
            sum(x for x, _ in ring) / len(ring),
            sum(y for _, y in ring) / len(ring),
        )
    pairs = list(zip(ring, ring[1:] + ring[:1], crosses, strict=True))
    return (
        sum((x1 + x2) * cross for (x1, _), (x2, _), cross in pairs) / (3 * area),
        sum((y1 + y2) * cross for (_, y1), (_, y2), cross in pairs) / (3 * area),
    )
