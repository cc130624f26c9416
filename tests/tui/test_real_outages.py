"""Outages on the screens of a real desk: what is done to them is stored, and taken back."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from desk.outages import OutageChange
from tests.tui.scene import until
from tui.app import StormdeskApp
from tui.child import DeskChild
from tui.desk_link import DeskLink
from tui.screens.asking import AskScreen, ChooseScreen
from tui.screens.outage import OutageScreen
from tui.screens.outages import OutagesScreen
from tui.setup import Setup
from tui.widgets.story import Story

TEXTS = ["no power in Alderton", "no power in Birchfield", "a line is down in Alderton"] * 15


@pytest.mark.timeout(90)
async def test_people_act_on_outages_and_a_killed_desk_remembers_it(
    posts_file: Callable[..., Path], territory_file: Path, rules_folder: Path, tmp_path: Path
) -> None:
    feed = f"file:{posts_file(TEXTS)}"
    child = DeskChild(
        Setup([feed], str(territory_file), [rules_folder], tmp_path / "data"), tmp_path
    )
    await child.start()
    app = StormdeskApp(DeskLink(child.url, child), agent="anna")

    def outage(place: str) -> OutageChange:
        return next(r.outage for r in app.now.outages.values() if r.place.startswith(place))

    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(lambda: len(app.now.outages) == 2)
            await pilot.press("o")
            await until(lambda: isinstance(app.screen, OutagesScreen) and app.screen.is_mounted)
            await _verify_confirm_undo(app, pilot, outage)
            await _merge_split_undo(app, pilot, outage)

            process = child._process
            assert process is not None
            await pilot.press("v")
            await until(lambda: outage("Alderton").verifying == "anna")
            os.kill(process.pid, signal.SIGKILL)
            await until(lambda: app.now.link.state == "lost")
            await until(lambda: app.now.link.state == "connected" and not app.now.stale)
            await until(lambda: outage("Alderton").verifying == "anna")
            screen = app.screen
            assert isinstance(screen, OutageScreen)
            await until(lambda: screen.feed.window.total == 30)
            await until(lambda: len(screen.query_one(Story).items) > 3)
    finally:
        await child.close()


async def _verify_confirm_undo(
    app: StormdeskApp, pilot: Pilot[None], outage: Callable[[str], OutageChange]
) -> None:
    screen = app.screen
    assert isinstance(screen, OutagesScreen)
    screen.table.go_to(outage("Alderton").id)
    await pilot.press("c")
    await until(lambda: outage("Alderton").status == "confirmed")
    await until(lambda: app.did(outage("Alderton").id))
    await pilot.press("u")
    await until(lambda: outage("Alderton").status == "likely")
    await until(lambda: app.last_deed() is None)


async def _merge_split_undo(
    app: StormdeskApp, pilot: Pilot[None], outage: Callable[[str], OutageChange]
) -> None:
    gone = outage("Birchfield").id
    screen = app.screen
    assert isinstance(screen, OutagesScreen)
    screen.table.go_to(gone)
    await pilot.press("m")
    await until(lambda: isinstance(app.screen, ChooseScreen) and app.screen.is_mounted)
    await pilot.press("enter")
    await until(lambda: isinstance(app.screen, AskScreen) and app.screen.is_mounted)
    await pilot.press("y")
    await until(lambda: len(outage("Alderton").communities) == 2)
    assert app.now.outages[gone].outage.merged_into == outage("Alderton").id

    screen.table.go_to(outage("Alderton").id)
    await pilot.press("enter")
    await until(lambda: isinstance(app.screen, OutageScreen) and app.screen.is_mounted)
    view = app.screen
    assert isinstance(view, OutageScreen)
    await until(lambda: view.feed.window.total == 45)
    assert view.feed.places
    await pilot.press("s")
    await until(lambda: isinstance(app.screen, ChooseScreen) and app.screen.is_mounted)
    await pilot.press("j", "enter")
    await until(lambda: isinstance(app.screen, AskScreen) and app.screen.is_mounted)
    await pilot.press("enter")
    await until(lambda: view.feed.window.total == 30)
    assert outage("Alderton").communities == ("alderton",)
