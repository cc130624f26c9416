"""The monitor at a canned desk: what is in sight, and what each key does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from desk.serving.case_messages import OpenCase
from desk.serving.protocol import (
    Close,
    DeskStatus,
    FeedHealth,
    Open,
    Page,
    Read,
    Refused,
    Tick,
    ViewChange,
)
from desk.serving.usual import Usual
from tui.widgets.outages import OutageList
from tui.window import PAGE_ROWS

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene


def status_of(scene: Scene, **changes: object) -> DeskStatus:
    known = scene.app.now.status
    assert known is not None
    return msgspec.structs.replace(known, **changes)


async def test_the_screen_shows_feed_outages_map_and_status(scene: OpenScene) -> None:
    async with scene() as s:
        text = s.text()
        strip = s.lines()[0]
        for part in ("Carolina", "EXERCISE", "14:45:11 EDT", "212/min", "31 cases", "live 2s"):
            assert part in strip
        assert "14:17:57 fb   Dune Harbor  ?ETR" in text
        assert "● confirmed ! Alder Bay" in text
        assert "214  211   59m" in text
        assert any(0x2800 < ord(char) < 0x2900 for char in text)
        assert s.feed_ids()[-1] == "post-299"


async def test_before_the_desk_speaks_the_screen_says_what_it_waits_for(scene: OpenScene) -> None:
    async with scene(rows=0, up=False) as s:
        assert "waiting for the desk…" in s.text()
        s.desk.connect()
        await s.settle()
        assert "waiting for the first posts of Carolina Sample…" in s.text()
        await s.grow(3)
        assert s.feed_ids() == ["post-0", "post-1", "post-2"]


async def test_a_first_filter_is_asked_for_at_the_start(scene: OpenScene) -> None:
    async with scene(query="label:hazard") as s:
        assert s.asked(Open) == [Open(1, "label:hazard", PAGE_ROWS)]
        assert "filter: label:hazard" in s.text()


async def test_posts_that_repeat_others_are_marked(scene: OpenScene) -> None:
    async with scene(rows=40) as s:
        assert "↻" not in s.text()
        again = msgspec.structs.replace(s.desk.rows[0], id="post-40", repost=True)
        s.desk.rows.append(again)
        view = s.app.monitor._live.view
        s.wire.say(Tick(views=(ViewChange(view, 0, 41, 40, (again,)),)))
        await s.settle()
        assert [line.partition("↻")[2][:10] for line in s.lines() if "↻" in line] == [" no lights"]


async def test_enter_opens_the_post_and_esc_closes_it(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("k", "k", "enter")
        assert s.asked(Read) == [Read("post-297")]
        assert s.screen() == "PostScreen"
        await s.press("escape")
        assert s.screen() == "Monitor"


async def test_opening_a_post_keeps_the_place_in_the_feed(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("enter")
        await s.grow(30)
        await s.press("escape")
        assert s.feed_ids()[-1] == "post-299"


async def test_slash_filters_and_esc_clears(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("slash")
        assert "!not ~fuzzy re:… label: only: mood: place:" in s.text()
        await s.press(*"label", "colon", *"hazard", "enter")
        assert "filter: label:hazard" in s.text()
        assert s.feed_ids()[-1] == "post-297"
        assert all(int(found[5:]) % 8 == 1 for found in s.feed_ids())
        assert s.asked(Close) == [Close(1)]
        await s.press("escape")
        assert "filter:" not in s.text()
        assert s.feed_ids()[-1] == "post-299"


async def test_what_is_typed_right_behind_the_slash_lands_in_the_filter(scene: OpenScene) -> None:
    async with scene() as s:
        for key in "/re:a/b":
            s.strike(key)
        await s.settle()
        await s.press("enter")
        assert s.asked(Open)[-1].filter == "re:a/b"


async def test_esc_leaves_the_filter_line_as_it_was(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("slash", "x", "escape")
        assert s.asked(Open) == [Open(1, "", PAGE_ROWS)]
        await s.press("k")
        assert s.feed.cursor == 298


async def test_a_refused_filter_says_why_and_loses_nothing(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.refusals["label:hazzard"] = "unknown label 'hazzard': did you mean 'hazard'?"
        before = s.feed_ids()
        await s.press("slash", *"label", "colon", *"hazzard", "enter")
        assert "did you mean 'hazard'?" in s.text()
        assert set(s.feed_ids()) <= set(before)
        await s.press("escape")
        assert s.feed_ids() == before
        await s.grow(1)
        assert s.feed_ids()[-1] == "post-300"


async def test_a_filter_that_lets_nothing_through_says_so(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("slash", *"zebra", "enter")
        assert "no post so far that the filter lets through: zebra" in s.text()


async def test_rows_of_the_old_filter_are_not_taken_for_the_new(scene: OpenScene) -> None:
    async with scene() as s:
        late = Page(1, 0, 300, 0, (s.desk.rows[0],))
        await s.press("slash", *"oxygen", "enter")
        await s.say(late)
        assert s.feed.window.row(0) == s.desk.rows[2]


async def test_enter_on_an_outage_opens_it(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("tab", "j", "enter")
        assert s.screen() == "OutageScreen"
        assert "■ likely Dune Harbor" in s.text()
        await s.press("escape")
        assert (s.screen(), s.focus()) == ("Monitor", "outages")


async def test_tab_and_shift_tab_cycle_the_panes(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("tab")
        assert s.focus() == "outages"
        await s.press("tab")
        assert s.focus() == "feed"
        await s.press("shift+tab")
        assert s.focus() == "outages"
        await s.press("escape")
        assert s.focus() == "feed"


async def test_c_swaps_outages_for_cases_and_enter_opens_the_case(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("c")
        assert "Cases 6" in s.text()
        assert "● confirmed !" not in s.text()
        await s.press("tab", "j", "enter")
        assert s.asked(OpenCase)[-1] == OpenCase("case-1")
        assert s.screen() == "CasesScreen"
        await s.press("escape", "escape", "c")
        assert s.focus() == "outages"
        assert "Outages 5 · 1 ended" in s.text()


async def test_the_cursor_stays_on_its_outage_when_the_order_changes(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("tab", "j", "j")
        list_ = s.app.monitor.query_one(OutageList)
        held = list_.items[list_.cursor].outage.id
        ranked = s.app.now.ranked()
        gone = ranked[0].outage.__class__
        ended = {name: getattr(ranked[0].outage, name) for name in gone.__struct_fields__}
        row = ranked[0].__class__(gone(**(ended | {"status": "restored"})), "Alder Bay", (0,) * 12)
        await s.say(Tick(outages=(row,)))
        assert list_.items[list_.cursor].outage.id == held
        assert list_.items[-1].outage.status == "restored"


async def test_question_mark_lists_the_keys_of_this_screen(scene: OpenScene) -> None:
    async with scene(size=(100, 60)) as s:
        await s.press("question_mark")
        assert s.screen() == "HelpScreen"
        for words in ("Pause the view", "To the next hazard"):
            assert words in s.text()
        await s.press("G")
        for words in ("!HAZ hazard", "● confirmed"):
            assert words in s.text()
        await s.press("j", "G", "g", "pagedown", "k", "question_mark")
        assert s.screen() == "Monitor"


async def test_t_goes_through_the_themes(scene: OpenScene) -> None:
    async with scene() as s:
        assert s.app.theme == "stormdesk-dark"
        await s.press("t")
        assert s.app.theme == "stormdesk-light"
        assert s.app.monitor.query_one("#strip").rich_style.bgcolor is not None
        for name, said in (("deuteranopia", "red for green"), ("tritanopia", "blue for green")):
            await s.press("t")
            assert s.app.theme == f"stormdesk-{name}"
            assert said in s.lines()[-2]
        await s.press("t")
        assert s.app.theme == "stormdesk-dark"
        await s.press("k")
        assert "theme:" not in s.text()


async def test_colon_finds_commands_by_name(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("colon")
        await s.press(*"filter hazard")
        await s.pilot.pause(0.3)
        await s.press("enter")
        await s.pilot.pause(0.1)
        await s.settle()
        assert "filter: label:hazard" in s.text()


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_quitting_closes_the_link(scene: OpenScene, key: str) -> None:
    async with scene() as s:
        await s.press(key)
        assert s.app._exit
    assert s.desk.closed


async def test_ctrl_q_quits_from_the_filter_line(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("slash", "q")
        assert s.app._exit is False
        await s.press("ctrl+q")
        assert s.app._exit


async def test_unknown_keys_do_nothing(scene: OpenScene) -> None:
    async with scene() as s:
        before, asked = s.text(), list(s.desk.heard)
        await s.press("z", "x", "Q", "0", "f5", "ctrl+a", "left", "right", "delete", "ctrl+pageup")
        assert s.text() == before
        assert s.desk.heard == asked


async def test_a_click_selects_and_a_second_opens(scene: OpenScene) -> None:
    async with scene() as s:
        await s.pilot.click(s.feed, offset=(20, 3))
        await s.settle()
        assert s.feed.cursor == 292
        await s.pilot.click(s.feed, offset=(20, 3))
        await s.settle()
        assert s.asked(Read) == [Read("post-292")]


async def test_the_head_of_the_queue_says_how_many_wait_in_all(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("c")
        await s.say(Tick(status=status_of(s, usual=Usual(41, 1.6, 0, "far more"), cases=1878)))
        assert "41 report an outage, usually ~2" in s.text()
        assert "Cases 6 of 1,878" in s.text()


async def test_escape_leaves_a_filter_that_the_desk_has_not_answered(scene: OpenScene) -> None:
    async with scene() as s:
        before = s.feed_ids()
        s.desk.mute = True
        await s.press("slash", *"oxygen", "enter", "k", "escape")
        assert "asking the desk" not in s.text()
        assert s.asked(Open)[-1] == Open(2, "oxygen", PAGE_ROWS)
        assert s.asked(Close) == [Close(2)]
        await s.say(Page(2, 0, 1, 0, (s.desk.rows[2],)))
        await s.say(Refused(2, "too late"))
        assert "filter:" not in s.text()
        assert "too late" not in s.text()
        assert s.feed_ids() == before


async def test_a_failed_feed_is_named_with_its_reason(scene: OpenScene) -> None:
    failed = FeedHealth("file:gone.jsonl", "failed", 0, 3, 0, 0.0, 0.0, "no such file")
    for rows in (0, 40):
        async with scene(rows=rows, size=(160, 50)) as s:
            await s.say(Tick(status=status_of(s, feeds=(failed,))))
            assert "feed file:gone.jsonl failed: no such file" in s.lines()[1]
            assert "3 bad lines" in s.lines()[0]
            assert "waiting for the first posts" not in s.text()
            await s.say(Tick(status=status_of(s, feeds=())))
            assert "failed" not in s.text()


async def test_an_empty_feed_that_has_ended_says_so(scene: OpenScene) -> None:
    ended = FeedHealth("file:quiet.jsonl", "ended", 9, 0, 0, 0.0, 0.0)
    async with scene(rows=0) as s:
        await s.say(Tick(status=status_of(s, feeds=(ended,))))
        assert "the feed has ended without a labelled post" in s.text()


@pytest.mark.parametrize("keys", [(), ("tab",), ("k",)])
async def test_the_narrowest_bottom_line_still_names_help_and_quit(
    scene: OpenScene, keys: tuple[str, ...]
) -> None:
    async with scene(size=(60, 24)) as s:
        await s.press(*keys)
        assert "? Keys" in s.lines()[-1]
        assert "q Quit" in s.lines()[-1]
