"""How the desk does, for programs that watch it: `GET /health`, and the bad records of a feed."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from desk.post import encode
from desk.serving.monitor import Monitor

HEALTH = "/health"
FAULTS = "/health/faults"


def health_routes(monitor: Monitor) -> Iterable[web.AbstractRouteDef]:
    """`HEALTH` answers 200 with a DeskHealth as JSON, 503 with the same where there are troubles.

    `FAULTS?feed=URL` answers with the feed's records that were no posts, as FaultsTold.
    """

    async def health(_: web.Request) -> web.Response:
        said = monitor.health()
        return _json(encode(said), 200 if said.healthy else 503)

    async def faults(request: web.Request) -> web.Response:
        return _json(encode(monitor.faults(request.query.get("feed", ""))))

    return [web.get(HEALTH, health), web.get(FAULTS, faults)]


def _json(body: bytes, status: int = 200) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)
