"""Where warnings hold: by their shapes, else by names; never by a guess unsaid."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.feeds.warning import Ring, Shape, WeatherWarning
from desk.territories import Community, Territory, load_territory
from desk.territories.state import state_of
from desk.warnings import Warnings
from desk.warnings.placing import Placing, touches
from tests.desk.feeds.nws_examples import NOON

TOWNS = tuple(
    Community(id=id_, name=name, lat=lat, lon=lon, radius_km=5.0, customers=10, aliases=aliases)
    for id_, name, lat, lon, aliases in (
        ("alder", "Alder Bay", 35.0, -78.0, ("Alder",)),
        ("birch", "Birchfield", 35.5, -78.0, ()),
        ("cedar", "Cedar", 36.0, -78.0, ()),
    )
)
LAND = Territory(
    name="Three Towns", timezone="America/New_York", aliases=("NC", "Carolina"), community=TOWNS
)


def warning(id_: str = "w1", /, **changes: object) -> WeatherWarning:
    plain: dict[str, object] = {
        "id": id_,
        "event": "Gale Warning",
        "severity": "Severe",
        "begins": NOON,
        "until": NOON + timedelta(hours=2),
    }
    return WeatherWarning(**{**plain, **changes})  # type: ignore[arg-type]


def box(south: float, west: float, north: float, east: float) -> Ring:
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def placed(**changes: object) -> WeatherWarning:
    return Placing(LAND).place(warning(**changes))


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ((box(34.9, -78.1, 35.1, -77.9),), ("alder",)),
        ((box(34.9, -78.1, 35.6, -77.9),), ("alder", "birch")),
        ((box(35.04, -78.1, 35.1, -77.9),), ("alder",)),  # 4.4 km from the middle: its edge
        ((box(35.06, -78.1, 35.1, -77.9),), ()),
        ((box(34.99, -78.01, 35.01, -77.99),), ("alder",)),  # wholly within the town
        ((box(34.0, -79.0, 37.0, -77.0), box(35.2, -78.5, 35.8, -77.5)), ("alder", "cedar")),
    ],
)
def test_a_shape_touches_the_circles_that_it_meets(shape: Shape, found: tuple[str, ...]) -> None:
    one = placed(shapes=(shape,), area="Cedar")
    assert (one.communities, one.placed, one.shapes) == (found, "shape", ())
    assert one.outside == (not found)


@pytest.mark.parametrize(
    ("area", "states", "found", "by"),
    [
        ("Alder; Somewhere", ("NC",), ("alder",), "name"),
        ("Inland Cedar, Birchfield County", (), ("birch", "cedar"), "name"),
        ("Cedar", ("VA",), (), "name"),  # a place of that name elsewhere
        ("The whole coast", ("NC",), (), ""),
        ("", (), (), ""),
    ],
)
def test_without_a_shape_the_names_of_the_area_tell(
    area: str, states: tuple[str, ...], found: tuple[str, ...], by: str
) -> None:
    one = placed(area=area, states=states)
    assert (one.communities, one.placed) == (found, by)


def test_shapes_of_some_zones_and_the_names_of_the_rest_tell_together() -> None:
    one = placed(shapes=((box(34.9, -78.1, 35.1, -77.9),),), partly=True, area="Alder; Cedar")
    assert (one.communities, one.placed, one.partly) == (("alder", "cedar"), "name", False)


def test_a_territory_knows_its_state_by_its_aliases() -> None:
    assert state_of(load_territory("north-carolina")) == "NC"
    assert state_of(load_territory("valencia")) == ""
    assert state_of(load_territory("sardinia")) == ""
    several = Territory(name="Six", timezone="America/New_York", aliases=("NC", "SC"))
    assert state_of(several) == ""
    abroad = Territory(name="Nuevo", timezone="America/Monterrey", aliases=("NL",))
    assert state_of(abroad) == ""


@given(
    st.floats(34.5, 36.5),
    st.floats(-79.0, -77.0),
    st.floats(0.01, 1.0),
    st.integers(3, 40),
)
def test_a_shape_that_holds_the_middle_touches_and_a_far_one_does_not(
    lat: float, lon: float, radius_deg: float, corners: int
) -> None:
    ring = tuple(
        (
            lon + radius_deg * math.cos(2 * math.pi * at / corners),
            lat + radius_deg * math.sin(2 * math.pi * at / corners),
        )
        for at in range(corners)
    )
    inner_deg = radius_deg * math.cos(math.pi / corners)
    for town in TOWNS:
        away_deg = math.hypot(town.lat - lat, town.lon - lon)
        if away_deg < inner_deg * 0.999:
            assert touches(((ring,),), town)
        if away_deg > radius_deg + 0.1:  # 0.1° are 9 km or more, and the town has 5
            assert not touches(((ring,),), town)


def test_a_desk_holds_what_each_feed_says_until_it_ends() -> None:
    held = Warnings(LAND)
    held.replace("one", [warning("a", area="Cedar"), warning("b", until=NOON)])
    held.replace("two", [warning("c", exercise=True), warning("d", severity="Extreme")])
    assert [each.id for each in held.at(None, exercise=False)] == ["d", "a", "b"]
    assert [each.id for each in held.at(NOON, exercise=False)] == ["d", "a"]
    assert [each.id for each in held.at(NOON, exercise=True)] == ["c"]
    states = {id_: state or b"" for (_, id_), state in held.dirty().items()}
    assert held.dirty() == {}
    again = Warnings(LAND)
    again.restore(states)
    assert again.at(None, exercise=False) == held.at(None, exercise=False)
    again.replace("one", [])
    assert [each.id for each in again.at(None, exercise=False)] == ["d"]
    assert again.at(None, exercise=False)[0].communities == ()


def test_what_a_feed_says_again_is_not_stored_again() -> None:
    held = Warnings(LAND)
    held.replace("one", [warning("a")])
    held.dirty()
    held.replace("one", [warning("a")])
    assert held.dirty() == {}
