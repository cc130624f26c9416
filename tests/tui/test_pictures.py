"""Pictures of every screen at three sizes, dark, light and without colour.

They are compared by what a person sees: characters and their styles. A picture that differs is
written beside the known one as NAME.new.svg. Look at both, and accept with
`STORMDESK_ACCEPT_PICTURES=1 pytest tests/tui/test_pictures.py`.

To have another screen in all of them, add a line to SHOTS: its name, and the keys that lead to it
from the monitor. What the desk must have said before goes into `prepare`. One app is shared by all
pictures of a size, and goes back to the monitor between them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import msgspec
import pytest
from textual.filter import Monochrome
from textual.widgets import Input, TextArea

from desk.serving.protocol import Tick
from tests.tui.conftest import COUNTS, FEEDS, MARKS, OUTAGES, WARNINGS, status
from tui.choices import SavedFilter
from tui.kept import Kept
from tui.widgets.keyline import KeyLine

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

PICTURES = Path(__file__).parent / "pictures"
ACCEPT = "STORMDESK_ACCEPT_PICTURES"
SVG = "{http://www.w3.org/2000/svg}"
SIZES = [(80, 24), (120, 40), (200, 50)]
LOOKS = {"dark": "stormdesk-dark", "light": "stormdesk-light", "nocolor": "stormdesk-dark"}
"""The theme of each look."""
SHOTS: dict[str, tuple[str, ...]] = {
    "monitor": (),
    "monitor-cases": ("c", "tab", "j"),
    "monitor-kept": ("k", "p", "k", "m"),
    "monitor-storm": ("space",),
    "monitor-filter": ("slash", *"label"),
    "post": ("E", "k", "enter"),
    "help": ("question_mark",),
    "palette": ("colon", *"posts"),
    "filters": ("F",),
    "question": ("S",),
    "outages": ("o", "j"),
    "outages-close": ("o", "j", "z"),
    "outages-merge": ("o", "j", "m"),
    "outage": ("o", "j", "enter", "v"),
    "monitor-warned": (),
    "outages-warned": ("o", "j"),
    "warnings": ("W",),
    "feeds": ("H",),
    "faults": ("H", "n", "enter"),
}
"""Pictures by name, and the keys that lead there from the monitor."""
WARNED = ("monitor-warned", "outages-warned", "warnings")
IN_TROUBLE = ("monitor-warned", "feeds", "faults")
COLOUR_BLIND = ("deuteranopia", "tritanopia")

Mark = tuple[float, float, str, str]
"""Where something is drawn (y, x), what, and its style; a cell of colour is drawn as ''."""
CELL = 12.2
"""How wide a cell is in an exported picture."""


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
            cells = range(round(float(node.get("width") or 0) / CELL))
            found += (
                (at[0], round(at[1] + cell * CELL, 1), "", node.get("fill") or "") for cell in cells
            )
    return sorted(found)


def differs(name: str, svg: str) -> str:
    """How a picture differs from the known one of this name, or nothing; or accept it."""
    known, new = PICTURES / f"{name}.svg", PICTURES / f"{name}.new.svg"
    svg = re.sub(r"terminal-\d+", "terminal-0", svg)
    if os.environ.get(ACCEPT):
        new.unlink(missing_ok=True)
        known.write_text(svg, encoding="utf-8")
        return ""
    text = known.read_text(encoding="utf-8") if known.exists() else ""
    if svg == text:
        return ""
    before, now = marks(text) if text else [], marks(svg)
    if now == before:
        return ""
    new.write_text(svg, encoding="utf-8")
    return f"{new.name}, first in {[mark for mark in now if mark not in before][:3]}"


def check(name: str, svg: str) -> None:
    """Compare a picture with the known one of this name, or accept it."""
    difference = differs(name, svg)
    if difference:
        pytest.fail(f"differs: {difference}; {ACCEPT}=1 accepts it")


async def prepare(s: Scene, shot: str) -> None:
    """The monitor as at the beginning, and what the desk says before this picture."""
    app = s.app
    await app.open_monitor()
    app.kept = Kept()
    app.choices.keep(
        filters=(
            SavedFilter("In danger here", "label:hazard place:durham"),
            SavedFilter("Last pictures", "has:media since:30m"),
        )
    )
    monitor = app.monitor
    await monitor._leave_filter()
    if monitor.has_class("-cases"):
        monitor.action_cases()
    monitor.feed.pause(on=False)
    monitor.set_focus(monitor.feed)
    monitor.say("")
    monitor.show_kept()
    if monitor.query_words:
        await monitor.filter_by("")
    rows = [
        msgspec.structs.replace(
            row,
            outage=msgspec.structs.replace(
                row.outage, oms="4711", vulnerable=2, damage=1, cause="treeDown"
            ),
        )
        if row.outage.id == "outage-2"
        else row
        for row in OUTAGES
    ]
    s.desk.outages = {row.outage.id: row for row in rows}
    plain = status(waiting=31, late=3)
    if shot == "monitor-storm":
        plain = msgspec.structs.replace(plain, mode="storm", mode_by="Anna B.", skipped=12)
    if shot in IN_TROUBLE:
        plain = msgspec.structs.replace(plain, feeds=FEEDS)
    warnings = WARNINGS if shot in WARNED else ()
    tick = Tick(status=plain, outages=tuple(rows), counts=COUNTS, oms=MARKS, warnings=warnings)
    s.wire.say(tick)


async def show(s: Scene, shot: str) -> None:
    """Bring what is to be seen onto the screen."""
    await prepare(s, shot)
    await s.settle()
    for name in SHOTS[shot]:
        s.strike(name)
        await s.heard()
        await s.settle()  # what a key changes is drawn before a sheet lies on it
        for line in s.app.screen.query(KeyLine):
            line.tell()  # as half a second later
    for field in s.app.screen.query("Input, TextArea"):
        assert isinstance(field, Input | TextArea)
        field.cursor_blink = False
    if shot == "palette":
        await s.pilot.pause(0.4)  # it shows what it finds some four times a second
    await s.settle()


async def look_at(s: Scene, look: str) -> str:
    """The picture of what is on the screen, in a theme or without colour."""
    app = s.app
    plain = look == "nocolor"
    if plain:  # as at a start with NO_COLOR, which test_sizes.py has
        app.no_color = True
        app._filters.append(Monochrome())
    app.theme = LOOKS.get(look, f"stormdesk-{look}")
    for each in app.screen_stack:
        for widget in each.query("*"):
            widget.notify_style_update()
            widget.refresh()
    await s.settle()
    svg = app.export_screenshot(simplify=True)
    if plain:
        app.no_color = False
        app._filters.pop()
    return svg


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that hangs on how fast the machine is."""
    monkeypatch.setattr("tui.screens.outage.ASK_AGAIN_S", 1000.0)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_screen_looks_as_known(scene: OpenScene, size: tuple[int, int]) -> None:
    found = []
    async with scene(size=size) as s:
        for shot in SHOTS:
            await show(s, shot)
            for look in LOOKS:
                name = f"{shot}-{size[0]}x{size[1]}" + ("" if look == "dark" else f"-{look}")
                found.append(differs(name, await look_at(s, look)))
    found = [difference for difference in found if difference]
    assert not found, f"{ACCEPT}=1 accepts them"


async def test_the_themes_for_colour_blind_eyes_look_as_known(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        for eyes in COLOUR_BLIND:
            check(f"monitor-120x40-{eyes}", await look_at(s, eyes))


def test_a_changed_character_or_style_is_a_difference() -> None:
    svg = (PICTURES / "monitor-80x24.svg").read_text(encoding="utf-8")
    assert marks(svg)
    assert marks(svg.replace("EXERCISE", "exercise")) != marks(svg)
    assert marks(svg.replace("font-weight: bold", "font-style: italic")) != marks(svg)


def test_ids_fonts_and_the_frame_are_no_difference() -> None:
    svg = (PICTURES / "monitor-80x24.svg").read_text(encoding="utf-8")
    other = re.sub(r"terminal-\d+", "terminal-42", svg).replace("Fira Code", "Other Mono")
    assert marks(re.sub("@font-face {[^}]*}", "", other)) == marks(svg)
