"""Views: rows keep their number while posts come and go, and show what a plain filter would."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.post import Author, LabelledPost, Location, Media
from desk.serving import held as holding
from desk.serving.blocks import MOST_LETTERS, MOST_POSTS
from desk.serving.filters import Folded, parse_filter
from desk.serving.held import WHOLE, Held
from desk.serving.views import MOST_ROWS, ROW_TEXT, View, row
from desk.store import Commit, Store
from rules import Match

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


class Desk:
    """A store, and what is held of it."""

    def __init__(self, posts: Sequence[LabelledPost] = (), **room: int) -> None:
        self.store = Store()
        self.held = Held(self.store, **room)
        self.take(posts)

    def take(self, posts: Sequence[LabelledPost]) -> None:
        self.store.commit(Commit(labelled=list(posts)))
        self.held.extend(posts)


def seen(number: int, text: str = "no power") -> LabelledPost:
    label = "hazard" if number % 3 == 0 else "outage"
    return LabelledPost(
        id=str(number), channel="x", text=text, created_at=NOON, labels=(label,),
        matches=(Match("r", label, "no power", "no power", 0, 8, 100.0),),
        location=Location("d", 1.0, 2.0, 3.0, "text", 0.9),
    )  # fmt: skip


def test_a_page_holds_the_newest_rows_and_others_by_number() -> None:
    held = Desk([seen(n) for n in range(1_000)]).held
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
    desk = Desk()
    view = View(1, "label:hazard", desk.held, {})
    view.tail(10)
    assert view.change() is None
    desk.take([seen(n) for n in range(9)])
    change = view.change()
    assert change is not None
    assert [r.id for r in change.rows] == ["0", "3", "6"]
    assert (change.start, change.total) == (0, 3)
    assert view.change() is None


def test_of_many_new_rows_only_the_newest_are_sent_and_all_are_counted() -> None:
    desk = Desk()
    view = View(1, "", desk.held, {})
    view.tail(10)
    desk.take([seen(n) for n in range(5_000)])
    change = view.change()
    assert change is not None
    assert (change.total, len(change.rows), change.start) == (5_000, MOST_ROWS, 5_000 - MOST_ROWS)


def test_rows_leave_a_view_that_looks_back_as_time_goes_on() -> None:
    now = NOON
    desk = Desk()
    view = View(1, "since:5m", desk.held, {}, clock=lambda: now)
    view.tail(10)
    for minute in range(8):
        now = NOON + timedelta(minutes=minute)
        desk.take([msgspec.structs.replace(seen(minute), created_at=now)])
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
@settings(max_examples=40, deadline=None)
def test_rows_keep_their_number_when_old_posts_are_let_go(sizes: list[int], text: str) -> None:
    desk = Desk(held=60)
    view = View(1, text, desk.held, {})
    wanted: list[str] = []
    number = 0
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(holding, "MOST_POSTS", 8)
        patched.setattr(holding, "WHOLE", 10)
        for size in sizes:
            posts = [seen(n) for n in range(number, number + size)]
            number += size
            desk.take(posts)
            wanted += [p.id for p in posts if not text or "hazard" in p.labels]
            view.update()
            page = view.page(0, MOST_ROWS)
            assert page.total == page.found == len(wanted)
            assert [r.id for r in page.rows] == wanted[page.first :]


POSTS = st.builds(
    lambda number, text, label, place, minute, media: msgspec.structs.replace(
        seen(number, text),
        author=Author(id="a", handle=f"{text[:3]}Nora"),
        labels=(label,),
        location=Location(place, 1.0, 2.0, 3.0, "text", 0.9) if place else None,
        created_at=NOON + timedelta(minutes=minute),
        media=(Media("photo"),) * media,
    ),
    st.integers(0, 10**6),
    st.sampled_from(
        ["no power", "Sin LUZ aquí\n", "pówer\0x", "", "no", "x" * 90, "power\nno", "a no power z"]
    ),
    st.sampled_from(["hazard", "outage", "damage"]),
    st.sampled_from(["d", "w", ""]),
    st.integers(0, 90),
    st.integers(0, 1),
)
FILTERS = [
    "", "power", "!power", "label:haz", "place:durham no", "has:media !label:damage", "re:^no",
    "re:r$", "re:\\bno\\b", "!re:power", "re:\\Ano", "re:o.p", 're:"o\\sp"', "re:", "~powr",
    '"r\nn"', "author:anora", "channel:x sin", "place:", "rule:r", "since:30m", "since:30m power",
]  # fmt: skip


@given(st.lists(st.lists(POSTS, max_size=60), max_size=6), st.sampled_from(FILTERS), st.data())
@settings(max_examples=120, deadline=None)
def test_a_view_shows_what_a_plain_filter_lets_through(
    batches: list[list[LabelledPost]], text: str, data: st.DataObject
) -> None:
    if text in ("re:", "place:"):
        text = ""
    names = {"d": "Durham"}
    desk = Desk(held=150)
    now = NOON + timedelta(minutes=60)
    plain = parse_filter(text, names, clock=lambda: now)
    views: list[View] = []
    come: list[LabelledPost] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(holding, "MOST_POSTS", 8)
        patched.setattr(holding, "WHOLE", 20)
        for batch in [*batches, []]:
            view = View(1, text, desk.held, names, clock=lambda: now)
            views.append(view)
            for _ in range(data.draw(st.integers(0, 5))):
                view.look_back()
            view.tail(10)
            desk.take(batch)
            come += batch
            for each in views:
                each.look()
        wanted = [post.id for post in come[desk.held.first :] if plain(Folded(post))]
        for view in views:
            view.update()
            page = view.page(0, MOST_ROWS)
            assert [found.id for found in page.rows] == wanted
            assert (page.counting, page.total - page.first) == (False, len(wanted))
            assert page.found >= len(wanted)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["", "look", "back"])), max_size=60),
    st.sampled_from(["", "label:hazard"]),
)
@settings(max_examples=60, deadline=None)
def test_rows_keep_their_number_when_posts_come_and_go_while_a_filter_looks(
    steps: list[tuple[int, str]], text: str
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(holding, "MOST_POSTS", 4)
        patched.setattr(holding, "WHOLE", 8)
        desk = Desk([seen(n) for n in range(30)], held=50)
        view = View(1, text, desk.held, {})
        view.tail(10)
        number = 30
        known: dict[int, str] = {}
        for count, what in steps:
            desk.take([seen(n) for n in range(number, number + count)])
            number += count
            if what:
                (view.look if what == "look" else view.look_back)()
            page = view.page(0, MOST_ROWS)
            assert (page.start, page.total) == (page.first, page.first + len(page.rows))
            for index, hit in enumerate(page.rows, page.first):
                assert known.setdefault(index, hit.id) == hit.id
                assert desk.held.first <= int(hit.id)
        view.update()
        held = desk.held
        wanted = [str(n) for n in range(held.first, held.end) if not text or n % 3 == 0]
        assert [hit.id for hit in view.page(0, MOST_ROWS).rows] == wanted


def test_a_view_is_told_before_all_is_looked_at_and_counts_on() -> None:
    desk = Desk([seen(n, "no light" if n < 300 else "no power") for n in range(20 * MOST_POSTS)])
    view = View(1, "light", desk.held, {})
    assert view.look_back()
    page = view.tail(10)
    assert (page.rows, page.found, page.counting) == ((), 0, True)
    assert page.total <= desk.held.end
    while view.look_back():
        pass
    change = view.change()
    assert change is not None
    assert (change.found, change.counting) == (300, False)
    assert [r.id for r in change.rows] == [str(n) for n in range(290, 300)]
    assert (change.total, change.first) == (page.total, page.total - 300)
    assert change.start == change.total - 10
    assert [r.id for r in view.page(page.total - 2, 9).rows] == ["298", "299"]
    assert view.change() is None


def test_older_rows_are_told_only_until_there_are_as_many_as_were_asked_for() -> None:
    desk = Desk([seen(n, "no light") for n in range(3 * MOST_POSTS)])
    view = View(1, "light", desk.held, {})
    told = [len(view.tail(MOST_POSTS + 1).rows)]
    while view.look_back():
        change = view.change()
        assert change is not None
        told.append(len(change.rows))
    assert told == [0, MOST_POSTS, MOST_POSTS + 1]


def test_what_was_stored_before_is_loaded_newest_first() -> None:
    before = Desk([seen(n) for n in range(10 * MOST_POSTS)])
    held = Held(before.store)
    view = View(1, "", held, {})
    assert (held.first, held.loading) == (held.end, True)
    view.open(200)
    page = view.tail(200)
    assert page.counting
    assert [r.id for r in page.rows] == [str(n) for n in range(held.end - 200, held.end)]
    few = View(2, "label:hazard", held, {})
    few.update()
    assert few.page(0, 5).found == len(range(0, held.end, 3))
    assert (held.first, held.loading) == (0, False)
    change = view.change()
    assert change is not None
    assert (change.first, change.found, change.counting) == (0, held.end, False)


def test_a_store_that_holds_more_is_loaded_as_far_as_there_is_room() -> None:
    before = Desk([seen(n) for n in range(10 * MOST_POSTS)])
    held = Held(before.store, held=3 * MOST_POSTS + 1)
    while held.load():
        pass
    assert held.first == held.end - 3 * MOST_POSTS - 1
    cramped = Held(before.store, held_bytes=60_000)
    while cramped.load():
        pass
    assert 0 < cramped.end - cramped.first < cramped.end


@pytest.mark.parametrize("text", ["no power", "no power " * 1_000, "é" * 30_000])
async def test_a_filter_looks_at_a_slice_and_then_lets_others_have_their_turn(text: str) -> None:
    posts = 12 * MOST_POSTS if len(text) < 100 else 12 * (MOST_LETTERS // 9_000 + 1)
    desk = Desk([seen(n, text) for n in range(posts)])
    view = View(1, text[:5], desk.held, {})
    found = [0]

    while view.look_back():
        found.append(view.found)
    found.append(view.found)
    steps = [after - before for before, after in pairwise(found) if after > before]
    assert sum(steps) == view.total == posts
    assert max(steps) <= MOST_POSTS
    assert max(steps) * min(len(text), 20_000) <= MOST_LETTERS + 20_000
    turns = 0

    async def watch() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(holding, "TURN_S", 0.0)
        watching = asyncio.create_task(watch())
        await holding.in_turns(View(2, text[:5], desk.held, {}).look_back)
        watching.cancel()
    assert turns >= len(steps) - 1


def test_the_newest_posts_are_told_from_memory_and_older_ones_from_the_store() -> None:
    desk = Desk([seen(n) for n in range(3 * WHOLE)])
    view = View(1, "label:hazard", desk.held, {})
    view.update()
    assert [r.id for r in view.page(0, 3).rows] == ["0", "3", "6"]
    assert [r.id for r in view.page(view.total - 2, 3).rows] == ["5994", "5997"]
    desk.store.close()
    assert [r.id for r in view.page(view.total - 2, 3).rows] == ["5994", "5997"]


@given(st.lists(st.lists(st.integers(0, 30_000), max_size=40), max_size=12))
@settings(max_examples=25, deadline=None)
def test_held_posts_take_no_more_room_than_there_is(batches: list[list[int]]) -> None:
    room = 300_000
    desk = Desk(held_bytes=room)
    number = 0
    for lengths in batches:
        desk.take([seen(number + n, "é" * length) for n, length in enumerate(lengths)])
        number += len(lengths)
        held = desk.held
        assert held.end == number
        assert [post.id for post in held.posts(range(held.first, number))] == [
            str(n) for n in range(held.first, number)
        ]
        assert held._bytes <= room


def test_a_row_cuts_a_long_text_and_its_spans() -> None:
    long = row(seen(1, "no power " * 200_000), {})
    assert len(long.text) == ROW_TEXT
    assert long.spans == ((0, 8, "outage"),)
