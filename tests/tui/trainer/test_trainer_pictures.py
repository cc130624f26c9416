"""Pictures of the trainer's screen, compared as those of the monitor are."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

if TYPE_CHECKING:
    from tests.tui.trainer.conftest import Drill, OpenDrill

SIZES = [(80, 24), (120, 40), (200, 50)]


def known() -> Callable[[str, str], None]:
    """`check` of the pictures of the monitor; test files are no modules of a package."""
    path = Path(__file__).parents[1] / "test_pictures.py"
    spec = importlib.util.spec_from_file_location("tests_tui_pictures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    check: Callable[[str, str], None] = module.check
    return check


async def play(drill: Drill) -> None:
    """An hour in: two outages found, one of them late, a false one, an inject, a bookmark."""
    drill.storm.jump(1800)
    await drill.settle()
    drill.storm.bookmark()
    drill.storm.fire(drill.storm.waiting()[1])
    drill.storm.jump(3500)
    await drill.settle()
    desk = drill.desk
    await drill.read(110, desk.found(0, 12), desk.found(1, 35), desk.found(0, 20, false=True))
    await drill.settle()
    drill.app.clear_notifications()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_trainers_screen_looks_as_known(drill: OpenDrill, size: tuple[int, int]) -> None:
    async with drill(size=size) as d:
        await play(d)
        known()(f"trainer-{size[0]}x{size[1]}", d.app.export_screenshot())


@pytest.mark.parametrize("keys", [("i",), ("r",)], ids=["inject", "rewind"])
async def test_the_sheets_look_as_known(drill: OpenDrill, keys: tuple[str, ...]) -> None:
    async with drill(size=(80, 24)) as d:
        await play(d)
        await d.press(*keys)
        for box in d.app.screen.query(Input):
            box._pause_blink(visible=True)
        await d.settle()
        name = {"i": "inject", "r": "rewind"}[keys[0]]
        known()(f"trainer-{name}-80x24", d.app.export_screenshot())


async def test_the_light_theme_looks_as_known(drill: OpenDrill) -> None:
    async with drill() as d:
        await play(d)
        await d.press("t")
        await d.settle()
        known()("trainer-light-120x40", d.app.export_screenshot())


async def test_without_colour_it_looks_as_known(
    drill: OpenDrill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with drill(size=(80, 24)) as d:
        await play(d)
        known()("trainer-nocolor-80x24", d.app.export_screenshot())
