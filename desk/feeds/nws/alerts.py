"""Alerts of the National Weather Service, as GeoJSON whose properties mirror CAP 1.2.

Sources: api.weather.gov's OpenAPI document (AlertGeoJson, AlertCollectionGeoJson); NWS Directive
10-1703 (P-VTEC); OASIS Common Alerting Protocol 1.2. An alert ends with its event (`ends`); one
that names no such end holds as long as its message (`expires`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from desk.errors import PostError
from desk.feeds.warning import OPEN, Ring, Shape, WeatherWarning, worst_first
from desk.post import FIRST_YEAR, LAST_YEAR

ACTUAL, EXERCISE = "actual", "exercise"
MOST_TEXT = 8_000
MOST_AREA = 2_000
MOST_LINE = 300
MOST_POINTS = 20_000
"""Corners of all shapes of an alert that are looked at."""
MOST_CORNERS = 300
"""Of a ring that are kept: along a county's border of 300 km, one each kilometre."""
MOST_ZONES = 500
_VTEC = re.compile(r"/(?P<product>[OTEX])\.(?P<action>[A-Z]{3})\.")
_UGC = re.compile(r"[A-Z]{2}[CZ][0-9A-Z]{3}")
"""Universal Geographic Code: a state, C for a county or Z for a zone, its number."""
_OVER = ("CAN", "EXP", "UPG")
"""Actions after which a VTEC event holds no more: cancelled, expired, upgraded to another."""


class Page(msgspec.Struct):
    """An answer of /alerts/active: its alerts as they came, and where it goes on."""

    features: tuple[msgspec.Raw, ...]
    next: str = ""


class Alert(NamedTuple):
    """What an alert says, which earlier ones it is about, and the zones that it names.

    One that is `over` tells only that the earlier ones hold no more.
    """

    warning: WeatherWarning
    about: frozenset[str]
    over: bool
    zones: tuple[str, ...]


class _Pagination(msgspec.Struct):
    next: str | None = None


class _Collection(msgspec.Struct):
    features: tuple[msgspec.Raw, ...]
    pagination: _Pagination | None = None


class _Geocode(msgspec.Struct):
    ugc: tuple[str, ...] = msgspec.field(default=(), name="UGC")


class _Reference(msgspec.Struct):
    identifier: str = ""


class _Parameters(msgspec.Struct):
    vtec: tuple[str, ...] = msgspec.field(default=(), name="VTEC")


class _Properties(msgspec.Struct, rename="camel"):
    id: str
    event: str
    status: str
    message_type: str
    area_desc: str | None = None
    geocode: _Geocode | None = None
    affected_zones: tuple[str, ...] | None = None
    references: tuple[_Reference, ...] | None = None
    sent: str | None = None
    effective: str | None = None
    onset: str | None = None
    expires: str | None = None
    ends: str | None = None
    severity: str | None = None
    sender_name: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    parameters: _Parameters | None = None
    exercise: bool | None = None


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: msgspec.Raw = msgspec.Raw(b"null")


_collection = msgspec.json.Decoder(_Collection).decode
_feature = msgspec.json.Decoder(_Feature).decode


