"""Cases: who joins which, in what order they wait, and that nothing is lost over a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.cases import Cases
from desk.post import Author, LabelledPost, Location
from rules.verdict import LABELS, URGENCY

START = datetime(2031, 9, 4, 12, 0, tzinfo=UTC)


def post(
    id_: str,
    minute: float = 0,
    who: str = "ann",
    labels: str = "outage",
    **more: Any,  # noqa: ANN401  any field of a post
) -> LabelledPost:
    """A labelled post of author `who`, `minute` minutes after START."""
    fields: dict[str, Any] = {
        "channel": "x",
        "author": Author(id=who, handle=f"@{who}"),
        "text": f"words of {id_}",
        "matches": (),
        "location": None,
    }
    return LabelledPost(
        id=id_,
        created_at=START + timedelta(minutes=minute),
        labels=tuple(labels.split()),
        **(fields | more),
    )


def test_a_labelled_post_opens_a_case() -> None:
    cases = Cases()
    place = Location("alder", 35.0, -79.0, 5.0, "text", 0.8)
    (case,) = cases.observe(post("1", labels="outage etr", location=place, exercise=True))
    assert (case.id, case.state, case.channel, case.author) == ("c-x-1", "new", "x", "@ann")
    assert (case.labels, case.posts, case.community) == (("outage", "etr"), ("1",), "alder")
    assert case.exercise
    assert cases.waiting == 1
    assert cases.case_of(post("1")) == "c-x-1"
    assert cases.case_of(post("2")) is None


@pytest.mark.parametrize(
    "more", [{"labels": "outage news"}, {"labels": "news"}, {"repost_of": "0"}, {"labels": ""}]
)
def test_headlines_reposts_and_posts_without_label_open_none(more: dict[str, Any]) -> None:
    cases = Cases()
    assert cases.observe(post("1", **more)) == []
    assert cases.queue(9) == []


def test_an_author_stays_in_one_case_and_adds_labels_by_urgency() -> None:
    cases = Cases()
    cases.observe(post("1", labels="billing"))
    (case,) = cases.observe(post("2", 30, labels="hazard"))
    assert case.id == "c-x-1"
    assert (case.labels, case.posts) == (("hazard", "billing"), ("1", "2"))
    assert case.text == "words of 2"
    assert case.updated_at - case.opened_at == timedelta(minutes=30)


def test_an_author_who_was_quiet_for_days_opens_another_case() -> None:
    cases = Cases()
    cases.observe(post("1"))
    (case,) = cases.observe(post("2", 4 * 24 * 60))
    assert case.id == "c-x-2"


def test_an_answer_joins_its_thread_in_the_same_channel_only() -> None:
    cases = Cases()
    cases.observe(post("1"))
    (joined,) = cases.observe(post("2", 1, "bob", reply_to="1"))
    (apart,) = cases.observe(post("3", 2, "cid", reply_to="1", channel="bluesky"))
    assert joined.posts == ("1", "2")
    assert joined.author == "@ann"
    assert apart.id == "c-bluesky-3"


def test_the_same_name_in_another_channel_is_somebody_else() -> None:
    cases = Cases()
    cases.observe(post("1"))
    (case,) = cases.observe(post("2", channel="mastodon"))
    assert case.id == "c-mastodon-2"


def test_a_copy_of_a_post_changes_nothing() -> None:
    cases = Cases()
    cases.observe(post("1"))
    assert cases.observe(post("1")) == []


def test_a_late_post_joins_without_hiding_the_newest_words() -> None:
    cases = Cases()
    cases.observe(post("1", 50))
    (case,) = cases.observe(post("0", 10))
    assert case.text == "words of 1"
    assert case.updated_at == START + timedelta(minutes=50)


def test_the_queue_goes_by_urgency_and_then_by_waiting() -> None:
    cases = Cases()
    for number, labels in enumerate(
        ("praise", "billing", "outage", "vulnerable", "etr", "outage", "hazard")
    ):
        cases.observe(post(str(number), number, f"a{number}", labels))
    queued = ["c-x-6", "c-x-3", "c-x-2", "c-x-5", "c-x-4", "c-x-1"]
    assert [case.id for case in cases.queue(6)] == queued
    cases.observe(post("7", 9, "a0", "hazard"))
    assert [case.id for case in cases.queue(2)] == ["c-x-0", "c-x-6"]


def test_the_same_id_in_another_channel_is_another_post() -> None:
    cases = Cases()
    cases.observe(post("1"))
    (case,) = cases.observe(post("1", who="bob", labels="hazard", channel="mastodon"))
    assert case.id == "c-mastodon-1"
    assert cases.waiting == 2


def test_a_huge_post_is_cut_and_a_long_case_keeps_the_newest_posts() -> None:
    cases = Cases()
    for number in range(120):
        (case,) = cases.observe(post(str(number), number, text="🕯" * 1_000_000))
    assert len(case.text) == 500
    assert case.posts == tuple(str(number) for number in range(70, 120))


def test_memory_is_bounded_and_the_urgent_stay() -> None:
    cases = Cases(held=100)
    for number in range(1000):
        label = "hazard" if number % 20 == 0 else "praise"
        cases.observe(post(str(number), number, f"a{number}", label))
        cases.dirty()
    assert cases.waiting <= 110
    assert sum("hazard" in case.labels for case in cases.queue(1000)) == 50
    assert cases.case_of(post("999")) == "c-x-999"


def test_an_author_may_be_missing() -> None:
    cases = Cases()
    cases.observe(post("1", author=None))
    (case,) = cases.observe(post("2", author=None))
    assert (case.id, case.author) == ("c-x-2", "")


@st.composite
def streams(draw: st.DrawFn) -> list[LabelledPost]:
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from((0, 1, 30, 3_000)),
                st.integers(0, 4),
                st.sampled_from(LABELS),
                st.sampled_from(("x", "bluesky")),
                st.integers(0, 40),
            ),
            max_size=40,
        )
    )
    minute = 0
    posts = []
    for number, (gap, who, label, channel, answered) in enumerate(steps):
        minute += gap
        reply = str(answered) if answered < number else None
        posts.append(post(str(number), minute, str(who), label, channel=channel, reply_to=reply))
    return posts


@given(streams(), st.data())
@settings(max_examples=100, deadline=None)
def test_saved_and_restored_at_any_point_it_goes_on_the_same(
    posts: list[LabelledPost], data: st.DataObject
) -> None:
    stops = data.draw(st.sets(st.integers(0, max(len(posts) - 1, 0)), max_size=3))
    whole, parts = Cases(), Cases()
    store: dict[str, bytes | None] = {}
    for number, item in enumerate(posts):
        if number in stops:
            store |= parts.dirty()
            parts = Cases()
            parts.restore(piece for piece in store.values() if piece is not None)
        assert parts.observe(item) == whole.observe(item)
        assert parts.queue(99) == whole.queue(99)


@given(streams())
@settings(max_examples=100, deadline=None)
def test_every_post_is_in_one_case_and_the_queue_is_in_order(posts: list[LabelledPost]) -> None:
    cases = Cases()
    for item in posts:
        cases.observe(item)
    queue = cases.queue(99)
    assert len(queue) == cases.waiting
    turns = [(URGENCY[case.labels[0]], case.opened_at) for case in queue]
    assert turns == sorted(turns)
    opened = {id_ for case in queue for id_ in case.posts}
    assert opened == {item.id for item in posts if "news" not in item.labels}
