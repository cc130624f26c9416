"""Alerts in the shape in which api.weather.gov tells them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2031, 9, 4, 12, tzinfo=UTC)


def alert(id_: str = "a1", /, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """A wind advisory for two counties that ends in six hours; `changes` are of its properties."""
    geometry = changes.pop("geometry", None)
    properties = {
        "@type": "wx:Alert",
        "id": id_,
        "areaDesc": "Alder; Birch",
        "geocode": {"SAME": ["037001", "037003"], "UGC": ["NCZ001", "NCZ002"]},
        "affectedZones": [],
        "references": [],
        "sent": NOON.isoformat(),
        "effective": NOON.isoformat(),
        "onset": (NOON + timedelta(hours=1)).isoformat(),
        "expires": (NOON + timedelta(hours=3)).isoformat(),
        "ends": (NOON + timedelta(hours=6)).isoformat(),
        "status": "Actual",
        "messageType": "Alert",
        "severity": "Moderate",
        "event": "Wind Advisory",
        "senderName": "NWS Elsewhere",
        "headline": "Wind Advisory until six",
        "description": "* WHAT...Wind.",
        "instruction": "Secure outdoor objects.",
        "parameters": {"VTEC": ["/O.NEW.KXXX.WI.Y.0001.310904T1300Z-310904T1800Z/"]},
        "kindOfTomorrow": {"level": 5},
    }
    return {
        "id": f"https://api.weather.gov/alerts/{id_}",
        "type": "Feature",
        "geometry": geometry,
        "properties": {**properties, **changes},
    }


def about(*ids: str) -> list[dict[str, str]]:
    """References to earlier alerts."""
    return [{"identifier": id_, "sender": "someone", "sent": NOON.isoformat()} for id_ in ids]


def page(*features: object, **more: object) -> bytes:
    """An answer with these alerts."""
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()
