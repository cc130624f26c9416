"""A dataset of outages as ODIN publishes it, for tests: a real server on loopback."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web


def row(number: int, place: str = "Alderton", **more: object) -> dict[str, Any]:
    return {
        "county": None,
        "state": "North Carolina",
        "communitydescriptor": place,
        "utility_id": "3046",
        "name": "Longleaf Power",
        "metersaffected": 10 + number,
        "reportedstarttime": f"2026-09-04T18:{number % 60:02d}:{number // 60:02d}+00:00",
        "estimatedrestorationtime": '{"ert": "2026-09-04T23:00:00+00:00"}',
        "statuskind": "confirmed",
        "geo_point_2d": None,
        **more,
    }


class Dataset:
    """A dataset of Opendatasoft that answers what it is told to."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: bytes | None = None
        self.tagged = False
        self.asked: list[str] = []
        self.unchanged = 0

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        if self.status != 200 or self.body is not None:
            return web.Response(status=self.status, body=self.body or b"", headers=self.headers)
        start, limit = (int(request.query.get(key, "0")) for key in ("offset", "limit"))
        part = self.rows[start : start + limit] if limit else self.rows
        said = part if "exports" in request.path else {"total_count": 1, "results": part}
        body = json.dumps(said).encode()
        tag = f'"{hash(body)}"'
        if self.tagged and request.headers.get("If-None-Match") == tag:
            self.unchanged += 1
            return web.Response(status=304)
        return web.Response(body=body, headers={"ETag": tag} if self.tagged else {})


@contextlib.asynccontextmanager
async def dataset(*rows: dict[str, Any]) -> AsyncIterator[tuple[str, Dataset]]:
    data = Dataset()
    data.rows = list(rows)
    app = web.Application()
    app.router.add_get("/data/{tail:.*}", data.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"odin+http://127.0.0.1:{runner.addresses[0][1]}/data", data
    finally:
        await runner.cleanup()
