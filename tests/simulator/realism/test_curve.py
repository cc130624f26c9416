from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.realism.curve import curve_of, shape
from tests.simulator.days import day_of

HOUR = 3600.0


def test_a_triangle_has_the_figures_of_a_triangle() -> None:
    rising = [(h * HOUR, h * 100.0) for h in range(11)]
    falling = [((10 + h) * HOUR, 1000.0 - h * 10.0) for h in range(1, 101)]
    found = shape(rising + falling)
    assert found is not None
    assert (found.peak, found.peak_at_s) == (1000.0, 10 * HOUR)
    assert found.rise_h == 10.0  # at hour 0 it is last below a tenth
    assert found.width_h == pytest.approx(61 - 4)
    assert found.tails == {
        24: pytest.approx(0.76),
        48: pytest.approx(0.52),
        72: pytest.approx(0.28),
    }


def test_what_a_curve_does_not_reach_is_none() -> None:
    found = shape([(h * HOUR, 500.0 + h) for h in range(5)])
    assert found is not None
    assert (found.rise_h, found.width_h) == (None, None)
    assert found.tails == {24: None, 48: None, 72: None}


def test_a_curve_that_has_come_down_stays_down() -> None:
    found = shape([(0.0, 0.0), (HOUR, 10.0), (2 * HOUR, 0.0)])
    assert found is not None
    assert found.tails == {24: 0.0, 48: 0.0, 72: 0.0}
    assert shape([(0.0, 0.0), (HOUR, 0.0)]) is None
    assert shape([]) is None


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60))
def test_the_shape_does_not_depend_on_the_number_of_customers(outs: list[int]) -> None:
    small = shape([(at * HOUR, float(out)) for at, out in enumerate(outs)])
    large = shape([(at * HOUR, out * 1024.0) for at, out in enumerate(outs)])
    assert (small is None) == (large is None)
    if small is not None and large is not None:
        assert (small.rise_h, small.width_h) == (large.rise_h, large.width_h)


def test_the_curve_of_a_day_is_what_the_day_says_and_ends_with_its_last_outage() -> None:
    day = day_of("flood")
    curve = curve_of(day)
    at_s, out = curve[60]
    assert out == day.customers_out(at_s)
    assert curve[-1][0] >= max(o.restored_s for o in day.true_outages)
    assert curve[-1][1] == 0
