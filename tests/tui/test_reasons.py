"""A key that does nothing now: dim in the bottom line, and a reason wherever a person asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment

from tui.screens.help import HelpScreen
from tui.widgets.lines import palette_of

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

REASON = "this outage was not merged into another"
KEYS = ("o", "j", "enter")
"""To an outage that was not merged, at which `o` does nothing."""


def footer(s: Scene, word: str) -> Segment:
    """What stands in the bottom line for a key of this word."""
    return next(part for part in s.segments()[-1] if part.text == f"{word} ")


async def test_an_idle_key_is_dim_and_says_why(scene: OpenScene) -> None:
    async with scene(size=(140, 40)) as s:
        await s.press(*KEYS)
        idle, quiet = palette_of(s.feed).idle.color, palette_of(s.feed).quiet.color
        style = footer(s, "Merged into").style
        assert style is not None
        assert style.color is not None
        assert style.color == idle
        other = footer(s, "Verify").style
        assert other is not None
        assert other.color == quiet
        await s.press("o")
        assert f"× {REASON}" in s.lines()[-2]
        assert s.screen() == "OutageScreen"


async def test_a_reason_stays_until_a_key_does_something(scene: OpenScene) -> None:
    async with scene(size=(140, 40)) as s:
        await s.press(*KEYS, "o")
        await s.grow(20)
        assert REASON in s.text()
        await s.press("f")
        assert REASON not in s.text()


async def test_a_click_on_an_idle_key_says_why(scene: OpenScene) -> None:
    async with scene(size=(140, 40)) as s:
        await s.press(*KEYS)
        at = s.lines()[-1].index("Merged into")
        await s.pilot.click("#keyline", offset=(at, 0))
        await s.settle()
        assert f"× {REASON}" in s.text()


async def test_a_key_that_can_be_used_again_is_bright_by_itself(scene: OpenScene) -> None:
    async with scene(size=(140, 40)) as s:
        await s.press(*KEYS)
        s.desk.change("outage-6", status="dismissed", merged_into="outage-1")
        s.desk.change("outage-2", status="dismissed", merged_into="outage-1")
        await s.pilot.pause(0.6)
        await s.settle()
        style = footer(s, "Merged into").style
        assert style is not None
        assert style.color == palette_of(s.feed).quiet.color


async def test_the_help_has_every_key_and_why_some_do_nothing(scene: OpenScene) -> None:
    async with scene(size=(140, 60)) as s:
        await s.press(*KEYS)
        tooltips = {
            active.binding.tooltip
            for active in s.app.screen.active_bindings.values()
            if active.binding.id and active.binding.tooltip
        }
        await s.press("question_mark")
        sheet = s.app.screen
        assert isinstance(sheet, HelpScreen)
        told = {does: reason for _, does, reason in sheet.rows()}
        assert set(told) == tooltips
        assert told["Open the outage that it was merged into"] == REASON
        assert "not now: this outage was not merged into" in s.text()


async def test_the_palette_gives_the_reason_too(scene: OpenScene) -> None:
    async with scene(size=(140, 50)) as s:
        await s.press(*KEYS)
        commands = {each.title: each for each in s.app.get_system_commands(s.app.screen)}
        assert commands["Merged into"].help == f"not now: {REASON}"
        assert "not now" not in commands["Verify"].help


async def test_an_empty_list_says_why_there_is_nothing_to_open(scene: OpenScene) -> None:
    async with scene(rows=0) as s:
        await s.press("enter")
        assert "× waiting for the first posts of Carolina Sample…" in s.lines()[-2]
