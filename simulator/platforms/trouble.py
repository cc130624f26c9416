"""What goes wrong with requests: refused with the platform's own words, cut, slow, or garbled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulator.platforms.faults import STALL_S, Dice, Kind
from simulator.platforms.line import mangled
from simulator.platforms.stage import Stage

RETRY_S = 15
"""After how many wall seconds a platform that refuses by a fault wants to be asked again."""


class Words(NamedTuple):
    """How a platform refuses who asks too often: status, headers, and the body for a status."""

    status: int
    headers: Callable[[datetime], dict[str, str]]
    body: Callable[[int], Any]


def _x(at: datetime) -> dict[str, str]:
    reset = str(int(at.timestamp()))
    return {"x-rate-limit-limit": "50", "x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}


def _mastodon(at: datetime) -> dict[str, str]:
    reset = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    limits = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0"}
    return limits | {"X-RateLimit-Reset": reset}


def _bluesky(at: datetime) -> dict[str, str]:
    reset = str(int(at.timestamp()))
    return {"RateLimit-Limit": "3000", "RateLimit-Remaining": "0", "RateLimit-Reset": reset}


def _retry(_: datetime) -> dict[str, str]:
    return {"Retry-After": str(RETRY_S)}


_TITLES = {429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}
_XRPC = {429: "RateLimitExceeded", 500: "InternalServerError", 503: "NotEnoughResources"}
PLAIN = Words(429, _retry, lambda status: {"error": _TITLES[status]})
WORDS: Mapping[str, Words] = {
    "x": Words(429, _x, lambda s: {"title": _TITLES[s], "detail": _TITLES[s], "status": s}),
    "mastodon": Words(429, _mastodon, lambda status: {"error": _TITLES[status]}),
    "bluesky": Words(429, _bluesky, lambda s: {"error": _XRPC[s], "message": _TITLES[s]}),
    # the Graph API answers 400 with code 32, "Page request limit reached"
    "meta": Words(400, lambda _: {}, lambda s: _graph(32 if s == 429 else 2, _TITLES[s])),
}


def _graph(code: int, words: str) -> dict[str, Any]:
    kind = {"message": words, "type": "OAuthException", "code": code, "fbtrace_id": "exercise"}
    return {"error": kind}


def trouble(stage: Stage, platform_of: Callable[[web.Request], str]) -> Middleware:
    """The middleware that lets the faults of `stage` happen to requests of its platforms."""
    dice: dict[str, Dice] = {}

    @web.middleware
    async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
        name = platform_of(request)
        if not name or not stage.faults.faults:
            return await handler(request)
        drawn = dice.setdefault(name, stage.faults.dice(name))
        return await _met(stage, name, drawn, request, handler)

    return meet


async def _met(
    stage: Stage, name: str, dice: Dice, request: web.Request, handler: Handler
) -> web.StreamResponse:
    refused = await _refused(stage, name, dice)
    if refused is not None:
        return refused
    drop = dice.falls("drop")
    # before anything was done, or when all is done but the answer: the client can't tell
    if drop and dice.random.random() < 0.5:
        return _cut(dice, request)
    answer = await handler(request)
    if answer.prepared:
        return answer  # a stream: its records have faults of their own
    if drop:
        return _cut(dice, request)
    body = answer.body if isinstance(answer, web.Response) else None
    if request.method == "GET" and isinstance(body, bytes) and body and dice.falls("garbage"):
        dice.count("garbage")
        answer = web.Response(
            body=mangled(body, dice.random, b""), status=answer.status, headers=_type(answer)
        )
    pace = dice.bytes_a_second()
    if pace is not None and isinstance(body, bytes):
        dice.count("slow")
        await asyncio.sleep(min(STALL_S, len(body) / pace))
    ahead_s = stage.faults.ahead_s(name, stage.faults.minute())
    if ahead_s:
        dice.count("skew")
        said = datetime.now(UTC) + timedelta(seconds=ahead_s)
        answer.headers["Date"] = format_datetime(said, usegmt=True)
    return answer


async def _refused(stage: Stage, name: str, dice: Dice) -> web.Response | None:
    stall = dice.falls("stall")
    if stall is not None:
        dice.count("stall")
        await asyncio.sleep(stall.seconds or STALL_S)
    kinds: tuple[tuple[Kind, int], ...] = (("429", 429), ("500", 500), ("503", 503))
    for kind, status in kinds:
        if dice.falls(kind) is not None:
            dice.count(kind)
            return refusal(name, status, stage.faults.ahead_s(name, stage.faults.minute()))
    return None


def refusal(platform: str, status: int, ahead_s: float = 0.0) -> web.Response:
    """The answer of `platform` that has had enough (429) or is broken; its clock may be ahead."""
    words = WORDS.get(platform, PLAIN)
    now = datetime.now(UTC) + timedelta(seconds=ahead_s)
    headers = words.headers(now + timedelta(seconds=RETRY_S)) if status == 429 else {}
    headers["Date"] = format_datetime(now, usegmt=True)
    said = words.status if status == 429 else status
    body = json.dumps(words.body(status) | {"exercise": True})
    return web.Response(text=body, status=said, headers=headers, content_type="application/json")


def _cut(dice: Dice, request: web.Request) -> web.Response:
    dice.count("drop")
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # nobody hears it; an error would be logged as one of the server's own


def _type(answer: web.StreamResponse) -> dict[str, str]:
    return {"Content-Type": answer.headers.get("Content-Type", "application/json")}
