"""X for a storm: the filtered stream and its rules, and posts of the utility's account.

```
GET  /2/tweets/search/stream                    lines of JSON, chunked; keep-alives
GET, POST /2/tweets/search/stream/rules         list, add, delete; dry_run
GET  /2/tweets/search/recent
POST /2/tweets · GET /2/tweets, /2/tweets/:id
GET  /2/users/me, /2/users/by/username/:name, /2/users/:id/tweets
```
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from aiohttp import web

from simulator.platforms.stage import Stage
from simulator.platforms.x.book import Book
from simulator.platforms.x.gate import (
    Limits,
    Window,
    answer,
    is_app,
    problem,
    too_many,
    unauthorized,
)
from simulator.platforms.x.posting import INVALID, Posting
from simulator.platforms.x.stream import KEEP_ALIVE_S, Stream
from simulator.platforms.x.wire import UTILITY_ID, Wire, wire_id

__all__ = ["UTILITY_ID", "Limits", "wire_id", "x"]

STREAM = "/2/tweets/search/stream"
LIMITS = Limits()
"""Of X's pay-per-use access."""


def x(
    stage: Stage, *, limits: Limits = LIMITS, keep_alive_s: float = KEEP_ALIVE_S
) -> Iterable[web.AbstractRouteDef]:
    """The routes of a storm."""
    wire, book = Wire(stage), Book(limits)
    stream, posting = Stream(wire, book, limits, keep_alive_s), Posting(wire, limits)
    rules = _Rules(book, limits)
    stage.asked_for["x"] = lambda staged: bool(book.matching(wire.seen(staged)))
    return [
        web.get(STREAM, stream.serve, allow_head=False),
        web.get(f"{STREAM}/rules", rules.listed),
        web.post(f"{STREAM}/rules", rules.changed),
        web.get("/2/tweets/search/recent", posting.search),
        web.post("/2/tweets", posting.create),
        web.get("/2/tweets", posting.posts),
        web.get("/2/tweets/{id}", posting.post),
        web.get("/2/users/me", posting.me),
        web.get("/2/users/by/username/{name}", posting.by_name),
        web.get("/2/users/{id}/tweets", posting.timeline),
    ]


class _Delete(msgspec.Struct):
    ids: list[Any] = []
    values: list[Any] = []


class _Change(msgspec.Struct):
    add: list[Any] | None = None
    delete: _Delete | None = None


class _Rules:
    """The two requests that there are for rules."""

    def __init__(self, book: Book, limits: Limits) -> None:
        self._book = book
        self._reads = Window(limits.rules_read)
        self._writes = Window(limits.rules_written)

    async def listed(self, request: web.Request) -> web.Response:
        """`GET …/rules`."""
        if not is_app(request):
            return unauthorized()
        if not self._reads.take():
            return too_many(self._reads)
        told = [rule.told for rule in self._book.all()]
        meta = {"sent": _now(), "result_count": len(told)}
        return answer(
            ({"data": told} if told else {}) | {"meta": meta}, headers=self._reads.headers
        )

    async def changed(self, request: web.Request) -> web.Response:
        """`POST …/rules`."""
        if not is_app(request):
            return unauthorized()
        if not self._writes.take():
            return too_many(self._writes)
        try:
            change = msgspec.json.decode(await request.read(), type=_Change)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return problem(400, "Invalid Request", "The request body is not valid.", type=INVALID)
        dry_run = request.query.get("dry_run", "").lower() == "true"
        if change.add:
            return self._added(change.add, dry_run=dry_run)
        if change.delete is not None and (change.delete.ids or change.delete.values):
            return self._deleted(change.delete, dry_run=dry_run)
        return problem(400, "Invalid Request", "Neither `add` nor `delete`.", type=INVALID)

    def _added(self, wanted: list[Any], *, dry_run: bool) -> web.Response:
        made, errors = self._book.add(wanted, dry_run=dry_run)
        wrong = sum(each["title"] == "UnprocessableEntity" for each in errors)
        created = len(made)
        summary = {"created": created, "not_created": len(wanted) - created}
        summary |= {"valid": len(wanted) - wrong, "invalid": wrong}
        told: dict[str, Any] = {"meta": {"sent": _now(), "summary": summary}}
        told |= {"data": [rule.told for rule in made]} if made else {}
        told |= {"errors": errors} if errors else {}
        full = any(each["title"] == "RulesCapExceeded" for each in errors)
        return answer(told, 422 if full else 201, headers=self._writes.headers)

    def _deleted(self, asked: _Delete, *, dry_run: bool) -> web.Response:
        count, errors = self._book.delete(asked.ids, asked.values, dry_run=dry_run)
        summary = {"deleted": count, "not_deleted": len(errors)}
        told: dict[str, Any] = {"meta": {"sent": _now(), "summary": summary}}
        told |= {"errors": errors} if errors else {}
        return answer(told, 200, headers=self._writes.headers)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
