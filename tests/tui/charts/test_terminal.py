from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.charts.svg import Tick
from tui.charts.terminal import (
    GUTTER,
    Moment,
    Panel,
    axis_lines,
    columns_of,
    moment_line,
    panel_lines,
)


def drawn(panel: Panel, columns: int = 10) -> list[str]:
    return [line.plain for line in panel_lines(panel, columns)]


def test_a_curve_is_filled_from_its_axis_up() -> None:
    assert drawn(Panel("gust", [0, 2, 4, 8], 2, note="8 km/h"), columns=4) == [
        " " * GUTTER + "   ⣿",
        "gust          ⣤⣿⣿ 8 km/h",
    ]


def test_what_is_there_at_all_has_a_dot() -> None:
    (line,) = drawn(Panel("rare", [0, 0.01, 0, 1000], 1), columns=2)
    assert line[GUTTER] == "⢀"


def test_a_scale_has_round_ticks_and_an_axis() -> None:
    lines = drawn(Panel("", [0, 719_643], 8, scaled=True))
    names = [line[: GUTTER - 2].strip() for line in lines if "┤" in line]
    assert names == ["800k", "600k", "400k", "200k", "0"]
    assert all(line[GUTTER - 1] in "┤│" for line in lines)


def test_a_spike_between_two_dots_is_not_lost() -> None:
    values = [0.0] * 1000
    values[501] = 9.0
    (line,) = drawn(Panel("x", values, 1), columns=10)
    assert len(line[GUTTER:].strip()) == 1


@given(
    st.lists(st.floats(0, 1e9), max_size=300),
    st.integers(1, 12),
    st.integers(10, 200),
    st.booleans(),
)
def test_a_panel_keeps_its_size(values: list[float], rows: int, columns: int, scaled: bool) -> None:
    lines = drawn(Panel("name", values, rows, scaled=scaled), columns)
    assert len(lines) == rows
    assert all(len(line) <= GUTTER + columns for line in lines)


def test_names_of_ticks_stand_under_their_ticks() -> None:
    rule, names = (line.plain for line in axis_lines([Tick(0, "12:00"), Tick(6, "Fri")], 12, 40))
    assert rule.index("┬") == GUTTER
    middle = names.index("Fri") + 1
    assert rule[middle] == "┬"


@given(st.lists(st.integers(0, 100), unique=True, max_size=60).map(sorted))
def test_names_of_ticks_never_touch(hours: list[int]) -> None:
    _, names = axis_lines([Tick(hour, f"{hour:05}") for hour in hours], 100, 56)
    assert all(len(name) == 5 for name in names.plain.split())


@pytest.mark.parametrize("at", [0.0, 5.0, 11.9, 12.0])
def test_a_moment_has_its_words_beside_it(at: float) -> None:
    line = moment_line("peak", Moment(at, "▼", "719,643 at Thu 23:46"), 12, columns_of(80)).plain
    assert line.startswith("peak ")
    assert "▼ 719,643" in line or "23:46 ▼" in line
    assert len(line) <= 80


@pytest.mark.parametrize(("begin", "end"), [(0, 12), (1, 3), (9, 12), (0, 0.01)])
def test_a_span_is_a_bar_with_its_words(begin: float, end: float) -> None:
    line = moment_line("half", Moment(begin, "", "18 h 5 min", end), 12, columns_of(80)).plain
    assert "18 h 5 min" in line
    assert len(line) <= 80
