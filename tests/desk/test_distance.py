"""Distances are those of the globe, from anywhere to anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.distance import EARTH_RADIUS_KM, KM_PER_DEGREE, distance_km

lats, lons = st.floats(-90, 90), st.floats(-180, 180)


@pytest.mark.parametrize(
    ("start", "end", "km"),
    [
        ((35.0, -79.0), (35.0, -79.0), 0.0),
        ((0.0, 0.0), (0.0, 1.0), KM_PER_DEGREE),
        ((35.0, -78.0), (36.0, -78.0), KM_PER_DEGREE),
        ((0.0, 0.0), (0.0, 180.0), 20015.09),
        ((0.0, 179.5), (0.0, -179.5), KM_PER_DEGREE),
        ((90.0, 0.0), (90.0, 120.0), 0.0),
        ((36.12, -86.67), (33.94, -118.40), 2886.44),
    ],
)
def test_known_distances(start: tuple[float, float], end: tuple[float, float], km: float) -> None:
    assert distance_km(*start, *end) == pytest.approx(km, abs=0.1)


@given(lats, lons, lats, lons)
def test_there_and_back_is_as_far_and_half_the_globe_at_most(
    lat: float, lon: float, other_lat: float, other_lon: float
) -> None:
    there = distance_km(lat, lon, other_lat, other_lon)
    assert there == pytest.approx(distance_km(other_lat, other_lon, lat, lon), abs=1e-6)
    assert 0 <= there <= 3.1416 * EARTH_RADIUS_KM
