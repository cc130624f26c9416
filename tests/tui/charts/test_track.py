from __future__ import annotations

import msgspec
import pytest

from desk.territories import Community, Territory
from simulator.storm import Storm, TrackPoint
from simulator.storm_file import load_storm
from tui.charts.hours import Hours
from tui.charts.track import landfall, storm_map

COAST = ((10.0, 50.0), (20.0, 50.0))
LAND = Territory(
    name="Testland",
    timezone="Europe/Rome",
    community=(
        Community(id="a", name="A", lat=51.0, lon=15.0, radius_km=3, customers=1000),
        Community(id="b", name="B", lat=52.0, lon=16.0, radius_km=3, customers=10),
    ),
    lines=(COAST,),
)


def hours(storm: Storm) -> Hours:
    return Hours(storm.starts_at, storm.told_hours, LAND.zone)


def point(hour: float, lat: float, lon: float = 15.0) -> TrackPoint:
    return TrackPoint(hour=hour, lat=lat, lon=lon, radius_km=55.6)


def storm(kind: str, *track: TrackPoint) -> Storm:
    base = load_storm("hurricane", hours=12)
    weather = msgspec.structs.replace(base.weather, kind=kind, track=track)
    return msgspec.structs.replace(base, weather=weather)


def test_landfall_is_where_the_track_first_crosses_the_outline() -> None:
    land = landfall((point(-2, 47), point(2, 49), point(6, 51), point(9, 49)), (COAST,))
    assert land is not None
    assert (land.hour, land.lat, land.lon) == pytest.approx((4.0, 50.0, 15.0))


def test_a_storm_that_stays_at_sea_makes_no_landfall() -> None:
    assert landfall((point(0, 47, 9), point(6, 53, 9)), (COAST,)) is None
    assert landfall((point(0, 49), point(6, 49.5)), (COAST,)) is None
    assert landfall((), (COAST,)) is None


def test_the_way_is_that_of_the_told_hours() -> None:
    passing = storm("cyclone", point(-4, 46), point(16, 56))
    scene = storm_map(passing, LAND, {}, hours(passing))
    assert scene.path[0].lat == pytest.approx(48.0)
    assert scene.path[-1].lat == pytest.approx(54.0)
    assert [mark.hour for mark in scene.marks] == [0, 2, 4, 6, 8, 10, 12]
    assert scene.edges == ()


def test_a_band_lies_as_far_on_either_side_as_it_reaches() -> None:
    raining = storm("rain", point(0, 49), point(12, 53))
    scene = storm_map(raining, LAND, {}, hours(raining))
    assert scene.landfall is None
    for edge, side in zip(scene.edges, (-1, 1), strict=True):
        lon, lat = edge[0]
        assert lat == pytest.approx(49.0)
        assert (lon - 15.0) * side == pytest.approx(0.5 / 0.656, rel=0.01)


def test_a_calm_day_has_no_way() -> None:
    scene = storm_map(storm("calm"), LAND, {"a": 0.0, "b": 0.0}, hours(storm("calm")))
    assert (scene.path, scene.marks, scene.edges, scene.landfall) == ((), (), (), None)


def test_a_squall_line_sweeps_as_wide_as_it_is_long() -> None:
    track = [
        msgspec.structs.replace(point(hour, 49 + hour / 3), length_km=222.4) for hour in (0, 12)
    ]
    squall = storm("squall", *track)
    scene = storm_map(squall, LAND, {}, hours(squall))
    assert (scene.edges[1][0][0] - 15.0) == pytest.approx(1.0 / 0.656, rel=0.01)
