"""Everything by mouse too: lists, heads, badges, keys of the bottom line, the map, the wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import MouseScrollDown

from tui.widgets.outages import OutageList
from tui.widgets.queue import CaseQueue

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene


async def click(s: Scene, words: str, line: int | None = None, times: int = 1) -> None:
    """Click on words where they stand on the screen."""
    lines = s.lines()
    at = line if line is not None else next(y for y, each in enumerate(lines) if words in each)
    at %= len(lines)
    for _ in range(times):
        await s.pilot.click(offset=(lines[at].index(words), at))
        await s.settle()


async def test_rows_of_every_list_are_clicked_and_clicked_again_to_open(scene: OpenScene) -> None:
    async with scene(size=(200, 50)) as s:
        await click(s, "■ likely      Fernley")
        assert s.focus() == "outages"
        await click(s, "■ likely      Fernley")
        assert s.screen() == "OutageScreen"
        await s.press("escape")
        await click(s, "mum is on oxygen", times=2)
        assert s.screen() == "PostScreen"
        await s.press("escape")
        queue = s.app.monitor.query_one(CaseQueue)
        await s.pilot.click(queue, offset=(10, 2))
        await s.settle()
        assert (s.focus(), queue.cursor) == ("queue", 2)


async def test_pinned_posts_are_clicked_and_opened(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("k", "p")
        await click(s, "mum is on oxygen", line=2)
        assert s.screen() == "PostScreen"


async def test_the_badge_of_new_posts_is_clicked(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("k")
        await s.grow(214)
        await click(s, "+214 new")
        assert s.feed.following
        assert "+214 new" not in s.text()


@pytest.mark.parametrize(
    ("keys", "words", "after"),
    [
        (("space",), "PAUSED · 0 waiting", "PAUSED"),
        (("1",), "filter: since:5m", "words !not ~fuzzy"),
        (("m", "M"), "§ marked posts alone", "§1"),
        ((), "· Cases", "Cases 6"),
        (("c",), "· Outages", "Outages 5"),
    ],
)
async def test_words_of_the_heads_are_clicked(
    scene: OpenScene, keys: tuple[str, ...], words: str, after: str
) -> None:
    async with scene(size=(159, 40)) as s:
        await s.press(*keys)
        await click(s, words, line=1)
        assert (after in s.text()) is (after != "PAUSED")


async def test_the_name_over_a_list_opens_its_screen(scene: OpenScene) -> None:
    async with scene(size=(200, 50)) as s:
        await click(s, "Outages")
        assert s.screen() == "OutagesScreen"
        await s.press("escape")
        await click(
            s,
            "Carolina Sample",
            line=next(y for y, line in enumerate(s.lines()) if "─ Carolina" in line),
        )
        assert s.screen() == "OutagesScreen"


async def test_a_click_on_the_map_goes_to_the_outage_and_a_second_opens_it(
    scene: OpenScene,
) -> None:
    async with scene(size=(120, 40)) as s:
        at = next(y for y, line in enumerate(s.lines()) if "■ Fernley" in line)
        await click(s, "■ Fernley", line=at)
        outages = s.app.monitor.query_one(OutageList)
        under = outages.at_hand()
        assert under is not None
        assert under.place == "Fernley"
        assert s.focus() == "outages"
        await click(s, "■ Fernley", line=at)
        assert s.screen() == "OutageScreen"


async def test_every_key_of_the_bottom_line_is_clicked(scene: OpenScene) -> None:
    async with scene(size=(240, 50)) as s:
        await click(s, "Undo", line=-1)
        assert "nothing was pinned, marked or filtered here" in s.text()
        await click(s, "Pin ", line=-1)
        assert s.app.kept.posts
        await click(s, "Undo", line=-1)
        assert not s.app.kept.posts
        await click(s, "Filters", line=-1)
        assert s.screen() == "FiltersScreen"


async def test_the_wheel_scrolls_lists_and_sheets(scene: OpenScene) -> None:
    async with scene() as s:
        s.feed.scroll_up(animate=False)
        await s.settle()
        assert not s.feed.following
        await s.press("question_mark")
        sheet = s.app.screen.query_one("#sheet")
        before = sheet.scroll_y
        await s.pilot._post_mouse_events([MouseScrollDown], sheet)
        await s.settle()
        assert sheet.scroll_y > before
