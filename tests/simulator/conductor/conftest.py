"""A small storm that is worked out once, and a wall's clock that only a test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import pytest

from simulator.conductor import Conductor, Reel
from simulator.conductor.spool import Spool
from simulator.storm import Inject, TrapRates
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import Told


class Wall:
    """A monotonic clock in a test's hands."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


class Retold(StormDay):
    """A day that was told once, and tells the same without making it anew."""

    def __init__(self, day: StormDay, *injects: Inject) -> None:
        vars(self).update(vars(day))
        self.storm = msgspec.structs.replace(day.storm, inject=injects)
        self._posts = tuple(day.tell())

    def tell(self) -> Iterator[Told]:
        return iter(self._posts)


@pytest.fixture(scope="session")
def small_day() -> StormDay:
    """The first hour of the flood, with many traps: some two hundred posts."""
    storm = load_storm("flood", hours=1.0, scale=0.5, background=0.3)
    traps = TrapRates(song=90.0, elsewhere=30.0)
    return Retold(StormDay(msgspec.structs.replace(storm, traps=traps)))


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def reel(small_day: StormDay) -> Iterator[Reel]:
    reel = Reel(Spool(small_day))
    yield reel
    reel.spool.close()


WithInjects = Callable[..., StormDay]


@pytest.fixture
def with_injects(small_day: StormDay) -> WithInjects:
    """The small day with injects prepared."""
    return lambda *injects: Retold(small_day, *injects)


MakeConductor = Callable[..., Conductor]


@pytest.fixture
def conductor(small_day: StormDay, wall: Wall) -> Iterator[MakeConductor]:
    """Makes conductors of the small day, or of another one."""
    made: list[Conductor] = []

    def make(
        speed: float | None = 60.0,
        *,
        day: StormDay = small_day,
        behind: Callable[[], int | None] = lambda: 0,
    ) -> Conductor:
        made.append(Conductor(day, speed, now=wall, behind=behind))
        return made[-1]

    yield make
    for each in made:
        each.close()
