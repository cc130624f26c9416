"""The feed of the monitor: it follows the newest, is held, scrolled back and paused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desk.serving.protocol import (
    Fetch,
    Tick,
)
from tui.window import PAGE_ROWS

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene


async def test_the_feed_follows_the_newest_posts(scene: OpenScene) -> None:
    async with scene() as s:
        for _ in range(5):
            await s.grow(70)
        assert s.feed_ids()[-1] == f"post-{300 + 350 - 1}"
        assert s.feed_ids() == sorted(s.feed_ids(), key=lambda found: int(found[5:]))
        assert "new ·" not in s.text()


async def test_moving_up_unfollows_and_a_badge_counts_what_is_new(scene: OpenScene) -> None:
    async with scene() as s:
        before = s.feed_ids()
        await s.press("k")
        await s.grow(214)
        assert s.feed_ids() == before
        assert "+214 new · f follows" in s.text()
        await s.press("f")
        assert s.feed_ids()[-1] == "post-513"
        assert "new ·" not in s.text()


async def test_a_held_feed_is_not_painted_again_by_new_posts(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene() as s:
        await s.press("k")
        painted: list[int] = []
        monkeypatch.setattr(s.feed, "render_line", painted.append)
        await s.grow(50)
        assert painted == []


MOVES = {
    "k": "post-298",
    "f up": "post-298",
    "f pageup": "post-289",
    "g": "post-0",
    "f home": "post-0",
    "g j": "post-1",
    "g down": "post-1",
    "g pagedown": "post-10",
    "g pagedown pagedown pageup": "post-10",
    "g k": "post-0",
}


async def test_keys_move_the_cursor(scene: OpenScene) -> None:
    async with scene() as s:
        for keys, post in MOVES.items():
            await s.press(*keys.split())
            under = s.feed.window.row(s.feed.cursor)
            assert under is not None
            assert (keys, under.id) == (keys, post)
            assert post in s.feed_ids()


async def test_end_goes_to_the_newest_and_follows(scene: OpenScene) -> None:
    async with scene() as s:
        for key in ("G", "end", "f"):
            await s.press("g", "j", key)
            assert s.feed.following
            await s.grow(20)
            assert s.feed_ids()[-1] == s.desk.rows[-1].id


async def test_moving_down_past_the_end_lets_the_new_posts_in(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("k")
        await s.grow(40)
        await s.press("j", "j")
        under = s.feed.window.row(s.feed.cursor)
        assert under is not None
        assert under.id == "post-300"
        assert "+40 new" not in s.text()


async def test_scrolling_back_fetches_pages_and_shows_dots_meanwhile(scene: OpenScene) -> None:
    async with scene(rows=5000) as s:
        assert all(fetch.start >= 4600 for fetch in s.asked(Fetch))
        s.desk.mute = True
        await s.press("g")
        assert s.lines()[2].startswith("…")
        s.desk.mute = False
        fetch = s.asked(Fetch)[-1]
        assert (fetch.start, fetch.count) == (0, PAGE_ROWS)
        await s.desk.send(fetch)
        await s.settle()
        assert s.feed_ids()[0] == "post-0"


async def test_rows_on_the_way_are_asked_for_once(scene: OpenScene) -> None:
    async with scene(rows=5000) as s:
        s.desk.mute = True
        await s.press("g", "j", "j", "j")
        starts = [fetch.start for fetch in s.asked(Fetch)]
        assert len(starts) == len(set(starts))


async def test_paging_through_everything_holds_few_rows(scene: OpenScene) -> None:
    async with scene(rows=9000) as s:
        for start in range(0, 9000, 700):
            s.feed.move_to(start)
            await s.settle()
        await s.settle()
        held = sum(s.feed.window.row(index) is not None for index in range(9000))
        assert held <= 21 * PAGE_ROWS


async def test_rows_that_the_desk_let_go_are_left_out(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.first = 200
        await s.grow(10)
        await s.press("g")
        assert s.feed_ids()[0] == "post-200"


async def test_a_held_view_outlives_its_rows_at_the_desk(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("k")
        before = s.feed_ids()
        s.desk.first = 350
        await s.grow(100)
        assert s.feed_ids() == before
        assert "14:17:57 fb" in s.text()
        await s.press("j")
        assert s.feed_ids()[0] == "post-350"
        await s.press("space")
        s.desk.first = 450
        await s.grow(100)
        await s.press("j", "k", "g", "e", "enter")
        assert "PAUSED 100" in s.lines()[0]


async def test_pause_holds_the_view_and_counts_what_waits(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("space")
        before = s.feed_ids()
        await s.grow(200)
        await s.grow(14)
        assert "PAUSED · 214 waiting" in s.lines()[0]
        assert s.feed_ids() == before
        await s.press("G", "j")
        assert s.feed_ids() == before
        await s.press("space")
        assert "PAUSED" not in s.text()
        assert s.feed_ids()[-1] == "post-513"


async def test_pause_holds_the_outages_too(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("space")
        ended = s.app.now.ranked()[0]
        await s.say(Tick(outages=(ended.__class__(ended.outage, "Moved Town", ended.trend),)))
        assert "Moved Town" not in s.text()
        await s.press("space")
        assert "Moved Town" in s.text()


async def test_e_goes_from_hazard_to_hazard(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("E")
        assert s.feed.cursor == 297
        await s.press("E")
        assert s.feed.cursor == 289
        await s.press("e")
        assert s.feed.cursor == 297
        await s.press("e")
        assert s.feed.cursor == 297
        assert "no further hazard" in s.text()
        await s.press("k")
        assert "no further hazard" not in s.text()


async def test_the_wheel_scrolls_back_and_unfollows(scene: OpenScene) -> None:
    async with scene() as s:
        s.feed.scroll_up(animate=False)
        await s.settle()
        assert not s.feed.following
        assert s.feed_ids()[-1] == "post-298"


async def test_e_says_that_there_is_no_further_hazard_while_it_follows(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("e")
        assert s.feed.following
        assert "no further hazard at hand" in s.text()
