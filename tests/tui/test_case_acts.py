"""What people do to cases, key by key, and what is asked of them before."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from textual import events

from desk.cases.case import Side
from desk.serving.case_messages import CaseAct, OpenCase
from tests.tui.cases_scene import case, post
from tests.tui.scene import until
from tests.tui.test_cases_screen import acts, held, view
from tui.typed_ahead import TypedAhead

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene


def last(scene: Scene) -> CaseAct:
    return scene.asked(CaseAct)[-1]


@pytest.mark.parametrize("way", [("C", "j"), ("C", "j", "enter")], ids=["list", "open"])
async def test_a_key_does_it_at_once_and_says_so(way: tuple[str, ...], scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*way)
        for key, kind in (("t", "take"), ("d", "answered")):
            await s.press(key)
            assert last(s) == CaseAct(kind, "agent", "case-1")  # type: ignore[arg-type]
            assert f"» person1: {kind} by agent" in s.text()


async def test_a_takes_the_next_and_opens_it_and_says_when_nobody_waits(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "G", "a")
        assert held(s) == "case-0"
        assert view(s).opened == "case-0"
        assert s.focus() == "conversation"
        for row in s.desk.cases.rows:
            s.desk.cases.change(row.id, state="answered")
        await s.press("a")
        assert "nobody waits for an answer" in s.text()


async def test_what_is_typed_before_the_case_is_there_is_for_the_case(scene: OpenScene) -> None:
    async with scene() as s:
        s.strike("a")
        await until(lambda: s.screen() == "CasesScreen")
        s.strike("R")
        await until(lambda: s.focus() == "reply")
        assert view(s).opened == "case-0"


async def test_keys_wait_for_the_case_and_come_in_their_order() -> None:
    posted: list[events.Key] = []
    ahead = TypedAhead(posted.append)
    typed = [events.Key(name, name) for name in "Rhi"]
    assert not ahead.holds(typed[0])
    ahead.waits = True
    assert all(map(ahead.holds, typed))
    assert not ahead.holds(events.Key("ctrl+q", None))
    await ahead.let_go()
    assert posted == typed
    assert not ahead.holds(posted[-1])


async def test_a_case_is_given_back_and_given_to_somebody(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.change("case-2", state="mine", agent="bea")
        await s.press("C", "b")
        assert "× nobody has it in hand" in s.text()
        await s.press("t", "b")
        assert acts(s) == [("take", "case-0"), ("release", "case-0")]
        await s.press("A", *"be", "enter")
        assert last(s) == CaseAct("assign", "agent", held(s) or "", to="bea")
        await s.press("A", *"carlo", "enter")
        assert last(s).to == "carlo"


async def test_a_case_waits_for_the_customer_or_for_operations(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "w", "enter", "w", *"oper", "enter")
        assert [kind for kind, _ in acts(s)] == ["customer", "operations"]


async def test_a_case_is_put_off_until_a_time_that_is_said_and_woken(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "z")
        assert "15 minutes, until 15:00" in s.text()
        assert "tomorrow morning, until Fri 08:00" in s.text()
        await s.press("down", "enter")
        assert last(s) == CaseAct("snooze", "agent", "case-0", minutes=30)
        await s.press("6")
        await s.settle()
        assert "till 15:15" in s.text()
        await s.press("z")
        assert acts(s)[-1] == ("wake", "case-0")
        await s.press("z", *"tomorrow", "enter")
        assert last(s).minutes == 17 * 60 + 15  # from 14:45 to 08:00


async def test_a_closed_case_is_opened_again_and_can_not_be_put_off(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "x", "6")
        await s.settle()
        assert "closed" in s.lines()[2]
        await s.press("z")
        assert "× it is closed: x opens it again" in s.text()
        await s.press("x")
        assert acts(s)[-1] == ("reopen", "case-0")


async def test_a_note_has_a_side_and_words(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C")
        for number, side in enumerate(get_args(Side)):
            await s.press("n", *"call_a_crew", *("tab",) * number)
            assert f"Note on the case of @person0 for {side}" in s.text()
            await s.press("enter")
            assert last(s) == CaseAct("note", "agent", "case-0", text="call_a_crew", side=side)
        await s.press("n", "enter")
        assert "write something, or esc" in s.text()
        await s.press("escape")
        assert len(acts(s)) == 3


async def test_tags_are_marked_and_new_ones_are_typed(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.change("case-0", tags=("school",))
        s.desk.cases.change("case-1", tags=("press",))
        await s.press("C", "T")
        assert "[x] school" in s.text()
        await s.press(*"pre", "tab", *("backspace",) * 3, *"urgent", "enter")
        assert set(last(s).tags) == {"school", "press", "urgent"}
        await s.press("g", "T", "tab", "enter")
        assert len(last(s).tags) == 2


async def test_where_there_are_no_tags_yet_the_sheet_says_what_to_do(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "T")
        assert "type a new one" in s.text()
        await s.press(*"vip", "enter")
        assert last(s).tags == ("vip",)


async def test_a_case_is_joined_with_another_one_that_is_chosen(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        s.desk.cases.whole("case-1", others=(case(5), case(9)))
        await s.press("C")
        await until(lambda: bool(s.asked(OpenCase)))  # the case at the cursor, a moment later
        await s.press("M")
        assert "there is no other case" in s.text()
        s.desk.cases.mute = True
        await s.press("j", "M", *"person9")
        assert "asking the desk" in s.text()
        s.desk.cases.mute = False
        await s.desk.send(OpenCase("case-1"))  # what was typed meanwhile is in the sheet
        await s.settle()
        assert "@person5" not in s.text().partition("person9")[2]
        assert "@person9 · new · Birchfield" in s.text()
        await s.press("enter")
        assert last(s) == CaseAct("merge", "agent", "case-1", into="case-9")


async def test_posts_that_leave_are_marked_and_one_must_stay(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "B")
        assert "it is one post: there is nothing to split" in s.text()
        await s.press("j", "B", "enter")
        assert "tab marks the posts that leave" in s.text()
        await s.press("tab", "tab", "enter")
        assert "one post at least must stay" in s.text()
        await s.press("tab", "enter")
        assert last(s) == CaseAct("split", "agent", "case-1", posts=("post-1-0",))


async def test_a_wrong_label_names_the_post_the_right_labels_and_why(scene: OpenScene) -> None:
    async with scene() as s:
        row = case(1)
        s.desk.cases.whole("case-1", posts=(post(row, 0), post(row, 1, "it is a film")))
        await s.press("C", "j", "enter", "W")
        assert "What should it be? it is a film" in s.text()
        await s.press("enter")
        assert "these are the labels that it has" in s.text()
        await s.press(*"outage", "tab", "enter", *"a_film", "enter")
        assert last(s) == CaseAct(
            "wrong", "agent", "case-1", posts=("post-1-1",), labels=("vulnerable",), text="a_film"
        )


async def test_ones_own_act_is_taken_back_at_once_and_anothers_when_asked(
    scene: OpenScene,
) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("C", "u")
        assert "nothing was done to it that could be taken back" in s.text()
        s.desk.cases.whole("case-0", undo="agent closed it", undo_by="agent")
        await s.settle()
        await s.press("u")
        assert acts(s) == [("undo", "case-0")]
        s.desk.cases.whole("case-0", undo="bea closed it", undo_by="bea")
        await s.settle()
        await s.press("u")
        assert "Take back what bea did? (bea closed it)" in s.text()
        await s.press("n")
        assert len(acts(s)) == 1
        await s.press("u", "y")
        assert len(acts(s)) == 2


async def test_a_refusal_of_the_desk_is_one_plain_line(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.no = "bea has it in hand since 14:40\x1b[31m"
        await s.press("C", "t")
        assert "× bea has it in hand since 14:40␛[31m" in s.text()


async def test_copying_takes_the_post_at_the_cursor_and_says_what(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.whole("case-0", posts=(post(case(0), 0, "a\x1b[31m b"),))
        await s.press("C", "y")
        assert "copied the newest words of @person0" in s.text()
        assert s.app.clipboard == case(0).text
        await s.press("enter")
        await s.press("g", "y")
        assert "copied the post" in s.text()
        assert s.app.clipboard == "a␛[31m b"


async def test_o_opens_the_outage_and_n_the_announcements(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "o")
        assert s.screen() == "OutageScreen"
        await s.press("C")
        assert s.screen() == "CasesScreen"
        await s.press("j", "o")
        assert "no outage is known where the customer is" in s.text()
        await s.press("N")
        assert s.screen() == "AnnouncementsScreen"
