"""The monitor in a real terminal: tmux types, and reads what a person would see."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tui.terminal import Terminal

pytestmark = [
    pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux, a real terminal"),
    pytest.mark.timeout(90),
]
PostsFile = Callable[..., Path]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path, 80, 24)
    yield terminal
    terminal.close()


def processes(command: str, folder: Path) -> list[int]:
    """Process ids of `command` whose options name `folder`."""
    run = subprocess.run(
        ["pgrep", "-f", f"python.* -m tui {command} .*{folder}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(pid) for pid in run.stdout.split()]


def desks(folder: Path) -> list[int]:
    """Process ids of desks whose command names `folder`."""
    return processes("serve", folder)


@pytest.fixture
def command(posts_file: PostsFile, territory_file: Path, rules_folder: Path, tmp_path: Path) -> str:
    texts = ["no power in Alderton", "a line is down \x1b[31m[red]Birchfield\u202e"] * 50
    return shlex.join(
        [
            sys.executable, "-P", "-m", "tui", "watch", "--feed", f"file:{posts_file(texts)}",
            "--territory", str(territory_file), "--rules", str(rules_folder),
            "--data", str(tmp_path / "data"),
        ]
    )  # fmt: skip


def test_a_desk_is_watched_filtered_killed_resized_and_left(
    terminal: Terminal, command: str, tmp_path: Path
) -> None:
    terminal.type(command, "Enter")
    screen = terminal.wait_for("Three Towns", "EXERCISE", "Alderton", "HAZ", "OUT", "likely")
    assert "[red]Birchfield" in screen
    assert "\x1b" not in screen
    terminal.type("Enter")
    terminal.wait_for("t-hazard", "line is down")
    terminal.type("Escape")
    terminal.wait_for("no power", without="t-hazard")  # a key at once would be alt+key
    terminal.type("/")
    terminal.wait_for("label: only:")
    terminal.type("label:outage", "Enter")
    terminal.wait_for("no power in Alderton", without="line is down")
    (desk,) = desks(tmp_path)
    os.kill(desk, signal.SIGKILL)
    terminal.wait_for("starting it again")
    terminal.wait_for("no power in Alderton", without="starting it again")
    terminal.resize(30, 8)
    terminal.wait_for("60x16")
    terminal.resize(160, 50)
    terminal.wait_for("posts/min", "no power in Alderton", "08:32:40")
    terminal.type("q")
    terminal.wait_for_prompt()
    assert desks(tmp_path) == []


def test_the_desk_ends_with_a_screen_that_was_killed(
    terminal: Terminal, command: str, tmp_path: Path
) -> None:
    terminal.type(command, "Enter")
    terminal.wait_for("Three Towns", "Alderton")
    assert len(desks(tmp_path)) == 1
    os.kill(processes("watch", tmp_path)[0], signal.SIGKILL)
    end = time.monotonic() + 10
    while desks(tmp_path) and time.monotonic() < end:
        time.sleep(0.1)
    assert desks(tmp_path) == []


@pytest.mark.parametrize("how", ["the window is closed", "SIGTERM"])
def test_nothing_is_left_behind_when_the_monitor_is_ended(
    how: str,
    terminal: Terminal,
    territory_file: Path,
    rules_folder: Path,
    tmp_path: Path,
    temporary: Path,
) -> None:
    terminal.type(
        f"TMPDIR={temporary} {shlex.join([sys.executable, '-P', '-m', 'tui', 'watch'])}"
        f" --storm flood --territory {territory_file} --rules {rules_folder}",
        "Enter",
    )
    terminal.wait_for("Three Towns", "Feed")
    assert len(desks(tmp_path)) == 1
    assert any(temporary.iterdir())
    if how == "SIGTERM":
        os.kill(processes("watch", tmp_path)[0], signal.SIGTERM)
        terminal.wait_for_prompt()
        terminal.type("echo code $?", "Enter")
        terminal.wait_for("code 143")
    else:
        terminal.close()
    end = time.monotonic() + 10
    while processes(".*", tmp_path) and time.monotonic() < end:
        time.sleep(0.1)
    assert processes(".*", tmp_path) == []
    assert not any(temporary.iterdir())


def test_a_faulty_rule_is_one_line_on_a_usable_terminal(
    terminal: Terminal, command: str, rules_folder: Path
) -> None:
    (rules_folder / "bad.toml").write_text(
        'language = "en"\n[[rule]]\nid = "x"\nlable = "outage"\n'
    )
    terminal.resize(200, 24)
    terminal.type(command, "Enter")
    said = terminal.wait_for("bad.toml:")
    assert "Traceback" not in said
    assert "starting a desk" not in said
    terminal.wait_for_prompt()
    terminal.type("echo still $((40 + 2))", "Enter")
    terminal.wait_for("still 42")


def test_without_options_the_built_in_storm_runs(terminal: Terminal) -> None:
    terminal.type(shlex.join([sys.executable, "-P", "-m", "tui"]), "Enter")
    terminal.wait_for("North Carolina", "EXERCISE", "Feed")
    terminal.wait_for("OUT")
    terminal.type("Space")
    terminal.wait_for("PAUSED")
    terminal.type("?")
    terminal.wait_for("Keys of this screen")
    terminal.type("Escape")
    terminal.wait_for("PAUSED", without="Keys of this screen")
    terminal.type("q")
    terminal.wait_for_prompt()


def test_without_colour_the_screen_says_the_same(terminal: Terminal, command: str) -> None:
    terminal.type(f"NO_COLOR=1 {command}", "Enter")
    terminal.wait_for("EXERCISE", "HAZ", "OUT", "likely")
    terminal.type("q")


def test_outages_are_opened_acted_on_and_taken_back(terminal: Terminal, command: str) -> None:
    terminal.type(f"{command} --name 'Anna B.'", "Enter")
    terminal.wait_for("Three Towns", "likely", "Alderton")
    terminal.type("o")
    terminal.wait_for("by urgency", "km wide", "1✓status")
    terminal.type("+")
    terminal.type("z")
    terminal.type("2")
    terminal.wait_for("2·dangers")
    terminal.type("Enter")
    terminal.wait_for("EXERCISE", "Evidence", "What happened", "Its posts", "no power in Alderton")
    terminal.type("v")
    terminal.wait_for("Anna B. is checking it · u takes it back")
    terminal.type("d")
    terminal.wait_for("Dismiss the outage in Alderton")
    terminal.type("y")
    terminal.wait_for("× dismissed", "dismissed by Anna B.")
    terminal.resize(130, 40)
    terminal.wait_for("by Anna B.", "× dismissed")
    terminal.type("u")
    terminal.wait_for("taken back, now", "■ likely Alderton")
    terminal.type("Escape")
    terminal.wait_for("by urgency", "Alderton (Anna B.)")
    terminal.type("0")  # while the map is near, the way back leads over the whole of it
    terminal.type("q")
    terminal.wait_for("Feed", "labelled posts")
    terminal.type("q")
    terminal.wait_for_prompt()


def test_eight_colours_a_plain_locale_the_mouse_and_the_way_to_the_shell_and_back(
    terminal: Terminal, command: str
) -> None:
    terminal.type(f"LANG=C LC_ALL=C TERM=xterm COLORTERM= {command}", "Enter")
    terminal.wait_for("Three Towns", "EXERCISE", "Alderton", "HAZ", "OUT", "likely")
    terminal.type("k", "p", "m")
    terminal.wait_for("^ Pinned", "§ ")
    terminal.type("C-z")
    terminal.wait_for("Stopped", without="Pinned")
    terminal.type("fg", "Enter")
    screen = terminal.wait_for("^ Pinned", "? Keys")
    row = next(y for y, line in enumerate(screen.splitlines(), 1) if "? Keys" in line)
    column = screen.splitlines()[row - 1].index("? Keys") + 1
    terminal.type("-l", f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")
    terminal.wait_for("Keys of this screen")
    terminal.type("Escape")
    terminal.wait_for("^ Pinned", without="Keys of this screen")
    terminal.type("/")
    terminal.wait_for("label: only:")
    terminal.paste("label:outage\nq")
    terminal.type("Enter")
    terminal.wait_for("filter: label:outage")
    terminal.type("q")
    terminal.wait_for_prompt()
