"""The terminal's driver, for terminals that may be closed at any moment, and an esc without delay.

Textual writes from a thread of its own, and that thread ends when a write fails; whoever then waits
for room in its queue waits for ever, and the process outlives its terminal.
"""

from __future__ import annotations

import contextlib
import os
import select
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import Any, TextIO

from textual import constants, events
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

ESC = "\x1b"
ESC_S = 0.01
"""So long after an esc its rest must come, if it begins the sequence of another key.

Textual waits for 0.1 s and looks 0.1 s later at times; tmux waits for 0.01 s, vim for 0.05 s. A
terminal writes a sequence at once: only a slow line can part it.
Where ESCDELAY is set, in milliseconds as for ncurses, it counts.
"""
LOOK_S = 0.1
"""How often to look whether the screen has ended."""
READ_BYTES = 4096


class Keys:
    """What a terminal sends, as events: an esc that nothing follows is a key at once."""

    def __init__(self) -> None:
        self._parser = XTermParser()
        self._held = False
        self._esc_s = constants.ESCAPE_DELAY if "ESCDELAY" in os.environ else ESC_S

    @property
    def wait_s(self) -> float:
        """How long to wait for more before `quiet` is called."""
        return self._esc_s if self._held else LOOK_S

    def read(self, told: str) -> Iterator[Message]:
        """The events of what was read."""
        told = (ESC if self._held else "") + told
        if whole := told.rstrip(ESC):
            yield from self._parser.feed(whole)
        pressed = len(told) - len(whole)
        self._held = pressed > 0
        for _ in range(pressed - 1):
            yield events.Key("escape", ESC)

    def quiet(self) -> Iterator[Message]:
        """The events of nothing more having come."""
        if self._held:
            self._held = False
            yield events.Key("escape", ESC)
        yield from self._parser.tick()

    def end(self) -> None:
        """Nothing more can come."""
        with contextlib.suppress(EOFError, ParseError):
            for _ in self._parser.feed(""):
                pass


class Closable:
    """What a terminal is written through: once it is gone, nothing is written any more."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - everything else is the terminal's
        return getattr(self._terminal, name)

    def write(self, text: str) -> int:
        """Write `text`, or nothing where nobody is left to read it."""
        with contextlib.suppress(OSError):
            return self._terminal.write(text)
        return len(text)

    def flush(self) -> None:
        """Send what was written, if the terminal is still there."""
        with contextlib.suppress(OSError):
            self._terminal.flush()


class TerminalDriver(LinuxDriver):
    """Textual's driver, which survives its terminal."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as Textual has them
        super().__init__(*args, **options)
        # Textual 8 has no public way to give a driver its file.
        self._file = Closable(self._file)  # type: ignore[arg-type,assignment]

    def run_input_thread(self) -> None:
        """Read keys and send them on, until the screen ends."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        keys = Keys()
        try:
            while not self.exit_event.is_set():
                ready, _, _ = select.select([self.fileno], [], [], keys.wait_s)
                read = os.read(self.fileno, READ_BYTES) if ready else b""
                if ready and not read:
                    self.exit_event.wait(LOOK_S)  # the input has ended, as of a pipe
                told = decode(read)
                for event in keys.read(told) if told else keys.quiet():
                    self.process_message(event)
        finally:
            keys.end()

    def _sigcont_application(self, *_: object) -> None:
        """Go on drawing, if drawing was suspended.

        Whoever closes a window sends SIGCONT behind SIGHUP; Textual would begin to read keys anew
        from a terminal that is gone, and never end.
        """
        if self._must_signal_resume:
            super()._sigcont_application()
