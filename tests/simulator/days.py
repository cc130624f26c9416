"""Storm days for tests, each worked out once; their truth is the same for every share of posts."""

from __future__ import annotations

from functools import cache

from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import Told

BACKGROUND = 0.3
"""Mostly background would say little about the crowd, and take long."""


@cache
def day_of(name: str, seed: int = 7, hours: float | None = None) -> StormDay:
    """A storm that comes with the program."""
    return StormDay(load_storm(name, seed=seed, hours=hours, background=BACKGROUND))


@cache
def told(name: str, seed: int = 7, hours: float | None = None) -> tuple[Told, ...]:
    """Its posts."""
    return tuple(day_of(name, seed, hours).tell())
