"""Each target for real, for a second: every post is labelled, found again, and judged."""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from desk.territories import load_territory
from simulator.load.pool import from_file
from simulator.load.promise import parse_promise
from simulator.load.report import Report
from simulator.load.session import load_test
from simulator.load.wish import Wish

TEXTS = ["no power in Alderton", "lovely day", "line is down in Cedar Gap", "soup again"]
PostsFile = Callable[..., Path]
DESK = (sys.executable, "-P", "-m", "tui", "serve")


@pytest.mark.parametrize(("target", "processes"), [("rules", 1), ("pipeline", 2), ("desk", 1)])
def test_a_second_of_load_is_accounted_for_to_the_last_post(
    target: Literal["rules", "pipeline", "desk"],
    processes: int,
    posts_file: PostsFile,
    territory_file: Path,
    rules_folder: Path,
    tmp_path: Path,
) -> None:
    path = posts_file(TEXTS * 60)
    truth = [{"id": f"p{n}", "labels": [] if n % 2 else ["outage"]} for n in range(240)]
    (path.parent / "truth.jsonl").write_text("\n".join(map(json.dumps, truth)))
    folder = tmp_path / "own"
    folder.mkdir()
    pool = from_file(path, 240, folder)
    said: list[str] = []
    report = load_test(
        Wish(
            target, "step", parse_promise("p99=9s"), processes, 1.0, (300.0,), "file", None,
            (rules_folder,), DESK,
        ),
        pool, load_territory(str(territory_file)), folder,
        watch=lambda now: said.append(now.name), say=said.append, stopped=lambda: False,
    )  # fmt: skip
    _holds(report, target)
    assert f"starting the {target}" in said
    assert not multiprocessing.active_children()


def _holds(report: Report, target: str) -> None:
    account = report.account
    assert report.lost == account.backlog == account.refused == 0
    assert account.sent == sum(run.label.count for run in report.runs) > 1500
    assert account.labelled == account.sent - account.sent // 2
    # half of the labelled posts say outage, and a hazard is taken for one in this truth
    assert report.labels["outage"].precision == 1.0
    assert report.labels["outage"].recall == pytest.approx(0.5, abs=0.01)
    assert report.best is not None
    assert report.rate == report.best.rate == pytest.approx(300, rel=0.1)
    assert report.best.label.p99 is not None
    assert (report.best.screen.count > 0) == (target == "desk")
    assert report.memory_mb[2] > 10
