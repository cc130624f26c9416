"""GeoJSON (RFC 7946): a point for each outage."""

from __future__ import annotations

from typing import Any

import msgspec

from desk.exports.handover import Handed, Handover, Made, printable, utc

NOTE = "Outages found from public posts. People who post are counted, never customers."


def geojson(handover: Handover) -> Made:
    """One FeatureCollection, positions in longitude and latitude as RFC 7946 section 3.1.1 says.

    `exercise` and `note` are foreign members (section 6.1).
    """
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if handover.exercise:
        collection["exercise"] = True
    collection["note"] = f"EXERCISE. {NOTE}" if handover.exercise else NOTE
    collection["features"] = [_feature(outage) for outage in handover.outages]
    data = msgspec.json.format(msgspec.json.encode(collection), indent=1) + b"\n"
    return Made({"outages.geojson": data}, len(handover.outages), handover.left_out)


def _feature(outage: Handed) -> dict[str, Any]:
    last = outage.last
    return {
        "type": "Feature",
        "id": str(outage.key),
        "geometry": {"type": "Point", "coordinates": [round(last.lon, 5), round(last.lat, 5)]},
        "properties": properties(outage),
    }


def properties(outage: Handed) -> dict[str, Any]:
    """What is said of an outage in tables and maps; None where the desk does not know."""
    last = outage.last
    return {
        "mrid": str(outage.key),
        "outage": printable(last.id),
        "outage_kind": outage.kind,
        "status": last.status,
        "verified": outage.verified,
        "withdrawn": outage.withdrawn,
        "exercise": last.exercise,
        "started_at": utc(last.started_at),
        "first_post_at": utc(outage.history.first_post_at),
        "changed_at": utc(last.at),
        "restored_at": None if outage.withdrawn else utc(outage.history.ended_at),
        "etr": utc(last.etr),
        "radius_km": last.radius_km,
        "communities": [printable(name) for name in last.communities],
        "places": list(outage.names),
        "people_posting": last.authors,
        "posts": last.posts,
        "hazards": last.hazards,
        "vulnerable": last.vulnerable,
        "damage": last.damage,
        "confidence": last.confidence,
        "cause": None if last.cause is None else printable(last.cause),
        "oms": None if last.oms is None else printable(last.oms),
        "merged_into": None if last.merged_into is None else printable(last.merged_into),
        "remark": outage.remark,
    }
