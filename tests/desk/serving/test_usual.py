"""People who report an outage, against what is usual: each once, and only once it lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from desk.outages import Outages
from desk.post import Author, LabelledPost, Location
from desk.serving.usual import Reporters
from desk.territories import load_territory

NOON = datetime(2031, 5, 5, 16, 0, tzinfo=UTC)


def reports(count: int, at: datetime, **more: object) -> list[LabelledPost]:
    return [
        LabelledPost(
            id=f"{at}-{number}", channel="x", author=Author(f"p{number}", f"p{number}"), text="",
            created_at=at, labels=("outage",), matches=(),
            location=Location("alderton", 0.0, 0.0, 1.0, "text", 1.0), **more,  # type: ignore[arg-type]
        )
        for number in range(count)
    ]  # fmt: skip


def test_people_count_once_and_more_than_usual_is_said_once_it_lasts(territory_file: Path) -> None:
    outages, seen = Outages(load_territory(str(territory_file))), Reporters()
    assert seen.against(outages, NOON).level == "usual"
    seen.take([*reports(30, NOON), *reports(30, NOON), *reports(40, NOON, repost_of="x")])
    now = seen.against(outages, NOON)
    assert (now.people, now.level, now.heard_days) == (30, "usual", 0)
    assert 0 < now.usual < 2
    assert seen.against(outages, NOON + timedelta(minutes=10)).level == "far more"
    after = seen.against(outages, NOON + timedelta(minutes=60))
    assert (after.people, after.level) == (0, "usual")
