"""How outages are ordered and filtered."""

from __future__ import annotations

import msgspec
import pytest

from desk.serving.protocol import OutageRow
from tests.tui.conftest import OUTAGES, PLACES, outage
from tui.outage_order import KINDS, ORDERS, WORDS, filtered, ordered, steady

NAMES = {place.id: place.name for place in PLACES}
ROWS = (
    *OUTAGES,
    outage(7, "likely", 6, 30, vulnerable=1, verifying="anna"),
    outage(8, "likely", 4, 20, damage=2, oms="4711"),
)


def names(rows: list[OutageRow]) -> list[str]:
    return [row.place for row in rows]


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [
        ("urgency", ["Alder Bay", "Grove Mills"], "Birchfield"),
        ("newest", ["Alder Bay", "Fernley"], "Birchfield"),
        ("oldest", ["Elmton", "Grove Mills"], "Birchfield"),
        ("size", ["Alder Bay", "Heron Creek"], "Birchfield"),
        ("unchecked", ["Fernley", "Dune Harbor"], "Birchfield"),
    ],
)
def test_the_orders(order: str, first: list[str], last: str) -> None:
    found = names(ordered(ROWS, order))
    assert found[:2] == first
    assert found[-1] == last


@pytest.mark.parametrize("order", ORDERS)
def test_no_line_moves_when_posts_come_in(order: str) -> None:
    later = msgspec.structs.replace(ROWS[1].outage, at=ROWS[5].outage.at, posts=42)
    grown = (ROWS[0], msgspec.structs.replace(ROWS[1], outage=later), *ROWS[2:])
    assert names(ordered(grown, order)) == names(ordered(ROWS, order))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", names(list(ROWS))),
        ("LIKELY", ["Fernley", "Dune Harbor", "Grove Mills", "Elmton"]),
        ("har", ["Dune Harbor"]),
        ("!likely open", ["Alder Bay", "Cedar Point", "Heron Creek"]),
        ("dangers", ["Alder Bay"]),
        ("risk", ["Grove Mills"]),
        ("damage", ["Elmton"]),
        ("likely !oms !checked", ["Fernley", "Dune Harbor"]),
        ("ended", ["Birchfield"]),
        ("nowhere", []),
    ],
)
def test_a_filter_takes_statuses_kinds_and_places(words: str, found: list[str]) -> None:
    assert names(filtered(ROWS, words, lambda community: NAMES[community])) == found


def test_the_line_under_the_filter_names_every_kind() -> None:
    assert set(KINDS) <= set(WORDS.split())


def test_lines_change_places_by_their_status_alone() -> None:
    before = [outage(1, "likely", 1, 30), outage(2, "likely", 5, 30), outage(3, "suspected", 7, 6)]
    spoken_of = [
        outage(2, "likely", 5, 90),
        outage(1, "likely", 1, 30),
        outage(3, "confirmed", 7, 6),
    ]
    rows = steady([*spoken_of, outage(4, "likely", 2, 12)], before)
    assert [row.outage.id for row in rows] == ["outage-3", "outage-4", "outage-1", "outage-2"]
