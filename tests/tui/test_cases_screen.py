"""The cases: a list that moves while it is read, one conversation, panes for every size."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import AsyncMock

import msgspec
import pytest
from rich.cells import cell_len

from desk.cases.case import CaseEvent
from desk.replies.reply import ReplyState
from desk.serving.case_messages import (
    CaseAct,
    CaseDetail,
    LeaveCase,
    OpenCase,
    UnwatchCases,
    WatchCases,
)
from desk.serving.protocol import Read, Tick
from tests.tui.cases_scene import CLOCK, case, detail, facts, post
from tests.tui.conftest import HELLO, status
from tests.tui.conftest import detail as detail_of
from tests.tui.conftest import row as post_row
from tui.case_list import WINDOW_ROWS
from tui.link import LinkState
from tui.screens.cases import CasesScreen
from tui.widgets.case_table import CaseTable
from tui.widgets.panes import Panes

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

SIZES = [(80, 24), (120, 40), (200, 50), (60, 16)]


def view(scene: Scene) -> CasesScreen:
    screen = scene.app.screen
    assert isinstance(screen, CasesScreen)
    return screen


def held(scene: Scene) -> str | None:
    row = view(scene).at_hand()
    return row.id if row else None


def acts(scene: Scene) -> list[tuple[str, str]]:
    return [(act.kind, act.case) for act in scene.asked(CaseAct)]


# What is in sight


async def test_a_line_says_the_promise_labels_state_place_and_text(scene: OpenScene) -> None:
    parts = ("EXERCISE", "[1 queue 12]", "late 22m", "6m left", "!HAZ", "new", "Alder B")
    async with scene() as s:
        await s.press("C")
        for size in SIZES:
            await s.resize(*size)
            for part in parts:
                assert part in s.text()
            assert all(len(line) == size[0] for line in s.lines())


async def test_one_pane_at_a_time_where_it_is_narrow_and_a_way_between_them(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press("C")
        assert s.focus() == "case-table"
        assert s.asked(OpenCase) == []
        await s.press("enter")
        assert s.focus() == "conversation"
        assert "@person0 !HAZ late 22m · new · Alder Bay" in s.text()
        assert "there is a live wire" in s.text()
        assert "6m left" not in s.text()
        await s.press("escape")
        assert s.focus() == "case-table"
        assert s.asked(LeaveCase) == [LeaveCase("case-0")]
        await s.press("escape")
        assert s.screen() == "Monitor"


async def test_list_beside_conversation_and_what_is_known_where_there_is_room(
    scene: OpenScene,
) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("C")
        await s.pilot.pause(0.2)
        assert s.asked(OpenCase) == [OpenCase("case-0")]
        assert "Conversation" in s.text()
        assert "What is known" not in s.text()
        await s.resize(200, 50)
        assert "What is known" in s.text()
        assert "214 posts by 211 people" in s.text()
        await s.resize(80, 24)
        assert "Conversation" not in s.text()


async def test_beside_the_list_the_conversation_follows_the_cursor_but_not_at_every_step(
    scene: OpenScene,
) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("C")
        await s.pilot.pause(0.2)
        await s.press("j", "j", "j")
        await s.pilot.pause(0.2)
        assert s.asked(OpenCase)[-1] == OpenCase("case-3")
        assert len(s.asked(OpenCase)) < 4
        assert "third blackout" in s.text()


async def test_i_shows_what_is_known_in_place_of_the_conversation(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.whole("case-0", others=(case(8), case(4)))
        await s.press("C", "i")
        assert s.focus() == "about"
        for part in (
            "The outage · enter opens it",
            "power back by 17:45",
            "Other cases",
            "@person8",
        ):
            assert part in s.text()
        await s.press("i")
        assert s.focus() == "conversation"
        await s.press("i", *"jjjjjjjj", "enter")
        assert view(s).opened == "case-8"
        await s.press("i", "enter")
        await s.press("j", "enter")
        assert s.screen() == "OutageScreen"


async def test_the_head_says_the_outage_its_time_who_looks_and_who_writes(
    scene: OpenScene,
) -> None:
    async with scene(size=(120, 40)) as s:
        s.desk.cases.change("case-0", viewers=("agent", "bea"), writing="anna", tags=("school",))
        await s.press("C", "enter")
        for part in ("● confirmed Alder Bay", "power back by 17:45", "#school"):
            assert part in s.text()
        assert "anna is writing" in s.text()
        assert "bea looks at it" in s.text()
        s.desk.cases.change("case-0", writing="")
        await s.settle()
        assert "is writing" not in s.text()


async def test_storm_mode_is_said_over_the_list_with_what_is_skipped(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        s.desk.cases.change("case-5", skipped=True)
        await s.press("C", "S")
        assert "Switch the whole desk to storm mode?" in s.text()
        await s.press("y")
        assert "3 left for later" in s.text()
        assert "later" in next(line for line in s.lines() if "thanks to the" in line)
        await s.press("S")
        assert "back to calm?" in s.text()


# The list moves


async def test_the_cursor_stays_on_its_case_when_the_order_changes(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "j", "j")
        assert held(s) == "case-2"
        cases = s.desk.cases
        cases.rows.insert(0, cases.rows.pop(9))
        cases.rows.insert(0, cases.rows.pop(8))
        cases.tell()
        await s.settle()
        assert held(s) == "case-2"
        assert view(s).table.cursor == 4
        await s.press("x")
        assert acts(s) == [("close", "case-2")]


async def test_a_case_that_others_take_from_the_list_stays_at_hand_and_no_other_is_hit(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press("C", "j")
        s.desk.cases.change("case-1", state="closed")
        await s.settle()
        assert held(s) == "case-1"
        assert view(s).table.astray()
        await s.press("x")
        assert acts(s) == [("close", "case-1")]
        assert held(s) == "case-2"
        s.desk.cases.change("case-2", state="closed")
        await s.settle()
        assert held(s) == "case-2"
        await s.press("j")
        assert held(s) == "case-3"


async def test_after_ones_own_act_the_next_case_is_at_hand(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "j", "x")
        assert "person1: close by agent" in s.text()
        assert held(s) == "case-2"


async def test_fifty_thousand_cases_come_in_windows_as_one_scrolls(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.rows = [case(number) for number in range(50_000)]
        await s.press("C")
        assert s.asked(WatchCases)[-1].count == WINDOW_ROWS
        await s.press("G")
        await s.settle()
        assert held(s) == "case-49999"
        assert s.asked(WatchCases)[-1].start == 50_000 - WINDOW_ROWS
        await s.press("pageup", "pageup")
        before = held(s)
        s.desk.cases.rows.insert(0, case(60_000))
        s.desk.cases.tell()
        await s.settle()
        assert held(s) == before
        await s.press("g")
        await s.settle()
        assert held(s) == "case-60000"
        assert len(view(s).table.list.rows) <= WINDOW_ROWS


async def test_a_row_on_its_way_can_not_be_acted_on(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.rows = [case(number) for number in range(1_000)]
        await s.press("C")
        s.desk.cases.mute = True
        await s.press("G", "x")
        assert acts(s) == []
        assert "there is no case under the cursor" in s.text()


# Tabs and the filter


async def test_tabs_by_key_and_by_mouse(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.change("case-3", state="mine", agent="agent")
        await s.press("C", "2")
        assert "[2 mine 1]" in s.text()
        assert "third blackout" in s.text()
        at = s.lines()[1].index("5 answered")
        await s.pilot.click("#case-tabs", offset=(at, 0))
        await s.settle()
        assert "[5 answered 0]" in s.text()
        assert "no case" in s.text()
        assert len(s.asked(UnwatchCases)) == 2
        await s.press("7")
        assert s.asked(WatchCases)[-1].filter == "has:submitted state:all"


async def test_a_filter_is_the_desks_and_a_bad_one_is_mended_where_it_was_typed(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        s.desk.cases.bad_filters["label:hazzard"] = "no label 'hazzard': nearest is hazard"
        await s.press("C", "slash", *"label", "colon", *"hazzard", "enter")
        assert "nearest is hazard" in s.text()
        await s.press(*("backspace",) * 4, *"ard", "enter")
        assert s.asked(WatchCases)[-1].filter == "label:hazard"
        assert "[1 queue 2]" in s.text()
        assert "filter: label:hazard" in s.text()
        await s.press("escape")
        assert s.asked(WatchCases)[-1].filter == ""


async def test_letters_of_a_filter_are_no_acts(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "slash", *"xzatdubw")
        assert acts(s) == []
        assert view(s)._filter.query_one("Input").value == "xzatdubw"  # type: ignore[attr-defined]
        await s.press("escape")
        assert s.focus() == "case-table"


# The conversation


async def test_posts_replies_notes_and_the_journal_stand_in_the_order_of_time(
    scene: OpenScene,
) -> None:
    async with scene(size=(120, 40)) as s:
        row = case(2)
        s.desk.cases.send("case-2", "anna", "We are on it.")
        s.desk.cases.change("case-2", state="new")
        s.desk.cases.whole(
            "case-2",
            events=(
                CaseEvent(case=row.id, at=CLOCK, by="bea", kind="note", words="call Fernley",
                          side="operations"),
                CaseEvent(case=row.id, at=CLOCK, by="bea", kind="take", words="taken in hand",
                          undone=True),
            ),
        )  # fmt: skip
        await s.press("C", "j", "j", "enter")
        text = s.text()
        parts = [
            "no lights on our whole street",
            "bea: taken in hand · taken back",
            "note for operations · bea",
            "call Fernley",
            "« anna",
            "recorded, not sent (dry run)",
            "We are on it.",
        ]
        places = [text.index(part) for part in parts]
        assert places == sorted(places)


async def test_what_became_of_a_reply_is_said_in_words(scene: OpenScene) -> None:
    said: dict[ReplyState, str] = {
        "submitted": "waits for a lead's word",
        "queued": "queued",
        "unknown": "unknown: it may have been sent, or not",
        "failed": "not sent, it failed: no such post",
        "rejected": "sent back by lea: no such post",
    }
    async with scene() as s:
        reply = s.desk.cases.send("case-0", "anna", "We are on it.")
        s.desk.cases.change("case-0", state="new")
        await s.press("C", "enter")
        for state, words in said.items():
            changed = msgspec.structs.replace(
                reply, state=state, remote="", note="no such post", approved_by="lea"
            )
            s.desk.cases.whole("case-0", replies=(changed,))
            await s.settle()
            assert words in s.text()


async def test_new_posts_come_in_live_and_what_is_read_stays(scene: OpenScene) -> None:
    async with scene() as s:
        posts = tuple(post(case(0), at, f"number {at} says more") for at in range(20))
        row = s.desk.cases.change("case-0", posts=tuple(each.id for each in posts))
        s.desk.cases.whole("case-0", posts=posts)
        await s.press("C", "enter")
        assert "number 19 says" in s.text()
        await s.press("k", "k", "pageup", "pageup")
        before = [line[:70] for line in s.lines() if "says more" in line]
        more = post(row, 21, "and one more thing")
        s.desk.cases.change("case-0", posts=(*row.posts, more.id))
        s.desk.cases.whole("case-0", posts=(*posts, more))
        await s.settle()
        assert [line[:70] for line in s.lines() if "says more" in line] == before
        assert "+1 new below · G" in s.text()
        await s.press("G")
        assert "and one more thing" in s.text()
        assert "new below" not in s.text()


async def test_three_hundred_posts_and_a_very_long_one(scene: OpenScene) -> None:
    async with scene() as s:
        posts = [post(case(0), at, f"number {at} " + "words " * 20) for at in range(299)]
        posts.append(post(case(0), 299, "long " * 5_000 + "\n" * 500))
        s.desk.cases.change("case-0", posts=tuple(each.id for each in posts))
        s.desk.cases.whole("case-0", posts=tuple(posts))
        await s.press("C", "enter")
        assert "it goes on · enter shows it whole" in s.text()
        await s.press("enter")
        assert s.asked(Read)[-1] == Read("post-0-299")
        await s.press("escape", "g", "j")
        assert "number 1 words" in s.text()


async def test_nothing_of_a_post_or_a_name_reaches_the_terminal_unpainted(
    scene: OpenScene,
) -> None:
    bad = "e\x1b[31m\u202evil \U0001f469\u200d\U0001f692 \x07 \u0301\u0301\u0301\u0301\u0301"
    async with scene(size=(200, 50)) as s:
        row = s.desk.cases.change(
            "case-0", text=bad, author=bad, place=bad, tags=(bad,), agent=bad, state="mine",
            viewers=(bad,), writing=bad, account=bad,
        )  # fmt: skip
        told = detail(
            row,
            posts=(post(row, 0, bad),),
            facts=facts(place=bad, crews=bad, cause=bad),
            events=(CaseEvent(case=row.id, at=CLOCK, by=bad, kind="note", words=bad),),
            others=(row,),
        )
        s.desk.cases.details["case-0"] = told
        for keys in (("C", "enter"), ("m",), ("escape", "escape", "T"), ("escape", "M"),
                     ("escape", "A"), ("escape", "n")):  # fmt: skip
            await s.press(*keys)
            assert "\x1b" not in s.text()
            assert "\u202e" not in s.text()
            assert "\x07" not in s.text()
            assert all(cell_len(line) <= 200 for line in s.lines())
        assert "␛[31m" in s.text()


async def test_a_case_that_the_desk_does_not_know_is_said(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "enter")
        s.desk.say(CaseDetail("case-0", None))
        await s.settle()
        assert "The desk knows no such case." in s.text()


# The desk goes


async def test_a_desk_that_comes_back_is_asked_anew_and_the_case_stays(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "j", "j", "enter")
        await s.say(LinkState("lost", "the desk stopped: starting it again"))
        assert "the desk stopped" in s.text()
        assert "no lights on our" in s.text()
        await s.press("x")
        assert acts(s) == []
        assert "the desk is not there now: nothing was done" in s.text()
        asked = len(s.asked(WatchCases))
        await s.say(LinkState("connected"), HELLO, Tick(status=status()))
        assert len(s.asked(WatchCases)) == asked + 1
        assert s.asked(OpenCase)[-1] == OpenCase("case-2")
        assert held(s) == "case-2"


async def test_a_case_is_opened_from_the_queue_from_a_post_and_taken_with_a(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press("c", "tab", "enter")
        assert view(s).opened == "case-0"
        await s.press("escape", "escape", "escape")
        assert s.screen() == "Monitor"
        await s.press("a")
        assert acts(s) == [("next", "")]
        assert view(s).opened == "case-0"
        assert "yours" in s.text()
        opened = msgspec.structs.replace(detail_of(post_row(1)), id="post-0-0", case="case-7")
        s.desk.details["post-0-0"] = opened
        await s.press("enter", "c")
        assert s.screen() == "CasesScreen"
        assert view(s).opened == "case-7"


async def test_help_names_the_keys_and_why_one_does_nothing(scene: OpenScene) -> None:
    async with scene(size=(120, 60)) as s:
        await s.press("C", "j", "question_mark")
        assert "Take the next case that needs an answer" in s.text()
        assert "not now: no outage is known where the customer is" in s.text()


async def test_screens_made_as_the_app_ends_may_lack_their_parts(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene() as s:
        with monkeypatch.context() as ending:
            # what Textual does of a widget whose turn comes when the app is about to end
            ending.setattr(Panes, "mount_composed_widgets", AsyncMock())
            s.app._warm()  # two seconds after the beginning else
            await s.pilot.pause(0.05)
        assert s.app.cases.is_running
        assert not s.app.cases.query(CaseTable)
