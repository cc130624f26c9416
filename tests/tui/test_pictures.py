"""Pictures of the screens, compared by what a person sees: characters and their styles.

A picture that differs is written beside the known one as NAME.new.svg. Look at both, and accept
with `STORMDESK_ACCEPT_PICTURES=1 pytest tests/tui/test_pictures.py`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from desk.serving.protocol import Tick
from tests.tui.conftest import COUNTS, MARKS

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene

PICTURES = Path(__file__).parent / "pictures"
ACCEPT = "STORMDESK_ACCEPT_PICTURES"
SVG = "{http://www.w3.org/2000/svg}"
SIZES = [(80, 24), (120, 40), (200, 50)]
SCREENS = {
    "monitor": (),
    "cases": ("c", "tab", "j"),
    "post": ("E", "k", "enter"),
    "help": ("question_mark",),
}

Mark = tuple[float, float, str, str]
"""Where something is drawn (y, x), what, and its style; a block of colour is drawn as ''."""


def marks(svg: str) -> list[Mark]:
    """What is drawn in the terminal of an exported picture: not its frame, fonts and ids."""
    root = ET.fromstring(svg)
    style = "".join(node.text or "" for node in root.iter(f"{SVG}style"))
    rules = re.findall(r"\.terminal-\d+-(r\d+) \{([^}]*)\}", style)
    styles = {name: ";".join(sorted(rule.replace(" ", "").split(";"))) for name, rule in rules}
    found: list[Mark] = []
    terminals = (n for n in root.iter(f"{SVG}g") if "clip-terminal" in n.get("clip-path", ""))
    for node in (child for terminal in terminals for child in terminal.iter()):
        at = float(node.get("y") or 0), float(node.get("x") or 0)
        if node.tag == f"{SVG}text":
            text = (node.text or "").replace("\u00a0", " ")
            name = (node.get("class") or "").rpartition("-")[2]
            found.append((*at, text, styles.get(name, "")))
        elif node.tag == f"{SVG}rect" and node.get("fill"):
            found.append((*at, "", f"{node.get('fill')} {node.get('width')}"))
    return sorted(found)


def check(name: str, svg: str) -> None:
    """Compare a picture with the known one of this name, or accept it."""
    known, new = PICTURES / f"{name}.svg", PICTURES / f"{name}.new.svg"
    if os.environ.get(ACCEPT):
        new.unlink(missing_ok=True)
        known.write_text(svg, encoding="utf-8")
        return
    before = marks(known.read_text(encoding="utf-8")) if known.exists() else []
    now = marks(svg)
    if now == before:
        new.unlink(missing_ok=True)
        return
    new.write_text(svg, encoding="utf-8")
    changed = [mark for mark in now if mark not in before][:5]
    pytest.fail(f"{new.name} differs from {known.name}, first in {changed}; {ACCEPT}=1 accepts it")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", SCREENS)
async def test_the_screen_looks_as_known(
    scene: OpenScene, screen: str, size: tuple[int, int]
) -> None:
    async with scene(size=size) as s:
        await s.press(*SCREENS[screen])
        check(f"{screen}-{size[0]}x{size[1]}", s.app.export_screenshot())


OUTAGES = {
    "outages": ("o", "j"),
    "outages-close": ("o", "j", "z"),
    "outage": ("o", "j", "enter", "v"),
    "outage-merge": ("o", "j", "m"),
}


@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", OUTAGES)
async def test_outages_look_as_known(
    scene: OpenScene, screen: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.outage.ASK_AGAIN_S", 1000.0)  # or a slow machine asks again
    async with scene(size=size) as s:
        s.desk.change("outage-2", oms="4711", vulnerable=2, damage=1, cause="treeDown")
        await s.say(Tick(counts=COUNTS, oms=MARKS))
        await s.press(*OUTAGES[screen])
        check(f"{screen}-{size[0]}x{size[1]}", s.app.export_screenshot())


async def test_outages_without_colour_look_as_known(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with scene() as s:
        await s.say(Tick(counts=COUNTS, oms=MARKS))
        await s.press("o")
        check("outages-nocolor-80x24", s.app.export_screenshot())


async def test_the_light_theme_looks_as_known(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("t", "k")
        check("monitor-light-120x40", s.app.export_screenshot())


async def test_without_colour_it_looks_as_known(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with scene() as s:
        check("monitor-nocolor-80x24", s.app.export_screenshot())


def test_a_changed_character_or_style_is_a_difference() -> None:
    svg = (PICTURES / "monitor-80x24.svg").read_text(encoding="utf-8")
    assert marks(svg)
    assert marks(svg.replace("EXERCISE", "exercise")) != marks(svg)
    assert marks(svg.replace("font-weight: bold", "font-style: italic")) != marks(svg)


def test_ids_fonts_and_the_frame_are_no_difference() -> None:
    svg = (PICTURES / "monitor-80x24.svg").read_text(encoding="utf-8")
    other = re.sub(r"terminal-\d+", "terminal-42", svg).replace("Fira Code", "Other Mono")
    assert marks(re.sub("@font-face {[^}]*}", "", other)) == marks(svg)
