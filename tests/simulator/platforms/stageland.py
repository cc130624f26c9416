"""A small storm on the wire, for tests: a real server on a free port of loopback."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable
from functools import lru_cache

from aiohttp import web

from simulator.conductor.conductor import Conductor
from simulator.platforms.application import Platform, application
from simulator.platforms.stage import Stage
from simulator.storm_file import load_storm
from simulator.stream import StormDay

STORM = "thunderstorms"


@lru_cache(maxsize=2)
def day(seed: int = 7, hours: float = 1.0, scale: float = 0.02) -> StormDay:
    """A storm day of some hundred posts, worked out once."""
    return StormDay(load_storm(STORM, seed=seed, hours=hours, scale=scale))


@contextlib.asynccontextmanager
async def staged(
    *platforms: Platform,
    speed: float | None = None,
    app: Iterable[web.AbstractRouteDef] = (),
    of: StormDay | None = None,
) -> AsyncIterator[tuple[str, Stage]]:
    """The address `http://127.0.0.1:PORT` of a storm on these platforms, and its stage.

    Without a speed everything is sent as fast as possible.
    """
    stage = Stage(Conductor(of or day(), speed))
    stage.conductor.resume()
    made = application(stage, platforms)
    made.router.add_routes(app)
    runner = web.AppRunner(made, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", stage
    finally:
        await runner.cleanup()
        stage.conductor.close()
