"""Outages at the desk's server: one opened, its posts as a view, and what people do to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desk.errors import OutageError, StoreError
from desk.outages import OutageChange
from desk.post import Author, LabelledPost, Location
from desk.serving.layers import SPOKEN_S, Layers
from desk.serving.names import NAME_LETTERS, clean_name
from desk.serving.outage_messages import Act, Acted, OutageDetail, PlaceCount, ReadOutage
from desk.serving.outage_reader import of_note
from desk.serving.protocol import Hello, OmsMark, Open, Page, Refused, Tick

if TYPE_CHECKING:
    from desk.serving.monitor import Monitor
    from tests.desk.serving.conftest import Client, OpenDesk

PostsFile = Callable[..., Path]
NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)
TEXTS = (
    ["no power in Alderton"] * 20
    + ["a line is down in Alderton", "no power in Birchfield"] * 10
    + ["no power in Birchfield"] * 10
)


async def outages_of(monitor: Monitor, client: Client) -> dict[str, OutageChange]:
    """The outages by place, once the posts are read and told of."""
    await client.until(Hello)
    await monitor.run()
    return {row.place: row.outage for row in monitor.outages()}


async def told(client: Client, id_: str) -> OutageChange:
    """The next that a client hears of an outage in a tick."""
    while True:
        for row in (await client.until(Tick)).outages:
            if row.outage.id == id_:
                return row.outage


async def opened(client: Client, id_: str) -> OutageDetail:
    await client.ask(ReadOutage(id_))
    return await client.until(OutageDetail)


async def test_an_outage_is_read_with_its_parts_series_and_history(
    posts_file: PostsFile, desk: OpenDesk
) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client):
        found = await outages_of(monitor, client)
        detail = await opened(client, found["Alderton"].id)
        assert detail.outage is not None
        assert (detail.place, detail.held) == ("Alderton", 30)
        (part,) = detail.parts
        assert (part.community, part.posts, part.authors, part.hazards) == ("alderton", 30, 30, 10)
        assert detail.series is not None
        assert (sum(detail.series.reports), sum(detail.series.hazards)) == (20, 10)
        assert [change.status for change in detail.history] == ["suspected", "likely"]
        assert [near.id for near in detail.near] == [found["Birchfield"].id]
        assert 60 < detail.near[0].km < 80


async def test_an_unknown_outage_is_read_as_nothing(posts_file: PostsFile, desk: OpenDesk) -> None:
    async with desk(posts_file([])) as (_, client):
        await client.until(Hello)
        assert await opened(client, "o-nowhere") == OutageDetail("o-nowhere", None)


async def test_the_posts_of_an_outage_are_a_view(posts_file: PostsFile, desk: OpenDesk) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client):
        found = await outages_of(monitor, client)
        await client.ask(Open(1, f"outage:{found['Birchfield'].id}"))
        page = await client.until(Page)
        assert page.total == 20
        assert {row.place for row in page.rows} == {"Birchfield"}
        await client.ask(Open(2, f"outage:{found['Alderton'].id} label:hazard"))
        assert (await client.until(Page)).total == 10
        await client.ask(Open(3, "outage:o-nowhere"))
        assert "no outage 'o-nowhere' at this desk" in (await client.until(Refused)).reason


async def test_an_act_is_answered_stored_and_told_to_every_screen(
    posts_file: PostsFile, desk: OpenDesk, another_client: AbstractAsyncContextManager[Client]
) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client), another_client as other:
        found = (await outages_of(monitor, client))["Alderton"]
        await other.until(Hello)
        await client.ask(Act("confirm", found.id, " an\x1bna\n "))
        acted = await client.until(Acted)
        assert acted.act.by == "an na"
        assert acted.changes[-1].status == "confirmed"
        while (await told(other, found.id)).status != "confirmed":
            pass
        change = monitor.pipeline.store.changes()[-1]
        assert (change.id, change.status, change.by) == (found.id, "confirmed", "an na")
        history = (await opened(other, found.id)).history
        assert [(step.status, step.by) for step in history][-1] == ("confirmed", "an na")


async def test_merge_split_and_undo_move_the_posts_of_the_views(
    posts_file: PostsFile, desk: OpenDesk
) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client):
        found = await outages_of(monitor, client)
        gone, stays = found["Birchfield"].id, found["Alderton"].id

        async def posts(outage: str) -> int:
            await client.ask(Open(1, f"outage:{outage}"))
            return (await client.until(Page)).total

        await client.ask(Act("merge", gone, "anna", into=stays))
        assert isinstance(await client.until(Acted), Acted)
        detail = await opened(client, stays)
        assert [part.community for part in detail.parts] == ["alderton", "birchfield"]
        assert (await posts(stays), await posts(gone)) == (50, 0)
        merged = (await opened(client, gone)).outage
        assert merged is not None
        assert (merged.status, merged.merged_into) == ("dismissed", stays)

        await client.ask(Act("undo", gone, "anna"))
        await client.until(Acted)
        assert (await posts(stays), await posts(gone)) == (30, 20)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act("confirm", "o-nowhere", "anna"), "unknown outage 'o-nowhere'"),
        (Act("undo", "", "anna"), "nothing was done"),
        (Act("merge", "", "anna"), "needs `into`"),
        (Act("split", "", "anna", communities=("mars",)), "mars is no community"),
        (Act("verify", "", " \x00 "), "who acts?"),
        (Act("verify", "", "OMS"), "stands for the utility's own list"),
    ],
    ids=lambda part: part.kind if isinstance(part, Act) else "",
)
async def test_what_can_not_be_done_is_refused_in_one_line(
    act: Act, words: str, posts_file: PostsFile, desk: OpenDesk
) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client):
        known = (await outages_of(monitor, client))["Alderton"].id
        outage = act.outage or known
        await client.ask(Act(act.kind, outage, act.by, act.into, act.communities))
        refused = await client.until(Refused)
        assert words in refused.reason
        assert "\n" not in refused.reason
        assert refused.outage == outage


async def test_an_act_that_can_not_be_stored_ends_the_desk(
    posts_file: PostsFile, desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client):
        found = await outages_of(monitor, client)

        def full(_: object) -> None:
            raise StoreError("can't write the store: disk full")

        monkeypatch.setattr(monitor.pipeline.store, "commit", full)
        with pytest.raises(StoreError, match="disk full"):
            monitor.act(Act("confirm", found["Alderton"].id, "anna"))
        with pytest.raises(StoreError, match="disk full"):
            await monitor.failure()


async def test_counts_and_marks_come_with_ticks(posts_file: PostsFile, desk: OpenDesk) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client):
        await client.until(Hello)
        await monitor.run()
        mark = OmsMark("77", 35.0, -79.0, "confirmed", 1240, None)
        monitor.oms = (mark,)
        counts: tuple[PlaceCount, ...] | None = None
        marks: tuple[OmsMark, ...] | None = None
        while not (counts and marks):
            tick = await client.until(Tick)
            counts, marks = tick.counts or counts, tick.oms or marks
        assert counts == (PlaceCount("alderton", 10, 0, 0),)
        assert marks == (mark,)


def said(
    label: str, author: str, minute: int, community: str = "d", **more: str | None
) -> LabelledPost:
    return LabelledPost(
        id=f"{author}-{minute}", channel="x", author=Author(author), text="", labels=(label,),
        created_at=NOON + timedelta(minutes=minute), matches=(), repost_of=more.get("repost_of"),
        location=Location(community, 1.0, 2.0, 3.0, "text", 0.9) if community else None,
    )  # fmt: skip


def test_layers_count_people_of_the_last_hours_and_no_reposts() -> None:
    layers = Layers()
    layers.take([said("damage", "loud", minute) for minute in range(50)])
    layers.take([said("damage", "other", 5), said("hazard", "other", 5, "e")])
    layers.take([said("damage", "echo", 6, repost_of="1"), said("vulnerable", "lost", 7, "")])
    now = NOON + timedelta(hours=1)
    assert layers.counts(now) == (PlaceCount("d", 0, 0, 2), PlaceCount("e", 1, 0, 0))
    later = NOON + timedelta(seconds=SPOKEN_S, minutes=10)
    assert layers.counts(later) == (PlaceCount("d", 0, 0, 1),)


def test_layers_forget_who_spoke_longest_ago() -> None:
    layers = Layers(held=10)
    layers.take([said("hazard", str(number), 0) for number in range(25)])
    assert layers.counts(NOON) == (PlaceCount("d", 10, 0, 0),)


def test_a_name_is_cleaned_and_bounded() -> None:
    assert clean_name("  Anna\u202e \x1b[31m B.\n") == "Anna [31m B."
    assert len(clean_name("x" * 1_000_000)) == NAME_LETTERS
    with pytest.raises(OutageError):
        clean_name("\u200b\n")


def test_growth_alone_is_not_of_note() -> None:
    def change(status: str, posts: int, by: str | None = None) -> OutageChange:
        return OutageChange(
            id="o", status=status, at=NOON, started_at=NOON, communities=("d",), lat=1, lon=2,  # type: ignore[arg-type]
            radius_km=3, first_post_at=NOON, posts=posts, authors=1, hazards=0, vulnerable=0,
            damage=0, confidence=0.5, evidence=(), by=by,
        )  # fmt: skip

    told = [change("suspected", 2), change("suspected", 9), change("likely", 10)]
    told += [change("likely", 10, "anna"), change("likely", 20)]
    assert [(each.status, each.posts) for each in of_note(told)] == [
        ("suspected", 2),
        ("likely", 10),
        ("likely", 10),
    ]
