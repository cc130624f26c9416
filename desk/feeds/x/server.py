"""Requests to X's API: who asks, how often it may, and what its refusals mean."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec

from desk.errors import FeedError
from desk.feeds.answer import PACKED, NotPackedError, TooLongError, whole
from desk.feeds.lasting import BrokenError
from desk.feeds.patience import Growth, Rules, Trouble
from desk.feeds.retry_after import retry_after_s
from desk.feeds.x.posts import Problem
from desk.secret import Secret

CONNECT_S = 20.0
ANSWER_S = 30.0
MOST_BYTES = 8 << 20
LONGEST_WAIT_S = 1000.0
"""X counts requests in windows of 15 minutes: a clock that is wrong must not make longer waits."""
AGENT = "stormdesk/0.1 (+aiohttp)"


class _AtOnce(Growth):
    """The first attempt at once, then `first_s` longer each time."""

    def wait_s(self, attempt: int) -> float:
        return min(self.most_s, self.first_s * (attempt - 1))


RULES = Rules(
    network=_AtOnce(0.25, 16.0, doubles=False),
    refused=Growth(5.0, 320.0),
    limited=Growth(60.0, 960.0),
)
"""As X asks for it (docs.x.com, "Handling disconnections")."""

_WRONG = {
    400: "X does not take what is asked for",
    401: "X does not know this token: put a valid bearer token into {where}",
    403: "X does not allow it with this token: see the app's access in X's developer console",
    404: "there is no X API at this address: write x+https://api.x.com",
}


class Server:
    """X's API at `base`, asked with the app's bearer token."""

    def __init__(self, base: str, token: Secret, read_s: float) -> None:
        self.base = base
        self._token = token
        self._read_s = read_s
        self._http: aiohttp.ClientSession | None = None
        self._open_again_s = 0.0

    async def close(self) -> None:
        """Let go of connections."""
        if self._http is not None:
            await self._http.close()

    @asynccontextmanager
    async def stream(
        self, path: str, params: Mapping[str, str]
    ) -> AsyncGenerator[aiohttp.ClientResponse, None]:
        """An endless answer: a silence longer than `read_s` is an error.

        Raises:
            FeedError: X refuses for good.
            BrokenError: it may be asked again later.
            aiohttp.ClientError, TimeoutError: the connection failed.
        """
        if (wait_s := self._open_again_s - time.time()) > 0:
            raise BrokenError("X allows no more connections for now", "limited", wait_s)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=self._read_s)
        async with self._asked("GET", path, params=params, timeout=timeout) as answer:
            if "x-rate-limit-remaining" in answer.headers:
                # 50 in 15 minutes: the last one is used before X has to say that it was
                self._open_again_s = time.time() + reset_s(answer.headers)
            if answer.status != 200:
                raise await self._refusal(answer)
            yield answer

    async def ask(
        self,
        method: str,
        path: str,
        fine: tuple[int, ...] = (200, 201),
        **rest: Any,  # noqa: ANN401
    ) -> bytes:
        """The body of an answer of a status that is `fine`; errors as of `stream`."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_S, sock_connect=CONNECT_S)
        async with self._asked(method, path, timeout=timeout, **rest) as answer:
            if answer.status not in fine:
                # X's long waits are for streams: of requests it counts so many in a time, and tells
                raise await self._refusal(answer, "told")
            return await self._body(answer)

    @asynccontextmanager
    async def _asked(
        self,
        method: str,
        path: str,
        **rest: Any,  # noqa: ANN401
    ) -> AsyncGenerator[aiohttp.ClientResponse, None]:
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(
                auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
            )
        headers = {
            "Authorization": f"Bearer {self._token.reveal()}",
            "Accept-Encoding": "identity" if "stream" in path else PACKED,
            "User-Agent": AGENT,
        }
        # a redirect would carry the token elsewhere
        async with self._http.request(
            method, f"{self.base}{path}", headers=headers, allow_redirects=False, **rest
        ) as answer:
            yield answer

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        try:
            return await whole(answer, MOST_BYTES)
        except (TooLongError, NotPackedError) as error:
            raise BrokenError(f"X's answer is {error}", "refused") from None

    async def _refusal(
        self, answer: aiohttp.ClientResponse, told: Trouble = "limited"
    ) -> FeedError | BrokenError:
        status = answer.status
        words = problem_of(await self._body(answer)).words
        if status == 429:
            wait_s = max(reset_s(answer.headers), retry_after_s(answer.headers))
            limited = told if wait_s else "limited"
            return BrokenError(f"X allows no more for now: {words}", limited, wait_s)
        if status in _WRONG:
            why = _WRONG[status].format(where=self._token.where or "its place")
            return FeedError(f"{why} ({words})")
        return BrokenError(
            f"X answered {status}: {words}", "refused", retry_after_s(answer.headers)
        )


def reset_s(headers: Mapping[str, str]) -> float:
    """Seconds until X counts anew, where it says that nothing is left; else 0."""
    told, left = headers.get("x-rate-limit-reset", ""), headers.get("x-rate-limit-remaining", "0")
    if not told.isascii() or not told.isdigit() or left.strip() not in ("", "0"):
        return 0.0
    return min(LONGEST_WAIT_S, max(0.0, float(told[:12]) - time.time()))


def problem_of(body: bytes) -> Problem:
    """What X says is wrong, whatever it has sent."""
    try:
        told = msgspec.json.decode(body, type=_Refusal)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Problem()
    return next((each for each in told.errors or () if each.detail or each.title), told)


class _Refusal(Problem):
    errors: list[Problem] | None = None
