"""`storm run` in a real terminal, with a second desk on the same storm."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.terminal import PATIENCE_S, Terminal

pytestmark = [
    pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux, a real terminal"),
    pytest.mark.timeout(120),
]
PROGRAM = [sys.executable, "-P", "-m", "tui"]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path, 100, 30)
    yield opened
    opened.close()


def test_a_storm_is_run_heard_by_another_desk_and_left(
    terminal: Terminal, rules_folder: Path, tmp_path: Path, temporary: Path
) -> None:
    address = f"unix:{tmp_path / 'storm.sock'}"
    command = [
        *PROGRAM, "storm", "run", "flood", "--hours", "0.5", "--scale", "0.1",
        "--background", "0.3", "--rules", str(rules_folder), "--listen", address,
    ]  # fmt: skip
    terminal.type(f"TMPDIR={temporary} {shlex.join(command)}; echo code $?", "Enter")
    terminal.wait_for("EXERCISE", "PAUSED", "● desk", "Truth")
    with subprocess.Popen(
        [*PROGRAM, "tail", "--all", "--feed", f"drill:{address}", "--rules", str(rules_folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ},
    ) as other:
        terminal.wait_for("2 desks")
        terminal.type("i")
        terminal.wait_for("word for word")
        terminal.type("-l", "no power here")
        terminal.type("Tab")
        terminal.type("-l", "nan")
        terminal.type("Enter")
        terminal.wait_for("Sent at")
        terminal.type("J")
        terminal.wait_for("+30m")
        terminal.type("-l", "+20m")
        terminal.type("Enter")
        terminal.wait_for("+20m", "PAUSED", without="Jump to")
        terminal.type("q")
        terminal.wait_for("code 0")
        out, _ = other.communicate(timeout=PATIENCE_S)
    posts = [each for each in map(json.loads, out.splitlines()) if each["type"] == "post"]
    assert posts[0]["text"] == "no power here"
    assert posts[0]["author"]["handle"] == "nan"
    assert len(posts) > 5
    assert all(post["exercise"] for post in posts)
    assert other.returncode == 0
    assert not any(temporary.iterdir())
    assert not (tmp_path / "storm.sock").exists()
