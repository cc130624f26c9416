"""Cases at a real desk: lists and open cases told as they change, acts of two people, the mode."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from desk.cases.wrong import CORPUS, SETS
from desk.serving import idle
from desk.serving.case_messages import (
    Attach,
    CaseAct,
    CaseActed,
    CaseDetail,
    CaseWindow,
    LeaveCase,
    OpenCase,
    SetMode,
    UnwatchCases,
    WatchCases,
)
from desk.serving.protocol import Refused, Tick
from tests.desk.serving.conftest import Client, OpenDesk

NOON = datetime(2031, 5, 1, 12, 0, tzinfo=UTC)
Another = contextlib.AbstractAsyncContextManager[Client]


def line(id_: str, minute: float, who: str, text: str, **more: object) -> str:
    author = {"id": who, "handle": f"@{who}"}
    at = (NOON + timedelta(minutes=minute)).isoformat()
    post = {"id": id_, "channel": "x", "author": author, "text": text, "created_at": at}
    return msgspec.json.encode(post | more).decode() + "\n"


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text(
        line("1", 0, "ann", "no power in Alderton")
        + line("2", 1, "bob", "the wire, the line is down in Brook", media=[{"kind": "photo"}])
        + line("3", 2, "ann", "still no power in Alderton")
        + line("4", 3, "cid", "no power here")
    )
    return path


async def window(client: Client, view: int) -> CaseWindow:
    """The next telling of a list."""
    while True:
        tick = await client.until(Tick)
        for told in tick.cases:
            if told.view == view:
                return told


def ids(told: CaseWindow) -> list[str]:
    return [row.id for row in told.rows]


async def test_the_queue_is_told_in_its_order_and_again_when_it_changes(
    desk: OpenDesk, posts: Path
) -> None:
    async with desk(posts) as (monitor, client):
        await monitor.run()
        await client.ask(Attach("ann"))
        await client.ask(WatchCases(1))
        first = await window(client, 1)
        assert ids(first) == ["c-x-2", "c-x-1", "c-x-4"]
        assert (first.total, first.start, first.filter) == (3, 0, "")
        assert first.rows[1].contacts == 2
        assert (first.rows[1].place, first.rows[0].media) == ("Alderton", 1)
        assert first.rows[0].due_at == NOON + timedelta(minutes=6)
        await client.ask(CaseAct("answered", "ann", "c-x-1"))
        assert ids(await window(client, 1)) == ["c-x-2", "c-x-4"]
        await client.ask(WatchCases(1, start=1, count=1))
        assert ids(await window(client, 1)) == ["c-x-4"]
        await client.ask(UnwatchCases(1))


async def test_lists_are_filtered_for_who_looks(desk: OpenDesk, posts: Path) -> None:
    async with desk(posts) as (monitor, client):
        await monitor.run()
        await client.ask(Attach("eva"))
        await client.ask(WatchCases(7, "agent:me state:all"))
        assert ids(await window(client, 7)) == []
        for act in (CaseAct("close", "eva", "c-x-2"), CaseAct("take", "eva", "c-x-4")):
            await client.ask(act)
            await client.until(CaseActed)
        assert ids(await window(client, 7)) == ["c-x-4", "c-x-2"]
        await client.ask(WatchCases(7, "sate:new"))
        refused = await client.until(Refused)
        assert (refused.view, refused.reason[:21]) == (7, "unknown field 'sate:'")


async def test_two_people_see_each_other_and_do_not_take_each_others_cases(
    desk: OpenDesk, posts: Path, another_client: Another
) -> None:
    async with desk(posts) as (monitor, eva), another_client as fred:
        await monitor.run()
        await eva.ask(Attach("eva"))
        await fred.ask(Attach("fred", "lead"))
        await eva.ask(CaseAct("next", "eva"))
        acted = await eva.until(CaseActed)
        assert acted.case is not None
        assert (acted.act.case, acted.case.agent, acted.words) == ("c-x-2", "eva", "taken in hand")
        await fred.ask(OpenCase("c-x-2"))
        detail = await fred.until(CaseDetail)
        assert detail.case is not None
        assert (detail.case.agent, detail.case.viewers) == ("eva", ("fred",))
        assert [post.id for post in detail.posts] == ["2"]
        assert (detail.undo, detail.undo_by) == ("taken in hand", "eva")
        await fred.ask(CaseAct("take", "fred", "c-x-2"))
        refused = await fred.until(Refused)
        assert refused.case == "c-x-2"
        assert refused.reason.startswith("eva has had it in hand")
        await eva.ask(OpenCase("c-x-2"))
        both = await fred.until(CaseDetail)
        assert both.case is not None
        assert both.case.viewers == ("eva", "fred")
        await eva.ask(CaseAct("note", "eva", "c-x-2", text="crew called", side="operations"))
        assert (await eva.until(CaseActed)).words == "crew called"
        noted = await fred.until(CaseDetail)
        assert [(e.kind, e.words, e.by, e.side) for e in noted.events] == [
            ("take", "taken in hand", "eva", "desk"),
            ("note", "crew called", "eva", "operations"),
        ]
        await eva.ask(CaseAct("undo", "eva", "c-x-2"))
        assert (await eva.until(CaseActed)).words == "taken back: crew called"
        assert [e.undone for e in (await fred.until(CaseDetail)).events] == [False, True, False]
        await eva.ask(LeaveCase("c-x-2"))
        left = await fred.until(CaseDetail)
        assert left.case is not None
        assert left.case.viewers == ("fred",)


async def test_who_leaves_the_desk_looks_at_nothing_any_longer(
    desk: OpenDesk, posts: Path, another_client: Another
) -> None:
    async with desk(posts) as (monitor, eva):
        await monitor.run()
        await eva.ask(OpenCase("c-x-1"))
        async with another_client as fred:
            await fred.ask(Attach("fred"))
            await fred.ask(WatchCases(1, "state:all"))
            await fred.ask(OpenCase("c-x-1"))
            await fred.until(CaseDetail)
            await eva.until(CaseDetail)
            told = await eva.until(CaseDetail)
            assert told.case is not None
            assert told.case.viewers == ("fred",)
        alone = await eva.until(CaseDetail)
        assert alone.case is not None
        assert alone.case.viewers == ()


async def test_an_open_case_is_told_again_when_the_customer_writes(
    desk: OpenDesk, posts: Path
) -> None:
    async with desk(posts) as (monitor, client):
        await client.ask(OpenCase("c-x-1"))
        assert (await client.until(CaseDetail)).case is None
        await monitor.run()
        told = await client.until(CaseDetail)
        assert told.case is not None
        assert [post.id for post in told.posts] == ["1", "3"]
        assert [row.id for row in told.others] == []


async def test_merged_and_split_cases_are_told_of(desk: OpenDesk, posts: Path) -> None:
    async with desk(posts) as (monitor, client):
        await monitor.run()
        await client.ask(CaseAct("merge", "eva", "c-x-4", into="c-x-1"))
        acted = await client.until(CaseActed)
        assert acted.words == "the case of @cid merged into that of @ann"
        await client.ask(CaseAct("split", "eva", "c-x-1", posts=("4",)))
        assert (await client.until(CaseActed)).words == "1 of 3 posts are now a case of their own"
        await client.ask(WatchCases(1))
        assert ids(await window(client, 1)) == ["c-x-2", "c-x-1", "c-x-4"]


async def test_the_mode_is_everybodys_and_in_the_status(
    desk: OpenDesk, posts: Path, another_client: Another
) -> None:
    with posts.open("a") as file:
        file.write(line("6", 4, "gus", "no power in Brook"))
    async with desk(posts) as (monitor, eva), another_client as fred:
        await monitor.run()
        await eva.ask(SetMode("storm", "eva"))
        while True:
            status = (await fred.until(Tick)).status
            if status is not None and status.mode == "storm":
                break
        assert (status.mode_by, status.waiting + status.skipped) == ("eva", status.cases)
        await eva.ask(SetMode("calm", " "))
        assert "who acts?" in (await eva.until(Refused)).reason


async def test_before_the_first_post_there_is_nothing_to_act_on_but_the_mode(
    desk: OpenDesk, posts: Path
) -> None:
    async with desk(posts) as (monitor, client):
        await client.ask(SetMode("storm", "eva"))
        await client.ask(CaseAct("next", "eva"))
        assert "there are no cases yet" in (await client.until(Refused)).reason
        assert monitor.status().mode == "storm"
        assert [event.by for event in monitor.pipeline.store.events("")] == ["eva"]


async def test_a_wrong_label_is_noted_for_the_rule_authors_and_can_be_taken_back(
    desk: OpenDesk, posts: Path, tmp_path: Path
) -> None:
    corpus, sets = tmp_path / "data" / CORPUS, tmp_path / "data" / SETS
    async with desk(posts) as (monitor, client):
        await monitor.run()
        wrong = CaseAct("wrong", "eva", "c-x-2", posts=("2",), labels=("damage",), text="a fence")
        await client.ask(wrong)
        acted = await client.until(CaseActed)
        assert acted.words == "a post should be labelled: damage (a fence)"
        told = monitor.cases.detail("c-x-2")
        assert told.case is not None
        assert (told.posts[0].labels, told.case.labels) == (("damage",), ("damage",))
        assert b'"labels":["damage"]' in corpus.read_bytes()
        assert len(list(sets.iterdir())) == 1
        await client.ask(msgspec.structs.replace(wrong, labels=("hazard",)))
        assert "these are the labels" in (await client.until(Refused)).reason
        await client.ask(msgspec.structs.replace(wrong, posts=("4",)))
        assert "which post is labelled wrong" in (await client.until(Refused)).reason
        await client.ask(CaseAct("undo", "eva", "c-x-2"))
        await client.until(CaseActed)
        assert (corpus.read_bytes(), list(sets.iterdir())) == (b"", [])


async def test_at_a_real_desk_promises_run_on_while_feeds_are_quiet(
    desk: OpenDesk, posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(posts) as (monitor, client):
        await monitor.run()
        await client.ask(CaseAct("take", "eva", "c-x-4"))
        await client.ask(WatchCases(1, "state:late"))
        assert ids(await window(client, 1)) == []
        began_s = time.monotonic()
        monkeypatch.setattr(
            idle, "time", SimpleNamespace(monotonic=lambda: began_s + 31 * 60), raising=True
        )
        monitor.cases.tend()
        late = await window(client, 1)
        assert ids(late) == ["c-x-2", "c-x-1", "c-x-4"]
        assert [row.agent for row in late.rows] == [None, None, None]
        events = monitor.pipeline.store.events("c-x-4")
        assert [event.kind for event in events] == ["take", "returned"]
        now = monitor.time()
        assert now is not None
        assert NOON + timedelta(minutes=34) <= now < NOON + timedelta(minutes=35)
