"""Cases at a real desk: worked in a real terminal, and through the death of the desk."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.scene import until
from tests.tui.terminal import Terminal
from tui.app import StormdeskApp
from tui.child import DeskChild
from tui.desk_link import DeskLink
from tui.screens.cases import CasesScreen
from tui.setup import Setup

TEXTS = ["no power in Alderton", "a line is down in Birchfield"] * 6
PostsFile = Callable[..., Path]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path, 120, 40)
    yield terminal
    terminal.close()


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux, a real terminal")
@pytest.mark.timeout(120)
def test_a_case_is_taken_answered_with_a_macro_and_recorded(
    terminal: Terminal,
    posts_file: PostsFile,
    territory_file: Path,
    rules_folder: Path,
    tmp_path: Path,
) -> None:
    command = shlex.join(
        [
            sys.executable, "-P", "-m", "tui", "watch", "--feed", f"file:{posts_file(TEXTS)}",
            "--territory", str(territory_file), "--rules", str(rules_folder),
            "--data", str(tmp_path / "data"), "--name", "anna",
        ]
    )  # fmt: skip
    terminal.type(command, "Enter")
    terminal.wait_for("Three Towns", "EXERCISE", "Alderton", "HAZ")
    terminal.type("a")
    terminal.wait_for("[1 queue 12]", "yours", "a line is down", "anna: taken in hand")
    terminal.type("m")
    terminal.wait_for("Macros for @resident_", "Wire down")
    terminal.type("wire down")
    terminal.wait_for("› Wire down")
    terminal.type("Enter")
    terminal.wait_for("Reply to @resident_", " of 280", without="Macros for")
    terminal.type("C-s")
    screen = terminal.wait_for("« anna", "recorded, not sent (dry run)", "[1 queue 11]")
    assert "EXERCISE" in screen
    terminal.type("5")
    terminal.wait_for("[5 answered 1]", "answered")


@pytest.mark.timeout(90)
async def test_no_word_and_no_act_is_lost_when_the_desk_is_killed(
    posts_file: PostsFile, territory_file: Path, rules_folder: Path, tmp_path: Path
) -> None:
    setup = Setup(
        [f"file:{posts_file(TEXTS)}"], str(territory_file), [rules_folder], tmp_path / "data"
    )
    child = DeskChild(setup, tmp_path)
    await child.start()
    app = StormdeskApp(DeskLink(child.url, child), agent="anna", role="lead")
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(lambda: len(app.now.queue) == len(TEXTS))
            await pilot.press("a")
            await until(lambda: isinstance(app.screen, CasesScreen) and app.screen.is_mounted)
            screen = app.screen
            assert isinstance(screen, CasesScreen)
            await until(lambda: bool(screen.opened and screen.detail and screen.detail.posts))
            case = screen.opened
            await _write_while_it_dies(app, screen, pilot, child)
            await until(lambda: _drafted(screen) == "Stay away, one and two")
            assert screen.opened == case
            assert screen.reply.area.text == "Stay away, one and two"
            assert not app.drafts.of(case).dirty
            row = screen.at_hand()
            assert row is not None
            assert (row.state, row.agent) == ("mine", "anna")
    finally:
        await child.close()


def _drafted(screen: CasesScreen) -> str:
    """What the desk says is being written in the case that is open."""
    draft = screen.detail.draft if screen.detail else None
    return draft.text if draft else ""


async def _write_while_it_dies(
    app: StormdeskApp, screen: CasesScreen, pilot: Pilot[None], child: DeskChild
) -> None:
    """Type, kill the desk, type on, and wait until it is back."""
    await pilot.press("R")
    await until(lambda: app.focused is screen.reply.area)
    screen.reply.area.write("Stay away, one")
    await until(lambda: app.drafts.of(screen.opened).kept == "Stay away, one")
    process = child._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    await until(lambda: app.now.link.state == "lost")
    screen.reply.area.write(" and two")
    await until(lambda: app.now.link.state == "connected" and not app.now.stale)
