from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.charts.ticks import figure, hour_step, log_ticks, round_ticks


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0, "0"),
        (0.25, "0.25"),
        (7.5, "7.5"),
        (40, "40"),
        (1500, "1,500"),
        (250_000, "250k"),
        (718_585, "719k"),
        (1_250_000, "1.25M"),
        (-20, "-20"),
    ],
)
def test_a_figure_is_short_and_round(value: float, name: str) -> None:
    assert figure(value) == name


@given(st.floats(1e-6, 1e12), st.integers(2, 10))
def test_ticks_reach_from_the_lowest_to_beyond_the_highest(high: float, count: int) -> None:
    ticks = round_ticks(high, count)
    assert ticks[0] == 0
    assert ticks[-1] >= high * 0.999
    assert len(ticks) <= count + 2
    assert len(set(map(figure, ticks))) == len(ticks)


def test_ticks_of_nothing_are_an_axis_all_the_same() -> None:
    assert round_ticks(0.0) == [0.0, 1.0]


@given(st.floats(1e-6, 1e9), st.floats(1, 1e6))
def test_log_ticks_hold_what_they_are_made_for(low: float, ratio: float) -> None:
    ticks = log_ticks(low, low * ratio)
    assert ticks[0] <= low * 1.001
    assert ticks[-1] >= low * ratio * 0.999


@pytest.mark.parametrize(("hours", "step"), [(2, 0.5), (6, 1), (24, 4), (240, 48), (2000, 336)])
def test_hours_are_stepped_as_clocks_are_read(hours: float, step: float) -> None:
    assert hour_step(hours, 6) == step
