from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.serving.protocol import MapPlace
from tui.braille import draw, project

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0))
degrees = st.tuples(st.floats(-180, 180), st.floats(-89, 89))


def test_a_square_at_the_equator_is_drawn_as_a_square_of_dots() -> None:
    assert draw([SQUARE], [], 4, 2).rows == ("⡏⠉⠉⢹", "⣇⣀⣀⣸")


@pytest.mark.parametrize("lat", [0.0, 35.5, 60.0, -41.0])
def test_a_kilometre_is_as_long_to_the_east_as_to_the_north(lat: float) -> None:
    stretch = 1 / math.cos(math.radians(lat))
    lines = [((10 - stretch, lat - 1), (10 + stretch, lat + 1))]
    view = project(lines, [], 40, 20)
    west, south = view.dot(10 - stretch, lat - 1)
    east, north = view.dot(10 + stretch, lat + 1)
    assert east - west == pytest.approx(south - north, rel=0.02)


def test_north_is_up_and_west_is_left() -> None:
    places = [
        MapPlace("nw", "", 41.0, 10.0, 1),
        MapPlace("se", "", 40.0, 11.0, 1),
    ]
    cells = draw([], places, 30, 10).cells
    assert cells["nw"][0] < cells["se"][0]
    assert cells["nw"][1] < cells["se"][1]


@given(
    st.lists(st.lists(degrees, min_size=1, max_size=6), max_size=4),
    st.lists(degrees, max_size=6),
    st.integers(0, 60),
    st.integers(0, 30),
)
def test_everything_stays_on_the_map(
    lines: list[list[tuple[float, float]]],
    spots: list[tuple[float, float]],
    columns: int,
    rows: int,
) -> None:
    places = [MapPlace(str(n), "", lat, lon, 1) for n, (lon, lat) in enumerate(spots)]
    ground = draw(lines, places, columns, rows)
    if columns and rows:
        assert [len(row) for row in ground.rows] == [columns] * rows
        assert set(ground.cells) == {place.id for place in places}
    assert all(0x2800 <= ord(char) <= 0x28FF for row in ground.rows for char in row)
    assert all(0 <= x < columns and 0 <= y < rows for x, y in ground.cells.values())


def test_an_outline_is_as_connected_as_its_line() -> None:
    ground = draw([((0.0, 0.0), (2.0, 1.0))], [], 20, 5)
    for x in range(20):
        assert any(row[x] != "\u2800" for row in ground.rows)
