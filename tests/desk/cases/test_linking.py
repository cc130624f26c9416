"""Cases follow their outages, and whoever was promised a time is to be told that power is back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from desk.outages import OutageChange
from tests.desk.cases.town import ALDER, Town, at, post

LIVE = OutageChange(
    id="o-alder-1", status="likely", at=at(10), started_at=at(0), communities=("alder",),
    lat=35.0, lon=-79.0, radius_km=3.0, first_post_at=at(0), posts=5, authors=5, hazards=0,
    vulnerable=0, damage=0, confidence=0.9, evidence=(),
)  # fmt: skip


def changed(change: OutageChange, **fields: Any) -> OutageChange:  # noqa: ANN401
    return msgspec.structs.replace(change, **fields)


class Grid:
    """What outages there are, by community and since when."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.since: dict[str, tuple[str, datetime]] = {}

    def tell(self, *changes: OutageChange) -> None:
        for change in changes:
            if change.merged_into is None:
                begun = change.id, change.first_post_at
                self.since.update(dict.fromkeys(change.communities, begun))
        self.town.cases.link(changes, self.at)

    def at(self, community: str, when: datetime) -> str | None:
        id_, since = self.since.get(community, ("", when))
        return id_ if id_ and since <= when else None


def day() -> tuple[Town, Grid]:
    """Before the outage is known: Ann and Bob speak of it, Cid of a bill, Dan is elsewhere."""
    town = Town()
    town.see(
        post("1", 0, "ann", location=ALDER),
        post("2", 1, "bob", "etr", location=ALDER),
        post("3", 1, "cid", "billing", location=ALDER),
        post("4", 1, "dan"),
    )
    return town, Grid(town)


def affected(town: Town, outage: str) -> list[str]:
    return [case.id for case in town.cases.affected(outage)]


def test_cases_that_came_before_the_outage_was_known_are_of_it() -> None:
    town, grid = day()
    grid.tell(LIVE)
    assert affected(town, "o-alder-1") == ["c-x-1", "c-x-2"]
    town.see(post("5", 12, "eve", location=ALDER), outage="o-alder-1")
    assert affected(town, "o-alder-1") == ["c-x-1", "c-x-2", "c-x-5"]
    town.cases.changes()
    grid.tell(changed(LIVE, posts=50, at=at(20)))
    assert town.cases.changes().cases == []


def test_cases_go_with_outages_that_are_merged() -> None:
    town, grid = day()
    grid.tell(LIVE)
    other = changed(LIVE, id="o-birch-1", communities=("birch", "alder"))
    grid.tell(changed(LIVE, status="dismissed", merged_into="o-birch-1"), other)
    assert affected(town, "o-alder-1") == []
    assert affected(town, "o-birch-1") == ["c-x-1", "c-x-2"]


def test_who_was_promised_a_time_is_to_be_told_once() -> None:
    town, grid = day()
    grid.tell(LIVE)
    town.cases.replied("c-x-1", at(15), "bea", promised=at(120))
    town.cases.replied("c-x-2", at(15), "bea")
    assert town.cases.to_tell("o-alder-1") == []
    restored = changed(LIVE, status="restored", at=at(100))
    grid.tell(restored)
    assert [case.id for case in town.cases.to_tell("o-alder-1")] == ["c-x-1"]
    grid.tell(changed(LIVE, at=at(110)))
    assert town.cases.to_tell("o-alder-1") == []
    grid.tell(restored)
    town.restart()
    assert [case.id for case in town.cases.to_tell("o-alder-1")] == ["c-x-1"]
    town.cases.replied("c-x-1", at(130), "bea", loop=True)
    assert town.cases.to_tell("o-alder-1") == []
    grid.tell(changed(LIVE, at=at(140)), changed(restored, at=at(150)))
    assert town.cases.to_tell("o-alder-1") == []


def test_outages_of_a_wrong_clock_are_forgotten() -> None:
    town, grid = day()
    grid.tell(LIVE)
    town.cases.forget_outages()
    assert affected(town, "o-alder-1") == []
    assert town.get("c-x-1").outage is None
