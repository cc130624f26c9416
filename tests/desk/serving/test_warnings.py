"""Official warnings and bad records at a desk at work: told, stored, each of its own kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.feeds import Batch, Fault
from desk.feeds.warning import WeatherWarning
from desk.pipeline import Pipeline
from desk.post import Post
from desk.serving.feed_messages import FaultRow, FaultsTold, ReadFaults
from desk.serving.protocol import Hello, Tick
from desk.store import Store
from desk.territories import load_territory
from rules import Engine, load_packs

OpenDesk = Callable[[Path], AbstractAsyncContextManager[Any]]
PostsFile = Callable[[list[str]], Path]
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
NWS = "nws+https://weather.example"


def warning(id_: str, area: str, hours: float = 6, *, exercise: bool = False) -> WeatherWarning:
    return WeatherWarning(
        id=id_,
        event="Gale Warning",
        severity="Severe",
        area=area,
        begins=NOON,
        until=NOON + timedelta(hours=hours),
        exercise=exercise,
    )


def post(minute: int, *, exercise: bool) -> Post:
    at = NOON + timedelta(minutes=minute)
    return Post(id=f"p{minute}", channel="x", text="hello", created_at=at, exercise=exercise)


@pytest.fixture
def opened(territory_file: Path, rules_folder: Path, tmp_path: Path) -> Iterator[list[Pipeline]]:
    """Opens the same store again and again; the newest desk stands last."""
    made: list[Pipeline] = []

    class Desks(list[Pipeline]):
        def again(self) -> Pipeline:
            if made:
                made[-1].store.close()
            store = Store(tmp_path / "data")
            engine = Engine(load_packs(rules_folder))
            made.append(Pipeline(engine, load_territory(str(territory_file)), store))
            return made[-1]

    yield Desks()
    made[-1].store.close()


async def test_screens_hear_of_warnings_when_they_change(
    desk: OpenDesk, posts_file: PostsFile
) -> None:
    async with desk(posts_file(["lovely day in Cedar Gap"])) as (monitor, client):
        await client.until(Hello)
        taken = monitor.pipeline.process
        monitor.do(lambda: taken(NWS, Batch((), "1", warnings=(warning("w1", "Alderton"),))))
        told = None
        while not told:
            told = (await client.until(Tick)).warnings
        assert [(each.id, each.communities, each.placed) for each in told] == [
            ("w1", ("alderton",), "name")
        ]
        monitor.do(lambda: taken(NWS, Batch((), "2", warnings=())))
        while told:
            told = (await client.until(Tick)).warnings
        assert told is not None or not monitor.warnings()


async def test_screens_are_told_the_records_that_were_no_posts(
    desk: OpenDesk, posts_file: PostsFile
) -> None:
    async with desk(posts_file(["lovely day in Cedar Gap"])) as (monitor, client):
        fault = Fault("line 3", "not a post", b"\xff{")
        monitor.pipeline.process("x:", Batch((), "1", (fault,)))
        await client.ask(ReadFaults("x:"))
        told = await client.until(FaultsTold)
        assert told == FaultsTold("x:", (FaultRow("", "line 3", "not a post", "\\xff{"),))
        await client.ask(ReadFaults("y:"))
        assert (await client.until(FaultsTold)).faults == ()


def test_warnings_are_stored_with_the_cursor_and_there_after_a_restart(opened: Any) -> None:  # noqa: ANN401
    first = opened.again()
    both = (warning("a", "Alderton"), warning("b", "Nowhere", hours=1))
    first.process(NWS, Batch((), "Mon", warnings=both))
    first.process("x:", Batch((post(90, exercise=False),), "7"))
    again = opened.again()
    assert again.store.cursor(NWS) == "Mon"
    assert [each.id for each in again.warnings.at(None, exercise=False)] == ["a", "b"]
    assert [each.id for each in again.warnings.at(again.clock.now, exercise=False)] == ["a"]
    again.process(NWS, Batch((), "Tue", warnings=()))
    assert opened.again().warnings.at(None, exercise=False) == ()


def test_a_batch_without_word_of_warnings_changes_none(opened: Any) -> None:  # noqa: ANN401
    desk = opened.again()
    desk.process(NWS, Batch((), "1", warnings=(warning("a", "Alderton"),)))
    desk.process(NWS, Batch((), "2"))
    assert [each.id for each in desk.warnings.at(None, exercise=False)] == ["a"]


def test_warnings_make_no_desk_an_exercise_nor_a_real_one(opened: Any) -> None:  # noqa: ANN401
    desk = opened.again()
    both = (warning("real", "Alderton"), warning("drill", "Alderton", exercise=True))
    assert desk.process(NWS, Batch((), "1", warnings=both)).refused == []
    assert desk.store.exercise is None
    desk.process("x:", Batch((post(1, exercise=True),), "1"))
    assert desk.store.exercise is True
    held = desk.warnings.at(desk.clock.now, exercise=bool(desk.store.exercise))
    assert [each.id for each in held] == ["drill"]
    again = desk.process(NWS, Batch((), "2", warnings=(*both, warning("new", "Alderton"))))
    assert [fault.place for fault in again.refused] == ["warning 'new'"]
