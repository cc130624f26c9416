"""A desk that takes posts and acts in turn until it is killed: run as a process of its own.

python -m tests.desk.cases.dying_desk FOLDER COUNT…: for each count a desk with its store in
FOLDER/COUNT says each step that is stored, and is killed by SIGKILL once it has said so many,
wherever it is then. Prints for each how many steps it had said in the end.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from desk.cases import CaseAction
from desk.errors import CaseError
from desk.feeds import Batch
from desk.pipeline import Pipeline
from desk.post import Author, Post
from desk.store import Store
from desk.territories import Community, Territory
from rules import Match, Verdict

NOON = datetime(2031, 9, 4, 12, 0, tzinfo=UTC)
TOWN = Territory(
    name="Town",
    timezone="UTC",
    community=(
        Community(id="alder", name="Alder", lat=35.0, lon=-79.0, radius_km=5.0, customers=900),
    ),
)
ACTS: tuple[dict[str, Any], ...] = (
    {"kind": "next"},
    {"kind": "tag", "case": "c-x-0", "tags": ("a",)},
    {"kind": "note", "case": "c-x-1", "text": "look"},
    {"kind": "answered", "case": "c-x-2"},
    {"kind": "merge", "case": "c-x-3", "into": "c-x-4"},
    {"kind": "undo", "case": "c-x-4"},
    {"kind": "snooze", "case": "c-x-5", "minutes": 5},
    {"kind": "split", "case": "c-x-0", "posts": ("0",)},
    {"kind": "undo", "case": "c-x-0"},
)


def desk(data: Path | None) -> Pipeline:
    """The desk of these tests; the verdicts of its posts come with them."""
    return Pipeline(None, TOWN, Store(data))


def step(pipeline: Pipeline, number: int) -> None:
    """A batch of ten posts, or an act."""
    if number % 3 == 0:
        posts = tuple(_post(number * 10 + each) for each in range(10))
        taken = pipeline.take("f", Batch(posts, str(number)))
        label = "hazard" if number % 2 else "outage"
        match = Match("r", label, "p", "no power", 0, 8, 100.0)
        pipeline.finish(taken, [Verdict(post.id, (label,), "en", (match,)) for post in posts])
        return
    action = CaseAction(by="bea", **ACTS[number % len(ACTS)])
    now = pipeline.clock.now
    assert now is not None
    try:
        pipeline.act_on_case(action, now)
    except CaseError:
        pipeline.settle()


def _post(number: int) -> Post:
    return Post(
        id=str(number % 500 if number % 7 else number),
        channel="x",
        author=Author(str(number % 45)),
        text="no power in Alder",
        created_at=NOON + timedelta(seconds=20 * number),
    )


def live(data: Path, said: int) -> None:
    pipeline = desk(data)
    for number in count():
        step(pipeline, number)
        os.write(said, b".")


def main(folder: Path, counts: list[str]) -> None:
    for number in counts:
        here, there = os.pipe()
        pid = os.fork()  # one start of Python for all of them
        if not pid:
            live(folder / number, there)
        os.close(there)
        steps = 0
        while steps < int(number):
            steps += len(os.read(here, 1))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        while more := os.read(here, 1 << 16):
            steps += len(more)
        sys.stdout.write(f"{number} {steps}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
