"""Calls to the server of an account on Bluesky (XRPC), with a session that renews itself.

Errors come as HTTP status and `{"error": NAME, "message": …}` (atproto.com/specs/xrpc); an access
token is good for some hours, then the refresh token brings a new one, and when that is too old the
app password does.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from desk.channels import Allowance
from desk.channels.connections import Connections
from desk.errors import DeskError
from desk.feeds.answer import PACKED, NotPackedError, TooLongError, whole
from desk.secret import Secret

SERVER = "https://bsky.social"
MOST_BYTES = 1 << 20
LONGEST_WAIT_S = 24 * 3600.0
_WORN = {"ExpiredToken", "InvalidToken", "AuthMissing"}

Json = dict[str, Any]


class XrpcError(DeskError):
    """What a server has answered instead: its own words; `name` tells errors apart.

    `after_s` is how long it wants to be left alone.
    """

    def __init__(self, status: int, name: str, words: str, after_s: float = 0.0) -> None:
        super().__init__(words)
        self.status = status
        self.name = name
        self.after_s = after_s

    @property
    def is_unsure(self) -> bool:
        """Whether what was asked for may have been done all the same."""
        return self.status >= 500 or self.status == 200


class _Said(msgspec.Struct):
    error: str = ""
    message: str = ""


class Session(msgspec.Struct, rename="camel"):
    """Who has logged in, and the tokens; never printed."""

    did: str
    handle: str
    access_jwt: str
    refresh_jwt: str

    def __repr__(self) -> str:
        return f"Session({self.did})"


class Server(Connections):
    """The server of one account; `name` is the handle or DID that logs in."""

    def __init__(self, address: str, name: str, password: Secret) -> None:
        self.address = (address or SERVER).rstrip("/").removesuffix("/xrpc")
        self.session: Session | None = None
        self.allowance: Allowance | None = None
        self._name = name
        self._password = password

    async def log_in(self) -> Session:
        """Begin a session with the app password.

        Raises:
            XrpcError: the server refuses, or can't.
            aiohttp.ClientError, TimeoutError: it does not answer.
        """
        login = {"identifier": self._name, "password": self._password.reveal()}
        said = await self._ask("POST", "com.atproto.server.createSession", body=login)
        self.session = _session(said)
        return self.session

    async def get(self, method: str, **asked: str) -> Json:
        """What a query answers; errors as of `log_in`."""
        return await self._call("GET", method, asked=asked)

    async def post(self, method: str, body: Json) -> Json:
        """What a procedure answers; errors as of `log_in`."""
        return await self._call("POST", method, body=body)

    async def _call(
        self,
        verb: str,
        method: str,
        *,
        asked: Mapping[str, str] | None = None,
        body: Json | None = None,
    ) -> Json:
        session = self.session or await self.log_in()
        try:
            return await self._ask(verb, method, session.access_jwt, asked, body)
        except XrpcError as error:
            if error.name not in _WORN:
                raise
        session = await self._renewed(session)
        return await self._ask(verb, method, session.access_jwt, asked, body)

    async def _renewed(self, session: Session) -> Session:
        """A session with a new access token."""
        try:
            said = await self._ask("POST", "com.atproto.server.refreshSession", session.refresh_jwt)
        except XrpcError as error:
            if error.status not in {400, 401}:
                raise
            return await self.log_in()
        self.session = _session(said)
        return self.session

    async def _ask(
        self,
        verb: str,
        method: str,
        token: str = "",
        asked: Mapping[str, str] | None = None,
        body: Json | None = None,
    ) -> Json:
        headers = {"Accept-Encoding": PACKED, "User-Agent": "stormdesk"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        async with self.http.request(
            verb,
            f"{self.address}/xrpc/{method}",
            headers=headers,
            params=dict(asked or {}),
            data=msgspec.json.encode(body) if body is not None else None,
            allow_redirects=False,
        ) as answer:
            self._heed(answer.headers)
            try:
                plain = await whole(answer, MOST_BYTES)
                said = msgspec.json.decode(plain) if answer.status == 200 else None
            except (TooLongError, NotPackedError) as error:
                raise XrpcError(answer.status, "", f"its answer is {error}") from None
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                raise XrpcError(answer.status, "", "its answer is no JSON") from None
            if isinstance(said, dict):
                return said
            raise _refusal(answer.status, plain, answer.headers)

    def _heed(self, headers: Mapping[str, str]) -> None:
        """Keep what the server says of its rate limit."""
        left, most = headers.get("RateLimit-Remaining", ""), headers.get("RateLimit-Limit", "")
        if all(each.isascii() and each.isdecimal() and len(each) < 10 for each in (left, most)):
            wait_s = reset_after_s(headers, time.time())
            resets_at = datetime.fromtimestamp(time.time() + wait_s, UTC) if wait_s else None
            self.allowance = Allowance(int(left), int(most), resets_at)


def reset_after_s(headers: Mapping[str, str], now_s: float) -> float:
    """How long to wait by `RateLimit-Reset` (epoch seconds) or `Retry-After`; 0 if unsaid."""
    reset = headers.get("RateLimit-Reset", "")
    if reset.isascii() and reset.isdecimal() and len(reset) < 12:
        return min(LONGEST_WAIT_S, max(1.0, int(reset) - now_s))
    after = headers.get("Retry-After", "")
    if after.isascii() and after.isdecimal() and len(after) < 8:
        return min(LONGEST_WAIT_S, max(1.0, float(after)))
    return 0.0


def _session(said: Json) -> Session:
    try:
        return msgspec.convert(said, Session)
    except msgspec.ValidationError:
        raise XrpcError(200, "", "its answer is no session") from None


def _refusal(status: int, body: bytes, headers: Mapping[str, str]) -> XrpcError:
    try:
        told = msgspec.json.decode(body, type=_Said)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        told = _Said()
    plain = "".join(char if char.isprintable() else " " for char in told.message[:300])
    words = f"{told.error[:60]}: {plain}" if told.error.isalnum() else f"it answered {status}"
    name = told.error or ("RateLimitExceeded" if status == 429 else "")
    return XrpcError(status, name, words, reset_after_s(headers, time.time()))
