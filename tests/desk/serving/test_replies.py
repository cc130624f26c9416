"""Replies at the desk's server: macros, drafts, sending, everybody of an outage, announcements."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from desk.replies.reply import Facts
from desk.serving.case_messages import Attach, CaseDetail, OpenCase
from desk.serving.outage_messages import Act, Acted
from desk.serving.protocol import Hello
from desk.serving.reply_messages import (
    AnnounceAct,
    Announced,
    AnnouncementChecked,
    Announcements,
    AnswerOutage,
    CheckAnnouncement,
    Drafted,
    FindMacros,
    JudgeReply,
    Macros,
    OutageAnswered,
    ReadAnnouncements,
    Replied,
    ReplyRefused,
    SaveDraft,
    SendReply,
)

if TYPE_CHECKING:
    from desk.serving.monitor import Monitor
    from tests.desk.serving.conftest import Client, OpenDesk

PostsFile = Callable[..., Path]
TEXTS = ["no power in Alderton"] * 12
PLAIN = "We know of it and crews are on it"


async def begun(monitor: Monitor, client: Client, role: str = "agent") -> str:
    """The oldest case, once the posts are read."""
    await client.until(Hello)
    await client.ask(Attach("Ann", role))  # type: ignore[arg-type]
    await monitor.run()
    return min(monitor.pipeline.cases.all(), key=lambda case: (case.opened_at, case.id)).id


async def opened(client: Client, case: str) -> CaseDetail:
    await client.ask(OpenCase(case))
    return await client.until(CaseDetail)


async def facts(client: Client, case: str) -> Facts:
    detail = await opened(client, case)
    assert detail.facts is not None
    return detail.facts


async def test_a_case_is_answered_from_a_macro_and_everybody_sees_it(
    posts_file: PostsFile, desk: OpenDesk, another_client: AbstractAsyncContextManager[Client]
) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client), another_client as other:
        case = await begun(monitor, client)
        detail = await opened(other, case)
        seen = detail.facts
        assert seen is not None
        assert seen.outage is not None
        await client.ask(FindMacros(case))
        macros = await client.until(Macros)
        assert macros.found[0].id == "outage-no-etr"
        text = macros.found[0].text
        await client.ask(SaveDraft(case, "Ann", text, macros.found[0].id, seen.version))
        drafted = await client.until(Drafted)
        assert (drafted.limit, drafted.problems, drafted.stale) == (280, (), "")
        assert 100 < drafted.length < 280
        while detail.draft is None:
            detail = await other.until(CaseDetail)
        assert detail.case is not None
        assert (detail.draft.by, detail.case.writing) == ("Ann", "Ann")
        await client.ask(SendReply(case, "Ann", text, seen.version))
        replied = await client.until(Replied)
        assert (replied.reply.state, replied.reply.exercise) == ("queued", True)
        assert replied.words == "answered in the dry run: recorded, sent nowhere"
        while not detail.replies or detail.replies[-1].state != "sent":
            detail = await other.until(CaseDetail)
        assert detail.replies[-1].remote == "dry-run:r-1"
        assert detail.case is not None
        assert (detail.case.state, detail.draft) == ("answered", None)


async def test_a_stale_reply_is_refused_with_what_is_known_now(
    posts_file: PostsFile, desk: OpenDesk
) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client):
        case = await begun(monitor, client)
        seen = await facts(client, case)
        assert seen.outage is not None
        await client.ask(SaveDraft(case, "Ann", PLAIN, seen=seen.version))
        await client.until(Drafted)
        await client.ask(Act("confirm", seen.outage, "lea"))
        await client.until(Acted)
        detail = await client.until(CaseDetail)
        while not detail.stale:  # the case that is open is told again by itself
            detail = await client.until(CaseDetail)
        assert detail.stale == "was likely, is confirmed now"
        await client.ask(SendReply(case, "Ann", PLAIN, seen.version))
        refused = await client.until(ReplyRefused)
        assert (refused.case, refused.kind) == (case, "stale")
        assert refused.facts is not None
        await client.ask(SendReply(case, "Ann", PLAIN, refused.facts.version))
        assert (await client.until(Replied)).reply.status == "confirmed"


async def test_refusals_name_the_case_and_what_is_wrong(
    posts_file: PostsFile, desk: OpenDesk
) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client):
        case = await begun(monitor, client)
        version = (await facts(client, case)).version
        await client.ask(SendReply(case, "Ann", "We guarantee it", version))
        refused = await client.until(ReplyRefused)
        assert (refused.kind, [p.rule for p in refused.problems]) == ("voice", ["guarantee"])
        await client.ask(SendReply("c-nowhere", "Ann", PLAIN, version))
        assert (await client.until(ReplyRefused)).kind == "unknown"
        await client.ask(JudgeReply("r-1", "Ann", approve=True))
        assert (await client.until(ReplyRefused)).kind == "role"
        await client.ask(SendReply(case, "", PLAIN, version))  # the name that the screen gave
        assert (await client.until(Replied)).reply.by == "Ann"


async def test_everybody_of_an_outage_is_answered_once(
    posts_file: PostsFile, desk: OpenDesk
) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client):
        case = await begun(monitor, client)
        outage = (await facts(client, case)).outage
        assert outage is not None
        await client.ask(FindMacros("", outage=outage, people=True))
        macros = await client.until(Macros)
        assert macros.found[0].id == "outage-no-etr"
        assert macros.found[0].text.startswith("We know of the outage in Alderton")
        await client.ask(AnswerOutage(outage, macros.found[0].id, "Ann"))
        preview = await client.until(OutageAnswered)
        assert (len(preview.filled), preview.sent, preview.affected) == (12, 0, 12)
        assert preview.filled[0].text.startswith("@resident_0, we know of the outage in Alderton")
        await client.ask(AnswerOutage(outage, "outage-no-etr", "Ann", send=True))
        assert (await client.until(OutageAnswered)).sent == 12
        await client.ask(AnswerOutage(outage, "outage-no-etr", "Ann", send=True))
        again = await client.until(OutageAnswered)
        assert (again.sent, again.answered, len(again.passed_over)) == (0, 12, 12)
        await client.ask(AnswerOutage(outage, "restored", "Ann", loop=True))
        assert (await client.until(ReplyRefused)).kind == "stale"


async def test_what_goes_to_everybody_is_sent_as_it_was_looked_at(
    posts_file: PostsFile, desk: OpenDesk
) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client):
        case = await begun(monitor, client)
        outage = (await facts(client, case)).outage
        assert outage is not None
        send = AnswerOutage(outage, "outage-no-etr", "Ann", send=True)
        for _ in range(2):
            await client.ask(send)
            refused = await client.until(ReplyRefused)
            assert (refused.kind, "look first" in refused.reason) == ("stale", True)
        await client.ask(AnswerOutage(outage, "outage-no-etr", "Ann"))
        await client.until(OutageAnswered)
        await client.ask(Act("confirm", outage, "lea"))
        await client.until(Acted)
        await client.ask(send)
        refused = await client.until(ReplyRefused)
        assert "was likely, is confirmed now" in refused.reason
        await client.ask(AnswerOutage(outage, "outage-no-etr", "Ann"))
        await client.until(OutageAnswered)
        await client.ask(send)
        assert (await client.until(OutageAnswered)).sent == 12


async def test_announcements_are_read_and_told_when_they_change(
    posts_file: PostsFile, desk: OpenDesk, another_client: AbstractAsyncContextManager[Client]
) -> None:
    async with desk(posts_file(TEXTS)) as (monitor, client), another_client as other:
        await begun(monitor, client, "lead")
        await other.until(Hello)
        await other.ask(ReadAnnouncements())
        assert (await other.until(Announcements)).items == ()
        await client.ask(FindMacros(""))
        assert {found.id for found in (await client.until(Macros)).found} == {
            "storm-ahead",
            "storm-ahead-medical",
        }
        await client.ask(AnnounceAct("draft", "Ann", title="Storm", text="A storm is coming."))
        announced = await client.until(Announced)
        assert (announced.item.id, announced.item.exercise) == ("a-1", True)
        (item,) = (await other.until(Announcements)).items
        assert item == announced.item
        for text in ("A storm is coming.", "Calm down: a storm is coming."):
            await client.ask(CheckAnnouncement(text, accounts=("x:power", "facebook:power")))
            checked = await client.until(AnnouncementChecked)
            assert checked.text == text
            assert len(checked.problems) == text.startswith("Calm")
        await client.ask(AnnounceAct("submit", "Ann", "a-1"))
        refused = await client.until(ReplyRefused)
        assert (refused.case, refused.kind) == ("", "channel")


async def test_before_the_first_post_of_a_storm_there_is_nobody_to_write_to(
    posts_file: PostsFile, desk: OpenDesk
) -> None:
    async with desk(posts_file([])) as (monitor, client):
        monitor.pipeline.store.set_exercise(exercise=True)
        await client.until(Hello)
        await client.ask(FindMacros(""))
        assert "has not begun" in (await client.until(ReplyRefused)).reason
