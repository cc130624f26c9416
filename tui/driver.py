"""The terminal's driver, for terminals that may be closed at any moment.

Textual writes from a thread of its own, and that thread ends when a write fails; whoever then waits
for room in its queue waits for ever, and the process outlives its terminal.
"""

from __future__ import annotations

import contextlib
from typing import Any, TextIO

from textual.drivers.linux_driver import LinuxDriver


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

    def _sigcont_application(self, *_: object) -> None:
        """Go on drawing, if drawing was suspended.

        Whoever closes a window sends SIGCONT behind SIGHUP; Textual would begin to read keys anew
        from a terminal that is gone, and never end.
        """
        if self._must_signal_resume:
            super()._sigcont_application()
