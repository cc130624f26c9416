"""A desk whose account is switched on, at a platform that pretends: what screens settle."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from desk.accounts import Account
from desk.channels.switched_on import SwitchedOn
from desk.feeds import open_feed
from desk.feeds.kinds import KINDS
from desk.pipeline import Pipeline
from desk.replies.reply import Reply
from desk.secret import Secret
from desk.serving.case_messages import Attach, CaseDetail, OpenCase, WatchCases
from desk.serving.monitor import Monitor
from desk.serving.protocol import Hello, Tick
from desk.serving.reply_messages import (
    AnnounceAct,
    Announced,
    Announcements,
    Drafted,
    Outgoing,
    ReadAnnouncements,
    Replied,
    ReplyRefused,
    SaveDraft,
    SendReply,
    SettleReply,
)
from desk.serving.server import listening
from desk.store import Store
from desk.territories import load_territory
from rules import Engine, load_packs
from tests.desk.channels.pretend import PASSWORD, Platform, Pretender, pretending
from tests.desk.serving.conftest import Client, client_at

PostsFile = Callable[..., Path]
TEXT = "We know of it and crews are on it"


@contextlib.asynccontextmanager
async def sending(
    posts: Path, territory: Path, rules: Path, *, forgetful: bool = False, most: int | None = None
) -> AsyncIterator[tuple[Monitor, Client, Platform]]:
    """A desk that has read its posts, with one lead at it, and the platform of its account."""
    async with pretending(marked=True) as platform:
        account = Account(channel="x", handle="Power", on=True, server=platform.url)
        channel = Pretender(account, Secret(PASSWORD), forgetful=forgetful)
        channel.most_characters = most
        where = load_territory(str(territory))
        pipeline = Pipeline(Engine(load_packs(rules)), where, Store(), accounts=[account])
        monitor = Monitor(
            pipeline,
            [open_feed(f"file:{posts}", KINDS)],
            print,
            accounts=[SwitchedOn(account, channel)],
        )
        path = posts.parent / "desk.sock"
        async with listening(monitor, f"unix:{path}"), client_at(path) as client:
            await client.until(Hello)
            await client.ask(Attach("Ann", "lead"))
            await monitor.run()
            yield monitor, client, platform
        pipeline.store.close()


@pytest.fixture
def posts(posts_file: PostsFile) -> Path:
    return posts_file(["no power in Alderton"] * 12)


async def answer(monitor: Monitor, client: Client, number: int = 0) -> Reply:
    """Answer a case, in the order in which they were opened, and keep it open."""
    cases = sorted(monitor.pipeline.cases.all(), key=lambda case: (case.opened_at, case.id))
    await client.ask(OpenCase(cases[number].id))
    detail = await client.until(CaseDetail)
    assert detail.facts is not None
    await client.ask(SendReply(cases[number].id, "Ann", TEXT, detail.facts.version))
    return (await client.until(Replied)).reply


async def told(client: Client, state: str, *, note: str = "") -> CaseDetail:
    """The case that is open, once its reply is in this state."""
    while True:
        detail = await client.until(CaseDetail)
        if detail.replies and detail.replies[-1].state == state and note in detail.replies[-1].note:
            return detail


async def counted(client: Client, **wanted: int) -> Outgoing:
    """How replies do, once that is so."""
    ticks, client.ticks = client.ticks, []
    status = next((tick.status for tick in reversed(ticks) if tick.status), None)
    while True:
        said = status.outgoing if status else None
        if said and all(getattr(said, name) == count for name, count in wanted.items()):
            return said
        status = (await client.until(Tick)).status or status


async def test_what_a_rate_limit_holds_says_until_when(
    posts: Path, territory_file: Path, rules_folder: Path
) -> None:
    async with sending(posts, territory_file, rules_folder) as (monitor, client, platform):
        platform.plan = ["limit"]
        await answer(monitor, client)
        detail = await told(client, "queued", note="rate limit")
        assert detail.replies[-1].again_at is not None
        await counted(client, held=1)
        behind = await answer(monitor, client, 1)
        detail = await told(client, "queued", note="rate limit")  # its account waits
        assert (detail.id, detail.replies[-1].again_at is not None) == (behind.case, True)
        await client.ask(SettleReply(behind.id, "Ann", "withdraw"))
        detail = await told(client, "rejected")
        assert detail.draft is not None
        assert (detail.draft.text, detail.draft.by) == (TEXT, "Ann")
        outgoing = await counted(client, waiting=1)
        assert [(one.account, one.state) for one in outgoing.senders] == [("x:Power", "rate limit")]
        assert platform.texts == []


async def test_how_long_a_reply_may_be_is_known_before_one_is_sent(
    posts: Path, territory_file: Path, rules_folder: Path
) -> None:
    desk = sending(posts, territory_file, rules_folder, most=20)
    async with desk as (monitor, client, platform):
        while (await counted(client)).senders[0].characters is None:
            pass
        case = min(monitor.pipeline.cases.all(), key=lambda case: case.id)
        await client.ask(OpenCase(case.id))
        detail = await client.until(CaseDetail)
        assert detail.most == 20
        await client.ask(SaveDraft(case.id, "Ann", TEXT))
        drafted = await client.until(Drafted)
        assert (drafted.length, drafted.limit) == (len(TEXT), 20)
        assert [problem.kind for problem in drafted.problems if problem.blocks] == ["length"]
        assert (platform.logins, platform.texts) == (1, [])


async def test_an_unknown_reply_is_counted_found_and_settled_by_a_person(
    posts: Path, territory_file: Path, rules_folder: Path
) -> None:
    desk = sending(posts, territory_file, rules_folder, forgetful=True)
    async with desk as (monitor, client, platform):
        platform.plan = ["lose"]
        reply = await answer(monitor, client)
        detail = await told(client, "unknown")
        assert "it has no search" in detail.replies[-1].note
        await counted(client, unknown=1)
        await client.ask(WatchCases(1, "reply:unknown"))
        windows = (await client.until(Tick)).cases
        while not windows:
            windows = (await client.until(Tick)).cases
        assert [row.id for row in windows[0].rows] == [reply.case]
        await client.ask(SettleReply(reply.id, "Ann", "again"))
        assert "this reply is unknown" in (await client.until(ReplyRefused)).reason
        await client.ask(SettleReply(reply.id, "Ann", "sent"))
        assert (await client.until(Replied)).words.startswith("it stands as sent")
        detail = await told(client, "sent")
        assert detail.case is not None
        assert detail.case.state == "answered"
        assert ("Ann", "it was sent") in [(event.by, event.words) for event in detail.events]
        await counted(client, unknown=0)
        assert platform.texts == [TEXT]


async def test_what_was_not_sent_is_sent_again_once_somebody_has_looked(
    posts: Path, territory_file: Path, rules_folder: Path
) -> None:
    desk = sending(posts, territory_file, rules_folder, forgetful=True)
    async with desk as (monitor, client, platform):
        platform.plan = ["drop", "refuse"]
        reply = await answer(monitor, client)
        await told(client, "unknown")
        await client.ask(SettleReply(reply.id, "Ann", "not_sent"))
        await told(client, "failed", note="Ann has looked: it was not sent")
        await client.ask(SettleReply(reply.id, "Ann", "again"))
        await told(client, "failed", note="they may not be answered")
        await counted(client, failed=1)
        await client.ask(SettleReply(reply.id, "Ann", "again"))
        detail = await told(client, "sent")
        assert detail.replies[-1].remote == f"{platform.url}/posts/{next(iter(platform.published))}"
        assert platform.texts == [TEXT]


async def test_an_announcement_is_settled_the_same_way(
    posts: Path, territory_file: Path, rules_folder: Path
) -> None:
    async with sending(posts, territory_file, rules_folder) as (_, client, platform):
        platform.plan = ["refuse"]
        await client.ask(ReadAnnouncements())
        act = AnnounceAct("draft", "Ann", title="Storm", text="A storm is on its way.")
        await client.ask(act)
        item = (await client.until(Announced)).item
        for kind in ("edit", "submit", "send"):
            await client.ask(
                AnnounceAct(
                    kind,
                    "Ann",
                    item.id,
                    title=item.title,
                    text=item.text,
                    accounts=("x:Power",),
                )
            )
            item = (await client.until(Announced)).item
        while [one.state for one in item.sendings] != ["failed"]:
            (item,) = (await client.until(Announcements)).items
        await client.ask(SettleReply(item.sendings[0].reply, "Ann", "again"))
        while [one.state for one in item.sendings] != ["sent"]:
            (item,) = (await client.until(Announcements)).items
        assert platform.texts == [item.text]
