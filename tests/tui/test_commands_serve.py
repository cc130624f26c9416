"""`stormdesk serve` in a process of its own: how it ends, and how much it says."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from desk.serving.protocol import PATH
from tui.commands.serve import BAD_TOLD, Sparing

PostsFile = Callable[..., Path]
Serve = Callable[..., list[str]]
PATIENCE_S = 20


@pytest.fixture
def command(territory_file: Path, rules_folder: Path, tmp_path: Path) -> Serve:
    def options(*more: str, socket: str = "desk.sock") -> list[str]:
        return [
            sys.executable, "-P", "-m", "tui", "serve", "--listen", f"unix:{tmp_path / socket}",
            "--territory", str(territory_file), "--rules", str(rules_folder), *more,
        ]  # fmt: skip

    return options


@contextmanager
def serving(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A desk that is ready."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        try:
            assert "desk" in json.loads(process.stdout.readline())
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_attached_desk_without_a_word(
    number: signal.Signals, command: Serve, posts_file: PostsFile
) -> None:
    with serving(command("--attached", "--feed", f"file:{posts_file([])}")) as process:
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_an_attached_desk_ends_with_its_standard_input(
    command: Serve, posts_file: PostsFile
) -> None:
    with serving(command("--attached", "--feed", f"file:{posts_file([])}")) as process:
        assert process.stdin is not None
        process.stdin.write("words that nobody reads\n")
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0


def test_standard_input_is_not_read_twice(command: Serve) -> None:
    run = subprocess.run(
        command("--attached", "--feed", "file:-"), capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "standard input" in run.stderr


def test_a_second_desk_is_refused_in_one_line_and_the_first_goes_on(
    command: Serve, posts_file: PostsFile, tmp_path: Path
) -> None:
    feed = ("--feed", f"file:{posts_file([])}")
    with serving(command(*feed)):
        run = subprocess.run(
            command(*feed), capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
        assert run.returncode == 2
        assert run.stderr.startswith("stormdesk: can't listen on 'unix:")
        assert run.stderr.count("\n") == 1
        asyncio.run(attach(tmp_path / "desk.sock"))


async def attach(path: Path) -> None:
    connector = aiohttp.UnixConnector(str(path))
    async with aiohttp.ClientSession(connector=connector) as session:
        await (await session.ws_connect(f"http://desk{PATH}")).close()


def test_a_feed_of_bad_lines_does_not_fill_the_log(command: Serve, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("no post\n" * 1_500 + '{"id":"p1"}', encoding="utf-8")
    with serving(command("--feed", f"file:{path}")) as process:
        assert process.stderr is not None
        said = [process.stderr.readline() for _ in range(BAD_TOLD + 3)]
        assert all(f"{path}:{n}: skipped:" in line for n, line in enumerate(said[:BAD_TOLD], 1))
        assert "only the 100th" in said[BAD_TOLD]
        assert f"{path}:100: skipped:" in said[BAD_TOLD + 1]
        assert said[BAD_TOLD + 2].endswith("(1,000 bad lines so far)\n")
        process.terminate()
        assert process.stderr.read() == ""


def test_each_feed_has_bad_lines_of_its_own_and_other_words_are_always_said() -> None:
    said: list[str] = []
    sparing = Sparing(said.append)
    for number in range(1, 100):
        sparing(f"one.jsonl:{number}: skipped: not a post")
    assert len(said) == BAD_TOLD + 1
    said.clear()
    sparing("two.jsonl:1: skipped: not a post")
    sparing("feed file:one.jsonl failed: it is a folder")
    sparing("feed file:one.jsonl failed: it is a folder")
    assert len(said) == 3


def test_faults_of_settings_are_told_at_once_before_the_desk_begins(
    command: Serve, posts_file: PostsFile, tmp_path: Path
) -> None:
    settings = tmp_path / "settings"
    settings.mkdir()
    (settings / "policy.toml").write_text("[calm]\notherwise = 'soon'\n")
    feed = ("--feed", f"file:{posts_file([])}", "--settings", str(settings))
    run = subprocess.run(command(*feed), capture_output=True, text=True, check=False)
    assert run.returncode == 2
    lines = run.stderr.splitlines()
    assert any(
        f"{settings}/policy.toml:2:13: 'calm.otherwise' = \"soon\"" in line for line in lines
    )
    assert any("'calm' has no 'return_after'" in line for line in lines)
    assert "Traceback" not in run.stderr
