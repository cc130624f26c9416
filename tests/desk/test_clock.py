"""Event time: no wrong date stops it, closes everything, or holds it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from desk.clock import AGREEING, MOST_AHEAD, EventClock

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def clock_after(*posts: tuple[datetime, str]) -> EventClock:
    clock = EventClock()
    for at, author in posts:
        clock.advance(at, author)
    return clock


def test_one_wrong_date_does_not_move_the_clock_far() -> None:
    clock = clock_after((NOON, "a"), (NOON, "b"), (NOON + timedelta(days=400), "c"))
    assert clock.now == NOON + MOST_AHEAD
    clock.advance(NOON - timedelta(days=2), "d")
    assert clock.now == NOON + MOST_AHEAD


def test_one_author_can_not_make_it_leap_however_often_he_writes() -> None:
    far = NOON + timedelta(days=400)
    clock = clock_after((NOON, "a"), (NOON, "b"), *[(far, "c")] * 10, *[(far, "d")] * 10)
    assert clock.now == NOON + 20 * MOST_AHEAD


def test_authors_who_agree_move_it_to_the_earliest_of_their_times() -> None:
    later = [NOON + timedelta(hours=hours) for hours in (9, 7, 8)]
    clock = clock_after((NOON, "a"), (NOON, "b"), *zip(later, "xyz", strict=True))
    assert clock.now == later[1]


def test_a_feed_of_few_posts_lags_by_a_few_posts_only() -> None:
    posts = [(NOON + n * 20 * MINUTE, f"a{n}") for n in range(72)]
    now = clock_after(*posts).now
    assert now is not None
    assert posts[-1][0] - now <= AGREEING * 20 * MINUTE


def test_a_first_post_from_the_future_does_not_set_the_clock_for_good() -> None:
    clock = EventClock()
    assert not clock.advance(NOON + timedelta(days=9_000), "wrong")
    assert clock.advance(NOON, "a")
    assert not clock.advance(NOON + MINUTE, "b")
    assert clock.now == NOON + MINUTE
    assert not clock.advance(NOON - timedelta(days=3), "late")
    assert clock.now == NOON + MINUTE


def test_a_first_post_from_the_past_does_not_hold_the_clock_back() -> None:
    clock = clock_after(
        (NOON - timedelta(days=9_000), "wrong"), *((NOON + n * MINUTE, f"a{n}") for n in range(5))
    )
    assert clock.now == NOON + 4 * MINUTE


moments = st.datetimes(timezones=st.just(UTC), min_value=datetime(1990, 1, 1))  # noqa: DTZ001  hypothesis wants it naive


@given(st.lists(st.tuples(moments, st.sampled_from("abcdef"))))
def test_it_moves_ahead_and_never_beyond_the_newest_post(
    posts: list[tuple[datetime, str]],
) -> None:
    clock = EventClock()
    before = None
    for number, (at, author) in enumerate(posts):
        back = clock.advance(at, author)
        assert clock.now is not None
        assert clock.now <= max(time for time, _ in posts[: number + 1])
        assert before is None or back or before <= clock.now
        assert len(clock.ahead) < AGREEING + 1
        before = clock.now
        saved = msgspec.json.encode(clock)
        clock = msgspec.json.decode(saved, type=EventClock)
