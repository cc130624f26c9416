"""The `info` block of a CAP 1.2 alert: what an outage is, how sure and how urgent, and where."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from math import cos, pi, radians, sin
from zoneinfo import ZoneInfo

from desk.distance import KM_PER_DEGREE
from desk.exports.handover import CAUSES, Handed, printable
from desk.exports.xml import add

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
VALID = timedelta(hours=6)
"""An alert expires so long after its state, or an hour after the time of restoration it names."""

HEADLINE_MOST = 160
"""Longer headlines are cut by some devices (CAP 1.2, section 3.2.2)."""

CORNERS = 24


def add_info(alert: ET.Element, outage: Handed, zone: ZoneInfo) -> None:
    """Add to `alert` what is known of an outage; times in `zone`."""
    last = outage.last
    info = add(alert, "info")
    add(info, "language", "en-US")
    add(info, "category", "Infra")
    add(info, "event", "Power outage")
    add(info, "responseType", _response(outage))
    add(info, "urgency", "Past" if outage.over else "Immediate")
    add(info, "severity", _severity(outage))
    add(info, "certainty", _certainty(outage))
    add(info, "effective", local(last.at, zone))
    add(info, "onset", local(last.started_at, zone))
    add(info, "expires", local(_expires(outage), zone))
    add(info, "senderName", "stormdesk, from public posts")
    add(info, "headline", _headline(outage))
    add(info, "description", _description(outage, zone))
    for name, value in _parameters(outage):
        parameter = add(info, "parameter")
        add(parameter, "valueName", name)
        add(parameter, "value", value)
    _areas(info, outage)


def _response(outage: Handed) -> str:
    if outage.withdrawn:
        return "None"
    return "AllClear" if outage.over else "Assess"


def _severity(outage: Handed) -> str:
    """Severe where people are in danger, by what they post; how many are out nobody knows."""
    if outage.over:
        return "Minor"
    return "Severe" if outage.last.hazards or outage.last.vulnerable else "Moderate"


def _certainty(outage: Handed) -> str:
    """CAP's words: Likely is more than even odds, Possible less (section 3.2.2)."""
    if outage.withdrawn:
        return "Unlikely"
    if outage.verified:
        return "Observed"
    return "Possible" if outage.last.status == "suspected" else "Likely"


def _expires(outage: Handed) -> datetime:
    last = outage.last
    due = last.at if last.etr is None else last.etr + timedelta(hours=1)
    return max(last.at + VALID, due)


def _headline(outage: Handed) -> str:
    state = "withdrawn" if outage.withdrawn else outage.last.status
    words = f"Power outage {state}: {', '.join(outage.names)}"
    return (f"EXERCISE: {words}" if outage.last.exercise else words)[:HEADLINE_MOST]


def _description(outage: Handed, zone: ZoneInfo) -> str:
    last = outage.last
    words = [
        outage.remark,
        f"{last.authors} people post of it since {last.started_at.astimezone(zone):%d %b %H:%M}.",
    ]
    if last.hazards or last.vulnerable:
        words.append(
            f"Posts that tell of a hazard: {last.hazards}, of people who need help:"
            f" {last.vulnerable}."
        )
    if last.cause in CAUSES:
        words.append(f"Cause as posted: {CAUSES[last.cause]}.")
    if last.etr is not None:
        words.append(f"People quote {last.etr.astimezone(zone):%d %b %H:%M} for restoration.")
    return " ".join(words)


def _parameters(outage: Handed) -> list[tuple[str, str]]:
    last = outage.last
    known = [
        ("stormdesk:outage", printable(last.id)),
        ("stormdesk:status", last.status),
        ("stormdesk:verified", "true" if outage.verified else "false"),
        ("stormdesk:people-posting", str(last.authors)),
        ("stormdesk:posts", str(last.posts)),
        ("stormdesk:hazard-posts", str(last.hazards)),
        ("stormdesk:vulnerable-posts", str(last.vulnerable)),
        ("stormdesk:damage-posts", str(last.damage)),
        ("stormdesk:confidence", f"{last.confidence:g}"),
    ]
    if last.oms is not None:
        known.append(("stormdesk:utility-incident", printable(last.oms)))
    if last.merged_into is not None:
        known.append(("stormdesk:merged-into", printable(last.merged_into)))
    return known


def _areas(info: ET.Element, outage: Handed) -> None:
    """Each community as polygon and circle: some readers take one of the two alone."""
    last = outage.last
    circles = [(printable(p.name) or "here", p.lat, p.lon, p.radius_km) for p in outage.places]
    if not circles:
        circles = [(", ".join(outage.names) or "here", last.lat, last.lon, last.radius_km)]
    for name, lat, lon, radius_km in circles:
        area = add(info, "area")
        add(area, "areaDesc", name)
        add(area, "polygon", _polygon(lat, lon, radius_km))
        add(area, "circle", f"{lat:.4f},{lon:.4f} {radius_km:g}")


def _polygon(lat: float, lon: float, radius_km: float) -> str:
    """A circle as a closed ring of "latitude,longitude" pairs, the last as the first."""
    high = radius_km / KM_PER_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    ring = []
    for corner in range(CORNERS + 1):
        turn = 2 * pi * (corner % CORNERS) / CORNERS
        ring.append(f"{lat + high * sin(turn):.4f},{lon + wide * cos(turn):.4f}")
    return " ".join(ring)


def local(at: datetime, zone: ZoneInfo) -> str:
    """An instant as CAP has it: whole seconds and an offset, which for UTC is -00:00, never Z."""
    text = at.astimezone(zone).replace(microsecond=0).isoformat()
    return text.removesuffix("+00:00") + "-00:00" if text.endswith("+00:00") else text
