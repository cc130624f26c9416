"""X's API for an account: requests that are signed as its user, and what refusals mean.

Two kinds of secret: the four values of OAuth 1.0a (`consumer key:consumer secret:token:token
secret`, or one a line), which do not run out, or an access token of OAuth 2.0, which does in two
hours unless it is one that X gives for good.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from oauthlib.oauth1 import Client
from yarl import URL

from desk.channels import Allowance
from desk.channels.connections import Connections
from desk.errors import DeskError, SettingsError
from desk.feeds.answer import PACKED, NotPackedError, TooLongError, whole
from desk.feeds.retry_after import retry_after_s
from desk.feeds.x.server import AGENT, problem_of, reset_s
from desk.secret import Secret

SERVER = "https://api.x.com"
MOST_BYTES = 4 << 20
LIMITED_S = 60.0
_BETWEEN = re.compile(r"[\s:]+")

Why = Literal["token", "refused", "limit", "credits", "unsure"]


class XError(DeskError):
    """What X has answered instead: its own words, by kind; `after_s` for limits.

    `unsure` is an error of X itself: what it was asked may have been done.
    """

    def __init__(self, why: Why, words: str, after_s: float = 0.0) -> None:
        super().__init__(words)
        self.why = why
        self.after_s = after_s


class Server(Connections):
    """Asks X as the user to whom `secret` belongs.

    Raises:
        SettingsError: the secret is neither four values nor one.
    """

    def __init__(self, address: str, secret: Secret) -> None:
        self.address = (address or SERVER).rstrip("/")
        self.allowance: Allowance | None = None
        self._keys = [
            Secret(part, secret.where) for part in _BETWEEN.split(secret.reveal().strip())
        ]
        if len(self._keys) not in (1, 4):
            raise SettingsError(
                f"the secret in {secret.where or 'its place'} has {len(self._keys)} parts: put"
                " CONSUMER_KEY:CONSUMER_SECRET:TOKEN:TOKEN_SECRET there, or one user access token"
            )

    async def get(self, path: str, **asked: str) -> dict[str, Any]:
        """What stands at `path`.

        Raises:
            XError: it is refused.
            aiohttp.ClientError, TimeoutError: no answer.
        """
        return await self._ask("GET", URL(self.address + path).with_query(asked), None)

    async def post(self, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """What `path` answers to `said`; errors as of `get`."""
        return await self._ask("POST", URL(self.address + path), msgspec.json.encode(said))

    async def _ask(self, method: str, url: URL, body: bytes | None) -> dict[str, Any]:
        headers = {
            "Authorization": self._authorization(method, str(url)),
            "Accept-Encoding": PACKED,
            "User-Agent": AGENT,
        } | ({"Content-Type": "application/json"} if body is not None else {})
        # as it was signed, and never to where a redirect leads
        async with self.http.request(
            method, url, data=body, headers=headers, allow_redirects=False
        ) as answer:
            try:
                told = await whole(answer, MOST_BYTES)
            except (TooLongError, NotPackedError) as error:
                raise XError("unsure", f"its answer is {error}") from None
            if method == "POST":
                self.allowance = _allowance(answer.headers) or self.allowance
            if answer.status not in (200, 201):
                raise _refusal(answer.status, told, answer.headers)
            try:
                said = msgspec.json.decode(told)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                raise XError("unsure", "its answer is no JSON") from None
            return said if isinstance(said, dict) else {}

    def _authorization(self, method: str, url: str) -> str:
        keys = [key.reveal() for key in self._keys]
        if len(keys) == 1:
            return f"Bearer {keys[0]}"
        signer = Client(
            keys[0],
            client_secret=keys[1],
            resource_owner_key=keys[2],
            resource_owner_secret=keys[3],
        )
        # a body of JSON is no part of what is signed (RFC 5849, 3.4.1.3)
        _, headers, _ = signer.sign(url, http_method=method)
        return str(headers["Authorization"])


def _refusal(status: int, body: bytes, headers: Mapping[str, str]) -> XError:
    words = problem_of(body).words
    match status:
        case 429:
            wait_s = max(reset_s(headers), retry_after_s(headers)) or LIMITED_S
            return XError("limit", f"X allows no more for now: {words}", wait_s)
        case 401:
            return XError("token", f"X does not know these credentials: {words}")
        case 402:
            return XError("credits", f"the app has no credits left at X: {words}")
        case _ if status >= 500:
            return XError("unsure", f"X answered {status}: {words}")
        case _:
            return XError("refused", words)


def _allowance(headers: Mapping[str, str]) -> Allowance | None:
    told = [headers.get(f"x-rate-limit-{name}", "") for name in ("remaining", "limit", "reset")]
    if not all(each.isascii() and each.isdigit() and len(each) < 12 for each in told):
        return None
    left, most, reset = map(int, told)
    # a clock that is wrong must not name a day that no calendar has
    ends = datetime.fromtimestamp(min(reset, time.time() + 86_400), UTC)
    return Allowance(left, most, ends)
