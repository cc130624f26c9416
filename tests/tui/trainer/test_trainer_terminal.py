"""`storm run` in a real terminal, with a second desk on the same storm."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux, a real terminal"),
    pytest.mark.timeout(120),
]
PATIENCE_S = 40
PROGRAM = [sys.executable, "-P", "-m", "tui"]


class Terminal:
    """A tmux server of its own, with one window of 100x30."""

    def __init__(self, folder: Path) -> None:
        self._tmux = ["tmux", "-S", str(folder / "tmux.sock"), "-f", "/dev/null"]
        self.run("new-session", "-d", "-x", "100", "-y", "30", "bash", "--norc", "--noprofile")

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [*self._tmux, *command], capture_output=True, text=True, check=True, timeout=20
        )
        return done.stdout

    def type(self, *keys: str) -> None:
        self.run("send-keys", *keys)

    def wait_for(self, *wanted: str) -> str:
        """The screen, as soon as it shows all of `wanted`."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            screen = self.run("capture-pane", "-p")
            if all(words in screen for words in wanted):
                return screen
            time.sleep(0.1)
        raise AssertionError(f"no {wanted} on the screen:\n{self.run('capture-pane', '-p')}")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path)
    yield opened
    opened.run("kill-server")


def test_a_storm_is_run_heard_by_another_desk_and_left(
    terminal: Terminal, rules_folder: Path, tmp_path: Path
) -> None:
    address = f"unix:{tmp_path / 'storm.sock'}"
    command = [
        *PROGRAM, "storm", "run", "flood", "--hours", "0.5", "--scale", "0.1",
        "--background", "0.3", "--rules", str(rules_folder), "--listen", address,
    ]  # fmt: skip
    (temporary := tmp_path / "temporary").mkdir()
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
        terminal.wait_for("+20m", "PAUSED")
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
