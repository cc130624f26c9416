from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.distance import distance_km
from simulator.storm import TrackPoint, WeatherPlan
from simulator.storm_file import load_storm
from simulator.weather import (
    CALM,
    CALM_GUST_KMH,
    STEP_S,
    Conditions,
    Field,
    Places,
    Squall,
    accretion_mm_h,
    centre,
    cyclone,
    exposure,
    field,
    holland_ms,
    ice_front,
    rain,
)
from simulator.weather.ice import freezing_share

EYE = TrackPoint(hour=0, lat=34, lon=-78, radius_km=50, pressure_hpa=957, rain_mm_h=20)
NORTH = TrackPoint(hour=10, lat=36, lon=-78, radius_km=70, pressure_hpa=985, rain_mm_h=10)
FRONT = TrackPoint(
    hour=0, lat=36, lon=-79, radius_km=120, gust_kmh=40, rain_mm_h=5, temperature_c=-0.5
)
LINE = tuple(
    TrackPoint(
        hour=hour, lat=35.5, lon=lon, radius_km=25, length_km=300, gust_kmh=120, rain_mm_h=50,
        lightning_km2_h=1.0,
    )
    for hour, lon in ((0.0, -82.0), (6.0, -77.0))
)  # fmt: skip


def at(field: Field, point: TrackPoint, lat: float, lon: float) -> Conditions:
    (here,) = field(point, Places([(lat, lon)]))
    return here


def test_places_are_as_far_as_the_desk_measures() -> None:
    places = Places([(34.2, -77.9), (36.1, -80.2), (34.0, -78.0)])
    expected = [distance_km(34, -78, *place) for place in places.positions]
    assert places.distances_km(34, -78) == expected


def test_the_wind_is_strongest_at_the_radius_of_maximum_wind() -> None:
    far_km = list(range(5, 300, 5))
    winds = dict(zip(far_km, holland_ms(EYE, far_km), strict=True))
    assert max(winds, key=winds.__getitem__) == pytest.approx(50, abs=5)
    assert 40 < max(winds.values()) < 60  # a hurricane of category 1 to 3 at 957 hPa
    assert winds[295] < max(winds.values()) / 2


def test_without_a_low_there_is_no_wind() -> None:
    assert holland_ms(TrackPoint(hour=0, lat=34, lon=-78, radius_km=50), [50]) == [0]


def test_the_centre_moves_evenly_and_is_nowhere_outside_its_track() -> None:
    halfway = centre((EYE, NORTH), 5)
    assert halfway is not None
    assert (halfway.lat, halfway.pressure_hpa) == (35, 971)
    assert centre((EYE, NORTH), -0.1) is None
    assert centre((EYE, NORTH), 10.1) is None


def test_a_stalled_low_is_a_bell_of_rain_and_gust() -> None:
    cell = TrackPoint(hour=0, lat=40, lon=9, radius_km=40, gust_kmh=100, rain_mm_h=40)
    here, away = at(rain, cell, 40, 9), at(rain, cell, 41, 9)
    assert (here.gust_kmh, here.rain_mm_h) == (100, 40)
    assert away.rain_mm_h < 2
    assert away.gust_kmh == CALM_GUST_KMH


def test_ice_grows_as_the_simple_model_says() -> None:
    # Without wind only what falls counts: P / (0.9 pi), after Jones 1998.
    assert accretion_mm_h(4.0, 0.0) == pytest.approx(4.0 / (0.9 * math.pi))
    assert accretion_mm_h(4.0, 8.0) > 1.4 * accretion_mm_h(4.0, 0.0)
    assert accretion_mm_h(0.0, 10.0) == 0


def test_rain_freezes_in_the_cold_north_and_not_in_the_south() -> None:
    north, south = at(ice_front, FRONT, 36.3, -79), at(ice_front, FRONT, 34.9, -79)
    assert north.ice_mm_h > 1
    assert south.ice_mm_h < north.ice_mm_h / 3
    assert south.rain_mm_h > 2
    assert (freezing_share(-3), freezing_share(2)) == (1, 0)


def test_a_squall_line_brings_its_gusts_in_an_hour_and_its_rain_behind_them() -> None:
    line = Squall(LINE, random.Random(1))
    gusts, rains = {}, {}
    for minutes in range(0, 361, 5):
        point = centre(LINE, minutes / 60)
        assert point is not None
        here = at(line.at, point, 35.5, -79.5)
        gusts[minutes], rains[minutes] = here.gust_kmh, here.rain_mm_h
    strong = [minutes for minutes, gust in gusts.items() if gust > 40]
    assert 10 <= max(strong) - min(strong) <= 75
    assert max(rains, key=rains.__getitem__) > max(gusts, key=gusts.__getitem__)


def test_lightning_strikes_in_cells_and_never_beyond_what_the_file_says() -> None:
    line = Squall(LINE, random.Random(1))
    point = centre(LINE, 3.0)
    assert point is not None
    seen = line.at(point, Places((34.2 + n / 20, -79.5) for n in range(54)))
    along = [here.lightning_km2_h for here in seen]
    assert 0 < max(along) <= 1.0
    assert min(along) < max(along) / 4
    assert at(line.at, point, 39.5, -79.5) == CALM


@pytest.mark.parametrize("name", ["hurricane", "ice-storm", "thunderstorms", "flood", "calm"])
def test_each_kind_of_weather_has_its_own_field(name: str) -> None:
    storm = load_storm(name)
    seen = exposure(storm, [(35.9, -79.0), (39.6, 9.4)])
    steps = [here for series in seen.steps for here in series]
    assert (max(here.ice_mm_h for here in steps) > 0.5) == (name == "ice-storm")
    assert (max(here.lightning_km2_h for here in steps) > 0) == (name in {"thunderstorms", "flood"})
    assert (set(steps) == {CALM}) == (name == "calm")
    assert len(seen.steps[0]) == storm.hours * 3600 / STEP_S + 1


def test_the_weather_before_and_after_the_day_is_that_at_its_ends() -> None:
    seen = exposure(load_storm("hurricane"), [(34.2, -77.9)])
    assert seen.at(0, -5000) == seen.at(0, 0)
    assert seen.at(0, 1e9) == CALM
    assert seen.at(0, 5 * 3600).gust_kmh > 120


@given(st.floats(30, 45), st.floats(-85, -70))
def test_weather_is_finite_and_not_negative_anywhere(lat: float, lon: float) -> None:
    line = Squall(LINE, random.Random(3))
    for here in (
        at(cyclone, EYE, lat, lon),
        at(ice_front, FRONT, lat, lon),
        at(line.at, LINE[0], lat, lon),
    ):
        assert CALM_GUST_KMH <= here.gust_kmh < 300
        assert all(0 <= value < 100 for value in here[1:])
        assert isinstance(here, Conditions)


def test_calm_weather_has_no_field() -> None:
    assert field(WeatherPlan(kind="calm"), load_storm("calm")) is None
