from __future__ import annotations

import pytest

from simulator.stream import StormDay
from simulator.truth import Told
from tests.simulator.days import day_of, told


@pytest.fixture(scope="session")
def hurricane_day() -> StormDay:
    return day_of("hurricane")


@pytest.fixture(scope="session")
def hurricane() -> tuple[Told, ...]:
    return told("hurricane", hours=24)


@pytest.fixture(scope="session")
def flood() -> tuple[Told, ...]:
    return told("flood", hours=24)


@pytest.fixture(scope="session")
def blackout() -> tuple[Told, ...]:
    return told("blackout", hours=6)


@pytest.fixture(scope="session")
def other_hurricane() -> tuple[Told, ...]:
    return told("hurricane", seed=8, hours=6)
