from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.storm import TrackPoint, WeatherPlan
from simulator.weather import (
    CALM,
    CALM_GUST_KMH,
    centre,
    conditions,
    holland_ms,
)

EYE = TrackPoint(hour=0, lat=34, lon=-78, radius_km=50, pressure_hpa=957, rain_mm_h=20)
NORTH = TrackPoint(hour=10, lat=36, lon=-78, radius_km=70, pressure_hpa=985, rain_mm_h=10)
PLAN = WeatherPlan(kind="cyclone", track=(EYE, NORTH))


def test_the_wind_is_strongest_at_the_radius_of_maximum_wind() -> None:
    winds = {r_km: holland_ms(EYE, r_km) for r_km in range(5, 300, 5)}
    assert max(winds, key=winds.__getitem__) == pytest.approx(50, abs=5)
    assert 40 < max(winds.values()) < 60  # a hurricane of category 1 to 3 at 957 hPa
    assert winds[295] < max(winds.values()) / 2


def test_without_a_low_there_is_no_wind() -> None:
    flat = TrackPoint(hour=0, lat=34, lon=-78, radius_km=50)
    assert holland_ms(flat, 50) == 0


def test_the_centre_moves_evenly_and_is_nowhere_outside_its_track() -> None:
    halfway = centre(PLAN.track, 5)
    assert halfway is not None
    assert (halfway.lat, halfway.pressure_hpa) == (35, 971)
    assert centre(PLAN.track, -0.1) is None
    assert centre(PLAN.track, 10.1) is None


def test_rain_cells_are_a_bell_of_rain_and_gust() -> None:
    cell = TrackPoint(hour=0, lat=40, lon=9, radius_km=40, gust_kmh=100, rain_mm_h=40)
    plan = WeatherPlan(kind="rain", track=(cell,))
    here, away = conditions(plan, cell, 40, 9), conditions(plan, cell, 41, 9)
    assert here[:2] == (100, 40)
    assert away.rain_mm_h < 2
    assert away.gust_kmh == CALM_GUST_KMH


def test_a_calm_day_has_no_weather() -> None:
    assert conditions(WeatherPlan(kind="calm"), EYE, 34, -78) == CALM


@given(st.floats(30, 45), st.floats(-85, -70))
def test_gust_and_rain_are_finite_and_not_negative_anywhere(lat: float, lon: float) -> None:
    weather = conditions(PLAN, EYE, lat, lon)
    assert CALM_GUST_KMH <= weather.gust_kmh < 300
    assert 0 <= weather.rain_mm_h <= 20
