"""Bulletins of a storm's weather service as the alerts that the National Weather Service issues.

A bulletin of another product than the one before it begins a new event and cancels the one before,
one of the same product updates it, an all-clear cancels it. Products, VTEC (phenomenon,
significance, action, event number) and times are as NWS Directives 10-1703 and 10-1701 have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha1
from typing import Any, NamedTuple

from simulator.stream import StormDay
from simulator.weather.forecast import COUNTY_DEG, UPDATE_H, Bulletin

HURRICANE_GUST_KMH = 150.0
"""Gusts of winds that blow 119 km/h for a minute, from which a storm is a hurricane."""
EXTREME_GUST_KMH = 185.0
CANCEL_H = 1.0
"""How long a cancellation is told."""
MM_PER_INCH = 25.4
KM_PER_MILE = 1.609


class Product(NamedTuple):
    """What is issued: its name, its VTEC phenomenon and significance, if it has any."""

    event: str
    vtec: str
    severity: str
    certainty: str
    response: str


_WIND = {
    "outlook": Product("Hazardous Weather Outlook", "", "Minor", "Possible", "Monitor"),
    "watch": Product("Tropical Storm Watch", "TR.A", "Moderate", "Possible", "Prepare"),
    "warning": Product("Tropical Storm Warning", "TR.W", "Severe", "Likely", "Shelter"),
}
_HURRICANE = {
    "watch": Product("Hurricane Watch", "HU.A", "Severe", "Possible", "Prepare"),
    "warning": Product("Hurricane Warning", "HU.W", "Severe", "Likely", "Shelter"),
}
PRODUCTS: dict[str, dict[str, Product]] = {
    "wind": _WIND,
    "flood": {
        "outlook": Product("Hydrologic Outlook", "", "Minor", "Possible", "Monitor"),
        "watch": Product("Flood Watch", "FA.A", "Severe", "Possible", "Prepare"),
        "warning": Product("Flash Flood Warning", "FF.W", "Severe", "Likely", "Avoid"),
    },
    "thunder": {
        "outlook": Product("Hazardous Weather Outlook", "", "Minor", "Possible", "Monitor"),
        "watch": Product("Severe Thunderstorm Watch", "SV.A", "Severe", "Possible", "Monitor"),
        "warning": Product("Severe Thunderstorm Warning", "SV.W", "Severe", "Observed", "Shelter"),
    },
    "ice": {
        "outlook": Product("Special Weather Statement", "", "Moderate", "Possible", "Prepare"),
        "watch": Product("Winter Storm Watch", "WS.A", "Severe", "Possible", "Prepare"),
        "warning": Product("Ice Storm Warning", "IS.W", "Severe", "Likely", "Prepare"),
    },
}
ADVICE = {
    "wind": "Stay inside and away from windows. Keep away from lines that are down.",
    "flood": "Turn around, don't drown, when a road is under water. Move to higher ground.",
    "thunder": "For your protection move to an interior room on the lowest floor of a building.",
    "ice": "Stay off the roads if you can. Prepare for days without power.",
}


class County(NamedTuple):
    """A county of a storm's territory: its number, its box in degrees, the places in it."""

    number: int
    south: float
    west: float
    places: tuple[str, ...]

    def ring(self) -> list[list[float]]:
        """Its border, as (longitude, latitude) against the clock (RFC 7946)."""
        north, east = round(self.south + COUNTY_DEG, 1), round(self.west + COUNTY_DEG, 1)
        west, south = self.west, self.south
        return [[west, south], [east, south], [east, north], [west, north], [west, south]]


class Message(NamedTuple):
    """One message of the service; times are seconds of the storm.

    `expires_s` is when it is told no more, `about` are all that it replaces, `references` the last
    of them. `shape` holds the rings of its polygons; None where it goes by its counties.
    """

    id: str
    kind: str
    hazard: str
    product: Product
    counties: tuple[int, ...]
    shape: list[Any] | None
    issued_s: float
    onset_s: float
    ends_s: float
    expires_s: float
    severity: str
    urgency: str
    vtec: str
    words: str
    references: tuple[Message, ...]
    about: tuple[str, ...]


