"""Changes of outages for tests: what a test does not speak of is of an ordinary one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desk.outages import OutageChange


def change(
    id_: str,
    status: str,
    at: datetime,
    community: str,
    **more: Any,  # noqa: ANN401  any field of a change
) -> OutageChange:
    """A change of outage `id_`, which begins with it unless told otherwise."""
    fields: dict[str, Any] = {
        "id": id_,
        "status": status,
        "at": at,
        "started_at": at,
        "communities": (community,),
        "lat": 35.0,
        "lon": -79.0,
        "radius_km": 3.0,
        "first_post_at": more.get("started_at", at),
        "posts": 9,
        "authors": 9,
        "hazards": 0,
        "vulnerable": 0,
        "damage": 0,
        "confidence": 0.9,
        "evidence": (),
    }
    return OutageChange(**(fields | more))
