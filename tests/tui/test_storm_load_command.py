"""`stormdesk storm load`: its words, its report and its screen."""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import termios
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.widgets import Sparkline, Static

from desk.errors import DeskError
from rules import RulesError
from simulator.errors import LoadError, SimulatorError
from simulator.load.accounting import Account, LabelFigures
from simulator.load.compare import compare
from simulator.load.latency import Percentiles
from simulator.load.report import Machine, Plan, Report, Run, Sample, read_report
from simulator.load.runner import Now
from tui.commands.load_options import ShapeName
from tui.commands.storm_load import load as load_command
from tui.load_app import LoadApp
from tui.load_page import page
from tui.load_words import lines

PostsFile = Callable[..., Path]
COMMAND = [sys.executable, "-P", "-m", "tui", "storm", "load"]
HOSTILE = "<script>alert(1)</script>\x1b[31m"
NONE = Percentiles(0, None, None, None, None, None)


def load(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def options(posts_file: PostsFile, territory_file: Path, rules_folder: Path) -> list[str]:
    path = posts_file(["no power in Alderton", "lovely day"] * 100)
    return [
        "--feed", f"file:{path}", "--territory", str(territory_file), "--rules", str(rules_folder),
        "--target", "rules", "--slo", "p99=9s", "--seconds", "1", "--rate", "200",
    ]  # fmt: skip


@pytest.mark.timeout(150)
def test_a_test_is_printed_kept_and_compared(options: list[str], tmp_path: Path) -> None:
    old, page_file = tmp_path / "old.json", tmp_path / "load.html"
    first = load(*options, "--shape", "storm", "--json", str(old), "--html", str(page_file))
    assert first.returncode == 0, first.stderr
    assert "highest rate that held" in first.stdout
    assert "0 lost" in first.stdout
    assert "posts/s intended" in first.stderr
    assert "Traceback" not in first.stderr
    report = read_report(old)
    assert report.lost == 0
    ET.fromstring(page_file.read_text().replace("<!DOCTYPE html>", ""))
    with pytest.raises(LoadError, match="only the same can be compared"):
        load_command("flood", compare_with=old)
    best = msgspec.structs.replace(report, rate=1e6)
    old.write_bytes(msgspec.json.encode(best))
    more = ("--shape", "storm", "--compare", str(old), "--format", "json")
    second = load(*options, *more)
    assert second.returncode == 1
    told = json.loads(second.stdout)
    rate = next(row for row in told["compared"] if row["name"] == "rate")
    assert rate["worse"]


def test_ctrl_c_ends_with_what_was_measured(options: list[str]) -> None:
    options[options.index("--seconds") + 1] = "30"
    with subprocess.Popen(
        [*COMMAND, *options, "--format", "json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        while "warm-up" not in (line := process.stderr.readline()):
            assert line
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all of them hear it
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    report = msgspec.json.decode(out, type=Report)
    assert report.ended_early
    assert report.account.sent > 0
    assert report.lost == 0
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("given", "words"),
    [(["--shape", "rmap"], "rmap"), (["--slo", "p99"], "such as p99=250ms")],
)
def test_bad_usage_is_one_line_and_exit_code_2(given: list[str], words: str) -> None:
    run = load(*given)
    assert run.returncode == 2
    assert words in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rate": [0.0]}, "above 0"),
        ({"rate": [math.nan]}, "above 0"),
        ({"rate": [5.0], "shape": ShapeName.record}, "143,199"),
        ({"seconds": 0.0}, "--seconds 0"),
        ({"feed": "file:none.jsonl"}, "can't read 'none.jsonl'"),
        ({"feed": "storm:flood"}, "write file:POSTS.jsonl"),
        ({"feed": "file:a", "storm": "flood"}, "one storm or one feed"),
        ({"feed": "file:a", "seed": 3}, "--seed is a storm's"),
        ({"name": "hurricnae"}, "hurricane"),
        ({"territory": "sardina"}, "sardinia"),
        ({"rules": [Path("none")]}, "none"),
        ({"compare_with": Path("none.json")}, "can't read 'none.json'"),
        ({"html": Path("none/x.html")}, "can't write 'none/x.html'"),
    ],
)
def test_what_can_not_be_meant_is_told_before_anything_is_measured(
    given: dict[str, Any], words: str
) -> None:
    with pytest.raises((DeskError, SimulatorError, RulesError), match=re.escape(words)):
        load_command(**given)


