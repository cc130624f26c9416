from __future__ import annotations

import pytest

from simulator.load.schedule import Schedule
from simulator.load.shapes import (
    RECORD_POSTS,
    Curve,
    Hold,
    Ramp,
    Record,
    Shape,
    Steps,
    levels_of,
)


@pytest.mark.parametrize(
    ("shape", "posts", "seconds"),
    [
        (Hold(250, 4), 1000, 4),
        (Steps((Hold(100, 1), Hold(300, 2))), 700, 3),
        (Curve((0.0, 1.0, 0.0), 100, 10), 500, 10),
        (Record(), RECORD_POSTS, 1),
        (Ramp(100, 100, 2), 200, 2),
    ],
)
def test_a_shape_sends_what_its_rates_come_to(shape: Shape, posts: int, seconds: float) -> None:
    schedule = Schedule.of(shape)
    assert schedule.posts == pytest.approx(posts, abs=1)
    assert schedule.seconds == pytest.approx(seconds, abs=0.002)


def test_a_ramp_grows_by_the_same_factor_each_second() -> None:
    ramp = Ramp(10, 1000, 2)
    assert [ramp.tick(at_s) for at_s in (0.0, 1.0)] == pytest.approx([10, 100])
    assert ramp.tick(2.0) is None


def test_a_storms_own_curve_has_its_peak_where_most_posts_are() -> None:
    levels = levels_of([0.0, 5.0, 5.1, 5.2, 5.3, 9.9], slots=10)
    assert max(levels) == 1.0
    assert levels.index(1.0) == 5
    assert levels[3] == 0.0
    assert levels_of([]) == (1.0,)


def test_posts_are_intended_for_moments_that_nothing_moves() -> None:
    schedule = Schedule.of(Hold(2000, 1))
    assert schedule.due_by(-1) == 0
    assert schedule.due_by(0.5) == 1002  # those of the step that has begun are due as well
    assert schedule.due_by(99) == schedule.posts == 2000
    assert schedule.intended_s(0) == 0.0
    assert schedule.intended_s(1000) == pytest.approx(0.5)
    moments = list(schedule.moments(3, 8))
    assert sum(posts for _, posts in moments) == 5
    assert moments == [(0.001, 1), (0.002, 2), (0.003, 2)]


def test_slow_schedules_wait_for_each_post() -> None:
    schedule = Schedule.of(Hold(2, 2))
    assert [schedule.intended_s(post) for post in range(4)] == pytest.approx(
        [0.499, 0.999, 1.499, 1.999]
    )
