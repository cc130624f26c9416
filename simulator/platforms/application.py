"""All platforms of a storm as one web application."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable

from aiohttp import web

from simulator.platforms import EXERCISE_HEADER, EXERCISE_PATH
from simulator.platforms.bluesky.platform import bluesky
from simulator.platforms.exercise import exercise as exercise_routes
from simulator.platforms.mastodon.platform import mastodon
from simulator.platforms.meta.platform import meta
from simulator.platforms.meta.sender import meta_sender
from simulator.platforms.nws.platform import nws
from simulator.platforms.odin import odin
from simulator.platforms.rss import rss
from simulator.platforms.stage import Stage
from simulator.platforms.trouble import trouble
from simulator.platforms.x.platform import x

Platform = Callable[[Stage], Iterable[web.AbstractRouteDef]]
"""One platform: its routes on a stage."""

PLATFORMS: dict[str, Platform] = {
    "bluesky": bluesky,
    "mastodon": mastodon,
    "meta": meta,
    "nws": nws,
    "odin": odin,
    "rss": rss,
    "x": x,
}


def application(stage: Stage, platforms: Iterable[Platform] | None = None) -> web.Application:
    """The web application that serves `stage` by the protocols of `platforms`, or of all."""

    async def mark(_: web.Request, response: web.StreamResponse) -> None:
        response.headers[EXERCISE_HEADER] = stage.storm.name

    async def exercise(_: web.Request) -> web.Response:
        said = {"exercise": True, "storm": stage.storm.name, "run": stage.conductor.run_id}
        return web.json_response(said)

    async def running(_: web.Application) -> AsyncIterator[None]:
        async with _alongside(stage.run()):
            yield

    owners: dict[web.AbstractResource | None, str] = {}

    def platform_of(request: web.Request) -> str:
        return owners.get(request.match_info.route.resource, "")

    app = web.Application(middlewares=[trouble(stage, platform_of)])
    app.router.add_get(EXERCISE_PATH, exercise)
    names = {platform: name for name, platform in PLATFORMS.items()}
    for platform in names if platforms is None else platforms:
        for route in app.router.add_routes(platform(stage)):
            owners[route.resource] = names.get(platform, getattr(platform, "__name__", ""))
    app.on_response_prepare.append(mark)
    app.cleanup_ctx.append(running)
    return app


def served(stage: Stage, names: Iterable[str], callback: str = "") -> web.Application:
    """The platforms called `names`, and what trainers ask of the storm; webhooks go to `callback`.

    Raises:
        SimulatorError: a callback that a drill can't send to.
    """
    chosen = tuple(names)
    app = application(stage, [PLATFORMS[name] for name in chosen])
    app.router.add_routes(exercise_routes(stage, chosen))
    if callback:
        sender = meta_sender(stage, callback)

        async def sending(_: web.Application) -> AsyncIterator[None]:
            async with _alongside(sender.run()):
                yield

        app.cleanup_ctx.append(sending)
    return app


@contextlib.asynccontextmanager
async def _alongside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Let `work` go on meanwhile; what broke it breaks this at the end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
