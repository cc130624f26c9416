"""Intake and clock: each post once, no mixing, time that no single post can break."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.clock import MOST_AHEAD, EventClock
from desk.errors import StoreError
from desk.intake import Intake
from desk.post import Post

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def post(id_: str, *, exercise: bool = False) -> Post:
    return Post(id=id_, channel="x", text="", created_at=NOON, exercise=exercise)


def test_a_post_that_came_before_is_dropped_and_counted() -> None:
    intake = Intake()
    assert [p.id for p in intake.accept([post("a"), post("b"), post("a")])] == ["a", "b"]
    assert intake.accept([post("b")]) == []
    assert intake.duplicates == 2


def test_memory_of_ids_is_bounded_and_keeps_the_newest() -> None:
    intake = Intake(remembered=100)
    for number in range(1_000):
        intake.accept([post(str(number))])
    assert intake.accept([post(str(n)) for n in range(950, 1_000)]) == []
    assert len(intake.accept([post("0")])) == 1


@pytest.mark.parametrize("first", [True, False])
def test_simulated_and_real_posts_never_mix(first: bool) -> None:
    intake = Intake()
    intake.accept([post("a", exercise=first)])
    with pytest.raises(StoreError, match="never mixed"):
        intake.accept([post("b", exercise=not first)])


def test_one_wrong_date_does_not_move_the_clock_far() -> None:
    clock = EventClock(NOON)
    assert clock.advance(NOON + timedelta(days=400)) == NOON + MOST_AHEAD
    assert clock.advance(NOON - timedelta(days=1)) == NOON + MOST_AHEAD


@given(st.lists(st.datetimes(timezones=st.just(UTC))))
def test_the_clock_never_goes_back_nor_beyond_the_newest_post(times: list[datetime]) -> None:
    clock = EventClock()
    before = None
    for at in times:
        now = clock.advance(at)
        assert before is None or before <= now <= before + MOST_AHEAD
        before = now
    if times:
        assert before is not None
        assert before <= max(times)
