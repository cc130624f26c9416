"""A real terminal for tests: tmux types, and reads what a person would see."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

PATIENCE_S = 40
PROMPT = "desk-shell$"


class Terminal:
    """A tmux server of its own, with one window."""

    def __init__(self, folder: Path, columns: int, lines: int) -> None:
        self._tmux = ["tmux", "-S", str(folder / "tmux.sock"), "-f", "/dev/null"]
        self._run(
            "new-session", "-d", "-s", "t", "-x", str(columns), "-y", str(lines),
            "env", "-u", "NO_COLOR", f"XDG_CONFIG_HOME={folder}", f"PS1={PROMPT} ",
            "bash", "--norc", "--noprofile",
        )  # fmt: skip

    def _run(self, *command: str) -> str:
        run = subprocess.run(
            [*self._tmux, *command], capture_output=True, text=True, check=True, timeout=20
        )
        return run.stdout

    def type(self, *keys: str) -> None:
        self._run("send-keys", "-t", "t", *keys)

    def paste(self, words: str) -> None:
        """Paste as a terminal does that tells the program so."""
        self._run("set-buffer", "--", words)
        self._run("paste-buffer", "-p", "-t", "t")

    def resize(self, columns: int, lines: int) -> None:
        self._run("resize-window", "-t", "t", "-x", str(columns), "-y", str(lines))

    def screen(self) -> str:
        return self._run("capture-pane", "-t", "t", "-p")

    def wait_for(self, *wanted: str, without: str | None = None) -> str:
        """The screen, as soon as it shows all of `wanted`."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            screen = self.screen()
            if all(w in screen for w in wanted) and (without is None or without not in screen):
                return screen
            time.sleep(0.1)
        raise AssertionError(f"no {wanted} on the screen:\n{self.screen()}")

    def wait_for_prompt(self) -> None:
        """Until the shell waits for a command again."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            lines = self.screen().split()
            if lines and lines[-1] == PROMPT:
                return
            time.sleep(0.1)
        raise AssertionError(f"no prompt on the screen:\n{self.screen()}")

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)
