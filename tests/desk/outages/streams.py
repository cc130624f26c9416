"""Posts of a small territory over time, and what the desk makes of them, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.outages import OutageChange, Outages
from desk.post import Author, LabelledPost, Location
from desk.territories import Community, Territory

START = datetime(2031, 9, 4, 12, 0, tzinfo=UTC)
TOWNS = Territory(
    name="testland",
    timezone="UTC",
    community=(
        Community(id="alder", name="Alder", lat=35.0, lon=-79.0, radius_km=6, customers=9_000),
        Community(id="birch", name="Birch", lat=35.02, lon=-79.0, radius_km=5, customers=7_000),
        Community(id="cedar", name="Cedar", lat=35.9, lon=-78.0, radius_km=9, customers=400_000),
    ),
)


def post(
    minute: float,
    who: str = "",
    labels: str = "outage",
    where: str | Community | None = "alder",
    **more: Any,  # noqa: ANN401  any field of a post
) -> LabelledPost:
    """A labelled post `minute` minutes after START; its author is `who`, or of its own."""
    place = next((town for town in TOWNS.community if where in (town, town.id)), None)
    place = where if isinstance(where, Community) else place
    id_ = more.pop("id", f"{minute}-{who}-{labels}-{place and place.id}")
    return LabelledPost(
        id=id_,
        channel="file",
        author=Author(id=who or f"author of {id_}"),
        text=more.pop("text", "made up"),
        created_at=START + timedelta(minutes=minute),
        labels=tuple(labels.split()),
        matches=more.pop("matches", ()),
        location=_at(place) if place else None,
        **more,
    )


def _at(place: Community) -> Location:
    return Location(place.id, place.lat, place.lon, place.radius_km, "text", 0.8)


def run(posts: Iterable[LabelledPost], desk: Outages | None = None) -> list[OutageChange]:
    """All changes that `posts` bring about, in order of their clock."""
    desk = desk or Outages(TOWNS)
    changes: list[OutageChange] = []
    clock = START
    for item in posts:
        clock = max(clock, item.created_at)
        changes += desk.observe(item, clock)
    return changes


def statuses(changes: Iterable[OutageChange]) -> list[str]:
    """The statuses one after the other, without repeats."""
    seen: list[str] = []
    for change in changes:
        if not seen or seen[-1] != change.status:
            seen.append(change.status)
    return seen


def reports(
    first: float,
    count: int,
    every: float = 1.0,
    **more: Any,  # noqa: ANN401  any field of a post
) -> list[LabelledPost]:
    """Reports of `count` authors, `every` so many minutes."""
    return [post(first + n * every, f"a{first}-{n}", **more) for n in range(count)]


def later(desk: Outages, minute: float) -> list[OutageChange]:
    """What time alone brings about until `minute`."""
    return desk.advance(START + timedelta(minutes=minute))
