from __future__ import annotations

from functools import cache

import pytest

from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import Told

BACKGROUND = 0.3


@cache
def day(name: str, seed: int = 7, hours: float | None = None) -> StormDay:
    # Mostly background would say little about the crowd, and take long.
    return StormDay(load_storm(name, seed=seed, hours=hours, background=BACKGROUND))


@cache
def told(name: str, seed: int = 7, hours: float | None = None) -> tuple[Told, ...]:
    return tuple(day(name, seed, hours).tell())


@pytest.fixture(scope="session")
def hurricane_day() -> StormDay:
    return day("hurricane")


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
