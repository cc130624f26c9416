"""Reading: who must acknowledge hears of what is on disk, and how each feed does is told."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import time
from collections.abc import AsyncGenerator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from desk.errors import FeedError, StoreError
from desk.faults import MOST_KEPT
from desk.feeds import MOST_RAW_BYTES, Batch, Fault
from desk.feeds.condition import Condition
from desk.feeds.warning import WeatherWarning
from desk.health import FeedGauge, desk_health, silent_since
from desk.labelling import Labellers
from desk.pipeline import Outcome, Pipeline
from desk.post import Post
from desk.reading import HEALTH, Reading
from desk.secret import DOTS, Secret
from desk.serving.protocol import DeskHealth
from desk.store import Commit, Store
from desk.territories import load_territory
from rules import Engine, load_packs

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def post(number: int) -> Post:
    return Post(
        id=str(number),
        channel="x",
        text="a quiet day",
        created_at=NOON + timedelta(seconds=number),
        exercise=True,
    )


class Webhook:
    """A feed of ten batches, whose platform hears of each that is stored."""

    def __init__(self, store: Store, fails_at: int = 99) -> None:
        self.url = "meta://here"
        self.heard: list[str] = []
        self._store = store
        self._fails_at = fails_at

    async def batches(self, _: str | None) -> AsyncGenerator[Batch, None]:
        for number in range(10):
            if number == self._fails_at:
                raise FeedError("it is over")
            yield Batch((post(number),), str(number))
            await asyncio.sleep(0)

    def stored(self, batch: Batch) -> None:
        cursor = self._store.cursor(self.url)
        assert cursor is not None
        assert int(cursor) >= int(batch.cursor)  # it is on disk already, maybe with the next ones
        self.heard.append(batch.cursor)


@pytest.fixture
def engine(rules_folder: Path) -> Engine:
    return Engine(load_packs(rules_folder))


def nothing(_: Outcome) -> None:
    """What is made of posts does not matter here."""


def pipeline_of(territory_file: Path, store: Store, engine: Engine | None) -> Pipeline:
    return Pipeline(engine, load_territory(str(territory_file)), store)


async def test_stored_batches_are_acknowledged_in_order(
    engine: Engine, territory_file: Path
) -> None:
    store = Store()
    feed = Webhook(store)
    await Reading(pipeline_of(territory_file, store, engine), [feed], nothing, print).run()
    assert feed.heard == [str(number) for number in range(10)]


async def test_they_are_with_labelling_processes_too(
    rules_folder: Path, territory_file: Path
) -> None:
    store = Store()
    feed = Webhook(store)
    labellers = Labellers([rules_folder], 2)
    labellers.start()
    with closing(labellers):
        pipeline = pipeline_of(territory_file, store, None)
        await Reading(pipeline, [feed], nothing, print, labellers).run()
    assert feed.heard == [str(number) for number in range(10)]


async def test_what_is_not_stored_is_never_acknowledged(
    engine: Engine, territory_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store()
    feed = Webhook(store)
    write = store._write

    def full(commit: Commit) -> None:
        if int(commit.cursor or 0) >= 4:  # batches that wait are stored together
            raise sqlite3.OperationalError("database or disk is full")
        write(commit)

    monkeypatch.setattr(store, "_write", full)
    with pytest.raises(StoreError):
        await Reading(pipeline_of(territory_file, store, engine), [feed], nothing, print).run()
    assert feed.heard == [str(number) for number in range(len(feed.heard))]
    assert 0 < len(feed.heard) <= 4


class Rewound:
    """A feed that begins again where nothing may be forgotten, and takes its time to close."""

    url = "drill:here"

    def __init__(self) -> None:
        self.is_closed = False

    async def batches(self, _: str | None) -> AsyncGenerator[Batch, None]:
        try:
            for number in itertools.count():
                yield Batch((), str(number), restart=True)
                await asyncio.sleep(0)
        finally:
            await asyncio.sleep(0.01)
            self.is_closed = True


async def test_a_feed_that_is_left_halfway_has_let_go_of_everything(
    engine: Engine, territory_file: Path, tmp_path: Path
) -> None:
    store, feed = Store(tmp_path / "data"), Rewound()
    reading = Reading(pipeline_of(territory_file, store, engine), [feed], nothing, print)
    await reading.run()
    assert reading.health()[0].state == "failed"
    assert feed.is_closed


class Spoiled:
    """A feed of records that are no posts."""

    url = "x+https://example.org"

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults

    async def batches(self, _: str | None) -> AsyncGenerator[Batch, None]:
        yield Batch((), "1", tuple(self._faults), ignored=7)


async def test_bad_records_are_kept_for_a_look_and_no_secret_with_them(
    engine: Engine, territory_file: Path, tmp_path: Path
) -> None:
    token = Secret("s3cr3t-of-the-utility").reveal()
    raw = f'{{"token":"{token}","text":3}}'.encode()
    store = Store(tmp_path / "data")
    faults = [
        *(Fault(f"line {n}", "too old") for n in range(MOST_KEPT)),
        Fault(f"frame of {token} \ud800", f"not a post: {token}", raw),
        Fault("frame 2", "longer than 1 MiB", b"\x00\xff" * MOST_RAW_BYTES),
    ]
    said: list[str] = []
    feed = Spoiled(faults)
    reading = Reading(pipeline_of(territory_file, store, engine), [feed], nothing, said.append)
    await reading.run()
    longest, secret, *others = store.faults(feed.url)
    assert len(longest.raw) == MOST_RAW_BYTES
    assert secret.raw == f'{{"token":"{DOTS}","text":3}}'.encode()
    assert len(others) == MOST_KEPT - 2
    assert others[-1].place == "line 2"
    health = reading.health()[0]
    assert (health.bad, health.ignored) == (MOST_KEPT + 2, 7)
    store.close()
    assert token not in f"{said} {health}"
    assert token.encode() not in everything_in(tmp_path / "data")


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_how_the_feeds_did_is_in_the_store(engine: Engine, territory_file: Path) -> None:
    store = Store()
    feed = Webhook(store, fails_at=3)
    await Reading(pipeline_of(territory_file, store, engine), [feed], nothing, print).run()
    noted = msgspec.json.decode(store.state(*HEALTH) or b"", type=DeskHealth)
    assert not noted.healthy
    assert noted.troubles == ("feed meta://here has failed: it is over",)
    assert [(one.state, one.received) for one in noted.feeds] == [("failed", 3)]


def gauge(condition: Condition | None = None, url: str = "x:") -> FeedGauge:
    return FeedGauge(url, condition, NOON.timestamp() + 0.5 - time.monotonic())


def test_a_feed_says_itself_how_it_does() -> None:
    condition = Condition()
    meter, now_s = gauge(condition), time.monotonic()
    assert meter.health(now_s).state == "starting"
    condition.live()
    assert meter.health(now_s).state == "live"
    condition.broke("the server answered 429", now_s + 61.5, limited=True)
    condition.lost = 4
    health = meter.health(now_s)
    assert (health.state, health.retry_s, health.reconnects) == ("limited", 62, 1)
    assert (health.last_error, health.lost) == ("the server answered 429", 4)
    assert meter.health(now_s + 100).retry_s == 0
    meter.arrived(Batch((), "1", (Fault("line 3", "no JSON"),)), now_s)
    assert meter.health(now_s).last_error == "the server answered 429"  # why it waits comes first
    condition.live()
    assert meter.health(now_s).last_error == "line 3: no JSON"
    meter.failed("wrong token")
    failed = meter.health(now_s)
    assert (failed.state, failed.last_error, failed.retry_s) == ("failed", "wrong token", None)


def test_a_real_feed_says_how_far_it_lies_behind_the_clock() -> None:
    meter, now_s = gauge(), time.monotonic()
    newest = msgspec.structs.replace(post(0), created_at=NOON - timedelta(minutes=4))
    meter.arrived(Batch((newest,), ""), now_s)
    assert meter.health(now_s, real=True).behind_s == 240
    assert meter.health(now_s).behind_s is None
    assert meter.health(now_s).heard_at == NOON


def test_a_desk_whose_feeds_are_all_silent_is_not_healthy() -> None:
    now_s = time.monotonic()
    one, other, warnings = gauge(), gauge(url="y:"), gauge(url="nws:")
    one.arrived(Batch((post(0),), ""), now_s)
    other.arrived(Batch((post(1),), ""), now_s + 60)
    meters = (one, other, warnings)

    def since(later_s: float) -> datetime | None:
        return silent_since([meter.health(now_s + later_s) for meter in meters])

    assert since(310) is None
    warnings.arrived(Batch((), "", warnings=(storm_warning(),)), now_s + 360)
    assert since(361) == NOON + timedelta(seconds=60)
    feeds = [meter.health(now_s + 361) for meter in meters]
    health = desk_health(feeds, NOON, None, exercise=False)
    assert health.troubles == ("no feed has brought anything since 2024-05-01T12:01:00+00:00",)
    assert not health.healthy
    other.arrived(Batch((post(2),), ""), now_s + 362)
    assert since(363) is None
    one.state = other.state = "ended"
    assert since(9_000) is not None  # the warnings alone are silent now
    warnings.state = "ended"
    assert since(9_000) is None


def storm_warning() -> WeatherWarning:
    return WeatherWarning(id="1", event="Gale", severity="Severe", begins=NOON, until=NOON)