class Service:
    """Everything that the weather service of a storm says, in the order of time."""

    def __init__(self, day: StormDay, state: str) -> None:
        self.state = state
        self._day = day
        self._zone_of: dict[int, int] = {}
        self.counties = self._counties()
        self.messages = sorted(self._messages(), key=lambda each: each.issued_s)
        outlets = [each for each in day.storm.outlet if each.kind == "weather"]
        self.sender = outlets[0].name if outlets else "Weather Service"

    def standing(self, at_s: float) -> list[Message]:
        """What is told at a second of the storm: issued, not expired, and not replaced since."""
        issued = [each for each in self.messages if each.issued_s <= at_s < each.expires_s]
        gone = {id_ for each in self.messages if each.issued_s <= at_s for id_ in each.about}
        return [each for each in reversed(issued) if each.id not in gone]

    def newest_s(self, at_s: float) -> float:
        """When the list has last changed."""
        changes = [each.issued_s for each in self.messages]
        changes += [each.expires_s for each in self.messages]
        return max((each for each in changes if each <= at_s), default=0.0)

    def code(self, county: int, kind: str) -> str:
        """The code of a county (kind C) or forecast zone (Z)."""
        return f"{self.state}{kind}{county:03d}"

    def _counties(self) -> list[County]:
        inside: dict[tuple[int, int], list[int]] = {}
        for zone in self._day.zones:
            cell = int(zone.lat // COUNTY_DEG), int(zone.lon // COUNTY_DEG)
            inside.setdefault(cell, []).append(zone.number)
        found = []
        for number, ((row, column), zones) in enumerate(sorted(inside.items()), 1):
            for zone_number in zones:
                self._zone_of[zone_number] = number
            names = dict.fromkeys(
                self._day.zones[zone_number].community.name for zone_number in zones
            )
            corner = round(row * COUNTY_DEG, 1), round(column * COUNTY_DEG, 1)
            found.append(County(number, *corner, tuple(names)))
        return found

    def _messages(self) -> Iterator[Message]:
        """Each hazard's bulletins are a chain of their own."""
        for hazard in PRODUCTS:
            before: tuple[Product, Message] | None = None
            events = 0
            for bulletin in self._day.bulletins:
                if bulletin.hazard != hazard:
                    continue
                product = _product(bulletin)
                if before is not None and (product is None or product.event != before[0].event):
                    action = "CAN" if product is None else "UPG"
                    yield self._message(bulletin, before[0], "Cancel", action, events, before[1])
                if product is None:
                    before = None
                    continue
                same = before is not None and product.event == before[0].event
                events += not same
                kind, action = ("Update", "CON") if same else ("Alert", "NEW")
                replaced = before[1] if same and before else None
                message = self._message(bulletin, product, kind, action, events, replaced)
                before = product, message
                yield message

    def _message(
        self,
        bulletin: Bulletin,
        product: Product,
        kind: str,
        action: str,
        event: int,
        replaced: Message | None,
    ) -> Message:
        cancel = kind == "Cancel"
        counties = tuple(sorted({self._zone_of[zone] for zone in bulletin.zones}))
        if cancel and replaced is not None:
            counties = replaced.counties
        expires_s = max(bulletin.at_s + UPDATE_H[bulletin.hazard] * 7200, bulletin.to_s)
        if cancel:
            expires_s = bulletin.at_s + CANCEL_H * 3600
        told = f"{self._day.storm.name} {self._day.storm.seed} {bulletin} {kind} {product.event}"
        id_ = f"urn:oid:2.49.0.1.840.0.{sha1(told.encode()).hexdigest()}.001.1"  # noqa: S324  a name
        return Message(
            id=id_,
            kind=kind,
            hazard=bulletin.hazard,
            product=product,
            counties=counties,
            shape=self._shape(bulletin.hazard, product, counties),
            issued_s=bulletin.at_s,
            onset_s=max(bulletin.at_s, bulletin.from_s),
            ends_s=bulletin.at_s if cancel else bulletin.to_s,
            expires_s=expires_s,
            severity=_severity(bulletin, product),
            urgency=_urgency(bulletin, cancel=cancel),
            vtec=self._vtec(product, action, event, bulletin),
            words=_words(bulletin, us=bool(self.state)),
            references=(replaced,) if replaced else (),
            about=(replaced.id, *replaced.about) if replaced else (),
        )

    def _shape(self, hazard: str, product: Product, counties: tuple[int, ...]) -> list[Any] | None:
        """The rings of each polygon; None where the product goes by zones, as most do."""
        drawn = hazard in ("thunder", "flood") and product.vtec[3:] == "W"
        return (
            None
            if self.state and not drawn
            else [[self.counties[number - 1].ring()] for number in counties]
        )

    def _vtec(self, product: Product, action: str, event: int, bulletin: Bulletin) -> str:
        if not product.vtec:
            return ""
        time = self._day.scene.time
        begins = f"{time(max(bulletin.at_s, bulletin.from_s)):%y%m%dT%H%MZ}"
        ends = f"{time(bulletin.to_s):%y%m%dT%H%MZ}"
        return f"/O.{action}.KXXX.{product.vtec}.{event:04d}.{begins}-{ends}/"


def _product(bulletin: Bulletin) -> Product | None:
    """What a bulletin is issued as; None for an all-clear."""
    if bulletin.hazard == "wind" and bulletin.gust_kmh >= HURRICANE_GUST_KMH:
        return _HURRICANE.get(bulletin.kind) or _WIND.get(bulletin.kind)
    return PRODUCTS[bulletin.hazard].get(bulletin.kind)


def _severity(bulletin: Bulletin, product: Product) -> str:
    extreme = product.vtec[3:] == "W" and bulletin.gust_kmh >= EXTREME_GUST_KMH
    return "Extreme" if extreme else product.severity


def _urgency(bulletin: Bulletin, *, cancel: bool) -> str:
    if cancel:
        return "Past"
    ahead_s = timedelta(seconds=bulletin.from_s - bulletin.at_s)
    if ahead_s <= timedelta(hours=1):
        return "Immediate"
    return "Expected" if ahead_s <= timedelta(hours=24) else "Future"


def _words(bulletin: Bulletin, *, us: bool) -> str:
    """What comes, in the units of the country."""
    gust = f"{bulletin.gust_kmh / KM_PER_MILE:.0f} mph" if us else f"{bulletin.gust_kmh:.0f} km/h"

    def depth(millimetres: float) -> str:
        inches = millimetres / MM_PER_INCH
        return f"{inches:.1f} inches" if us else f"{millimetres:.0f} mm"

    match bulletin.hazard:
        case "wind":
            return f"Gusts up to {gust}, and {depth(bulletin.rain_mm)} of rain"
        case "flood":
            return f"{depth(bulletin.rain_mm)} of rain, with flooding of roads and low places"
        case "thunder":
            return f"Thunderstorms with gusts up to {gust}"
        case _:
            return f"Ice of {depth(bulletin.ice_mm)} on trees and lines, and gusts up to {gust}"
