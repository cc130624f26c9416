"""The settings screen, key by key, at a canned desk; and its pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from desk.serving.case_messages import Attach, SetMode
from desk.serving.protocol import Open
from desk.serving.report_messages import ReadSettings, WatchLookAlikes
from tests.tui.conftest import Scene
from tests.tui.reports_scene import ReportsDesk
from tests.tui.test_pictures import SIZES, check
from tui.app import StormdeskApp
from tui.choices import ChoicesFile
from tui.link import LinkState

OpenSettings = Callable[..., AbstractAsyncContextManager[Scene]]


@pytest.fixture
def settings(tmp_path: Path) -> OpenSettings:
    """Opens the settings at a canned desk."""

    @asynccontextmanager
    async def open_settings(
        *keys: str, size: tuple[int, int] = (100, 40), kept: bool = True, theme: str = ""
    ) -> AsyncIterator[Scene]:
        desk = ReportsDesk(20)
        app = StormdeskApp(desk, choices=ChoicesFile(tmp_path / "c.json") if kept else None)
        async with app.run_test(size=size) as pilot:
            if theme:
                app.theme = theme
            opened = Scene(desk, app, pilot)
            desk.connect()
            await opened.settle()
            await opened.press("comma", *keys)
            await opened.settle()
            yield opened

    return open_settings


async def test_the_comma_opens_them_and_escape_leaves(settings: OpenSettings) -> None:
    async with settings() as s:
        assert s.screen() == "SettingsScreen"
        text = s.text()
        assert "x          @AlderPower Alder Power · service · EXERCISE: dry run" in text
        assert "accounts.toml  yours · CHANGED since the desk began: restart it" in text
        assert "× /home/ann/desk/voice.toml:3:1: unknown key 'sya'" in text
        await s.press("q")
        assert s.screen() == "Monitor"


async def test_the_theme_changes_at_once_and_is_kept(
    settings: OpenSettings, tmp_path: Path
) -> None:
    async with settings() as s:
        assert "theme                  dark" in s.text()
        await s.press("enter")
        assert "theme                  light" in s.text()
        assert ChoicesFile(tmp_path / "c.json").now.theme == "stormdesk-light" == s.app.theme


async def test_name_and_role_hold_at_once(settings: OpenSettings) -> None:
    async with settings("N") as s:
        await s.press(*["backspace"] * 5, *"lea", "enter")
        assert s.asked(Attach)[-1] == Attach("lea", "agent")
        assert "you act as lea" in s.text()
        await s.press("R")
        assert s.asked(Attach)[-1] == Attach("lea", "lead")
        assert "role                   lead" in s.text()
        await s.press("N", *["backspace"] * 3, *"x" * 90, "enter")
        assert s.app.agent == "lea" or len(s.app.agent) < 90


async def test_each_setting_under_the_cursor_is_changed_by_enter(settings: OpenSettings) -> None:
    async with settings("o") as s:
        assert s.app.screen.query_one("#settings").cursor == 1  # type: ignore[attr-defined]
        await s.press("j", "enter")
        assert s.screen() == "WordsScreen"
        await s.press("escape", "j", "enter")
        assert s.asked(Attach)[-1].role == "lead"
        await s.press("j", "enter")
        assert s.screen() == "FiltersScreen"


async def test_storm_mode_is_asked_once(settings: OpenSettings) -> None:
    async with settings("S") as s:
        assert "storm mode" in s.text()
        await s.press("y")
        assert s.asked(SetMode) == [SetMode("storm", "agent")]


async def test_look_alikes_are_looked_for_or_not(settings: OpenSettings) -> None:
    async with settings("L") as s:
        assert s.asked(WatchLookAlikes) == [WatchLookAlikes(on=False, by="agent")]
        assert "NOT looked for" in s.text()


async def test_a_saved_filter_is_applied_to_the_feed(settings: OpenSettings) -> None:
    async with settings() as s:
        s.app.choices.save_filter("wires", "label:hazard")
        await s.press("F", "enter")
        assert s.screen() == "Monitor"
        assert s.asked(Open)[-1].filter == "label:hazard"


async def test_f5_reads_the_files_again(settings: OpenSettings) -> None:
    async with settings("f5") as s:
        assert len(s.asked(ReadSettings)) == 2
        assert "the files are read again" in s.text()


async def test_without_a_desk_nothing_of_it_is_changed(settings: OpenSettings) -> None:
    async with settings() as s:
        await s.say(LinkState("lost", "the desk is gone"))
        for key in ("L", "S", "f5"):
            await s.press(key)
            assert "the desk is not there now" in s.text()
        assert s.asked(WatchLookAlikes) == []


async def test_a_click_on_a_setting_changes_it(settings: OpenSettings) -> None:
    async with settings() as s:
        await s.pilot.click("#settings", offset=(4, 1))
        await s.settle()
        assert s.app.theme == "stormdesk-light"


async def test_where_choices_are_not_kept_that_is_said(settings: OpenSettings) -> None:
    async with settings(kept=False) as s:
        assert "theme and filters last until you leave" in s.text()


@pytest.mark.parametrize("looks", [("", "-light"), ("-nocolor",)], ids=["colour", "nocolor"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_settings_look_as_known(
    settings: OpenSettings,
    size: tuple[int, int],
    looks: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "-nocolor" in looks:
        monkeypatch.setenv("NO_COLOR", "1")
    for look in looks:
        theme = "stormdesk-light" if look == "-light" else "stormdesk-dark"
        async with settings(size=size, kept=False, theme=theme) as s:
            check(f"settings{look}-{size[0]}x{size[1]}", s.app.export_screenshot())
