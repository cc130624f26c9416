"""The utility's list beside a desk at work: it confirms at the desk's clock, and once."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.errors import OmsError
from desk.feeds import Batch
from desk.oms import OmsOutage
from desk.oms import follow as following
from desk.oms.follow import OmsFile
from desk.oms.live import LiveOms
from desk.outages import Action, OutageChange
from desk.pipeline import Pipeline
from desk.post import Author, Post
from desk.store import Store
from desk.territories import Territory, load_territory
from rules import Engine, load_packs

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "en.toml").write_text(
        'language = "en"\n[[rule]]\nid = "o"\nlabel = "outage"\nany = ["no power"]\n'
    )
    return Engine(load_packs(folder))


@pytest.fixture
def towns(territory_file: Path) -> Territory:
    return load_territory(str(territory_file))


def posts_of(town: str, minutes: Sequence[float], *, exercise: bool = False) -> list[Post]:
    """One person a minute who has no power."""
    return [
        Post(
            id=f"{town}-{number}", channel="x", author=Author(id=f"{town}-{number}"),
            text=f"no power in {town}", created_at=NOON + timedelta(minutes=minute),
            exercise=exercise,
        )
        for number, minute in enumerate(minutes)
    ]  # fmt: skip


def incident(id_: str, minute: float, town: str, recorded: float, **more: object) -> OmsOutage:
    lat, lon = {"alderton": (35.0, -79.0), "birchfield": (35.5, -79.5)}[town]
    fields: dict[str, object] = {
        "id": id_, "started_at": NOON + timedelta(minutes=minute), "lat": lat, "lon": lon,
        "recorded_at": NOON + timedelta(minutes=recorded), "communities": (town,),
        "customers": 800,
    }  # fmt: skip
    return msgspec.convert(fields | more, OmsOutage)


POSTS = sorted(
    posts_of("Alderton", range(0, 40, 2)) + posts_of("Birchfield", range(5, 60, 3)),
    key=lambda post: post.created_at,
)
LISTED = (
    incident("a", -1, "alderton", 14, restored_at=NOON + timedelta(minutes=300), status="restored"),
    incident("b", 4, "birchfield", 500),
)


def run(pipeline: Pipeline, posts: Sequence[Post], cuts: Sequence[int] = ()) -> list[OutageChange]:
    changes: list[OutageChange] = []
    for begin, end in zip((0, *cuts), (*cuts, len(posts)), strict=True):
        outcome = pipeline.process("f", Batch(tuple(posts[begin:end]), str(end)))
        changes += [event for event in outcome.events if isinstance(event, OutageChange)]
    return changes


def confirmations(changes: Sequence[OutageChange]) -> list[tuple[str, str | None, datetime]]:
    return [(one.communities[0], one.oms, one.at) for one in changes if one.by == "oms"]


def test_it_confirms_when_the_utility_came_to_know(engine: Engine, towns: Territory) -> None:
    """Not before, though the file has been there from the start; and not what comes later."""
    pipeline = Pipeline(engine, towns, Store())
    pipeline.oms.replace(LISTED)
    changes = run(pipeline, POSTS)
    assert confirmations(changes) == [("alderton", "a", NOON + timedelta(minutes=14))]
    assert [one.status for one in changes if one.by == "oms"] == ["confirmed"]
    (done,) = pipeline.store.actions()
    assert done.action == Action(
        kind="confirm", outage="o-alderton-20240501T1200", by="oms", oms="a"
    )


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.lists(st.integers(0, len(POSTS)), max_size=6).map(sorted))
def test_batches_and_restarts_change_nothing(
    engine: Engine,
    towns: Territory,
    tmp_path_factory: pytest.TempPathFactory,
    cuts: list[int],
) -> None:
    whole = Pipeline(engine, towns, Store())
    whole.oms.replace(LISTED)
    expected = run(whole, POSTS)
    pipeline = Pipeline(engine, towns, Store())
    pipeline.oms.replace(LISTED)
    assert run(pipeline, POSTS, cuts) == expected
    data = tmp_path_factory.mktemp("data")
    changes = []
    for begin, end in zip((0, *cuts), (*cuts, len(POSTS)), strict=True):
        store = Store(data)
        pipeline = Pipeline(engine, towns, store)
        pipeline.oms.replace(LISTED)
        changes += run(pipeline, POSTS[begin:end])
        store.close()
    assert changes == expected


def test_what_people_do_after_it_stands(engine: Engine, towns: Territory, tmp_path: Path) -> None:
    """An agent takes a confirmation back, and the list does not insist, also after a restart."""
    store = Store(tmp_path / "data")
    pipeline = Pipeline(engine, towns, store)
    pipeline.oms.replace(LISTED)
    run(pipeline, [post for post in POSTS if post.created_at <= NOON + timedelta(minutes=20)])
    outage = next(one for one in pipeline.outages.open() if one.oms)
    pipeline.act(Action(kind="undo", outage=outage.id, by="kim"))
    store.close()
    store = Store(tmp_path / "data")
    pipeline = Pipeline(engine, towns, store)
    pipeline.oms.replace(LISTED)
    rest = [post for post in POSTS if post.created_at > NOON + timedelta(minutes=20)]
    assert confirmations(run(pipeline, rest)) == []
    assert next(one for one in pipeline.outages.open() if one.id == outage.id).oms is None
    store.close()


@pytest.mark.parametrize(
    "doubtful", [{"status": "predicted"}, {"customers": 1}, {"exercise": True}]
)
def test_what_proves_nothing_confirms_nothing(
    engine: Engine, towns: Territory, doubtful: dict[str, object]
) -> None:
    pipeline = Pipeline(engine, towns, Store())
    pipeline.oms.replace([incident("a", -1, "alderton", 4, **doubtful)])
    assert confirmations(run(pipeline, POSTS)) == []


def test_an_exercise_goes_by_the_list_of_an_exercise(engine: Engine, towns: Territory) -> None:
    pipeline = Pipeline(engine, towns, Store())
    pipeline.oms.replace([incident("a", -1, "alderton", 4, exercise=True)])
    changes = run(pipeline, posts_of("Alderton", range(0, 40, 2), exercise=True))
    assert len(confirmations(changes)) == 1
    assert all(change.exercise for change in changes)


def test_what_the_utility_holds_for_open(engine: Engine, towns: Territory) -> None:
    pipeline = Pipeline(engine, towns, Store())
    pipeline.oms.replace([*LISTED, incident("c", 50, "birchfield", 55, exercise=True)])
    run(pipeline, POSTS)

    def at(minute: float) -> dict[str, tuple[str, str | None]]:
        now = NOON + timedelta(minutes=minute)
        held = pipeline.oms.open_at(now, exercise=False)
        return {one.id: (one.status, outage) for one, outage in held}

    assert at(13) == {}
    assert at(60) == {"a": ("confirmed", "o-alderton-20240501T1200")}
    assert at(301) == {}
    assert at(500) == {"b": ("confirmed", None)}


def test_a_first_post_with_a_wrong_date_does_not_silence_it(
    engine: Engine, towns: Territory
) -> None:
    pipeline = Pipeline(engine, towns, Store())
    pipeline.oms.replace(LISTED)
    wrong = Post(id="w", channel="x", text="no power", created_at=NOON + timedelta(days=900))
    assert len(confirmations(run(pipeline, [wrong, *POSTS]))) == 1


def test_another_list_counts_from_the_next_minute_on(engine: Engine, towns: Territory) -> None:
    pipeline = Pipeline(engine, towns, Store())
    assert confirmations(run(pipeline, POSTS[:20])) == []
    pipeline.oms.replace([incident("late", 3, "birchfield", 5)])
    confirmed = confirmations(run(pipeline, POSTS[20:]))
    assert [(place, oms) for place, oms, _ in confirmed] == [("birchfield", "late")]


async def test_a_file_is_read_again_when_it_changes(
    towns: Territory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "POLL_S", 0.01)
    path = tmp_path / "oms.csv"
    path.write_text("id,start,city\n1,2024-05-01T12:00:00Z,Alderton\n")
    told: asyncio.Queue[str] = asyncio.Queue()
    file = OmsFile(path, towns, told.put_nowait)
    assert [one.id for one in file.read()] == ["1"]
    states: asyncio.Queue[list[OmsOutage]] = asyncio.Queue()
    task = asyncio.create_task(file.follow(states.put_nowait))
    await asyncio.sleep(0.05)
    assert states.empty()
    path.write_text("nothing of use\n")
    assert "the list read before stays" in await asyncio.wait_for(told.get(), 5)
    path.write_text("id,start,city\n1,2024-05-01T12:00:00Z,Alderton\n2,2024-05-01T12:00:00Z,x\n")
    os.utime(path, ns=(1, 1))
    assert [one.id for one in await asyncio.wait_for(states.get(), 5)] == ["1"]
    assert "'x' is no place" in await asyncio.wait_for(told.get(), 5)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def test_a_file_that_is_no_list_stops_the_desk_before_it_begins(
    towns: Territory, tmp_path: Path
) -> None:
    with pytest.raises(OmsError, match="can't read"):
        OmsFile(tmp_path / "none.csv", towns, print).read()


def test_what_the_list_says_of_one_outage_at_a_time() -> None:
    live = LiveOms()
    at = datetime(2031, 5, 1, 12, tzinfo=UTC)
    one = OmsOutage(id="i-1", started_at=at, lat=35.0, lon=-79.0, crews="2")
    live.replace([one])
    assert live.find("i-1", at) == one
    assert live.find("i-1", at - timedelta(minutes=1)) is None  # nobody knew of it then
    assert live.find("i-2", at) is None
    assert live.find(None, at) is None
