"""Whatever is posted: the same posts give the same outages, saved or not, doubled or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.clock import EventClock
from desk.outages import ENDED, Action, OutageChange, Outages
from desk.outages.agenda import Agenda
from desk.outages.cluster import Cluster
from desk.post import Author, LabelledPost, Location
from tests.desk.outages.streams import START, TOWNS

LABELS = (
    ("outage",),
    ("outage",),
    ("outage",),
    ("outage", "news"),
    ("restored",),
    ("hazard",),
    ("damage",),
    ("etr",),
    ("billing",),
)


@st.composite
def streams(draw: st.DrawFn) -> list[LabelledPost]:
    """Posts of up to a dozen authors about two towns, some late, with gaps of up to hours."""
    posts = []
    now = START
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from((0, 20, 60, 150, 400, 4_000, 9_000)),
                st.sampled_from((0, 0, 0, 50, 3_000, 8_000)),
                st.integers(0, 11),
                st.sampled_from(LABELS),
                st.sampled_from(("alder", "alder", "birch", None)),
                st.booleans(),
            ),
            max_size=60,
        )
    )
    for number, (gap_s, late_s, who, labels, where, repost) in enumerate(steps):
        now += timedelta(seconds=gap_s)
        town = next((town for town in TOWNS.community if town.id == where), None)
        posts.append(
            LabelledPost(
                id=f"p{number}",
                channel="file",
                author=Author(id=str(who)),
                text="made up",
                created_at=now - timedelta(seconds=late_s),
                repost_of="p0" if repost and number else None,
                labels=labels,
                matches=(),
                location=Location(town.id, town.lat, town.lon, town.radius_km, "text", 0.9)
                if town
                else None,
            )
        )
    return posts


def clocks(posts: list[LabelledPost]) -> list[datetime]:
    """The desk's clock at each post."""
    clock = EventClock(START)
    times = []
    for post in posts:
        clock.advance(post.created_at, post.author_key)
        times.append(clock.now or START)
    return times


def run(posts: list[LabelledPost], desk: Outages | None = None) -> list[OutageChange]:
    desk = desk or Outages(TOWNS)
    return [
        change
        for post, clock in zip(posts, clocks(posts), strict=True)
        for change in desk.observe(post, clock)
    ]


@given(streams(), st.data())
@settings(max_examples=150, deadline=None)
def test_saved_and_restored_at_any_point_it_goes_on_the_same(
    posts: list[LabelledPost], data: st.DataObject
) -> None:
    stops = data.draw(st.sets(st.integers(0, max(len(posts) - 1, 0)), max_size=4))
    store: dict[str, bytes] = {}
    desk = Outages(TOWNS)
    changes = []
    for number, (post, clock) in enumerate(zip(posts, clocks(posts), strict=True)):
        if number in stops:
            for key, piece in desk.dirty().items():
                store.pop(key, None)
                if piece is not None:
                    store[key] = piece
            desk = Outages(TOWNS)
            desk.restore(store.values())
        changes += desk.observe(post, clock)
    assert changes == run(posts)


@given(streams(), st.data())
@settings(max_examples=100, deadline=None)
def test_the_clock_may_be_told_at_any_time_between_posts(
    posts: list[LabelledPost], data: st.DataObject
) -> None:
    desk = Outages(TOWNS)
    changes = []
    before = START
    for post, clock in zip(posts, clocks(posts), strict=True):
        if (gap_s := int((clock - before).total_seconds())) and before > START:
            part_s = data.draw(st.integers(0, gap_s))
            changes += desk.advance(before + timedelta(seconds=part_s))
        changes += desk.observe(post, clock)
        before = clock
    assert changes == run(posts)


class Restless(Agenda):
    """Looks at every outage in every minute."""

    def __init__(self, clusters: Mapping[str, Cluster]) -> None:
        super().__init__()
        self._all = clusters

    def take(self, now_s: int) -> set[str]:  # noqa: ARG002  whatever the time
        return set(self._all)


