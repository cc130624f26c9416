from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.serving.protocol import Page, Row, ViewChange
from tui.window import PAGE_ROWS, PAGES_HELD, Window


def rows(start: int, count: int, label: Callable[[int], str] = lambda _: "etr") -> list[Row]:
    at = datetime(2031, 9, 4, tzinfo=UTC)
    return [
        Row(f"p{n}", at, "x", "a", "", (label(n),), "words", (), 0, False)
        for n in range(start, start + count)
    ]


def test_rows_are_found_by_their_number() -> None:
    window = Window(1, "")
    window.put(150, rows(150, 100), 0, 250)
    found = window.row(199), window.row(249)
    assert [row.id for row in found if row] == ["p199", "p249"]
    assert window.row(149) is None
    assert window.row(250) is None


@pytest.mark.parametrize(
    ("start", "stop", "asked"),
    [
        (0, 50, [(0, 200)]),
        (-30, 50, [(0, 200)]),
        (150, 250, [(0, 200), (200, 200)]),
        (820, 830, []),
        (790, 830, [(600, 200)]),
        (940, 2000, []),
        (10, 10, []),
    ],
)
def test_what_lacks_is_asked_for_in_pages(
    start: int, stop: int, asked: list[tuple[int, int]]
) -> None:
    window = Window(1, "")
    window.put(800, rows(800, 150), 0, 950)
    assert window.ask(start, stop) == asked


def test_a_page_on_the_way_is_asked_for_once_until_an_answer_comes() -> None:
    window = Window(1, "")
    window.put(800, rows(800, 10), 0, 810)
    assert window.ask(0, 100) == [(0, 200)]
    assert window.ask(0, 100) == []
    window.answered()
    assert window.ask(0, 100) == [(0, 200)]


def test_what_the_desk_let_go_is_not_asked_for() -> None:
    window = Window(1, "")
    window.put(800, rows(800, 10), 350, 810)
    assert window.ask(0, 450) == [(350, 50), (400, 200)]


@given(st.lists(st.integers(0, 40_000), max_size=60))
def test_a_window_holds_no_history(starts: list[int]) -> None:
    window = Window(1, "")
    for start in starts:
        window.put(start, rows(start, 150), 0, 50_000)
    held = sum(window.row(index) is not None for index in range(0, 50_000, 50)) * 50
    assert held <= (PAGES_HELD + 2) * PAGE_ROWS
    if starts:
        assert window.row(starts[-1] + 149) is not None


def test_pages_in_view_outlast_new_rows() -> None:
    window = Window(1, "")
    window.put(0, rows(0, 200), 0, 200)
    for start in range(200, 20_000, 100):
        window.put(start, rows(start, 100), 0, start + 100)
        window.ask(0, 50)
    assert window.row(0) is not None


def test_the_next_row_with_a_label_is_found_among_rows_at_hand() -> None:
    window = Window(1, "")
    window.put(100, rows(100, 100, lambda n: "hazard" if n % 30 == 0 else "etr"), 0, 200)

    def hazard(row: Row) -> bool:
        return "hazard" in row.labels

    assert window.find(hazard, 130, 1) == 150
    assert window.find(hazard, 150, -1) == 120
    assert window.find(hazard, 120, -1) is None
    assert window.find(hazard, 185, 1) is None


def test_a_post_is_found_by_its_id() -> None:
    window = Window(1, "")
    window.put(100, rows(100, 100), 0, 200)
    assert window.find_post("p177") == 177
    assert window.find_post("p5") is None


def test_older_rows_that_are_found_later_take_the_numbers_below() -> None:
    window = Window(1, "x")
    window.take(Page(1, 900, 1000, 900, tuple(rows(900, 100)), found=100, counting=True))
    assert (window.first, window.found, window.counting) == (900, 100, True)
    assert window.ask(880, 920) == []
    window.take(ViewChange(1, 640, 1000, 1000, (), found=360, counting=False))
    assert (window.first, window.total, window.found, window.counting) == (640, 1000, 360, False)
    assert window.ask(880, 920) == [(800, 200)]
    assert window.ask(0, 650) == [(640, 160)]
    window.take(Page(1, 640, 1000, 640, tuple(rows(640, 160))))
    assert window.found == 360
    assert window.row(640) is not None
