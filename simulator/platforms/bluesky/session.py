"""Sessions of the utility's account: tokens in the form that Bluesky's servers give them.

An access token is good for two hours, a refresh token for 90 days, as of bluesky-social/atproto
(packages/pds). Both are signed, so that nothing has to be remembered.
"""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Literal

from aiohttp import web

from simulator.platforms import CREDENTIAL
from simulator.platforms.bluesky.wire import UTILITY_DID, Json

ACCESS_S = 2 * 3600.0
REFRESH_S = 90 * 86_400.0

Use = Literal["access", "refresh"]
_SCOPES = {"access": "com.atproto.appPass", "refresh": "com.atproto.refresh"}
_TYPES = {"access": "at+jwt", "refresh": "refresh+jwt"}


class Rate:
    """So many calls in so many wall seconds, told in headers as Bluesky tells them."""

    def __init__(self, limit: int, window_s: float) -> None:
        self._limit = limit
        self._window_s = window_s
        self._from_s = 0.0
        self._used = 0

    def take(self) -> dict[str, str]:
        """Count a call; what its answer says of the limit.

        Raises:
            web.HTTPTooManyRequests: the limit is reached.
        """
        now_s = time.time()
        if now_s >= self._from_s + self._window_s:
            self._from_s, self._used = now_s, 0
        self._used += 1
        headers = {
            "RateLimit-Limit": str(self._limit),
            "RateLimit-Remaining": str(max(0, self._limit - self._used)),
            "RateLimit-Reset": str(int(self._from_s + self._window_s)),
            "RateLimit-Policy": f"{self._limit};w={self._window_s:.0f}",
        }
        if self._used > self._limit:
            raise web.HTTPTooManyRequests(
                text=json.dumps({"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}),
                content_type="application/json",
                headers=headers,
            )
        return headers


def refused(status: int, name: str, message: str) -> web.HTTPException:
    """An error as XRPC tells it."""
    kinds: dict[int, type[web.HTTPClientError]] = {401: web.HTTPUnauthorized}
    text = json.dumps({"error": name, "message": message})
    return kinds.get(status, web.HTTPBadRequest)(text=text, content_type="application/json")


def session(handle: str, access_s: float) -> Json:
    """A new session of the utility's account."""
    return {
        "did": UTILITY_DID,
        "handle": handle,
        "active": True,
        "accessJwt": _token("access", access_s),
        "refreshJwt": _token("refresh", REFRESH_S),
        "exercise": True,
    }


def check(request: web.Request, use: Use = "access") -> None:
    """Let only who has a token of this use go on.

    Raises:
        web.HTTPException: there is none, it is another, or it is too old.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer" or not token:
        raise refused(401, "AuthMissing", "Authentication Required")
    head, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_signed(head), signature):
        raise refused(400, "InvalidToken", "Token could not be verified")
    claims = json.loads(_plain(head.partition(".")[2]))
    if claims["scope"] != _SCOPES[use]:
        raise refused(400, "InvalidToken", "Bad token scope")
    if claims["exp"] <= time.time():
        raise refused(400, "ExpiredToken", "Token has expired")


def _token(use: Use, good_for_s: float) -> str:
    now_s = time.time()
    header = {"typ": _TYPES[use], "alg": "HS256"}
    claims = {
        "scope": _SCOPES[use],
        "sub": UTILITY_DID,
        "aud": "did:web:pds.example",
        "iat": int(now_s),
        "exp": int(now_s + good_for_s),
    }
    head = ".".join(_coded(json.dumps(each).encode()) for each in (header, claims))
    return f"{head}.{_signed(head)}"


def _signed(head: str) -> str:
    return _coded(hmac.digest(CREDENTIAL.encode(), head.encode("utf-8", "replace"), "sha256"))


def _coded(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def _plain(coded: str) -> bytes:
    return base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4))