@pytest.mark.timeout(150)  # several processes start one after the other, each with its imports
def test_on_a_terminal_the_screen_lets_processes_start_and_leaves_the_report(
    options: list[str], tmp_path: Path
) -> None:
    page_file = tmp_path / "load.html"
    read, write = os.openpty()
    termios.tcsetwinsize(write, (30, 100))
    with subprocess.Popen(
        [*COMMAND, *options, "--html", str(page_file)],
        stdin=write,
        stdout=subprocess.PIPE,
        stderr=write,
        start_new_session=True,
    ) as process:
        os.close(write)
        seen = _drained(read)
        assert process.stdout is not None
        out = process.stdout.read()
    assert process.returncode == 0, seen[-2000:]
    assert b"highest rate that held" in out
    assert b"EXERCISE" in seen
    assert page_file.is_file()


def _drained(terminal: int) -> bytes:
    """Everything that was drawn until nobody draws any more."""
    seen = b""
    with contextlib.suppress(OSError):  # on Linux the end of a terminal is an error
        while piece := os.read(terminal, 1 << 16):
            seen += piece
    os.close(terminal)
    return seen


def sample(at_s: float) -> Sample:
    cores = {"generator": 0.1, "pipeline": 0.9}
    return Sample(at_s, 100.0, 90.0, 1234, 2.0, 9.0, cores, {"rules": 0.7}, 200.0, 0.5)


def report() -> Report:
    label = Percentiles(1000, 10.0, 50.0, 100.0, 200.0, 300.0)
    samples = tuple(sample(at_s / 2) for at_s in range(8))
    best = Run(HOSTILE, 5000.0, 20.0, True, False, 5000.0, label, NONE, NONE, 0, 0.1, 80.0, samples)
    return Report(
        version=1,
        made_at="2026-01-01T00:00:00+00:00",
        plan=Plan("pipeline", HOSTILE, "ramp", "p99 <= 250 ms", 1, 20.0, 7, 1000),
        machine=Machine("Linux", "x86_64", 2, "3.11", 0.1),
        rate=5000.0,
        ended_early=True,
        best=best,
        overload=None,
        recovered_s=None,
        saturation=None,
        account=Account(2000, 100, 1900, 0, 0),
        lost=0,
        labels={"outage": LabelFigures(0.9, 0.8, 0.85, 50)},
        macro_f1=0.85,
        screen_rows_cut=3,
        memory_mb=(200.0, 210.0, 220.0),
        runs=(best,),
    )


def test_the_page_stands_alone_and_nothing_in_it_is_markup_of_others() -> None:
    text = page(report(), compare(report(), msgspec.structs.replace(report(), rate=1.0)))
    tree = ET.fromstring(text.replace("<!DOCTYPE html>", "").replace("\x1b", "?"))
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert "svg" in tags
    assert tags.isdisjoint({"script", "link", "img", "iframe"})
    assert "&lt;script&gt;" in text
    assert 'class="worse"' in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")


def test_words_warn_where_figures_say_little() -> None:
    text = "\n".join(lines(report()))
    assert "5,000 posts/s, for 20 s" in text
    assert "used up to 0.5 of 2 cores besides" in text
    assert "stopped by the user" in text
    assert "woke up to 80 ms late" in text
    assert "come again after 1,000 posts" in text
    assert "3 rows came too fast" in text
    narrow = lines(report(), 80)
    assert max(map(len, narrow)) <= 80
    assert " ".join(narrow).split() == text.split()


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_the_screen_shows_how_it_stands_and_stops_on_request(key: str) -> None:
    def test(watch, say, stopped):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        say("starting the rules")
        while not stopped():
            watch(Now("hold", 1.5, 20.0, 100, 90, sample(1.5), 5.0, 20.0))
        return report()

    app = LoadApp("load test [of] rules", test)
    async with app.run_test(size=(100, 30)) as pilot:
        for _ in range(50):
            await pilot.pause(0.05)
            if app.screen.query_one("#rate", Sparkline).data:
                break
        shown = str(app.query_one("#figures", Static).render())
        assert "100 intended" in shown
        assert "1,234 posts" in shown
        await pilot.press(key)
        for _ in range(50):
            await pilot.pause(0.05)
            if app.report is not None:
                break
    assert app.report == report()


async def test_an_error_of_the_test_is_left_for_the_command() -> None:
    def test(watch, say, stopped):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001
        raise LoadError("the desk has ended")

    app = LoadApp("load", test)
    async with app.run_test() as pilot:
        for _ in range(50):
            await pilot.pause(0.05)
            if app.error is not None:
                break
    assert isinstance(app.error, LoadError)
