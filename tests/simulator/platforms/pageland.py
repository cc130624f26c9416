"""A storm day with people who write to the utility's page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache

from simulator.platforms.stage import Stage
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from tests.simulator.platforms.stageland import STORM


@lru_cache(maxsize=1)
def addressed_day() -> StormDay:
    """What the utility's accounts get to see of eight hours, worked out once."""
    return StormDay(load_storm(STORM, seed=7, hours=8.0, scale=0.1, stream="addressed"))


async def told(stage: Stage) -> None:
    """Wait until the whole storm was sent."""
    while not stage.over:
        await stage.more(stage.end)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds that has no event."""
    while not holds():  # noqa: ASYNC110
        await asyncio.sleep(0.005)
