"""What lies below a sheet stands still, dimmed; the cases begin afresh whenever they are opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.serving.case_messages import LeaveCase, UnwatchCases, WatchCases
from tui.link import LinkState

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene


async def test_a_sheet_shows_what_was_below_and_then_what_is_there(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        head = s.lines()[0]
        newest = s.feed_ids()[-1]
        await s.press("k", "enter")
        assert s.screen() == "PostScreen"
        assert s.lines()[0] == head
        assert not s.app.monitor.is_current
        await s.grow(3)
        assert s.lines()[0] == head
        await s.press("escape", "f")
        assert s.feed_ids()[-1] != newest


async def test_a_desk_that_goes_is_seen_behind_a_sheet(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("k", "enter")
        await s.say(LinkState("lost", "the desk stopped"))
        assert "the desk stopped" in s.text()
        assert s.screen() == "PostScreen"


async def test_a_terminal_may_change_its_size_under_a_sheet(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("k", "enter")
        for size in ((80, 24), (200, 50), (60, 16)):
            await s.resize(*size)
            assert all(len(line) == size[0] for line in s.lines())
            assert "Why it was labelled" in s.text() or size[1] < 20
        await s.press("escape")
        assert s.screen() == "Monitor"
        assert s.feed.region.width == 60


async def test_the_cases_begin_afresh_each_time(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("C")
        first, made = s.text(), s.app.screen
        await s.press("4", "slash", *"oak", "enter", "escape", "escape", "2", "enter", "i")
        await s.app.open_monitor()
        await s.settle()
        assert s.asked(UnwatchCases)
        await s.press("C")
        assert s.app.screen is made
        assert s.asked(WatchCases)[-1].filter == ""
        assert s.text() == first


async def test_a_case_is_left_with_its_screen(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("C", "enter")
        opened = s.app.cases.opened
        assert opened
        await s.press("escape", "escape")
        assert s.screen() == "Monitor"
        assert LeaveCase(opened) in s.asked(LeaveCase)
        assert s.app.cases.opened == ""
