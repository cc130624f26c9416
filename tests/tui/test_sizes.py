"""Terminals: small and large, without colour, resized while they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import Resize
from textual.geometry import Size

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene


SIZES = [(80, 24), (60, 16), (109, 30), (110, 30), (200, 50)]
SMALL = [(59, 40), (100, 15), (20, 5), (3, 1)]


async def test_every_pane_is_there_at_every_size(scene: OpenScene) -> None:
    async with scene(size=SIZES[0]) as s:
        for size in SIZES:
            await s.resize(*size)
            text = s.text()
            assert "EXERCISE" in s.lines()[0]
            assert s.feed_ids()[-1] == "post-299"
            assert "● confirmed ! Al" in text
            assert any(0x2800 < ord(char) < 0x2900 for char in text)
            assert all(len(line) == size[0] for line in s.lines())


async def test_side_by_side_when_wide_and_stacked_when_narrow(scene: OpenScene) -> None:
    async with scene(size=(160, 40)) as s:
        feed, outages = s.feed.region, s.app.monitor.query_one("#outages").region
        assert feed.right < outages.x
        await s.resize(80, 24)
        feed, outages = s.feed.region, s.app.monitor.query_one("#outages").region
        assert feed.bottom < outages.bottom
        assert feed.width == 80
        assert s.feed_ids()[-1] == "post-299"


async def test_a_reader_keeps_the_place_through_a_resize(scene: OpenScene) -> None:
    async with scene(size=(160, 40)) as s:
        await s.press("g", "pagedown")
        under = s.feed.cursor
        await s.resize(80, 24)
        await s.resize(200, 50)
        assert s.feed.cursor == under
        assert f"post-{under}" in s.feed_ids()


async def test_too_small_is_said_and_goes_by_itself(scene: OpenScene) -> None:
    async with scene() as s:
        for columns, rows in SMALL:
            await s.resize(columns, rows)
            said = "".join("".join(s.lines()).split())
            words = "".join(f"too small: 60x16 needed, now {columns}x{rows}".split())
            assert said
            assert said in words
            await s.grow(5)
            await s.resize(80, 24)
            assert s.feed_ids()[-1] == s.desk.rows[-1].id


async def test_a_post_in_view_is_there_again_after_too_small(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("enter")
        await s.resize(30, 10)
        await s.press("question_mark", "j")
        await s.resize(80, 24)
        assert "Why it was labelled" in s.text()


async def test_a_desk_can_be_left_from_a_terminal_that_is_too_small(scene: OpenScene) -> None:
    async with scene(size=(30, 10)) as s:
        await s.press("q")
        assert s.app._exit


async def test_without_colour_words_are_bracketed_and_signs_stay(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with scene(size=(120, 40)) as s:
        await s.press("g")
        text = s.text()
        assert "[no lights] on our" in text
        assert "!HAZ" in text
        assert "● confirmed" in text
        strips = s.app.screen._compositor.render_strips()
        styles = {segment.style for strip in strips for segment in strip if segment.style}
        cursor = [style for style in styles if style.reverse]
        assert cursor
        await s.press("enter")
        assert "Why it was labelled" in s.text()


@pytest.mark.parametrize("keys", [(), ("question_mark",), ("enter",), ("colon",)])
async def test_two_sizes_at_once_come_to_rest(scene: OpenScene, keys: tuple[str, ...]) -> None:
    """On a busy screen other messages stand between the two, so that neither replaces the other."""
    laid_out, most = 0, 60
    async with scene() as s:
        await s.press(*keys)
        screen = s.app.screen
        lay_out = screen._refresh_layout

        def busy(size: Size | None = None, *args: bool, **named: bool) -> None:
            nonlocal laid_out
            laid_out += 1
            if laid_out > most:
                return
            screen.call_later(lambda: None)
            lay_out(size, *args, **named)
            screen.call_later(lambda: None)

        screen._refresh_layout = busy  # type: ignore[method-assign]
        for size in (Size(140, 40), Size(80, 24)) * 2:
            s.app.post_message(Resize(size, size))
            screen.post_message(Resize(size, size))
            screen.call_later(lambda: None)
        await s.settle()
        assert laid_out < most
        assert s.app.size == screen.size == Size(80, 24)


async def test_sizes_that_come_before_the_first_mount_leave_the_last(scene: OpenScene) -> None:
    async with scene(up=False) as s:
        for width in range(61, 101):
            s.app.post_message(Resize(Size(width, 30), Size(width, 30)))
        s.desk.connect()
        await s.settle()
        assert s.app.monitor.size == Size(100, 30)
        assert s.feed_ids()[-1] == "post-299"
