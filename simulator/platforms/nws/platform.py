"""The National Weather Service of a storm: /alerts/active and the zones that alerts name.

As api.weather.gov: GeoJSON, a User-Agent that says who asks (403 without), ETag and Last-Modified
with 304, pages, problems as RFC 9457. Everything has status Exercise, so `status=actual` finds
nothing. Outside the US alerts have no zones, and carry their polygons.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha1
from typing import Any

from aiohttp import web

from desk.territories.state import STATES, state_of
from simulator.platforms.nws.bulletins import ADVICE, County, Message, Service
from simulator.platforms.stage import Stage

PAGE = 500
SENDER = "exercise@weather.example"
GEO = "application/geo+json"
CONTEXT = ["https://geojson.org/geojson-ld/geojson-context.jsonld", {"@version": "1.1"}]
MARINE = "AM AN GM LC LE LH LM LO LS PH PK PM PS PZ SL"
_NUMBERS = (
    "AL01 AK02 AZ04 AR05 CA06 CO08 CT09 DE10 DC11 FL12 GA13 HI15 ID16 IL17 IN18 IA19 KS20 KY21"
    " LA22 ME23 MD24 MA25 MI26 MN27 MS28 MO29 MT30 NE31 NV32 NH33 NJ34 NM35 NY36 NC37 ND38 OH39"
    " OK40 OR41 PA42 RI44 SC45 SD46 TN47 TX48 UT49 VT50 VA51 WA53 WV54 WI55 WY56"
    " AS60 GU66 MP69 PR72 VI78"
)
FIPS = {each[:2]: each[2:] for each in _NUMBERS.split()}
"""Numbers of states in SAME codes (FIPS 5-2)."""


def nws(stage: Stage) -> Iterable[web.AbstractRouteDef]:
    """The weather service of the storm of `stage`."""
    office = _Office(stage)
    return [
        web.get("/alerts/active", office.active),
        web.get("/zones/{type:forecast|county}/{id}", office.zone),
    ]


def wire_ids(stage: Stage, at_s: float) -> list[str]:
    """The ids of all alerts that hold at a second of the storm: what a desk must show then."""
    standing = Service(stage.conductor.day, state_of(stage.territory)).standing(at_s)
    return [each.id for each in standing if each.kind != "Cancel"]


class _Office:
    """Answers for one storm."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._made: Service | None = None

    def _service(self) -> Service:
        """What is said in the storm, made when somebody asks."""
        if self._made is None:
            self._made = Service(self._stage.conductor.day, state_of(self._stage.territory))
        return self._made

    async def active(self, request: web.Request) -> web.StreamResponse:
        """The alerts that hold now."""
        if not request.headers.get("User-Agent", "").strip():
            return _problem(request, 403, "Forbidden", "Say who asks in a User-Agent")
        query = request.query
        at_s = self._stage.conductor.at_s
        service = self._service()
        try:
            limit = min(PAGE, max(1, int(query.get("limit", PAGE))))
            start = int(urlsafe_b64decode(query.get("cursor", "MA==")).decode())
            wanted = _wanted(service, query)
        except (ValueError, UnicodeDecodeError) as error:
            return _problem(request, 400, "BadRequest", f"Bad parameter: {error}")
        found = [each for each in service.standing(at_s) if wanted(each)]
        page = found[start : start + limit]
        updated = self._time(service.newest_s(at_s))
        body: dict[str, Any] = {
            "@context": CONTEXT,
            "type": "FeatureCollection",
            "features": [self._feature(request, service, each) for each in page],
            "title": f"EXERCISE: current watches, warnings, and advisories of {service.sender}",
            "updated": updated.isoformat(),
            "exercise": True,
        }
        if start + limit < len(found):
            after = urlsafe_b64encode(str(start + limit).encode()).decode()
            body["pagination"] = {"next": str(request.url.update_query(cursor=after))}
        return _answer(request, body, updated)

    async def zone(self, request: web.Request) -> web.StreamResponse:
        """A county or forecast zone, with its border."""
        service, id_ = self._service(), request.match_info["id"]
        kind = "C" if request.match_info["type"] == "county" else "Z"
        county = next(
            (each for each in service.counties if service.code(each.number, kind) == id_), None
        )
        if county is None or not service.state:
            return _problem(request, 404, "NotFound", f"No zone {id_}")
        body = {
            "@context": CONTEXT,
            "id": str(request.url.with_query(None)),
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [county.ring()]},
            "properties": {
                "id": id_,
                "type": request.match_info["type"],
                "name": county.places[0],
                "state": service.state,
                "exercise": True,
            },
        }
        return _answer(request, body, self._time(0))

    def _time(self, at_s: float) -> datetime:
        return self._stage.storm.starts_at + timedelta(seconds=int(at_s))

    def _local(self, at_s: float) -> str:
        return str(self._time(at_s).astimezone(self._stage.territory.zone).isoformat())

    def _feature(self, request: web.Request, service: Service, told: Message) -> dict[str, Any]:
        id_ = f"{request.url.origin()}/alerts/{told.id}"
        shape = None
        if told.shape is not None:
            shape = {"type": "MultiPolygon", "coordinates": told.shape}
            if len(told.shape) == 1:
                shape = {"type": "Polygon", "coordinates": told.shape[0]}
        return {
            "id": id_,
            "type": "Feature",
            "geometry": shape,
            "properties": self._properties(request, service, told, id_),
        }

    def _properties(
        self, request: web.Request, service: Service, told: Message, url: str
    ) -> dict[str, Any]:
        product, local, cancel = told.product, self._local, told.kind == "Cancel"
        names = dict.fromkeys(service.counties[number - 1].places[0] for number in told.counties)
        return {
            "@id": url,
            "@type": "wx:Alert",
            "id": told.id,
            "areaDesc": "; ".join(names),
            **self._about(str(request.url.origin()), service, told),
            "sent": local(told.issued_s),
            "effective": local(told.issued_s),
            "onset": local(told.onset_s),
            "expires": local(told.expires_s),
            "ends": local(told.ends_s),
            "status": "Exercise",
            "messageType": told.kind,
            "category": "Met",
            "severity": told.severity,
            "certainty": product.certainty,
            "urgency": told.urgency,
            "event": product.event,
            "sender": SENDER,
            "senderName": service.sender,
            **self._words(service, told, list(names)),
            "instruction": None if cancel else ADVICE[told.hazard],
            "response": "AllClear" if cancel else product.response,
            "parameters": {
                "NWSheadline": [f"{product.event} in effect".upper()],
                **({"VTEC": [told.vtec]} if told.vtec else {}),
                "eventEndingTime": [self._time(told.ends_s).isoformat()],
            },
            "exercise": True,
        }

    def _about(self, origin: str, service: Service, told: Message) -> dict[str, Any]:
        """The zones that a message holds for, where it has any, and what it replaces."""
        numbers = told.counties if service.state else ()
        zones = [service.code(number, "Z") for number in numbers]
        return {
            "geocode": {
                "SAME": [f"0{FIPS[service.state]}{2 * number - 1:03d}" for number in numbers],
                "UGC": zones,
            },
            "affectedZones": [f"{origin}/zones/forecast/{zone}" for zone in zones],
            "references": [
                {
                    "@id": f"{origin}/alerts/{each.id}",
                    "identifier": each.id,
                    "sender": SENDER,
                    "sent": self._local(each.issued_s),
                }
                for each in told.references
            ],
        }

    def _words(self, service: Service, told: Message, area: list[str]) -> dict[str, str]:
        zone = self._stage.territory.zone
        until, issued = (self._time(at_s).astimezone(zone) for at_s in (told.ends_s, told.issued_s))
        what = f"{told.product.event} issued {issued:%B %-d at %-I:%M%p %Z}"
        return {
            "headline": f"EXERCISE: {what} until {until:%B %-d at %-I:%M%p %Z} by {service.sender}",
            "description": (
                "EXERCISE EXERCISE EXERCISE\n\n"
                f"* WHAT...{told.words}.\n\n* WHERE...{', '.join(area)}.\n\n"
                f"* WHEN...Until {until:%-I:%M %p %Z %A}."
            ),
        }


