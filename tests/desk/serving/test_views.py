"""Views: rows keep their number while posts come and go."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from desk.post import LabelledPost, Location
from desk.serving.views import MOST_ROWS, ROW_TEXT, Held, View, row
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


def test_a_row_cuts_a_long_text_and_its_spans() -> None:
    long = row(seen(1, "no power " * 200_000), {})
    assert len(long.text) == ROW_TEXT
    assert long.spans == ((0, 8, "outage"),)
