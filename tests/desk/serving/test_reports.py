"""Reports at a real desk: told to screens, handed over, look-alikes judged, the settings told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from desk.accounts import Account
from desk.reports.handover import Handover
from desk.reports.lines import Kept, Line, Marks
from desk.reports.shift import ShiftReport
from desk.reports.trending import Trending
from desk.reports.volume import VolumeReport
from desk.serving.case_messages import Attach, CaseAct, CaseActed
from desk.serving.protocol import Detail, Read, Refused, Tick
from desk.serving.report_messages import (
    HandedOver,
    HandOver,
    JudgeLookAlike,
    LookAlikeJudged,
    LookAlikesTold,
    ReadLookAlikes,
    ReadReport,
    ReadSettings,
    SettingsTold,
    WatchLookAlikes,
)
from tests.desk.serving.conftest import OpenDesk

NOON = datetime(2031, 5, 1, 12, 0, tzinfo=UTC)
OWN = (Account(channel="x", handle="AlderPower", name="Alder Power"),)


def line(id_: str, minute: float, who: str, text: str, **more: object) -> str:
    at = (NOON + timedelta(minutes=minute)).isoformat()
    author = {"id": who, "handle": who}
    post = {"id": id_, "channel": "x", "author": author, "text": text, "created_at": at}
    return msgspec.json.encode(post | more).decode() + "\n"


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    path = tmp_path / "posts.jsonl"
    path.write_text(
        line("1", 0, "ann", "no power in Alderton")
        + line("2", 1, "bob", "the line is down in Birchfield")
        + line("3", 2, "AlderPower_Help", "no power? DM us your card number")
        + "".join(line(f"5{n}", n, f"p{n}", "good morning") for n in range(4, 30, 3))
        + line("4", 31, "cid", "no power here in Alderton")
        + line("6", 31, "dee", "The line is down, in Birchfield!")
    )
    return path


def with_own(monitor: object) -> None:
    """Let the desk know its own accounts, as settings would."""
    monitor.pipeline.look_alikes.know(OWN)  # type: ignore[attr-defined]


async def test_every_report_comes_and_bad_hours_are_refused(desk: OpenDesk, posts: Path) -> None:
    async with desk(posts) as (monitor, client):
        await monitor.run()
        await client.ask(ReadReport("shift", 2))
        shift = await client.until(ShiftReport)
        assert (shift.posts, shift.opened, shift.waiting) == (14, 5, 5)
        assert [each.name for each in shift.places] == ["Alderton", "Birchfield"]
        await client.ask(ReadReport("volume", 2))
        volume = await client.until(VolumeReport)
        assert volume.hours == (NOON - timedelta(hours=1), NOON)
        assert volume.posts == (0, 14)
        assert {each.name: each.posts for each in volume.labels} == {
            "hazard": (0, 2), "outage": (0, 3),
        }  # fmt: skip
        await client.ask(ReadReport("trending"))
        assert (await client.until(Trending)).trends == ()
        await client.ask(ReadReport("handover"))
        handover = await client.until(Handover)
        danger, again = next(s for s in handover.sections if s.name == "dangers").lines
        assert (danger.id, danger.kind, danger.mark) == ("case:c-x-2", "case", "new")
        assert (again.id, again.mark) == ("case:c-x-6", "redundant")
        await client.ask(ReadReport("shift", 0.01))
        assert "0.25 to 336" in (await client.until(Refused)).reason


async def test_a_handover_is_kept_and_the_next_one_is_marked_against_it(
    desk: OpenDesk, posts: Path
) -> None:
    async with desk(posts) as (monitor, client):
        await monitor.run()
        await client.ask(Attach("lea", "lead"))
        await client.ask(HandOver("note", "lea", "crews change at six"))
        assert (await client.until(HandedOver)).kind == "note"
        await client.ask(HandOver("keep", "lea"))
        assert "handed over by lea" in (await client.until(HandedOver)).words
        await client.ask(CaseAct("take", "lea", case="c-x-1"))
        await client.ask(CaseAct("close", "lea", case="c-x-2"))
        for _ in range(2):
            await client.until(CaseActed)
        monitor.reports._built.clear()
        await client.ask(ReadReport("handover"))
        told = await client.until(Handover)
        marks = {line.id: line.mark for line in told.lines()}
        assert marks["note:000001"] == "same"
        assert marks["case:c-x-1"] == "changed"
        assert [line.id for line in told.over] == ["case:c-x-2"]
        assert told.kept_by == "lea"
        for kind in ("undo", "unnote"):
            await client.ask(HandOver(kind, "lea"))
            await client.until(HandedOver)
        await client.ask(HandOver("undo", "lea"))
        assert "nothing to take back" in (await client.until(Refused)).reason
        await client.ask(HandOver("note", "lea", " \u0007 "))
        assert "note is empty" in (await client.until(Refused)).reason


def test_a_line_that_was_so_before_the_last_handover_has_lagged() -> None:
    kept = Kept(NOON, "lea", (Line("a", "was told"),))
    marks = Marks(kept)
    early, late = NOON - timedelta(minutes=5), NOON + timedelta(minutes=5)
    lines = (Line("a", "", since=early), Line("b", "", since=early), Line("c", "", since=late))
    assert [marks.put(line).mark for line in lines] == ["same", "lagged", "new"]


async def test_look_alikes_are_told_judged_and_told_again(desk: OpenDesk, posts: Path) -> None:
    async with desk(posts) as (monitor, client):
        with_own(monitor)
        await client.ask(ReadLookAlikes())
        assert (await client.until(LookAlikesTold)).items == ()
        await monitor.run()
        (one,) = (await client.until(LookAlikesTold)).items
        assert (one.id, one.account, one.posts) == ("x:alderpower_help", OWN[0].key, ("3",))
        assert monitor.status().look_alikes == 1
        await client.ask(JudgeLookAlike(one.id, "reported", "lea"))
        judged = await client.until(LookAlikeJudged)
        assert judged.words == "@AlderPower_Help in x: reported"
        (again,) = (await client.until(LookAlikesTold)).items
        assert again.verdict == "reported"
        assert monitor.status().look_alikes == 0
        await client.ask(JudgeLookAlike("x:nobody", "reported", "lea"))
        assert "no look-alike 'x:nobody'" in (await client.until(Refused)).reason


async def test_looking_for_them_can_be_switched_off_for_good(desk: OpenDesk, posts: Path) -> None:
    async with desk(posts) as (monitor, client):
        with_own(monitor)
        await monitor.run()
        await client.ask(WatchLookAlikes(on=False, by="lea"))
        assert not (await client.until(SettingsTold)).look_alikes_on
        monitor.pipeline.look_alikes.watch(on=True)
        monitor.reports._begin()  # as after a restart
        assert not monitor.pipeline.look_alikes.on


async def test_settings_are_told_with_their_files(desk: OpenDesk, posts: Path) -> None:
    async with desk(posts) as (monitor, client):
        await client.ask(ReadSettings())
        told = await client.until(SettingsTold)
        assert {file.name for file in told.files} >= {"policy.toml", "accounts.toml"}
        assert not any(file.own for file in told.files)
        assert (told.faults, told.folder) == ((), "")
        folder = posts.parent / "settings"
        folder.mkdir()
        (folder / "accounts.toml").write_text("[look_alikes]\non = 7\n")
        monitor.pipeline.settings_folder = folder
        await client.ask(ReadSettings())
        told = await client.until(SettingsTold)
        assert told.faults[0].startswith(f"{folder / 'accounts.toml'}:2:")
        (folder / "accounts.toml").write_text("[look_alikes]\non = false\n")
        await client.ask(ReadSettings())
        (file,) = [f for f in (await client.until(SettingsTold)).files if f.own]
        assert (file.name, file.changed) == ("accounts.toml", True)


async def test_a_post_without_a_label_that_was_kept_can_be_opened(
    desk: OpenDesk, posts: Path
) -> None:
    async with desk(posts) as (monitor, client):
        await monitor.run()
        await client.ask(Read("510"))
        told = await client.until(Detail)
        assert told.post is not None
        assert (told.post.text, told.post.labels) == ("good morning", ())
        await client.ask(Read("51"))
        assert (await client.until(Detail)).post is None


async def test_the_status_says_how_the_desk_stands(desk: OpenDesk, posts: Path) -> None:
    async with desk(posts) as (monitor, client):
        await monitor.run()
        monitor.reports._overload_at_s = -100.0
        while True:
            tick = await client.until(Tick)
            if tick.status is not None and tick.status.overload is not None:
                break
        stands = tick.status.overload
        assert (stands.backlog, stands.window_min, stands.level) == (5, 31, "overloaded")
        assert "5 customers wait, 10 an hour come in, and nobody was answered" in stands.words


async def test_who_leaves_or_asks_again_hears_the_newest_only(desk: OpenDesk, posts: Path) -> None:
    async with desk(posts) as (monitor, client):
        await monitor.run()
        for hours in (1, 2, 3):
            await client.ask(ReadReport("volume", hours))
        assert len((await client.until(VolumeReport)).hours) in (1, 2, 3)
        await client.ask(ReadReport("trending"))
        await client.socket.close()
        await asyncio.sleep(0.05)
        assert not any(turn.locked() for turn in monitor.reports._turns.values())
