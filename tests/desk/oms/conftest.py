"""Three towns, outages of posts in them, and incidents of the utility's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.oms import OmsOutage, read_oms
from desk.outages import OutageChange
from desk.territories import Community, Territory

START = datetime(2031, 9, 4, 16, 0, tzinfo=UTC)
TOWNS = {
    "alder-bay": Community(
        id="alder-bay", name="Alder Bay", lat=35.0, lon=-79.0, radius_km=5.0, customers=40_000,
        aliases=("The Bay",), zips=("27001", "27002"),
    ),
    "birchfield": Community(
        id="birchfield", name="Birchfield", lat=35.5, lon=-79.5, radius_km=4.0, customers=9_000
    ),
    "cedar-gap": Community(
        id="cedar-gap", name="Cedar Gap", lat=36.0, lon=-80.0, radius_km=3.0, customers=2_000
    ),
}  # fmt: skip
TERRITORY = Territory(
    name="Three Towns", timezone="America/New_York", community=tuple(TOWNS.values())
)

Listed = Callable[..., tuple[list[OmsOutage], list[str]]]


def _at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def _told(
    id_: str,
    status: str,
    minute: float,
    town: str = "alder-bay",
    **more: Any,  # noqa: ANN401  any field of a change
) -> OutageChange:
    """A change of an outage of posts, told at `minute`; it began at the minute 0."""
    place = TOWNS[town]
    fields: dict[str, Any] = {
        "id": id_,
        "status": status,
        "at": _at(minute),
        "started_at": START,
        "communities": (town,),
        "lat": place.lat,
        "lon": place.lon,
        "radius_km": place.radius_km,
        "first_post_at": START,
        "posts": 9,
        "authors": 7,
        "hazards": 0,
        "vulnerable": 0,
        "damage": 0,
        "confidence": 0.8,
        "evidence": ("p1", "p2"),
    }
    return OutageChange(**(fields | more))


def _incident(
    id_: str,
    minute: float,
    town: str = "alder-bay",
    **more: Any,  # noqa: ANN401  any field of an incident
) -> OmsOutage:
    """An incident of the utility's that began at `minute`, in the middle of a town."""
    place = TOWNS[town]
    fields: dict[str, Any] = {
        "id": id_,
        "started_at": _at(minute),
        "lat": place.lat,
        "lon": place.lon,
        "communities": (town,),
        "customers": 500,
    }
    return OmsOutage(**(fields | more))


@pytest.fixture
def at() -> Callable[[float], datetime]:
    """Minutes after the start as an instant."""
    return _at


@pytest.fixture
def told() -> Callable[..., OutageChange]:
    """Makes changes of outages of posts."""
    return _told


@pytest.fixture
def incident() -> Callable[..., OmsOutage]:
    """Makes incidents of the utility's."""
    return _incident


@pytest.fixture
def territory() -> Territory:
    """Three towns."""
    return TERRITORY


@pytest.fixture
def listed(tmp_path: Path) -> Listed:
    """Reads a text (or bytes) as a list of the utility's, with what was said of bad lines."""

    def read(
        content: str | bytes, name: str = "oms.csv", territory: Territory = TERRITORY
    ) -> tuple[list[OmsOutage], list[str]]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        said: list[str] = []
        return read_oms(path, territory, said.append), said

    return read
