"""A screen whose terminal is closed ends by itself, however much it still has to draw."""

from __future__ import annotations

import os
import pty
import signal
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress

import pytest
from textual import constants
from textual.app import App
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key

from tui.driver import ESC_S, Closable, Keys, TerminalDriver
from tui.frame import Frame


def draw(writer: WriterThread) -> None:
    for _ in range(500):
        writer.write("x")


@pytest.mark.timeout(20)
def test_a_writer_goes_on_when_its_terminal_is_gone() -> None:
    ours, theirs = pty.openpty()
    with suppress(OSError), os.fdopen(theirs, "w") as terminal:  # closing it writes once more
        writer = WriterThread(Closable(terminal))  # type: ignore[arg-type]
        writer.start()
        os.close(ours)
        drawing = threading.Thread(target=draw, args=[writer])
        drawing.start()
        drawing.join(5)
        assert not drawing.is_alive()
        writer.stop()


def test_what_a_terminal_tells_is_still_told() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        closable = Closable(terminal)
        assert closable.fileno() == theirs
        assert closable.isatty()
        assert closable.write("three") == 5
        closable.flush()
        assert os.read(ours, 10) == b"three"
    os.close(ours)


def test_the_screens_draw_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(App, "get_driver_class", lambda _: LinuxDriver)
    assert Frame().get_driver_class() is TerminalDriver


async def test_only_a_suspended_screen_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[str] = []
    monkeypatch.setattr(LinuxDriver, "resume_application_mode", lambda _: began.append("anew"))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    try:
        driver = TerminalDriver(Frame())
        os.kill(os.getpid(), signal.SIGCONT)  # as whoever closes a window sends behind SIGHUP
        assert began == []
        driver._must_signal_resume = True
        os.kill(os.getpid(), signal.SIGCONT)
        assert began == ["anew"]
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def names(told: Iterable[object]) -> list[str]:
    return [event.key for event in told if isinstance(event, Key)]


def test_an_esc_alone_is_a_key_once_nothing_follows() -> None:
    keys = Keys()
    assert names(keys.read("\x1b")) == []
    assert keys.wait_s == ESC_S
    assert names(keys.quiet()) == ["escape"]
    assert keys.wait_s > ESC_S
    assert names(keys.quiet()) == []


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (("\x1b", "[A"), ["up"]),
        (("k\x1b", "[B", "j"), ["k", "down", "j"]),
        (("\x1b[", "A"), ["up"]),
        (("\x1b\x1b", "[C"), ["escape", "right"]),
        (("\x1b", "\x1b", ""), ["escape", "escape"]),
        (("k", "\x1b", ""), ["k", "escape"]),
    ],
)
def test_a_key_in_parts_is_one_key(parts: Sequence[str], told: list[str]) -> None:
    keys = Keys()
    heard = [name for part in parts for name in names(keys.read(part) if part else keys.quiet())]
    assert heard == told


def test_who_has_a_slow_line_gives_an_esc_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCDELAY", "100")
    keys = Keys()
    list(keys.read("\x1b"))
    assert keys.wait_s == constants.ESCAPE_DELAY