@given(streams())
@settings(max_examples=100, deadline=None)
def test_to_look_at_every_outage_in_every_minute_finds_nothing_more(
    posts: list[LabelledPost],
) -> None:
    desk = Outages(TOWNS)
    desk._memory.agenda = Restless(desk._memory.clusters)
    end = START + timedelta(days=2)
    other = Outages(TOWNS)
    assert run(posts, desk) + desk.advance(end) == run(posts, other) + other.advance(end)


@given(streams(), st.data())
@settings(max_examples=100, deadline=None)
def test_copies_at_once_and_of_evidence_change_nothing(
    posts: list[LabelledPost], data: st.DataObject
) -> None:
    desk = Outages(TOWNS)
    changes = []
    for post, clock in zip(posts, clocks(posts), strict=True):
        told = desk.observe(post, clock)
        counted = [id_ for change in told for id_ in change.evidence] or [post.id]
        copied = int(data.draw(st.sampled_from(counted)).removeprefix("p"))
        changes += told
        for again in (post, posts[copied]):
            changes += desk.observe(again, clock)
    assert changes == run(posts)


@given(streams())
@settings(max_examples=150, deadline=None)
def test_changes_keep_their_promises(posts: list[LabelledPost]) -> None:
    last: dict[str, OutageChange] = {}
    now = START
    for change in run(posts):
        assert change.at >= now
        now = change.at
        assert change.first_post_at <= change.started_at <= change.at
        assert 2 <= change.authors <= change.posts
        assert 0 < change.confidence <= 1
        assert len(change.evidence) <= 20
        assert change.communities == tuple(sorted(set(change.communities)))
        if before := last.get(change.id):
            assert before.status not in ENDED or (before.status, change.status) in {
                ("restored", "likely"),
                ("dismissed", "suspected"),  # a suspicion that fell silent goes on
                ("dismissed", "likely"),
            }
            assert change.started_at <= before.started_at or len(before.communities) == 2
            if len(change.communities) >= len(before.communities):
                assert change.posts >= before.posts
                assert set(change.communities) >= set(before.communities)
        last[change.id] = change


def turns(changes: list[OutageChange]) -> list[tuple[object, ...]]:
    """What each outage became, and when."""
    last: dict[str, object] = {}
    told: list[tuple[object, ...]] = []
    for change in changes:
        if change.by is None and last.get(change.id) != change.status:
            told.append((change.id, change.status, change.at, change.communities))
            last[change.id] = change.status
    return told


@given(streams(), st.data())
@settings(max_examples=100, deadline=None)
def test_what_is_done_and_taken_back_at_once_changes_nothing_that_follows(
    posts: list[LabelledPost], data: st.DataObject
) -> None:
    stops = data.draw(st.sets(st.integers(0, max(len(posts) - 1, 0)), max_size=4))
    desk = Outages(TOWNS)
    changes = []
    for number, (post, clock) in enumerate(zip(posts, clocks(posts), strict=True)):
        changes += desk.observe(post, clock)
        live = desk.open()
        if number in stops and live:
            first, into = live[0].id, live[-1].id
            kinds = [
                Action(kind="verify", outage=first, by="ann"),
                Action(kind="confirm", outage=first, by="ann"),
                Action(kind="dismiss", outage=first, by="ann"),
                Action(kind="merge", outage=first, by="ann", into=into),
            ]
            desk.act(data.draw(st.sampled_from(kinds[: 2 + len(live)])), clock)
            desk.act(Action(kind="undo", outage=first, by="ann"), clock)
    assert turns(changes) == turns(run(posts))


@given(streams(), st.data())
@settings(max_examples=100, deadline=None)
def test_posts_that_come_at_one_moment_may_come_in_any_order(
    posts: list[LabelledPost], data: st.DataObject
) -> None:
    at = START + timedelta(hours=9)
    shuffled = data.draw(st.permutations(posts))
    counted = []
    for order in (posts, shuffled):
        desk = Outages(TOWNS)
        for post in order:
            desk.observe(post, at)
        counted.append({o.communities for o in desk.open() if o.status != "suspected"})
    assert counted[0] == counted[1]
