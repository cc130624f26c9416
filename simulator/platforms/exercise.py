"""What a storm's server says of itself, to trainers and tests: its own list, the truth, the faults.

```
GET  /exercise/posts?from=N&limit=M   the server's own list: what was told, by its id there
GET  /exercise/truth?from=N&limit=M   what these posts mean; what desks have written has no truth
GET  /exercise/outages                the true outages of the day
GET  /exercise/replies                what desks have written
GET  /exercise/faults                 what went wrong on purpose, counted; what may go wrong
GET  /exercise                        clock, clients, counts
POST /exercise/run · /exercise/pause  the storm's clock goes on, or stands
```
Lists are JSON Lines. A page ends with `{"next": N}` while there is more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from aiohttp import web

from simulator.platforms.listing import Listing
from simulator.platforms.stage import Stage

PAGE, MOST = 1000, 10_000
ROOT = "/exercise"

_encode = msgspec.json.Encoder().encode


def exercise(stage: Stage, platforms: Iterable[str]) -> Iterator[web.AbstractRouteDef]:
    """The routes of a storm that is served on `platforms`."""
    desk = _Desk(stage, Listing(stage, platforms))
    yield web.get(ROOT, desk.state)
    yield web.get(f"{ROOT}/posts", desk.posts)
    yield web.get(f"{ROOT}/truth", desk.truth)
    yield web.get(f"{ROOT}/outages", desk.outages)
    yield web.get(f"{ROOT}/replies", desk.replies)
    yield web.get(f"{ROOT}/faults", desk.faults)
    yield web.post(f"{ROOT}/run", desk.run)
    yield web.post(f"{ROOT}/pause", desk.pause)


class _Desk:
    """The trainer's desk at a storm that is served."""

    def __init__(self, stage: Stage, listing: Listing) -> None:
        self._stage = stage
        self._listing = listing

    async def state(self, _: web.Request) -> web.Response:
        """How far the storm is, and who listens."""
        return web.json_response(body=_encode(standing(self._stage)))

    async def posts(self, request: web.Request) -> web.Response:
        """The server's own list."""
        return self._paged(
            request,
            lambda each: {
                "number": each.number,
                "platform": each.platform,
                "id": each.id,
                "post": each.told.post.id,
                "at": each.told.post.created_at,
                "text": each.told.post.text,
                "asked_for": each.asked_for,
            },
        )

    async def truth(self, request: web.Request) -> web.Response:
        """What the posts of the list mean, under their ids there."""
        written = {told.post.id for _, told in self._stage.landed}
        return self._paged(
            request,
            lambda each: (
                None
                if each.told.post.id in written
                else {"platform": each.platform}
                | {**msgspec.to_builtins(each.told.truth), "id": each.id, "post": each.told.post.id}
            ),
        )

    async def outages(self, _: web.Request) -> web.Response:
        """The true outages of the day."""
        return _lines(self._stage.conductor.day.outages())

    async def replies(self, _: web.Request) -> web.Response:
        """What desks have written, with the id of each in the storm and on its platform."""
        ids = self._listing.wire_id
        return _lines(
            {
                "post": told.post.id,
                "platform": told.post.channel,
                "id": ids(found) if (found := self._stage.find(told.post.id)) else None,
                "reply_to": landing.to,
                "key": landing.key,
                "text": landing.text,
                "at": told.post.created_at,
            }
            for landing, told in self._stage.landed
        )

    async def faults(self, _: web.Request) -> web.Response:
        """What went wrong on purpose so far, and what may."""
        faults = self._stage.faults
        said = {"exercise": True, "faults": faults.faults, "done": faults.told()}
        return web.json_response(body=_encode(said))

    async def run(self, request: web.Request) -> web.Response:
        """Let the storm go on."""
        self._stage.conductor.resume()
        return await self.state(request)

    async def pause(self, request: web.Request) -> web.Response:
        """Let the storm stand still."""
        self._stage.conductor.pause()
        return await self.state(request)

    def _paged(self, request: web.Request, row: Any) -> web.Response:  # noqa: ANN401
        start, limit = _number(request, "from", 0), _number(request, "limit", PAGE)
        rows: list[Any] = []
        for each in self._listing.read(start):
            if len(rows) >= min(limit, MOST):
                rows.append({"next": each.number})
                break
            made = row(each)
            if made is not None:
                rows.append(made)
        return _lines(rows)


def standing(stage: Stage) -> dict[str, Any]:
    """How far the storm is, who listens, and what went wrong on purpose."""
    return {
        "exercise": True,
        "storm": stage.storm.name,
        "state": stage.conductor.state,
        "at": stage.now(),
        "minute": round(stage.conductor.at_s / 60, 2),
        "posts": stage.end,
        "replies": len(stage.landed),
        "clients": dict(Counter(line.platform for line in stage.lines)),
        "behind": stage.behind_by_platform(),
        "faults": stage.faults.told(),
    }


def _number(request: web.Request, name: str, otherwise: int) -> int:
    said = request.query.get(name, str(otherwise))
    if not said.isdecimal() or len(said) > 12:
        raise web.HTTPBadRequest(text=f"{name}={said[:40]}: valid is a whole number\n")
    return int(said)


def _lines(rows: Iterable[Any]) -> web.Response:
    body = b"".join(_encode(row) + b"\n" for row in rows)
    return web.Response(body=body, content_type="application/jsonl")
