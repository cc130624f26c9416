"""What part of a territory is in sight: zoom, pan, fit, and a resize in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.distance import distance_km
from desk.serving.protocol import Hello, MapPlace
from tests.tui.conftest import HELLO
from tui.widgets.look import ZOOM_MOST, ZOOM_STEP, Look

FERN = (-78.88, 35.05)


def look(columns: int = 60, rows: int = 30, hello: Hello = HELLO) -> Look:
    made = Look()
    made.lay(hello, columns, rows)
    return made


def test_the_width_in_kilometres_is_that_of_the_land() -> None:
    seen = look()
    assert seen.projection is not None
    west, lat = seen.projection.spot(0, 60)
    east, _ = seen.projection.spot(120, 60)
    assert seen.km_wide == pytest.approx(distance_km(lat, west, lat, east), rel=0.01)


def test_a_spot_and_its_dot_are_each_others_inverse() -> None:
    seen = look()
    seen.close_up(FERN, 50)
    view = seen.lay(HELLO, 60, 30)
    assert view is not None
    assert view.spot(*view.dot(*FERN)) == pytest.approx(FERN)
    assert view.dot(*FERN) == pytest.approx((60, 60))


def test_a_close_up_shows_as_much_of_the_land_after_a_resize() -> None:
    seen = look()
    seen.close_up(FERN, 50)
    for columns, rows in ((60, 30), (160, 40), (80, 10)):
        seen.lay(HELLO, columns, rows)
        assert seen.km_wide == pytest.approx(50, rel=0.01)


def test_zooming_in_and_out_again_ends_with_the_whole() -> None:
    seen = look()
    whole_km = seen.km_wide
    for step in range(1, 5):
        seen.zoom(1, FERN)
        seen.lay(HELLO, 60, 30)
        assert seen.km_wide == pytest.approx(whole_km / ZOOM_STEP**step, rel=0.02)
    for _ in range(4):
        seen.zoom(-1, FERN)
    assert seen.whole
    for _ in range(40):
        seen.zoom(1, FERN)
    seen.lay(HELLO, 60, 30)
    assert seen.km_wide >= 0.98 * whole_km / ZOOM_MOST


def test_another_territory_is_shown_whole() -> None:
    seen = look()
    seen.close_up(FERN, 50)
    other = Hello(2, "d", "Else", "Europe/Rome", (MapPlace("a", "A", 40.0, 9.0, 1),), (), True)
    assert seen.lay(other, 60, 30) is None
    assert seen.whole


@given(
    st.lists(st.tuples(st.integers(-1, 1), st.integers(-1, 1), st.integers(-2, 2)), max_size=40),
    st.integers(20, 200),
    st.integers(8, 60),
)
def test_nobody_gets_lost_at_sea(
    steps: list[tuple[int, int, int]], columns: int, rows: int
) -> None:
    seen = look(columns, rows)
    for east, south, closer in steps:
        seen.zoom(closer, None)
        seen.pan(east, south)
        seen.lay(HELLO, columns, rows)
    assert seen.projection is not None
    lon, lat = seen.projection.spot(columns, rows * 2)
    assert -84.4 <= lon <= -75.4
    assert 33.8 <= lat <= 36.7


def test_a_territory_of_nothing_can_be_looked_at() -> None:
    empty = Hello(2, "d", "Nowhere", "Europe/Rome", (), (), True)
    seen = look(10, 5, empty)
    seen.zoom(3, None)
    seen.pan(1, 1)
    assert seen.lay(empty, 10, 5) is not None or seen.whole