def decode_page(body: bytes) -> Page:
    """The alerts of an answer, not yet looked at.

    Raises:
        PostError: it is no collection of alerts.
    """
    try:
        found = _collection(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PostError(f"no list of alerts: {error}") from None
    return Page(found.features, (found.pagination and found.pagination.next) or "")


def decode_alert(raw: bytes, status: str) -> Alert | None:
    """The alert that JSON text `raw` holds; None where its status is another, or it is a test.

    Raises:
        PostError: it is no alert.
    """
    try:
        feature = _feature(raw)
        shapes = decode_shapes(feature.geometry)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PostError(f"not an alert: {error}") from None
    told = feature.properties
    products = [match for text in _vtec(told) if (match := _VTEC.match(text))]
    tests = bool(products) and all(match["product"] == "T" for match in products)
    if told.status.lower() != status or tests or "test" in told.event.lower().split():
        return None
    if not told.id or not told.event:
        raise PostError("not an alert: no `id` or no `event`")
    ended = bool(products) and all(match["action"] in _OVER for match in products)
    about = frozenset(each.identifier for each in told.references or () if each.identifier)
    over = told.message_type == "Cancel" or ended
    zones = () if shapes else (told.affected_zones or ())[:MOST_ZONES]
    return Alert(_warning(told, shapes), about - {told.id}, over, zones)


def _vtec(told: _Properties) -> Sequence[str]:
    return told.parameters.vtec if told.parameters else ()


def _warning(told: _Properties, shapes: tuple[Shape, ...]) -> WeatherWarning:
    return WeatherWarning(
        id=told.id[:MOST_LINE],
        event=told.event[:MOST_LINE],
        severity=(told.severity or "Unknown")[:MOST_LINE],
        headline=(told.headline or "")[:MOST_LINE],
        area=(told.area_desc or "")[:MOST_AREA],
        begins=_time(told.onset or told.effective or told.sent, "onset"),
        until=_time(told.ends or told.expires, "ends") if told.ends or told.expires else OPEN,
        sender=(told.sender_name or "")[:MOST_LINE],
        text=(told.description or "")[:MOST_TEXT],
        instruction=(told.instruction or "")[:MOST_TEXT],
        exercise=told.status.lower() == EXERCISE or bool(told.exercise),
        states=_states(told),
        shapes=shapes,
    )


def _states(told: _Properties) -> tuple[str, ...]:
    """The states of the zones that are named: NCZ053 or NCC063 lies in NC."""
    zones = [zone.rpartition("/")[2] for zone in told.affected_zones or ()]
    codes = [*(told.geocode.ugc if told.geocode else ()), *zones]
    return tuple(sorted({code[:2] for code in codes[:MOST_ZONES] if _UGC.fullmatch(code)}))


def _time(text: str | None, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(text or "").astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    if at is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        shown = (text or "")[:40]
        raise PostError(f"not an alert: `{name}` is no time: '{shown}'")
    return at


def standing(alerts: Iterable[Alert]) -> tuple[WeatherWarning, ...]:
    """The warnings that hold, the worst first: updates replace, cancels end what they are about."""
    alerts = list(alerts)
    gone = {id_ for alert in alerts for id_ in alert.about}
    held = {
        alert.warning.id: alert.warning
        for alert in alerts
        if not alert.over and alert.warning.id not in gone
    }
    return worst_first(held.values())


def decode_shapes(raw: bytes | msgspec.Raw) -> tuple[Shape, ...]:
    """The polygons of a GeoJSON geometry; none of null or of another kind.

    Raises:
        PostError: it is no geometry.
        msgspec.MsgspecError: it is no JSON.
    """
    geometry = msgspec.json.decode(raw)
    if geometry is None:
        return ()
    try:
        parts = geometry["geometries"] if geometry["type"] == "GeometryCollection" else [geometry]
        shapes: list[Shape] = []
        for part in parts:
            if part["type"] == "Polygon":
                shapes.append(_shape(part["coordinates"]))
            elif part["type"] == "MultiPolygon":
                shapes += [_shape(each) for each in part["coordinates"]]
        if sum(len(ring) for shape in shapes for ring in shape) > MOST_POINTS:
            raise PostError(f"not an alert: a shape of more than {MOST_POINTS:,} corners")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise PostError("not an alert: `geometry` is no GeoJSON") from None
    return tuple(shape for shape in shapes if shape)


def _shape(rings: list[Any]) -> Shape:
    return tuple(ring for ring in (_ring(each) for each in rings) if len(ring) > 2)


def _ring(corners: list[Any]) -> Ring:
    ring = tuple((float(lon), float(lat)) for lon, lat, *_ in corners)
    if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in ring):
        raise ValueError("outside the globe")
    return ring[:: -(-len(ring) // MOST_CORNERS)] if ring else ()
