from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.conductor.clock import StormClock

if TYPE_CHECKING:
    from tests.simulator.conductor.conftest import Wall


def test_a_clock_stands_until_it_runs_and_again_when_it_is_stopped(wall: Wall) -> None:
    clock = StormClock(3600, 60, now=wall)
    wall.now_s += 5
    assert clock.at_s == 0
    clock.run()
    wall.now_s += 5
    assert clock.at_s == pytest.approx(300)
    clock.stand()
    wall.now_s += 5
    assert clock.at_s == pytest.approx(300)


def test_another_speed_counts_from_here_on(wall: Wall) -> None:
    clock = StormClock(3600, 60, now=wall)
    clock.run()
    wall.now_s += 10
    clock.set_speed(1)
    wall.now_s += 10
    assert clock.at_s == pytest.approx(610)


def test_a_clock_stops_at_the_end_of_the_day_and_starts_no_earlier_than_it(wall: Wall) -> None:
    clock = StormClock(3600, 600, now=wall)
    clock.run()
    wall.now_s += 100
    assert clock.at_s == 3600
    clock.set(-5)
    assert clock.at_s == 0


def test_as_fast_as_possible_only_who_sends_moves_the_clock(wall: Wall) -> None:
    clock = StormClock(3600, None, now=wall)
    clock.run()
    wall.now_s += 100
    assert clock.at_s == 0
    clock.set(42)
    assert clock.at_s == 42
