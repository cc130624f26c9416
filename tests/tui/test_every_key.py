"""Every key of the monitor and its sheets does something, or says why it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desk.serving.protocol import Tick
from tests.tui.conftest import COUNTS, FEEDS, MARKS, WARNINGS, row, status
from tui.choices import SavedFilter
from tui.kept import Kept
from tui.widgets.outages import OutageList
from tui.widgets.queue import CaseQueue

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

LEAVES = ("quit", "quit.always", "suspend")
"""Keys that leave the app: test_monitor.py presses them, test_terminal.py the way to the shell."""
SCREENS: dict[str, tuple[str, ...]] = {
    "the feed": (),
    "the outages of the monitor": ("tab",),
    "a post": ("E", "k", "enter"),
    "the help": ("question_mark",),
    "saved filters": ("F",),
    "a question": ("S",),
    "the warnings": ("W",),
    "the feeds": ("H",),
    "bad records": ("H", "n", "enter"),
}
"""The keys that lead to each screen, or to a pane of it."""
BEFORE: dict[str, tuple[str, ...]] = {
    "move.up": ("G", "j"),
    "move.pageup": ("G",),
    "move.last": ("g",),
    "move.down": ("g",),
    "move.pagedown": ("g",),
    "follow": ("g",),
    "hazard.next": ("g",),
    "hit.next": ("g",),
    "marks.next": ("g",),
    "marks.previous": ("f",),
    "span.6": ("1",),
    "feeds.previous": ("G",),
}
"""Keys after which a key has something to do."""


def seen(s: Scene) -> tuple[object, ...]:
    """All that a key could change as far as a person or the desk would notice."""
    styles = [[(part.text, str(part.style)) for part in line] for line in s.segments()]
    app = s.app
    return styles, len(s.desk.heard), s.screen(), s.focus(), app.theme, app._clipboard


async def at_home(s: Scene, keys: tuple[str, ...]) -> None:
    """The screen as at the beginning, with something to undo, to go to and to look at."""
    app, monitor = s.app, s.app.monitor
    await app.open_monitor()
    app.theme = "stormdesk-dark"
    app.kept = Kept()
    app.kept.mark(row(250))
    app.kept.mark(row(290))
    app.kept.pin_post(row(280))
    app.kept.did("something", nothing)
    app.choices.keep(filters=(SavedFilter("b", "oxygen"), SavedFilter("a", "lights")))
    monitor.remove_class("-cases")
    monitor.query_one(OutageList).display = True
    monitor.query_one(CaseQueue).display = False
    monitor.only_marked = False
    monitor.feed.pause(on=False)
    monitor.set_focus(monitor.feed)
    await monitor.filter_by("label:outage")
    for name in ("k", *keys):
        s.strike(name)
        await s.heard()
    await s.settle()


async def nothing() -> None:
    """A way back that leads nowhere."""


@pytest.mark.timeout(120)
async def test_every_key_does_something_or_says_why(scene: OpenScene) -> None:
    idle: list[str] = []
    known: set[str] = set()
    async with scene(size=(100, 30)) as s:
        await s.say(Tick(counts=COUNTS, oms=MARKS, warnings=WARNINGS, status=status(feeds=FEEDS)))
        for screen, keys in SCREENS.items():
            await at_home(s, keys)
            for key, active in s.app.screen.active_bindings.items():
                meaning = active.binding.id or ""
                if not meaning or meaning in LEAVES or meaning in known:
                    continue
                known.add(meaning)
                await at_home(s, (*keys, *BEFORE.get(meaning, ())))
                before = seen(s)
                await s.press(key)
                if seen(s) == before:
                    idle.append(f"{screen}: {key} ({meaning})")
    assert len(known) > 45
    assert not idle
