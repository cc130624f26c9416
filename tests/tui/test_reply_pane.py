"""The reply: measured as it is typed, checked, kept whatever happens, and sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from desk.replies.reply import Draft, Problem
from desk.serving.protocol import Tick
from desk.serving.reply_messages import (
    FindMacros,
    JudgeReply,
    ReplyRefused,
    SaveDraft,
    SendReply,
)
from tests.tui.cases_scene import CLOCK, MACROS, facts
from tests.tui.conftest import HELLO, status
from tests.tui.test_cases_screen import acts, view
from tui.link import LinkState
from tui.screens import replying as module

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

REPLY = ("C", "R")


@pytest.fixture(autouse=True)
def _saves_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAVE_S", 0.01)


def written(scene: Scene) -> str:
    return view(scene).reply.area.text


async def saved(scene: Scene) -> list[str]:
    await scene.pilot.pause(0.05)
    await scene.settle()
    return [draft.text for draft in scene.asked(SaveDraft)]


# Writing


async def test_a_click_on_the_line_of_the_reply_opens_it(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "enter")
        await s.pilot.click("#reply-head", offset=(20, 0))
        await s.settle()
        assert s.focus() == "reply"


async def test_letters_are_text_and_no_acts_from_the_first_one_on(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*REPLY, *"xatzdSN", "slash", "1")
        assert written(s) == "xatzdSN/1"
        assert acts(s) == []
        assert s.screen() == "CasesScreen"


async def test_the_length_is_that_of_the_channel(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C")
        for said in ("3 of 280", "3 of 300", "3 of 500", "3 of 8,000"):
            await s.press("R", *"abc")
            assert said in s.text()
            await s.press("escape", "escape", "j")


async def test_too_long_is_a_word_and_not_only_a_colour(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*REPLY)
        view(s).reply.area.write("a" * 285)
        await s.settle()
        assert "285 of 280" in s.text()
        assert "5 too long" in s.text()


async def test_what_the_desk_finds_is_listed_and_its_words_are_marked(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.problems = (
            Problem(kind="banned", words="'asap' says nothing", start=9, end=13, blocks=True),
            Problem(kind="safety", words="no safety line, and this is a hazard"),
        )
        await s.press(*REPLY, *"we_come,_asap")
        await saved(s)
        text = s.text()
        assert "× 'asap' says nothing" in text
        assert "! no safety line" in text
        assert "asap" in s.underlined()
        s.desk.cases.mute = True
        await s.press("x")
        assert "asapx" in s.text()
        assert "asap" not in s.underlined()  # the text is another one than what was judged


async def test_a_word_over_two_lines_is_marked_on_both(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.problems = (Problem(kind="banned", words="no", start=1, end=5, blocks=True),)
        await s.press(*REPLY, *"abc", "enter", *"def")
        await saved(s)
        assert s.underlined()[-2:] == ["bc", "d"]


async def test_what_is_pasted_is_made_harmless(scene: OpenScene) -> None:
    from textual import events

    async with scene() as s:
        await s.press(*REPLY)
        s.app.post_message(events.Paste("a\x1b[31m\u202eb\r\nc\td"))
        await s.settle()
        assert written(s) == "a␛[31m‹U+202E›b\nc    d"


# Macros


async def test_a_macro_is_found_as_one_types_and_taken_into_an_empty_reply(
    scene: OpenScene,
) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("C", "m", *"wire")
        assert s.asked(FindMacros)[-1] == FindMacros("case-0", query="wire")
        assert "Time of restoration" not in s.text()
        assert "at least 10 m, and call 911" in s.text()
        await s.press("enter")
        assert written(s) == MACROS[2].text
        assert s.focus() == "reply"
        assert (await saved(s))[-1] == MACROS[2].text
        assert s.asked(SaveDraft)[-1].macro == "hazard-wire"


async def test_a_macro_goes_where_the_cursor_is_in_a_text(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*REPLY, *"ab", "left", "ctrl+o", *"wire", "enter")
        assert written(s) == f"a{MACROS[2].text}b"


async def test_another_macro_takes_the_place_of_one_that_was_left_as_it_came(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press("C", "m", *"wire", "enter", "ctrl+o", *"known", "enter")
        assert written(s) == MACROS[0].text
        await s.press("space", "ctrl+o", *"wire", "enter")
        assert written(s) == f"{MACROS[0].text} {MACROS[2].text}"


async def test_what_a_macro_lacks_is_named(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "m", "down")
        assert "not known, to be written by hand: place" in s.text()
        await s.press("enter")
        assert "to be written by hand: place" in s.text()
        assert "{place}" in written(s)


async def test_the_sheet_can_be_left_and_nothing_found_is_said(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "m", *"zzz")
        assert "no macro like it" in s.text()
        await s.press("enter", "escape")
        assert written(s) == ""
        assert s.focus() == "conversation"
        await s.press("R", *"ab", "ctrl+o", "escape")
        assert written(s) == "ab"
        assert s.focus() == "reply"


async def test_an_answer_for_older_words_is_not_shown(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "m")
        s.desk.cases.mute = True
        await s.press(*"wire")
        s.desk.cases.mute = False
        await s.desk.send(FindMacros("case-0", query="time"))
        await s.settle()
        assert s.app.screen.query_one("#found").choices[0][0] == "etr-known"  # type: ignore[attr-defined]
        await s.desk.send(FindMacros("case-0", query="wire"))
        await s.settle()
        assert s.app.screen.query_one("#found").choices[0][0] == "hazard-wire"  # type: ignore[attr-defined]


async def test_enter_before_the_desk_has_answered_takes_what_was_typed_for(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press("C", "m")
        s.desk.cases.mute = True
        await s.press(*"wire", "enter")
        assert s.screen() == "MacroSheet"
        s.desk.cases.mute = False
        await s.desk.send(FindMacros("case-0", query="wire"))
        await s.settle()
        assert written(s) == MACROS[2].text


# Sending


@pytest.mark.parametrize("key", ["ctrl+s", "f10"])
async def test_a_reply_is_sent_once_and_the_pane_is_empty_again(key: str, scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*REPLY, *"done", key)
        assert s.asked(SendReply) == [SendReply("case-0", "agent", "done", seen="1")]
        assert "» recorded, not sent (dry run)" in s.text()
        assert written(s) == ""
        assert s.focus() == "conversation"
        assert "« agent" in s.text()


async def test_sending_can_go_straight_to_the_next_case(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*REPLY, *"done", "ctrl+n")
        assert acts(s)[-1] == ("next", "")
        assert view(s).opened == "case-1"
        assert "» recorded, not sent (dry run) · next: " in s.text()


async def test_nothing_is_sent_where_nothing_is_written(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*REPLY, "ctrl+s")
        assert s.asked(SendReply) == []
        assert "nothing is written" in s.text()


async def test_a_refusal_costs_no_word(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.refusal = ReplyRefused("case-0", "taken", "bea has it in hand")
        await s.press(*REPLY, *"done", "ctrl+s")
        assert "× bea has it in hand" in s.text()
        assert written(s) == "done"
        s.desk.cases.refusal = None
        await s.press("ctrl+s")
        assert written(s) == ""


async def test_warnings_are_asked_about_and_sent_anyway(scene: OpenScene) -> None:
    async with scene() as s:
        warned = (Problem(kind="safety", words="no safety line"),)
        s.desk.cases.refusal = ReplyRefused("case-0", "voice", "the voice check", warned)
        await s.press(*REPLY, *"done", "ctrl+s")
        assert "The voice check warns: no safety line. Send it anyway?" in s.text()
        s.desk.cases.refusal = None
        await s.press("y")
        assert s.asked(SendReply)[-1].anyway


async def test_what_blocks_can_not_be_sent_anyway(scene: OpenScene) -> None:
    async with scene() as s:
        blocks = (Problem(kind="banned", words="'asap' says nothing", blocks=True),)
        s.desk.cases.refusal = ReplyRefused("case-0", "voice", "the voice check", blocks)
        await s.press(*REPLY, *"done", "ctrl+s")
        assert s.screen() == "CasesScreen"
        assert "× 'asap' says nothing" in s.text()


# What has changed meanwhile


async def test_changed_facts_wait_until_they_are_seen(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        cases = s.desk.cases
        await s.press(*REPLY, *"by_17:45")
        await saved(s)
        cases.stale = "power back by 17:45 is now 21:30"
        cases.whole("case-0", facts=facts("2"), stale=cases.stale)
        cases.refusal = ReplyRefused("case-0", "stale", cases.stale, facts=facts("2"))
        await s.settle()
        assert "changed:  power back by 17:45 is now 21:30" in s.text()
        await s.press("ctrl+s")
        assert written(s) == "by_17:45"
        cases.refusal, cases.stale = None, ""
        await s.press("ctrl+g")
        assert s.asked(SaveDraft)[-1].seen == "2"
        assert "seen: the text stays" in s.text()
        await s.press("ctrl+s")
        assert s.asked(SendReply)[-1].seen == "2"


async def test_changed_facts_fill_the_macro_anew_and_leave_ones_own_words(
    scene: OpenScene,
) -> None:
    async with scene(size=(120, 40)) as s:
        cases = s.desk.cases
        await s.press("C", "m", *"restoration", "enter", *"_bye")
        await saved(s)
        cases.macros = [msgspec.structs.replace(MACROS[0], text="Back by 23:00.")]
        cases.whole("case-0", facts=facts("2"), stale="power back by 21:30 is now 23:00")
        await s.settle()
        await s.press("ctrl+r")
        assert written(s) == "Back by 23:00._bye"
        assert s.asked(SaveDraft)[-1].seen == "2"


async def test_words_of_a_macro_that_were_changed_are_not_overwritten(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "m", *"restoration", "enter", "backspace", "backspace")
        before = written(s)
        s.desk.cases.whole("case-0", facts=facts("2"), stale="another time")
        await s.press("ctrl+r")
        assert written(s) == before
        assert "you have changed the macro's words" in s.text()


# Drafts


async def test_a_draft_is_kept_at_the_desk_and_there_again_when_one_comes_back(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press(*REPLY, *"half_a", "escape")
        assert s.asked(SaveDraft)[-1].text == "half_a"
        await s.press("escape", "j", "R")
        assert written(s) == ""
        await s.press(*"other", "escape", "escape", "k", "R")
        assert written(s) == "half_a"
        await s.press("escape", "escape", "escape", "C", "R")
        assert written(s) == "half_a"


async def test_ones_own_draft_of_another_day_is_taken_up(scene: OpenScene) -> None:
    async with scene() as s:
        draft = Draft(case="case-0", by="agent", at=CLOCK, text="as I said", facts=facts("1"))
        s.desk.cases.whole("case-0", draft=draft)
        await s.press("C", "enter", "R")
        assert written(s) == "as I said"


async def test_somebody_elses_draft_is_shown_and_not_taken(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        draft = Draft(case="case-0", by="bea", at=CLOCK, text="we are looking")
        s.desk.cases.whole("case-0", draft=draft)
        await s.press("C", "enter")
        assert "bea is writing: we are looking" in s.text()
        await s.press("R")
        assert written(s) == ""


async def test_what_is_typed_while_the_desk_is_gone_is_told_when_it_is_back(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press(*REPLY, *"one")
        await saved(s)
        await s.say(LinkState("lost", "the desk stopped"))
        await s.press(*"_two")
        assert "not kept: no desk" in s.text()
        await s.press("ctrl+s")
        assert s.asked(SendReply) == []
        s.desk.cases.details.clear()  # the new desk knows nothing of it
        await s.say(LinkState("connected"), HELLO, Tick(status=status()))
        assert (await saved(s))[-1] == "one_two"
        assert written(s) == "one_two"


async def test_a_reply_whose_answer_was_lost_is_found_among_the_replies(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*REPLY, *"done")
        await saved(s)
        s.desk.cases.mute = True
        await s.press("ctrl+s")
        await s.say(LinkState("lost", "the desk stopped"))
        assert "above it shows whether it was taken" in s.text()
        assert written(s) == "done"
        s.desk.cases.mute = False
        row = s.desk.cases.find("case-0")
        assert row is not None
        await s.say(LinkState("connected"), HELLO, Tick(status=status()))
        assert written(s) == "done"
        s.desk.cases.send("case-0", "agent", "done")
        await s.settle()
        assert written(s) == ""


# Leads


async def test_a_reply_stands_beside_one_that_waits_for_a_lead(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "enter", "R", *"two", "ctrl+t")
        assert "sends this one" in s.text()
        reply = s.desk.cases.send("case-0", "bea", "One.")
        s.desk.cases.whole(
            "case-0", replies=(msgspec.structs.replace(reply, state="submitted", remote=""),)
        )
        await s.settle()
        await s.press("R", "ctrl+t")
        assert s.asked(SendReply)[-1].beside


async def test_only_a_lead_lets_a_submitted_reply_go(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "enter", "Y")
        assert "only a lead lets replies go" in s.text()
        assert s.asked(JudgeReply) == []


async def test_a_lead_lets_go_or_sends_back_with_a_note(scene: OpenScene) -> None:
    async with scene() as s:
        s.app.role = "lead"
        await s.press("C", "enter", "Y")
        assert "no reply here waits for a lead's word" in s.text()
        reply = s.desk.cases.send("case-0", "bea", "We promise power by six.")
        waiting = msgspec.structs.replace(reply, state="submitted", remote="")
        s.desk.cases.whole("case-0", replies=(waiting,))
        await s.settle()
        assert "waits for a lead's word" in s.text()
        await s.press("D", *"no_promise", "enter")
        assert s.asked(JudgeReply) == [
            JudgeReply(reply.id, "agent", approve=False, note="no_promise")
        ]
        assert "sent back by agent: no_promise" in s.text()
        s.desk.cases.whole("case-0", replies=(waiting,))
        await s.settle()
        await s.press("Y")
        assert s.asked(JudgeReply)[-1].approve
        assert "let go by agent" in s.text()
        other = msgspec.structs.replace(waiting, id="r-9", by="cid", text="No time yet, sorry.")
        s.desk.cases.whole("case-0", replies=(waiting, other))
        await s.settle()
        assert "2 replies wait for a lead to choose" in s.text()
        await s.press("g", "Y")
        assert "Which of 2 replies goes out?" in s.text()
        await s.press("down", "enter")
        assert s.asked(JudgeReply)[-1] == JudgeReply("r-9", "agent", approve=True)
