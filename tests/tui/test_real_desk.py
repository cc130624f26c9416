"""The monitor at a real desk in a process of its own, with real rules, places and store."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.scene import until
from tui.app import StormdeskApp
from tui.child import DeskChild
from tui.desk_link import DeskLink
from tui.screens.post import PostScreen
from tui.setup import Setup
from tui.situation import Situation


@pytest.mark.timeout(60)
async def test_posts_outages_filters_and_a_killed_desk(
    posts_file: Callable[..., Path], territory_file: Path, rules_folder: Path, tmp_path: Path
) -> None:
    texts = [f"no power in Alderton, says number {n}" for n in range(30)] + ["a line is down"]
    feed = f"file:{posts_file(texts)}"
    child = DeskChild(
        Setup([feed], str(territory_file), [rules_folder], tmp_path / "data"), tmp_path
    )
    await child.start()
    app = StormdeskApp(DeskLink(child.url, child))
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            feed_pane, now = app.monitor.feed, app.now
            await until(lambda: feed_pane.window.total == 31)
            await until(lambda: bool(now.outages) and len(now.queue) > 0)
            newest = feed_pane.window.row(30)
            assert newest is not None
            assert newest.labels == ("hazard",)

            await pilot.press("enter")
            await until(lambda: _shows_a_post(app))
            await pilot.press("escape", "slash", *"label", "colon", *"hazard", "enter")
            await until(lambda: feed_pane.window.query == "label:hazard")
            assert feed_pane.window.total == 1

            process = child._process
            assert process is not None
            os.kill(process.pid, signal.SIGKILL)
            await until(lambda: now.link.state == "lost")
            before = feed_pane.window
            await until(lambda: now.link.state == "connected" and not now.stale)
            await until(lambda: feed_pane.window is not before)
            assert (feed_pane.window.query, feed_pane.window.total) == ("label:hazard", 1)
            assert _outage_places(now) == {"Alderton"}
    finally:
        await child.close()


def _shows_a_post(app: StormdeskApp) -> bool:
    screen = app.screen
    return isinstance(screen, PostScreen) and screen._detail is not None


def _outage_places(now: Situation) -> set[str]:
    return {row.place for row in now.ranked()}
