"""Who may ask X for what, and how often: tokens, OAuth 1.0a, and windows of 15 minutes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from aiohttp import web
from oauthlib.common import Request
from oauthlib.oauth1.rfc5849 import signature

from simulator.platforms import CREDENTIAL

WINDOW_S = 15 * 60.0
HOSTS = ("https://api.x.com", "https://api.twitter.com")
"""What clients sign that are led here from the address they have built in."""


class Limits(NamedTuple):
    """What X allows in 15 minutes, and how many streams, rules and characters; pay-per-use.

    Of more than `posts_a_second` X does not say what becomes: here they come later.
    """

    connects: int = 50
    rules_read: int = 450
    rules_written: int = 100
    posts: int = 100
    reads: int = 450
    streams: int = 1
    recoveries: int = 2
    rules: int = 1000
    rule_signs: int = 1024
    query_signs: int = 512
    posts_a_second: int = 250
    summoned_only: bool = True


class Window:
    """Counts the requests of one kind."""

    def __init__(self, most: int, now_s: Callable[[], float] = time.time) -> None:
        self._most = most
        self._now_s = now_s
        self._ends_s = 0.0
        self._used = 0

    def take(self) -> bool:
        """Count one more; whether it was still allowed."""
        if self._now_s() >= self._ends_s:
            self._ends_s, self._used = self._now_s() + WINDOW_S, 0
        self._used += 1
        return self._used <= self._most

    @property
    def headers(self) -> dict[str, str]:
        """What X says of the window."""
        return {
            "x-rate-limit-limit": str(self._most),
            "x-rate-limit-remaining": str(max(0, self._most - self._used)),
            "x-rate-limit-reset": str(int(self._ends_s)),
        }


class Pace:
    """Lets so many posts a second of the wall through, whoever hears them."""

    def __init__(self, most: int, now_s: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._now_s = now_s
        self._second = 0
        self._sent = 0

    async def turn(self) -> None:
        """Wait until one more post may be sent."""
        while wait_s := self.wait_s():  # noqa: ASYNC110  the clock on the wall has no event
            await asyncio.sleep(wait_s)

    def wait_s(self) -> float:
        """How long the next post has to wait; it is counted where that is 0."""
        now_s = self._now_s()
        if int(now_s) != self._second:
            self._second, self._sent = int(now_s), 0
        if self._sent >= self._most:
            return self._second + 1 - now_s
        self._sent += 1
        return 0.0


def answer(
    said: dict[str, Any], status: int = 200, *, headers: dict[str, str] | None = None
) -> web.Response:
    """JSON as X sends it, marked as an exercise."""
    text = json.dumps(said | {"exercise": True}, ensure_ascii=False)
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")


def problem(
    status: int,
    title: str,
    detail: str,
    headers: dict[str, str] | None = None,
    **more: Any,  # noqa: ANN401
) -> web.Response:
    """An error as X writes it: a problem after RFC 7807."""
    said = {"title": title, "detail": detail, "type": "about:blank", "status": status} | more
    return answer(said, status, headers=headers)


def too_many(window: Window) -> web.Response:
    """Too much was asked in this window."""
    return problem(429, "Too Many Requests", "Too Many Requests", window.headers)


def unauthorized() -> web.Response:
    """A token that X does not know."""
    return problem(401, "Unauthorized", "Unauthorized")


def is_app(request: web.Request) -> bool:
    """Whether a request has the drill's token."""
    return request.headers.get("Authorization", "") == f"Bearer {CREDENTIAL}"


def is_user(request: web.Request) -> bool:
    """Whether a request speaks for the utility's account: by its token, or signed with its keys.

    The keys and secrets of OAuth 1.0a are the drill's credential as well; bodies of JSON are no
    part of what is signed (RFC 5849, 3.4.1.3).
    """
    told = request.headers.get("Authorization", "")
    if not told.startswith("OAuth "):
        return is_app(request)
    path = urlsplit(str(request.rel_url))
    own = f"{request.scheme}://{request.host}"
    return any(_signed(f"{host}{path.path}", path.query, request, told) for host in (own, *HOSTS))


def _signed(address: str, query: str, request: web.Request, told: str) -> bool:
    found = signature.collect_parameters(uri_query=query, headers={"Authorization": told})
    keys = dict(signature.collect_parameters(headers={"Authorization": told}, with_realm=False))
    if {keys.get("oauth_consumer_key"), keys.get("oauth_token")} != {CREDENTIAL}:
        return False
    asked = Request(address, request.method)
    asked.params = [(name, value) for name, value in found if name != "oauth_signature"]
    given = signature.collect_parameters(
        headers={"Authorization": told}, exclude_oauth_signature=False
    )
    asked.signature = dict(given).get("oauth_signature", "")
    return bool(
        signature.verify_hmac_sha1(
            asked, client_secret=CREDENTIAL, resource_owner_secret=CREDENTIAL
        )
    )
