"""The utility's own list as ODIN's public dataset has it, at the storm's present moment.

As Opendatasoft's Explore API v2.1 serves `odin-real-time-outages-county`: `/records` in pages of at
most 100, and `/exports/json` whole; field names as ORNL publishes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from aiohttp import web

from desk.territories.state import state_of
from simulator.oms import OmsLine, oms_lines
from simulator.platforms.stage import Stage

DATASET = "/api/explore/v2.1/catalog/datasets/odin-real-time-outages-county"
MOST_AT_ONCE, FURTHEST = 100, 10_000
_EQUAL = re.compile(r'\s*([a-z_]+)\s*[:=]\s*"([^"]*)"\s*')


def odin(stage: Stage) -> Iterator[web.AbstractRouteDef]:
    """The dataset of the storm of `stage`."""
    dataset = _Dataset(stage)
    yield web.get(f"{DATASET}/records", dataset.records)
    yield web.get(f"{DATASET}/exports/json", dataset.export)


class _Dataset:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._made: list[OmsLine] | None = None
        self._names = {each.id: each.name for each in stage.territory.community}

    async def records(self, request: web.Request) -> web.Response:
        """A page of what is out now."""
        rows = _matching(self._rows(), request)
        limit = _number(request, "limit", 10, MOST_AT_ONCE)
        offset = _number(request, "offset", 0, FURTHEST - limit)
        page = {"total_count": len(rows), "results": rows[offset : offset + limit]}
        return _answer(request, page)

    async def export(self, request: web.Request) -> web.Response:
        """All that is out now."""
        return _answer(request, _matching(self._rows(), request))

    def _rows(self) -> list[dict[str, Any]]:
        """What the utility knows of at this moment, the newest first."""
        if self._made is None:
            day = self._stage.conductor.day
            self._made = sorted(
                oms_lines(self._stage.storm, day.outages()), key=lambda each: each.recorded_at
            )
        now = self._stage.now()
        standing = [each for each in self._made if each.recorded_at <= now < each.restored_at]
        return [self._row(each) for each in reversed(standing)]

    def _row(self, line: OmsLine) -> dict[str, Any]:
        reported = self._stage.shown("odin", line.recorded_at)
        return {
            "county": None,
            "state": state_of(self._stage.territory) or None,
            "communitydescriptor": ", ".join(self._names[each] for each in line.communities),
            "utility_id": "exercise",
            "name": self._stage.storm.utility.name,
            "metersaffected": line.customers,
            "reportedstarttime": reported.isoformat(),
            "estimatedrestorationtime": None,
            "cause": line.cause,
            "statuskind": "confirmed",
            "geo_point_2d": {"lon": round(line.lon, 5), "lat": round(line.lat, 5)},
            "exercise": True,
        }


def _number(request: web.Request, name: str, default: int, most: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdecimal() or len(text) > 6 or int(text) > most:
        raise _wrong(
            f"Invalid value for {name} API parameter: {text[:20]} was found but at most"
            f" {most} is expected."
        )
    return int(text)


def _matching(rows: list[dict[str, Any]], request: web.Request) -> list[dict[str, Any]]:
    """The rows that `refine=name:"…"` and `where=name="…" and …` leave."""
    wanted = list(request.query.getall("refine", []))
    for text in request.query.getall("where", []):
        wanted += re.split(r"\s+and\s+", text, flags=re.IGNORECASE)
    for text in wanted:
        equal = _EQUAL.fullmatch(text)
        if equal is None or (rows and equal[1] not in rows[0]):
            raise _wrong(f"ODSQL query is malformed: {text[:60]}")
        name, value = equal[1], equal[2]
        rows = [row for row in rows if str(row[name]) == value]
    return rows


def _wrong(message: str) -> web.HTTPBadRequest:
    said = {"error_code": "InvalidRESTParameterError", "message": message, "exercise": True}
    return web.HTTPBadRequest(text=json.dumps(said), content_type="application/json")


def _answer(request: web.Request, said: object) -> web.Response:
    body = json.dumps(said).encode()
    tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
    if tag in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers={"ETag": tag})
    return web.Response(body=body, content_type="application/json", headers={"ETag": tag})
