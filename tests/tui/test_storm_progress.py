from __future__ import annotations

import io
import sys

import pytest

from tui.commands.storm_progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def run(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    clock = Clock()
    progress = Progress("mine", 10.0, clock)
    for second in range(1, 13):
        clock.now_s = float(second)
        progress(second * 20_000, second / 2)
    progress.end(240_000, "3 outages in here")
    return stream.getvalue()


def test_a_terminal_sees_one_line_that_is_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    text = run(Terminal(), monkeypatch)
    assert text.count("\r") == 13
    assert text.count("\n") == 1
    assert text.rpartition("\r")[2].startswith(
        "240,000 posts and 3 outages in here, 20,000 posts/s, "
    )
    assert "a second of CPU" in text


def test_a_log_gets_a_plain_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = run(io.StringIO(), monkeypatch).splitlines()
    assert len(lines) == 3
    assert lines[0] == "mine: 100,000 posts, hour 2.5 of 10, 20,000 posts/s, 0 min 15 s left"
    assert not any("\r" in line or "\x1b" in line for line in lines)
