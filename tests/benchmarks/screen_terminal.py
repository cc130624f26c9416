"""A terminal for measuring: a pty with a program in it, and the cells that the program has painted.

It knows as much of a terminal as the screens use: moves of the cursor, styles, erasing, and frames
marked by synchronized output (private mode 2026), which it says it has.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.cells import get_character_cell_size

_TOKEN = re.compile(
    r"\x1b\[(?P<given>[<-?0-9;:$]*)(?P<final>[@-~])"
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\)|\x1b."
    r"|(?P<control>[\r\n\b])|(?P<words>[^\x1b\r\n\b]+)",
    re.DOTALL,
)
_UNFINISHED = re.compile(r"\x1b(?:\[[<-?0-9;:$]*|[\]PX^_][^\x07\x1b]*)?\Z")
READ_BYTES = 1 << 16
END_S = 10.0


class Screen:
    """The cells of a terminal: what stands there, and in which style."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        self.chars = [[" "] * columns for _ in range(lines)]
        self.styles = [[""] * columns for _ in range(lines)]
        self.frames = 0
        self._x = self._y = 0
        self._style = ""
        self._rest = ""
        self.asked = b""

    def feed(self, told: str) -> None:
        """Take in what the program has written."""
        told = self._rest + told
        cut = _UNFINISHED.search(told)
        self._rest = told[cut.start() :] if cut else ""
        for token in _TOKEN.finditer(told, 0, cut.start() if cut else len(told)):
            if token["words"]:
                self._write(token["words"])
            elif token["final"]:
                self._control(token["given"], token["final"])
            elif token["control"] == "\r":
                self._x = 0
            elif token["control"] == "\n":
                self._x, self._y = 0, min(self._y + 1, self.lines - 1)

    def _control(self, given: str, final: str) -> None:
        if final == "m":
            self._style = "" if given in ("", "0") else f"{self._style};{given}"
        elif final in "Hf":
            row, _, column = given.partition(";")
            self._y = min(max(int(row or 1), 1), self.lines) - 1
            self._x = min(max(int(column or 1), 1), self.columns) - 1
        elif final == "J":
            for chars, styles in zip(self.chars, self.styles, strict=True):
                chars[:] = [" "] * self.columns
                styles[:] = [""] * self.columns
        elif given == "?2026" and final == "l":
            self.frames += 1
        elif given == "?2026$" and final == "p":
            self.asked += b"\x1b[?2026;2$y"

    def _write(self, words: str) -> None:
        row, styles, x = self.chars[self._y], self.styles[self._y], self._x
        if words.isascii():
            words = words[: self.columns - x]
            row[x : x + len(words)] = words
            styles[x : x + len(words)] = [self._style] * len(words)
            self._x = x + len(words)
            return
        for char in words:
            cells = get_character_cell_size(char)
            if x >= self.columns:
                break
            if cells == 0:
                row[x - 1] += char
                continue
            row[x : x + cells] = [char, *[""] * (cells - 1)][: self.columns - x]
            styles[x : x + cells] = [self._style] * min(cells, self.columns - x)
            x += cells
        self._x = x

    def line(self, number: int) -> str:
        """The words of one line."""
        return "".join(self.chars[number])

    def text(self) -> str:
        """The words of all lines."""
        return "\n".join(map(self.line, range(self.lines)))

    def look(self, top: int, bottom: int, left: int, right: int) -> int:
        """A number that changes when anything changes in a part of the screen."""
        return hash(
            tuple(
                (tuple(self.chars[at][left:right]), tuple(self.styles[at][left:right]))
                for at in range(top, bottom)
            )
        )


class Terminal:
    """A program in a pty of its own; `screen` is what it has painted so far."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], cwd: Path, columns: int, lines: int
    ) -> None:
        self.screen = Screen(columns, lines)
        self.read_s = 0.0
        self.bytes = 0
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execvpe(command[0], list(command), dict(env))
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys: str) -> float:
        """Type `keys`; when that was, by the monotonic clock."""
        at_s = time.monotonic()
        os.write(self._fd, keys.encode())
        return at_s

    def paint(self, wait_s: float) -> bool:
        """Take in what is there within `wait_s`; False for nothing, or at the program's end.

        `read_s` is when it was there.
        """
        ready, _, _ = select.select([self._fd], [], [], max(0.0, wait_s))
        if not ready:
            return False
        self.read_s = time.monotonic()
        try:
            told = os.read(self._fd, READ_BYTES)
        except OSError:  # the program has ended
            return False
        self.bytes += len(told)
        self.screen.feed(told.decode("utf-8", "replace"))
        if self.screen.asked:
            os.write(self._fd, self.screen.asked)
            self.screen.asked = b""
        return True

    def until(self, shown: Callable[[Screen], bool], within_s: float) -> float | None:
        """When the screen was first as `shown` says; None where it was not so in time."""
        end_s = time.monotonic() + within_s
        if shown(self.screen):
            return time.monotonic()
        while (left_s := end_s - time.monotonic()) > 0:
            if self.paint(min(left_s, 0.05)) and shown(self.screen):
                return self.read_s
        return None

    def watch(self, seconds: float) -> None:
        """Take in what is painted for so long."""
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            self.paint(left_s)

    def close(self) -> None:
        """End the program."""
        self.press("\x11")
        end_s = time.monotonic() + END_S
        while time.monotonic() < end_s:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                break
            self.paint(0.05)
        else:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)
