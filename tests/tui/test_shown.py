"""What is painted: only what can be seen, and of that only what differs is written."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.screens.painting import Painting
from tui.shown import Shown
from tui.widgets.field import Field

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene

CONSOLE = Console(color_system="truecolor", force_terminal=True)


def strip(text: str) -> Strip:
    return Strip([Segment(text)], len(text))


def part(first: int, text: str, end: int | None = None) -> ChopsUpdate:
    """One piece of line 3, of which the columns from its first to `end` are painted again."""
    stop = first + len(text)
    return ChopsUpdate(
        [{}] * 3 + [{first: strip(text)}],
        [(3, first, stop if end is None else end)],
        [[]] * 3 + [[stop]],
    )


def test_only_what_differs_is_written() -> None:
    shown = Shown()

    def written(update: ChopsUpdate | LayoutUpdate) -> str:
        return shown.news(update).render_segments(CONSOLE)

    assert written(part(4, "dark")) == "\x1b[4;5Hdark"
    assert written(part(4, "dark")) == ""
    assert written(part(9, "here")) == "\x1b[4;10Hhere"
    assert written(part(4, "dark")) == ""
    assert written(part(4, "darkness")) == "\x1b[4;5Hdarkness"  # over the beginning of "here"
    assert written(part(9, "here")) == "\x1b[4;10Hhere"
    assert written(part(4, "darkness", end=8)) == "\x1b[4;5Hdark"
    whole = LayoutUpdate([[strip("ab"), strip("cd")]], Region(0, 3, 4, 1))
    assert written(whole) == written(whole) == "\x1b[4;1Hab\x1b[4;3Hcd"
    shown.forget()
    assert written(part(9, "here")) == "\x1b[4;10Hhere"


async def test_panes_under_their_lists_are_not_painted(scene: OpenScene) -> None:
    async with scene(size=(160, 50)) as s:
        await s.press("slash")
        painting = s.app.screen._compositor
        assert isinstance(painting, Painting)
        seen = {widget.id for widget, _, _ in painting.in_sight()}
        assert {"feed", "filter-input", "outages", "map", "keyline"} <= seen
        assert seen.isdisjoint({"panes", "feed-pane", "list-pane", "filter"})
        await s.press(*"x" * 120, "y")
        field = s.app.screen.query_one(Field)
        assert len(field.value) == 121
        line = next(line for line in s.lines() if line.startswith("xx"))
        assert "xy" in line


async def test_what_was_painted_leaves_no_garbage(scene: OpenScene) -> None:
    """Searches for it hold up keys: ten frames a second of it had one every two seconds."""
    async with scene(rows=100, size=(160, 50)) as s:
        gc.collect()
        gc.disable()
        try:
            for _ in range(2):
                s.feed.forget_strips()
                await s.grow(40)
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            assert not [each for each in gc.garbage if isinstance(each, Strip)]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
