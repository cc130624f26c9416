"""`stormdesk report` as users run it, on a store and at a desk at work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from desk.errors import DeskError, StoreError
from desk.feeds import Batch
from desk.pipeline import Pipeline
from desk.post import Author, Post
from desk.serving.monitor import Monitor
from desk.serving.server import listening
from desk.store import Store
from desk.territories import load_territory
from rules import Engine, load_packs
from tui.commands.report import app

NOON = datetime(2031, 5, 5, 16, 0, tzinfo=UTC)


@pytest.fixture
def store(territory_file: Path, rules_folder: Path, tmp_path: Path) -> Iterator[Pipeline]:
    """A desk at work with three posts of an exercise, one of them with a hostile name."""
    territory = load_territory(str(territory_file))
    kept = Store(tmp_path / "data")
    kept.territory(territory.name)
    pipeline = Pipeline(Engine(load_packs(rules_folder)), territory, kept)
    texts = ("no power in Alderton", "the line is down in Birchfield", "good morning")
    posts = tuple(
        Post(
            id=f"p{n}", channel="x", author=Author(f"u{n}", f"u{n}\x1b[31m"), text=text,
            created_at=NOON + timedelta(minutes=n), exercise=True,
        )
        for n, text in enumerate(texts)
    )  # fmt: skip
    pipeline.process("f", Batch(posts, "3"))
    yield pipeline
    kept.close()


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


@pytest.mark.parametrize("kind", ["shift", "handover", "volume"])
def test_a_report_is_printed_while_the_desk_runs(
    kind: str, store: Pipeline, tmp_path: Path, territory_file: Path
) -> None:
    assert store.store.exercise
    done = run(kind, "--data", tmp_path / "data", "--territory", territory_file)
    assert done.exit_code == 0, done.output
    head = done.stdout.splitlines()[0]
    assert head == f"EXERCISE  {kind.capitalize()} · Three Towns"
    assert "\x1b" not in done.stdout
    if kind == "handover":
        assert "HAZARD u1␛[31m, Birchfield: nobody has it" in done.stdout
        assert "[case:c-x-p1]" in done.stdout


@pytest.mark.parametrize("kind", ["shift", "handover", "volume"])
def test_as_json_it_is_one_line(
    kind: str, store: Pipeline, tmp_path: Path, territory_file: Path
) -> None:
    assert store.store.exercise
    done = run(kind, "--data", tmp_path / "data", "--territory", territory_file, "--format", "json")
    told = json.loads(done.stdout)
    assert (told["exercise"], told["territory"]) == (True, "Three Towns")


async def test_a_desk_at_work_tells_the_same(
    store: Pipeline, tmp_path: Path, territory_file: Path
) -> None:
    socket = tmp_path / "d.sock"
    monitor = Monitor(store, [], print)
    async with listening(monitor, f"unix:{socket}") as url:
        at_desk = await asyncio.to_thread(run, "volume", "--desk", url, "--hours", 2)
        shift = await asyncio.to_thread(run, "shift", "--desk", url, "--hours", 2)
    here = run("volume", "--data", tmp_path / "data", "--territory", territory_file, "--hours", 2)
    assert at_desk.exit_code == 0
    assert at_desk.stdout == here.stdout
    assert "2 wait" in shift.stdout


def test_a_users_mistakes_are_told_in_one_line(store: Pipeline, tmp_path: Path) -> None:
    assert store.store.exercise
    for args, error, words in (
        (("shift",), DeskError, "Give --data DIR"),
        (("shift", "--data", tmp_path, "--desk", "unix:/x"), DeskError, "one of the two"),
        (("volume", "--data", tmp_path / "none"), StoreError, "no store in"),
        (("shift", "--data", tmp_path / "data"), DeskError, "give its file with --territory"),
        (("handover", "--desk", "unix:/none", "--territory", "x"), DeskError, "has its territory"),
        (("shift", "--desk", f"unix:{tmp_path}/none"), DeskError, "does not answer: No such file"),
    ):
        done = run(*args)
        assert isinstance(done.exception, error), args
        assert words in str(done.exception)
        assert "\n" not in str(done.exception)
    assert run("shift", "--data", tmp_path / "data", "--hours", "0").exit_code == 2
