"""`stormdesk report feeds` as monitoring runs it, on a store and at a desk at work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
import pytest
from typer.testing import CliRunner, Result

from desk.errors import DeskError
from desk.feeds import Batch, Fault
from desk.feeds.condition import Condition
from desk.pipeline import Pipeline
from desk.serving.monitor import Monitor
from desk.serving.server import listening
from desk.store import Store
from desk.territories import load_territory
from rules import Engine, load_packs
from tui.commands.report import app


class Ending:
    """A feed of one bad record that has ended; `lost` posts are gone for good."""

    url = "x+https://example.org"

    def __init__(self, lost: int = 0) -> None:
        self.condition = Condition()
        self.condition.lost = lost

    async def batches(self, _: str | None) -> AsyncGenerator[Batch, None]:
        self.condition.live()
        yield Batch(
            (), "1", (Fault("line 3", "not a post: \x1b[2J", b'{"a":\x1b\xff}'),), ignored=2
        )


def monitor_of(data: Path, territory_file: Path, rules_folder: Path, lost: int) -> Monitor:
    territory = load_territory(str(territory_file))
    store = Store(data)
    store.territory(territory.name)
    pipeline = Pipeline(Engine(load_packs(rules_folder)), territory, store)
    return Monitor(pipeline, [Ending(lost)], lambda _: None)


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["feeds", *map(str, args)])


@pytest.mark.parametrize("lost", [0, 4])
def test_a_store_tells_how_its_feeds_did(
    lost: int, tmp_path: Path, territory_file: Path, rules_folder: Path
) -> None:
    data = tmp_path / "data"
    monitor = monitor_of(data, territory_file, rules_folder, lost)
    asyncio.run(monitor.run())
    monitor.pipeline.store.close()
    done = run("--data", data, "--bad")
    assert done.exit_code == bool(lost), done.output
    assert done.stdout.startswith("Feeds · NOT HEALTHY" if lost else "Feeds · healthy")
    assert "■ x example.org · ended" in done.stdout
    assert "1 bad · 0 duplicates · 2 ignored" in done.stdout
    assert "not a post: ␛[2J" in done.stdout
    assert "\x1b" not in done.stdout
    found = json.loads(run("--data", data, "--bad", "--format", "json").stdout)
    assert found["health"]["healthy"] is not bool(lost)
    assert found["health"]["feeds"][0]["lost"] == lost
    (bad,) = found["bad"]
    assert bad["faults"][0]["raw"] == '{"a":\x1b\\xff}'


def test_a_desk_at_work_tells_the_same_and_programs_can_ask_it(
    tmp_path: Path, territory_file: Path, rules_folder: Path
) -> None:
    async def asked(lost: int) -> tuple[Result, Result, int, dict[str, object], int]:
        monitor = monitor_of(tmp_path / f"data{lost}", territory_file, rules_folder, lost)
        await monitor.run()
        async with listening(monitor, "127.0.0.1:0") as url, aiohttp.ClientSession() as http:
            text = await asyncio.to_thread(run, "--desk", url)
            whole = await asyncio.to_thread(run, "--desk", url, "--bad", "--format", "json")
            async with http.get(f"{url}/health") as answer:
                status, said = answer.status, await answer.json()
            async with http.get(f"{url}/health", headers={"Origin": "http://a.example"}) as page:
                refused = page.status
        monitor.pipeline.store.close()
        return text, whole, status, said, refused

    for lost, code, wanted in ((0, 0, 200), (2, 1, 503)):
        text, whole, status, said, refused = asyncio.run(asked(lost))
        assert text.exit_code == whole.exit_code == code, text.output
        assert (status, refused) == (wanted, 403)
        assert said["healthy"] is not bool(lost)
        assert json.loads(whole.stdout)["bad"][0]["faults"][0]["place"] == "line 3"


def test_a_desk_that_no_longer_runs_is_not_healthy(
    tmp_path: Path, territory_file: Path, rules_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    monitor = monitor_of(data, territory_file, rules_folder, 0)
    asyncio.run(monitor.run())
    for gauge in monitor._reading.gauges.values():
        gauge.state = "live"
    monitor._reading._note()
    monitor.pipeline.store.close()
    assert run("--data", data).exit_code == 0
    monkeypatch.setattr("tui.commands.report_feeds.GONE_S", 0.0)
    done = run("--data", data)
    assert done.exit_code == 1
    assert "it no longer runs" in done.stdout


@pytest.mark.parametrize("args", [(), ("--data", "x", "--desk", "http://127.0.0.1:1")])
def test_which_desk_must_be_said(args: tuple[str, ...]) -> None:
    error = run(*args).exception
    assert isinstance(error, DeskError)
    assert "one of the two" in str(error)


def test_a_desk_that_is_not_there_and_a_store_that_says_nothing_are_said(tmp_path: Path) -> None:
    for url in ("http://127.0.0.1:1", f"unix:{tmp_path / 'none'}"):
        error = run("--desk", url).exception
        assert isinstance(error, DeskError)
        assert "no desk answers" in str(error)
    Store(tmp_path / "data").close()
    error = run("--data", tmp_path / "data").exception
    assert isinstance(error, DeskError)
    assert "says nothing of feeds" in str(error)
