"""The whole way of a post: the same at any batch size, and after a restart at any point."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.cases import CaseAction
from desk.cases.action import ActionKind
from desk.errors import CaseError, FeedError, OutageError, StoreError
from desk.feeds import Batch
from desk.outages import Action, OutageChange
from desk.pipeline import Outcome, Pipeline
from desk.post import Author, LabelledPost, Post
from desk.reading import Reading
from desk.sampling import SAMPLED
from desk.store import Commit, Store
from desk.territories import load_territory
from rules import Engine, load_packs

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
TEXTS = (
    "no power in {}",
    "the power is out in {}",
    "a line is down in {}",
    "lovely day in {}",
    "no power",
)
Events = list[LabelledPost | OutageChange]


def storm(count: int, seed: int) -> list[Post]:
    """Posts over six hours, bunched in places and times, some late, some twice."""
    draw = random.Random(seed)
    threads = random.Random(seed)
    posts = []
    at = NOON
    for number in range(count):
        at += timedelta(seconds=draw.choice((5, 20, 90, 400)))
        town = ("Alderton", "Birchfield", "Cedar Gap")[min(2, number * 3 // count)]
        late = timedelta(minutes=draw.choice((0, 0, 0, 7)))
        posts.append(
            Post(
                id=f"p{draw.randrange(count * 4)}",
                channel="x",
                author=Author(id=f"a{draw.randrange(count)}"),
                text=draw.choice(TEXTS).format(town),
                created_at=at - late,
                reply_to=f"p{threads.randrange(count * 4)}" if threads.random() < 0.3 else None,
            )
        )
    return posts


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "en.toml").write_text(
        'language = "en"\n'
        '[[rule]]\nid = "o"\nlabel = "outage"\nany = ["no power", "power is out"]\n'
        '[[rule]]\nid = "h"\nlabel = "hazard"\nany = ["line is down"]\n'
    )
    return Engine(load_packs(folder))


def run(pipeline: Pipeline, posts: Sequence[Post], cuts: Sequence[int]) -> Events:
    """The events of `posts`, given in batches that end at `cuts`."""
    events: Events = []
    for begin, end in zip((0, *cuts), (*cuts, len(posts)), strict=True):
        events += pipeline.process("f", Batch(tuple(posts[begin:end]), str(end))).events
    return events


def act_on_first(desk: Pipeline, kind: ActionKind) -> None:
    """Let an agent act on the first of the queue."""
    assert desk.clock.now is not None
    first = desk.cases.queue(1)[0].id
    with contextlib.suppress(CaseError):
        desk.act_on_case(CaseAction(kind=kind, case=first, by="bea"), desk.clock.now)


cut_lists = st.lists(st.integers(0, 150), max_size=8).map(sorted)
few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(seed=st.integers(0, 50), cuts=cut_lists)
def test_events_do_not_depend_on_how_posts_are_batched(
    engine: Engine, territory_file: Path, seed: int, cuts: list[int]
) -> None:
    territory = load_territory(str(territory_file))
    posts = storm(150, seed)
    straight, parts = (Pipeline(engine, territory, Store()) for _ in range(2))
    whole: Events = []
    found: Events = []
    acts: tuple[ActionKind, ...] = ("next", "answered", "undo")
    for begin, kind in zip((0, 50, 100), acts, strict=True):
        batch = posts[begin : begin + 50]
        whole += run(straight, batch, [])
        found += run(parts, batch, [cut - begin for cut in cuts if begin < cut < begin + 50])
        for desk in (straight, parts):
            act_on_first(desk, kind)
    assert found == whole
    assert any(isinstance(event, OutageChange) for event in whole)
    cases = straight.store.states("case")
    assert parts.store.states("case") == cases
    assert parts.store.states("case deed") == straight.store.states("case deed")
    assert any(b'"outage":"o-' in case for case in cases.values())


@few
@given(seed=st.integers(0, 50), cuts=cut_lists)
def test_a_restart_between_batches_changes_nothing(
    engine: Engine,
    territory_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    cuts: list[int],
) -> None:
    territory = load_territory(str(territory_file))
    posts = storm(150, seed)
    whole = run(Pipeline(engine, territory, Store()), posts, [])
    data = tmp_path_factory.mktemp("data")
    events: Events = []
    for begin, end in zip((0, *cuts), (*cuts, len(posts)), strict=True):
        store = Store(data)
        pipeline = Pipeline(engine, territory, store)
        events += run(pipeline, posts[begin:end], [])
        queue = [case.id for case in pipeline.cases.queue(20)]
        store.close()
    assert events == whole
    straight = Pipeline(engine, territory, Store())
    run(straight, posts, [])
    assert queue == [case.id for case in straight.cases.queue(20)]
    last = Store(data)
    assert last.newest(1_000) == [e for e in whole if isinstance(e, LabelledPost)]
    assert list(last.changes()) == [e for e in whole if isinstance(e, OutageChange)]
    last.close()


def test_every_post_is_counted_and_labelled_ones_are_kept(
    engine: Engine, territory_file: Path
) -> None:
    store = Store()
    pipeline = Pipeline(engine, load_territory(str(territory_file)), store, every_post=True)
    posts = storm(100, 1)
    events = run(pipeline, posts, [])
    distinct = len({post.id for post in posts})
    seen = [event for event in events if isinstance(event, LabelledPost)]
    assert len(seen) == distinct
    assert store.totals() == (distinct, sum(1 for post in seen if post.labels))


def test_after_a_restart_every_post_is_known(
    engine: Engine, territory_file: Path, tmp_path: Path
) -> None:
    territory = load_territory(str(territory_file))
    batch = Batch(tuple(unlabelled(n) for n in range(SAMPLED + 5_000)), "1")
    store = Store(tmp_path)
    assert Pipeline(engine, territory, store).process("f", batch).accepted == len(batch.posts)
    store.close()
    store = Store(tmp_path)
    again = Pipeline(engine, territory, store).process("f", batch)
    assert (again.accepted, again.duplicates) == (0, len(batch.posts))
    assert store.totals() == (len(batch.posts), 0)
    store.close()


def unlabelled(number: int) -> Post:
    return Post(id=str(number), channel="x", text="good morning", created_at=NOON)


def test_a_first_date_from_the_future_spoils_nothing(engine: Engine, territory_file: Path) -> None:
    territory = load_territory(str(territory_file))
    posts = [post for post in storm(150, 3) if post.id != "wrong"]
    wrong = Post(
        id="wrong",
        channel="x",
        text="no power in Alderton",
        created_at=NOON + timedelta(days=9_000),
        author=Author(id="wrong"),
    )
    store = Store()
    whole = [e for e in run(Pipeline(engine, territory, Store()), posts, []) if is_change(e)]
    spoiled = run(Pipeline(engine, territory, store), [wrong, *posts], [1])
    assert [e for e in spoiled if is_change(e)] == whole
    assert "wrong" not in str(store.states("outage"))


def is_change(event: LabelledPost | OutageChange) -> bool:
    return isinstance(event, OutageChange)


async def test_a_failed_disk_ends_every_feed(
    engine: Engine, territory_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store()
    pipeline = Pipeline(engine, load_territory(str(territory_file)), store)
    monkeypatch.setattr(store, "_write", full)
    taken: list[Outcome] = []
    reading = Reading(pipeline, [OneBatch("a"), OneBatch("b")], taken.append, print)
    with pytest.raises(StoreError, match="disk is full"):
        await reading.run()
    assert taken == []


def full(_: Commit) -> None:
    raise sqlite3.OperationalError("database or disk is full")


class OneBatch:
    """A feed of one batch."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def batches(self, _: str | None) -> AsyncGenerator[Batch, None]:
        yield Batch((unlabelled(1),), "1")


