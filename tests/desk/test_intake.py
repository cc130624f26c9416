"""Intake: each post once, and real ones never among simulated ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desk.intake import Intake, digest_of
from desk.post import Post

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def post(id_: str, channel: str = "x", *, exercise: bool = False) -> Post:
    return Post(id=id_, channel=channel, text="", created_at=NOON, exercise=exercise)


def taken(intake: Intake, *posts: Post, feed: str = "f") -> list[str]:
    return [post.id for post in intake.accept(feed, posts).posts]


def test_a_post_that_came_before_is_dropped_and_counted() -> None:
    intake = Intake()
    assert taken(intake, post("a"), post("b"), post("a")) == ["a", "b"]
    again = intake.accept("f", [post("b")])
    assert (again.posts, again.duplicates) == ([], 1)


def test_the_same_id_in_another_channel_is_another_post() -> None:
    intake = Intake()
    assert taken(intake, post("1", "x"), post("1", "mastodon")) == ["1", "1"]


def test_the_same_post_from_another_feed_is_known() -> None:
    intake = Intake()
    assert taken(intake, post("1"), feed="jetstream") == ["1"]
    assert taken(intake, post("1"), feed="archive") == []


def test_posts_without_a_channel_have_ids_of_their_own_feed() -> None:
    intake = Intake()
    assert taken(intake, post("1", "file"), feed="file:a") == ["1"]
    assert taken(intake, post("1", "file"), feed="file:b") == ["1"]
    assert taken(intake, post("1", "file"), feed="file:a") == []


def test_memory_of_posts_is_bounded_and_keeps_the_newest() -> None:
    intake = Intake(remembered=100)
    for number in range(1_000):
        taken(intake, post(str(number)))
    assert taken(intake, *(post(str(n)) for n in range(950, 1_000))) == []
    assert taken(intake, post("0")) == ["0"]


@pytest.mark.parametrize("first", [True, False])
def test_simulated_and_real_posts_never_mix(first: bool) -> None:
    intake = Intake()
    posts = [post("a", exercise=first), post("b", exercise=not first), post("c", exercise=first)]
    came = intake.accept("f", posts)
    assert [p.id for p in came.posts] == ["a", "c"]
    assert [fault.place for fault in came.refused] == ["post 'b'"]
    assert "never mixed" in came.refused[0].reason


def test_a_digest_fits_the_store_and_takes_any_text() -> None:
    assert 0 <= digest_of("f", post("\ud83d", "\udfff")) < 2**63
