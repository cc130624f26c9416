"""`stormdesk watch`: what is refused before the monitor opens, and whose store it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from tui.commands.watch import NOBODY, _agent, _are_real, _data


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--desk", "foo"], "http://127.0.0.1:7411 or unix:PATH"),
        (["--desk", "ftp://x"], "no desk can be at 'ftp://x'"),
        (["--desk", "http://[::1"], "no desk can be at"),
        (["--desk", "http://127.0.0.1:1", "--feed", "file:x"], "has its feeds"),
        (["--desk", "http://127.0.0.1:1", "--oms", "x.csv"], "has its feeds"),
        (["--feed", "file:-"], "stormdesk tail --feed file:-"),
        (["--feed", "file:posts.jsonl", "--storm", "flood"], "never mixed"),
        (["--feed", "file:posts.jsonl", "--feed", "storm:flood"], "never mixed"),
        (["--feed", "file:posts.jsonl", "--seed", "3"], "--storm"),
        (["--name", "OMS"], "stands for the utility's own list"),
        (["--feed", "file:posts.jsonl"], "needs a terminal"),
    ],
)
def test_what_can_not_be_watched_is_refused_up_front(options: list[str], words: str) -> None:
    run = subprocess.run(
        [sys.executable, "-P", "-m", "tui", *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "300"},
    )
    assert run.returncode == 2
    assert words in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("feeds", "real"),
    [
        (["storm:hurricane"], False),
        (["storm:hurricane?speed=max", "storm:flood"], False),
        (["file:posts.jsonl"], True),
    ],
)
def test_only_posts_of_no_storm_go_to_the_store_of_the_user(
    feeds: list[str], real: bool, tmp_path: Path
) -> None:
    assert _are_real(feeds) is real
    assert _data(tmp_path, real=real).is_relative_to(tmp_path) is not real


def test_a_storm_and_other_posts_are_never_mixed() -> None:
    with pytest.raises(typer.BadParameter, match="never mixed"):
        _are_real(["storm:flood", "file:posts.jsonl"])


def test_who_acts_is_who_was_named_or_the_user_or_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _agent(" Anna\x1b  B. ") == "Anna B."
    monkeypatch.setattr("getpass.getuser", lambda: "bea")
    assert _agent(None) == "bea"
    monkeypatch.setattr("getpass.getuser", lambda: "oms")
    assert _agent(None) == NOBODY