def test_a_community_that_is_gone_is_named(
    engine: Engine, territory_file: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    posts = [
        Post(id=str(n), channel="x", author=Author(id=str(n)), text="no power in Alderton",
             created_at=NOON + timedelta(seconds=n))
        for n in range(20)
    ]  # fmt: skip
    store = Store(data)
    run(Pipeline(engine, load_territory(str(territory_file)), store), posts, [])
    store.close()
    smaller = territory_file.read_text().replace('"alderton"', '"elsewhere"')
    territory_file.write_text(smaller)
    store = Store(data)
    with pytest.raises(StoreError, match="'alderton', which Three Towns no longer has"):
        Pipeline(engine, load_territory(str(territory_file)), store)
    store.close()


def test_a_store_whose_states_can_not_be_read_is_refused(
    engine: Engine, territory_file: Path
) -> None:
    store = Store()
    store.commit(Commit(feed="f", cursor="1", states={("outage", "x"): b'{"type":"outage"}'}))
    with pytest.raises(StoreError, match="another version"):
        Pipeline(engine, load_territory(str(territory_file)), store)


def exercise(count: int) -> tuple[Post, ...]:
    return tuple(msgspec.structs.replace(post, exercise=True) for post in storm(count, 5))


def test_a_feed_that_begins_again_leaves_a_desk_as_new(
    engine: Engine, territory_file: Path
) -> None:
    territory, posts = load_territory(str(territory_file)), exercise(120)
    desk = Pipeline(engine, territory, Store())
    desk.process("f", Batch(posts, "a:120"))
    assert desk.clock.now is not None
    desk.set_mode("storm", "bea", desk.clock.now)
    desk.act_on_case(CaseAction(kind="next", by="bea"), desk.clock.now)
    restarted = desk.process("f", Batch((), "b:0", restart=True))
    assert restarted.restarted
    assert desk.store.exercise is True
    assert desk.store.totals() == (0, 0)
    assert desk.store.cursor("f") == "b:0"
    assert desk.outages.open() == []
    assert (desk.cases.held, desk.cases.mode, desk.store.events("")) == (0, "calm", [])
    again = desk.process("f", Batch(posts[:60], "b:60"))
    fresh = Pipeline(engine, territory, Store()).process("f", Batch(posts[:60], "60"))
    assert again == fresh
    assert again.accepted > 40


def test_a_batch_on_its_way_when_the_feed_begins_again_leaves_nothing(
    engine: Engine, territory_file: Path
) -> None:
    desk = Pipeline(engine, load_territory(str(territory_file)), Store())
    posts = exercise(60)
    before = desk.take("f", Batch(posts, "a:60"))
    restart = desk.take("f", Batch((), "b:0", restart=True))
    after = desk.take("f", Batch(posts[:20], "b:20"))
    for taken in (before, restart, after):
        desk.finish(taken, engine.classify(taken.accepted.posts))
    assert desk.store.totals()[0] == len(after.accepted.posts) > 10


def test_a_desk_with_a_store_of_its_own_does_not_forget(
    engine: Engine, territory_file: Path, tmp_path: Path
) -> None:
    territory = load_territory(str(territory_file))
    kept = Pipeline(engine, territory, Store(tmp_path / "data"))
    kept.process("f", Batch(exercise(30), "a:30"))
    real = Pipeline(engine, territory, Store())
    real.process("f", Batch(tuple(storm(30, 5)), "a:30"))
    for desk, why in ((kept, "its store in"), (real, "a store of real posts")):
        with pytest.raises(FeedError, match=f"rewound, and this desk keeps {why}"):
            desk.process("f", Batch((), "b:0", restart=True))
        assert desk.store.totals()[0] > 20
    kept.store.close()


def test_an_action_is_stored_with_what_it_changed_and_outlives_a_restart(
    engine: Engine, territory_file: Path, tmp_path: Path
) -> None:
    territory, store = load_territory(str(territory_file)), Store(tmp_path)
    desk = Pipeline(engine, territory, store)
    with pytest.raises(OutageError, match="has had no posts"):
        desk.act(Action(kind="verify", outage="o-x", by="ann"))
    desk.process("f", Batch(tuple(storm(60, 5)), "60"))
    id_ = desk.outages.open()[-1].id
    (told,) = desk.act(Action(kind="dismiss", outage=id_, by="ann")).events
    assert isinstance(told, OutageChange)
    assert (told.status, told.by) == ("dismissed", "ann")
    assert store.changes()[-1] == told
    store.close()
    again = Pipeline(engine, territory, Store(tmp_path))
    assert [(done.action.kind, done.at) for done in again.store.actions()] == [("dismiss", told.at)]
    assert again.store.cursor("f") == "60"
    (back,) = again.act(Action(kind="undo", outage=id_, by="bob")).events
    assert isinstance(back, OutageChange)
    assert back.status != "dismissed"
    assert len(again.store.actions()) == 2
