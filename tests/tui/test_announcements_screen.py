"""Announcements, from a draft to every account; and one answer for everybody of an outage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from desk.replies.reply import Announcement
from desk.serving.protocol import Tick
from desk.serving.reply_messages import (
    AnnounceAct,
    AnswerOutage,
    CheckAnnouncement,
    FindMacros,
    ReadAnnouncements,
    ReplyRefused,
)
from tests.tui.cases_scene import CLOCK, MACROS
from tests.tui.conftest import HELLO, status
from tests.tui.scene import until
from tui.link import LinkState
from tui.screens.everybody import Everybody

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

OPEN = ("C", "N")


def announced(scene: Scene, **changes: object) -> None:
    plain: dict[str, object] = {
        "id": "ann-1", "title": "Alder Bay", "text": "Crews are at work.", "by": "anna",
        "at": CLOCK, "accounts": ("x:utility", "bluesky:utility.example"), "exercise": True,
    }  # fmt: skip
    scene.desk.cases.announcements = [Announcement(**{**plain, **changes})]  # type: ignore[arg-type]


def acts(scene: Scene) -> list[str]:
    return [act.kind for act in scene.asked(AnnounceAct)]


async def test_the_list_and_one_of_them_whole(scene: OpenScene) -> None:
    async with scene() as s:
        announced(s, outage="outage-1", note="say since when")
        await s.press(*OPEN)
        text = s.text()
        for part in ("EXERCISE", "Announcements 1", "draft", "x, bluesky", "written by anna",
                     "Crews are at work.", "about the outage in Alder Bay", "x 18 of 280",
                     "x:utility: not sent yet", "note: say since when"):  # fmt: skip
            assert part in text
        await s.press("escape")
        assert s.screen() == "CasesScreen"


async def test_one_is_written_with_a_macro_accounts_and_an_outage(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press(*OPEN)
        assert "no announcement so far · n writes one" in s.text()
        await s.press("n", *"Alder", "ctrl+t", *"alder", "enter", "ctrl+o", *"wire", "enter")
        assert s.asked(FindMacros)[-1] == FindMacros("", query="wire", outage="outage-1")
        assert "about the outage in Alder Bay" in s.text()
        await s.press("tab", "tab", *"x", "colon", *"power")
        assert f"x {len(MACROS[2].text)} of 280" in s.text()
        await s.press("ctrl+s")
        made = s.asked(AnnounceAct)[-1]
        assert (made.kind, made.title, made.outage) == ("draft", "Alder", "outage-1")
        assert made.accounts == ("x:power",)
        assert "keep" not in made.text
        assert "at least 10 m" in made.text
        assert "» Alder: draft" in s.text()


async def test_the_words_are_checked_while_they_are_written(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.announcement_editor.CHECK_S", 0.01)
    async with scene(size=(120, 40)) as s:
        await s.press(*OPEN, "n", "tab", *"we promise")
        await until(lambda: "× 'promise' is banned" in s.text())
        assert s.asked(CheckAnnouncement)[-1] == CheckAnnouncement("we promise")
        await s.press("backspace")
        await until(lambda: "is banned" not in s.text())


async def test_accounts_are_chosen_from_those_known_or_typed_and_a_faulty_one_is_said(
    scene: OpenScene,
) -> None:
    async with scene(size=(120, 40)) as s:
        announced(s)
        await s.press(*OPEN, "n", "ctrl+k", "tab", *"threads", "colon", *"power", "tab", "enter")
        assert "x:utility, threads:power" in s.text()
        await s.press("tab", "tab", "end", *",nobody")
        assert "'nobody' is no account: write channel:handle" in s.text()
        await s.press("ctrl+s")
        assert acts(s) == []


async def test_what_is_not_saved_stays_here(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press(*OPEN, "n", *"half", "escape")
        assert "one is not saved yet · n goes on" in s.text()
        assert "what you wrote stays here" in s.text()
        await s.say(LinkState("lost", "the desk stopped"))
        await s.press("n", "ctrl+s")
        assert acts(s) == []
        assert "save it again when the desk is back" in s.text()
        await s.say(LinkState("connected"), HELLO, Tick(status=status()))
        assert len(s.asked(ReadAnnouncements)) == 2
        await s.press("n", "ctrl+s")
        assert s.asked(AnnounceAct)[-1].title == "half"
        assert "not saved yet" not in s.text()


async def test_from_draft_over_a_leads_word_to_sent(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        announced(s)
        await s.press(*OPEN, "p")
        assert "a lead must approve it first" in s.text()
        await s.press("s")
        assert "to approve" in s.text()
        await s.press("Y")
        assert "only a lead approves" in s.text()
        s.app.role = "lead"
        await s.press("D", *"too_long", "enter")
        assert s.asked(AnnounceAct)[-1].note == "too_long"
        await s.press("s", "Y", "p")
        assert "to everybody, from x:utility, bluesky:utility.example?" in " ".join(
            " ".join(line.replace("│", " ").split()) for line in s.lines()
        )
        assert "EXERCISE: it is recorded, and goes nowhere." in s.text()
        await s.press("y")
        assert acts(s) == ["submit", "reject", "submit", "approve", "send"]
        assert "x:utility: recorded, not sent (dry run)" in s.text()
        await s.press("x")
        assert "it has gone out, or is withdrawn already" in s.text()
        await s.press("e")
        assert "it has gone out: write another" in s.text()


async def test_one_is_withdrawn_and_one_without_accounts_does_not_go(scene: OpenScene) -> None:
    async with scene() as s:
        announced(s, accounts=())
        await s.press(*OPEN, "s")
        assert "no account is chosen: e edits it" in s.text()
        await s.press("x", "n", "x", "y")
        assert acts(s) == ["withdraw"]


async def test_an_edit_begins_with_what_is_there_and_a_refusal_is_said(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        announced(s)
        await s.press(*OPEN, "e", *"_2", "ctrl+s")
        assert s.asked(AnnounceAct)[-1].title == "Alder Bay_2"
        await s.say(ReplyRefused("", "role", "only a lead can\x1b[31m"))
        assert "× only a lead can␛[31m" in s.text()
        await s.press("y")
        assert s.app.clipboard == "Crews are at work."


# Everybody of an outage


async def test_everybody_of_an_outage_is_shown_before_anything_is_sent(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("C", "L", *"restoration", "enter")
        assert s.asked(AnswerOutage) == [AnswerOutage("outage-1", "etr-known", "agent")]
        text = s.text()
        for part in ("Answer everybody: Alder Bay", "3 get it of 4 affected, 1 answered before",
                     "✓ @person0", "× @person1", "gets none: has had an answer at 14:20",
                     "Hello @person0, power is back"):  # fmt: skip
            assert part in text
        sheet = s.app.screen
        assert isinstance(sheet, Everybody)
        assert sheet._told is not None
        sheet.fill(msgspec.structs.replace(sheet._told, filled=sheet._told.filled[:2]))
        await s.press("y")
        assert s.asked(AnswerOutage)[-1].send
        assert "» 3 answered in Alder Bay, 1 more than you saw; all are in the outbox" in s.text()


async def test_nothing_is_sent_where_one_goes_back(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "L", "enter", "escape")
        await s.press("L", "escape")
        assert not any(asked.send for asked in s.asked(AnswerOutage))
        assert s.screen() == "CasesScreen"


async def test_the_loop_is_closed_where_power_is_back(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        s.desk.change("outage-1", status="restored")
        await s.press("C", "L", "enter")
        assert s.asked(AnswerOutage)[-1].loop
        assert "Close the loop" in s.text()
        assert "who were promised a time" in s.text()
        await s.press("l")
        assert not s.asked(AnswerOutage)[-1].loop
        assert "who were promised a time" not in s.text()


async def test_a_macro_that_only_closes_the_loop_says_so(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("C", "L", "enter")
        told = s.desk.cases.everybody(s.asked(AnswerOutage)[-1])
        await s.say(msgspec.structs.replace(told, loop=True))
        assert "3 get it of 4 affected, 1 answered before · only those who were" in s.text()
        asked = len(s.asked(AnswerOutage))
        await s.press("l")
        assert "this macro tells only those who were promised a time" in s.text()
        assert len(s.asked(AnswerOutage)) == asked


async def test_it_opens_from_an_outage_and_a_refusal_is_said(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("o", "enter", "L")
        assert s.asked(FindMacros)[-1] == FindMacros("", outage="outage-1", people=True)
        s.desk.cases.mute = True
        await s.press("enter", "y")
        assert "the desk has not said yet who gets it" in s.text()
        await s.say(ReplyRefused("", "role", "only a lead answers more than 50"))
        assert "only a lead answers more than 50" in s.text()
        s.desk.cases.mute = False
        await s.press("l", "l")
        s.desk.cases.mute = True
        await s.press("y")
        asked = len(s.asked(AnswerOutage))
        await s.say(ReplyRefused("", "stale", "was likely, is confirmed now"))
        assert len(s.asked(AnswerOutage)) == asked + 1
        assert not s.asked(AnswerOutage)[-1].send
        assert "was likely, is confirmed now" in s.text()
