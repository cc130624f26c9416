"""The reports screen, key by key, at a canned desk; and its pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import msgspec
import pytest

from desk.serving.case_messages import OpenCase, WatchCases
from desk.serving.protocol import Read, Refused
from desk.serving.report_messages import HandOver, JudgeLookAlike, ReadReport
from tests.tui.conftest import Scene
from tests.tui.reports_scene import ReportsDesk, shift
from tests.tui.test_pictures import SIZES, check
from tui.app import StormdeskApp
from tui.link import LinkState

OpenReports = Callable[..., AbstractAsyncContextManager[Scene]]


@pytest.fixture
def reports() -> OpenReports:
    """Opens the reports on a tab, at a canned desk."""

    @asynccontextmanager
    async def open_reports(
        *keys: str, size: tuple[int, int] = (100, 40), theme: str = ""
    ) -> AsyncIterator[Scene]:
        desk = ReportsDesk(20)
        app = StormdeskApp(desk)
        async with app.run_test(size=size) as pilot:
            if theme:
                app.theme = theme
            opened = Scene(desk, app, pilot)
            desk.connect()
            await opened.settle()
            await opened.press("r", *keys)
            await opened.settle()
            yield opened

    return open_reports


def handed(s: Scene) -> list[str]:
    desk = s.desk
    assert isinstance(desk, ReportsDesk)
    return desk.handed


async def test_r_opens_the_shift_and_escape_leaves(reports: OpenReports) -> None:
    async with reports() as s:
        assert s.screen() == "ReportsScreen"
        assert "EXERCISE  Shift · Carolina Sample" in s.text()
        assert "median 6.5 min" in s.text()
        assert "5 agents would hold it" in s.text()
        await s.press("escape")
        assert s.screen() == "Monitor"


async def test_every_tab_by_its_number_by_arrows_and_by_mouse(reports: OpenReports) -> None:
    heads = {
        "1": "Shift ·", "2": "Volume ·", "3": "Handover ·", "4": "Terms that no rule knows",
        "5": "@AlderPower_1", "6": "How the desk stands",
    }  # fmt: skip
    async with reports() as s:
        for key, head in heads.items():
            await s.press(key)
            assert head in s.text(), key
        await s.press("right")
        assert heads["1"] in s.text()
        await s.press("left")
        assert heads["6"] in s.text()
        await s.pilot.click("#report-tabs", offset=(12, 0))
        await s.settle()
        assert heads["2"] in s.text()


async def test_w_goes_through_the_hours_and_asks_the_desk(reports: OpenReports) -> None:
    async with reports() as s:
        await s.press("w")
        assert s.asked(ReadReport)[-1] == ReadReport("shift", 24.0)
        assert "last 24 h" in s.text()
        await s.press("3", "w")
        assert "that is for 1 Shift and 2 Volume and 6 Overload" in s.text()


async def test_c_goes_through_what_the_chart_shows(reports: OpenReports) -> None:
    async with reports("2") as s:
        assert "posts in an hour all" in s.text()
        await s.press("c")
        assert "posts in an hour hazard" in s.text()
        await s.press("1", "c")
        assert "that is for 2 Volume" in s.text()


async def test_the_chart_is_drawn_and_gone_where_there_is_none(reports: OpenReports) -> None:
    async with reports() as s:
        assert "▄ coming" in s.text()
        assert "⠒ waiting" in s.text()
        assert s.app.screen.query_one("#chart-pane").display
        await s.press("3")
        assert not s.app.screen.query_one("#chart-pane").display


async def test_every_line_of_the_handover_opens_what_it_is_about(reports: OpenReports) -> None:
    opened = ("CasesScreen", "CasesScreen", "OutageScreen", "CasesScreen")
    async with reports("3") as s:
        assert "[case:" not in s.text()  # enter opens it: its id is for copies and for print
        for number, screen in enumerate(opened, 1):
            await s.press("g", *("o" * number), "enter")
            assert s.screen() == screen, number
            while s.screen() != "ReportsScreen":
                await s.press("escape")
        assert [each.case for each in s.asked(OpenCase)] == ["case-1", "case-2"]
        assert any("label:praise state:new" in each.filter for each in s.asked(WatchCases))
        await s.press("g", *("o" * 6), "enter")
        assert s.screen() == "AnnouncementsScreen"
        await s.press("escape", "g", *("o" * 5), "enter")
        assert "@AlderPower_1" in s.text()


async def test_o_and_big_o_go_to_the_lines_that_open_something(reports: OpenReports) -> None:
    async with reports("3") as s:
        await s.press("enter")
        assert "nothing behind this line" in s.text()
        report = s.app.screen.query_one("#report")
        await s.press("o")
        first = report.cursor  # type: ignore[attr-defined]
        await s.press("o")
        assert report.cursor > first  # type: ignore[attr-defined]
        await s.press("O")
        assert report.cursor == first  # type: ignore[attr-defined]


async def test_a_handover_is_kept_once_asked_and_taken_back(reports: OpenReports) -> None:
    async with reports("3", "H") as s:
        assert "Keep this handover" in s.text()
        await s.press("n")
        assert handed(s) == []
        await s.press("H", "y")
        assert s.asked(HandOver) == [HandOver("keep", "agent")]
        assert "keep: done · u takes it back" in s.text()
        await s.press("u")
        assert handed(s) == ["keep", "unnote"]  # a note of one's own was written after
        await s.press("1", "H")
        assert "that is for 3 Handover" in s.text()


async def test_a_note_is_written_for_the_next_shift(reports: OpenReports) -> None:
    async with reports("3", "n") as s:
        await s.press(*"trucks at six", "enter")
        assert s.asked(HandOver) == [HandOver("note", "agent", "trucks at six")]
        await s.press("n", "escape")
        assert handed(s) == ["note"]


async def test_a_look_alike_is_judged_from_any_of_its_lines(reports: OpenReports) -> None:
    async with reports("5") as s:
        assert "NOT JUDGED" in s.text()
        assert "asks for link, money" in s.text()
        await s.press("j", "j", "h")
        assert s.asked(JudgeLookAlike)[-1] == JudgeLookAlike("x:alderpower_1", "harmless", "agent")
        assert "harmless by agent" in s.text()
        await s.press("G", "r")
        assert s.asked(JudgeLookAlike)[-1].id == "x:alderpower_2"
        assert "reported by agent" in s.text()
        await s.press("u")
        assert s.asked(JudgeLookAlike)[-1] == JudgeLookAlike("x:alderpower_2", "", "agent")
        await s.press("g", "enter")
        assert s.asked(Read)[-1] == Read("post-1")
        assert s.screen() == "PostScreen"


async def test_a_term_opens_the_newest_post_with_it(reports: OpenReports) -> None:
    async with reports("4", "o", "enter") as s:
        assert s.asked(Read)[-1] == Read("post-1")


async def test_y_copies_the_report_and_f5_asks_anew(reports: OpenReports) -> None:
    async with reports("6") as s:
        await s.press("y")
        assert "copied" in s.text()
        assert "How the desk stands" in s.app.clipboard
        before = len(s.asked(ReadReport))
        await s.press("f5")
        assert len(s.asked(ReadReport)) == before + 1


async def test_overload_lists_what_is_skipped_and_opens_it(reports: OpenReports) -> None:
    async with reports("6") as s:
        assert "OVERLOADED" in s.text()
        await s.press("o", "enter")
        assert s.screen() == "CasesScreen"


async def test_overload_and_look_alikes_stand_in_the_strip_of_every_screen(
    reports: OpenReports,
) -> None:
    async with reports("escape", size=(200, 50)) as s:
        strip = s.lines()[0]
        assert "OVERLOADED +35/h · r6" in strip
        assert "2 look-alikes · r5" in strip
        await s.resize(80, 24)
        assert "OVERLOADED" in s.lines()[0]
        assert "EXERCISE" in s.lines()[0]


async def test_what_the_desk_refuses_and_a_lost_wire_are_said(reports: OpenReports) -> None:
    async with reports("3") as s:
        await s.say(Refused(None, "there is \x1b[31mnothing to take back"))
        assert "nothing to take back" in s.text()
        assert "\x1b" not in s.text()
        await s.say(LinkState("lost", "the desk is gone"))
        await s.press("H")
        assert "the desk is not there now" in s.text()


async def test_hostile_names_reach_no_terminal(reports: OpenReports) -> None:
    async with reports() as s:
        report = shift()
        agent = report.agents[0]
        bad = msgspec.structs.replace(agent, name="x\x1b[2Jy\u202e")
        await s.say(msgspec.structs.replace(report, agents=(bad,)))
        assert "\x1b" not in s.text()
        assert "\u202e" not in s.text()


async def test_a_click_moves_and_a_second_one_opens(reports: OpenReports) -> None:
    async with reports("3") as s:
        report = s.app.screen.query_one("#report")
        lines = s.lines()
        at = next(number for number, line in enumerate(lines) if "Fernley: likely" in line)
        for _ in range(2):
            await s.pilot.click("#report", offset=(6, at - report.region.y))
            await s.settle()
        assert s.screen() == "OutageScreen"


async def test_a_resize_breaks_the_lines_anew(reports: OpenReports) -> None:
    async with reports("3") as s:
        await s.resize(80, 24)
        assert all(len(line) <= 80 for line in s.lines())
        assert "HAZARD person1" in s.text()
        await s.resize(200, 50)
        assert "on the pavement by the school" in s.text()


@pytest.mark.parametrize("looks", [("", "-light"), ("-nocolor",)], ids=["colour", "nocolor"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_reports_look_as_known(
    reports: OpenReports,
    size: tuple[int, int],
    looks: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "-nocolor" in looks:
        monkeypatch.setenv("NO_COLOR", "1")
    async with reports(size=size) as s:
        for look in looks:
            s.app.theme = "stormdesk-light" if look == "-light" else "stormdesk-dark"
            for tab in "123456":
                await s.press(tab)
                check(f"reports-{tab}{look}-{size[0]}x{size[1]}", s.app.export_screenshot())