def _wanted(service: Service, query: Mapping[str, str]) -> Callable[[Message], bool]:
    """A test of whether a message is asked for.

    Raises:
        ValueError: a parameter is wrong.
    """
    if sum(name in query for name in ("area", "zone", "point")) > 1:
        raise ValueError("area, zone and point exclude each other")
    areas = [each.upper() for each in query.get("area", "").split(",") if each]
    for area in areas:
        if area not in f"{STATES} {MARINE}".split():
            raise ValueError(f"area {area} is none")
    statuses = [each.lower() for each in query.get("status", "exercise").split(",")]
    zones = {each.upper() for each in query.get("zone", "").split(",") if each}
    here = _at(service, query["point"]) if "point" in query else None

    def wanted(told: Message) -> bool:
        codes = {service.code(number, kind) for number in told.counties for kind in "CZ"}
        return (
            "exercise" in statuses
            and (not areas or service.state in areas)
            and (not zones or bool(zones & codes))
            and ("point" not in query or (here is not None and here.number in told.counties))
        )

    return wanted


def _at(service: Service, point: str) -> County | None:
    lat, lon = (float(part) for part in point.split(","))
    for county in service.counties:
        (west, south), _, (east, north), *_ = county.ring()
        if west <= lon < east and south <= lat < north:
            return county
    return None


def _answer(request: web.Request, body: dict[str, Any], changed: datetime) -> web.StreamResponse:
    """`body`, or 304 where the client has it already."""
    text = json.dumps(body, indent=1)
    tag = f'"{sha1(text.encode()).hexdigest()}"'  # noqa: S324  names a version
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(changed, usegmt=True),
        "Cache-Control": "public, max-age=5, s-maxage=5",
    }
    if request.headers.get("If-None-Match") is not None:
        known = tag in request.headers["If-None-Match"]
    else:
        known = _is_since(request.headers.get("If-Modified-Since", ""), changed)
    if known:
        return web.Response(status=304, headers=headers)
    return web.Response(text=text, content_type=GEO, headers=headers)


def _is_since(said: str, changed: datetime) -> bool:
    try:
        return bool(parsedate_to_datetime(said) >= changed)
    except (ValueError, TypeError):
        return False


def _problem(request: web.Request, status: int, kind: str, detail: str) -> web.Response:
    body = {
        "correlationId": "exercise",
        "title": kind,
        "type": f"https://api.weather.gov/problems/{kind}",
        "status": status,
        "detail": detail,
        "instance": str(request.url.with_query(None)),
        "exercise": True,
    }
    return web.json_response(body, status=status, content_type="application/problem+json")
