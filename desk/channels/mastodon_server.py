"""Calls to the instance of an own account on Mastodon: docs.joinmastodon.org/client.

Errors come as HTTP status and `{"error": …}`; what is asked of an account counts together, also
what its feeds ask (docs.joinmastodon.org/api/rate-limits).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from desk.channels import Allowance
from desk.channels.connections import Connections
from desk.errors import DeskError
from desk.feeds.answer import PACKED, NotPackedError, TooLongError, whole
from desk.feeds.mastodon.server import limits, printable
from desk.secret import Secret

MOST_BYTES = 4 << 20
LONGEST_WORDS = 300

Json = dict[str, Any]


class AnswerError(DeskError):
    """What an instance has answered instead: its own words, and the status of HTTP.

    `after_s` is how long it wants to be left alone.
    """

    def __init__(self, status: int, words: str, after_s: float = 0.0) -> None:
        super().__init__(words)
        self.status = status
        self.after_s = after_s

    @property
    def is_unsure(self) -> bool:
        """Whether what was asked for may have been done all the same."""
        return self.status >= 500 or self.status == 200


class Server(Connections):
    """The instance at `address`, asked with the token of an account."""

    def __init__(self, address: str, token: Secret) -> None:
        self.address = address
        self.allowance: Allowance | None = None
        self._token = token

    async def get(self, path: str, **asked: str) -> Any:  # noqa: ANN401  whatever it says
        """What the instance tells.

        Raises:
            AnswerError: it refuses, or can't.
            aiohttp.ClientError, TimeoutError: it does not answer.
        """
        return await self._ask("GET", path, asked, None, {})

    async def post(self, path: str, body: Json, key: str) -> Any:  # noqa: ANN401
        """What the instance makes of `body`; `key` lets it do so once. Errors as of `get`."""
        return await self._ask("POST", path, {}, body, {"Idempotency-Key": key})

    async def _ask(
        self,
        verb: str,
        path: str,
        asked: Mapping[str, str],
        body: Json | None,
        more: Mapping[str, str],
    ) -> Any:  # noqa: ANN401
        headers = {
            "Authorization": f"Bearer {self._token.reveal()}",
            "Accept-Encoding": PACKED,
            "User-Agent": "stormdesk",
            **more,
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        async with self.http.request(
            verb,
            f"{self.address}{path}",
            headers=headers,
            params=dict(asked),
            data=msgspec.json.encode(body) if body is not None else None,
            allow_redirects=False,
        ) as answer:
            after_s = self._heed(answer.headers)
            try:
                plain = await whole(answer, MOST_BYTES)
                said = msgspec.json.decode(plain)
            except (TooLongError, NotPackedError) as error:
                raise AnswerError(answer.status, f"its answer is {error}", after_s) from None
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                if answer.status == 200:
                    raise AnswerError(200, "its answer is no JSON") from None
                said = None
            if answer.status == 200:
                return said
            raise AnswerError(answer.status, _words(answer.status, said), after_s)

    def _heed(self, headers: Mapping[str, str]) -> float:
        """Keep what the instance says of its limit; in how many seconds it begins anew."""
        left, wait_s = limits(headers)
        most = headers.get("X-RateLimit-Limit", "")
        if left is not None and most.isascii() and most.isdecimal() and len(most) < 10:
            resets_at = datetime.now(UTC) + timedelta(seconds=wait_s)
            self.allowance = Allowance(left, int(most), resets_at)
        return wait_s


def _words(status: int, said: object) -> str:
    """Why an instance refuses, in its own words, if it has any."""
    words = said.get("error") if isinstance(said, dict) else None
    words = printable(words, LONGEST_WORDS) if isinstance(words, str) else ""
    return f"{words} ({status})" if words else f"it answered {status}"
