"""Views: rows keep their number while posts come and go."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.post import LabelledPost, Location
from desk.serving.views import (
    MOST_ROWS,
    ROW_TEXT,
    SLICE_LETTERS,
    SLICE_POSTS,
    Held,
    View,
    row,
)
from rules import Match

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def seen(number: int, text: str = "no power") -> LabelledPost:
    label = "hazard" if number % 3 == 0 else "outage"
    return LabelledPost(
        id=str(number), channel="x", text=text, created_at=NOON, labels=(label,),
        matches=(Match("r", label, "no power", "no power", 0, 8, 100.0),),
        location=Location("d", 1.0, 2.0, 3.0, "text", 0.9),
    )  # fmt: skip


def test_a_page_holds_the_newest_rows_and_others_by_number() -> None:
    held = Held()
    held.extend([seen(n) for n in range(1_000)])
    view = View(1, "", held, {"d": "Durham"})
    view.update()
    page = view.tail(10)
    assert (page.first, page.total, page.start) == (0, 1_000, 990)
    assert [r.id for r in page.rows] == [str(n) for n in range(990, 1_000)]
    assert page.rows[0].place == "Durham"
    assert [r.id for r in view.page(5, 2).rows] == ["5", "6"]
    assert view.page(-5, -2).rows == ()
    assert len(view.page(0, 10**9).rows) == MOST_ROWS


def test_a_change_tells_what_is_new_once() -> None:
    held = Held()
    view = View(1, "label:hazard", held, {})
    view.tail(10)
    assert view.change() is None
    held.extend([seen(n) for n in range(9)])
    change = view.change()
    assert change is not None
    assert [r.id for r in change.rows] == ["0", "3", "6"]
    assert (change.start, change.total) == (0, 3)
    assert view.change() is None


def test_of_many_new_rows_only_the_newest_are_sent_and_all_are_counted() -> None:
    held = Held()
    view = View(1, "", held, {})
    view.tail(10)
    held.extend([seen(n) for n in range(5_000)])
    change = view.change()
    assert change is not None
    assert (change.total, len(change.rows), change.start) == (5_000, MOST_ROWS, 5_000 - MOST_ROWS)


def test_rows_leave_a_view_that_looks_back_as_time_goes_on() -> None:
    now = NOON
    held = Held()
    view = View(1, "since:5m", held, {}, clock=lambda: now)
    view.tail(10)
    for minute in range(8):
        now = NOON + timedelta(minutes=minute)
        held.extend([msgspec.structs.replace(seen(minute), created_at=now)])
        change = view.change()
        assert change is not None
        assert (change.first, change.total) == (max(0, minute - 5), minute + 1)
    now += timedelta(minutes=2)
    change = view.change()
    assert change is not None
    assert (change.first, change.total, change.rows) == (4, 8, ())
    assert view.change() is None
    assert [found.id for found in view.page(0, 9).rows] == ["4", "5", "6", "7"]


@given(st.lists(st.integers(0, 40), max_size=30), st.sampled_from(["", "label:hazard"]))
def test_rows_keep_their_number_when_old_posts_are_let_go(sizes: list[int], text: str) -> None:
    held = Held(50)
    view = View(1, text, held, {})
    wanted: list[str] = []
    number = 0
    for size in sizes:
        posts = [seen(n) for n in range(number, number + size)]
        number += size
        held.extend(posts)
        wanted += [p.id for p in posts if not text or "hazard" in p.labels]
        view.update()
        assert view.total == len(wanted)
        page = view.page(0, 1_000)
        assert [r.id for r in page.rows] == wanted[page.first :]


@pytest.mark.parametrize(
    ("text", "posts", "slices"),
    [
        ("no power", 10 * SLICE_POSTS, 10),
        ("no power " * 1_000, 10 * (SLICE_LETTERS // 9_000 + 1), 10),
        ("no power", SLICE_POSTS, 1),
        ("no power", 0, 1),
    ],
)
async def test_a_filter_looks_at_a_slice_and_then_lets_others_have_their_turn(
    text: str, posts: int, slices: int
) -> None:
    held = Held()
    held.extend([seen(n, text) for n in range(posts)])
    view = View(1, "power", held, {})
    rows = [view.total]

    async def watch() -> None:
        while True:
            rows.append(view.total)
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    await view.fill()
    watching.cancel()
    rows.append(view.total)
    steps = [after - before for before, after in pairwise(rows) if after > before]
    assert sum(steps) == view.total == posts
    assert len(steps) == (slices if posts else 0)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=40),
    st.sampled_from(["", "label:hazard"]),
)
def test_rows_keep_their_number_when_posts_come_and_go_while_a_filter_looks(
    steps: list[tuple[int, bool]], text: str
) -> None:
    held = Held(50)
    held.extend([seen(n) for n in range(30)])
    view = View(1, text, held, {})
    number = 30
    known: dict[int, str] = {}
    for count, look in steps:
        held.extend([seen(n) for n in range(number, number + count)])
        number += count
        if look:
            view.look()
        page = view.page(0, MOST_ROWS)
        assert (page.start, page.total) == (page.first, page.first + len(page.rows))
        for index, hit in enumerate(page.rows, page.first):
            assert known.setdefault(index, hit.id) == hit.id
            assert held.first <= int(hit.id)
    view.update()
    wanted = [str(n) for n in range(held.first, held.end) if not text or n % 3 == 0]
    assert [hit.id for hit in view.page(0, MOST_ROWS).rows] == wanted


@given(st.lists(st.lists(st.integers(0, 30_000), max_size=4), max_size=20))
def test_held_posts_take_no_more_room_than_there_is(batches: list[list[int]]) -> None:
    room = 1_000_000
    held = Held(1_000, room)
    number = 0
    for lengths in batches:
        held.extend([seen(number + n, "x" * length) for n, length in enumerate(lengths)])
        number += len(lengths)
        assert held.end == number
        kept = [held[n].post for n in range(held.first, held.end)]
        assert sum(4 * len(post.text) for post in kept) <= room
        assert [post.id for post in kept] == [str(n) for n in range(held.first, number)]
        if held.first:
            sizes = [4 * len(post.text) + 3_000 for post in kept]
            assert sum(sizes) > room // 2
    if sum(4 * n + 3_000 for lengths in batches for n in lengths) <= room:
        assert held.first == 0


def test_a_row_cuts_a_long_text_and_its_spans() -> None:
    long = row(seen(1, "no power " * 200_000), {})
    assert len(long.text) == ROW_TEXT
    assert long.spans == ((0, 8, "outage"),)
