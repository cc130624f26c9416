"""Meta's Graph API: requests with a token that is in no address, and its errors by their codes.

Sources: Meta's "Graph API: handling errors", "rate limits" and "Graph API: paged results".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec

from desk.channels.connections import Connections
from desk.errors import DeskError
from desk.feeds.answer import PACKED, NotPackedError, TooLongError, whole
from desk.secret import Secret

SERVER = "https://graph.facebook.com"
VERSION = "v26.0"
MOST_BYTES = 4 << 20
FULL_PERCENT = 95
"""Of an hour's calls; from here on Meta is asked nothing that it has not been asked to wait for."""

LIMITS = {4, 17, 32, 341, 368, 613, *range(80000, 80015)}
GONE = {100, 803}
TOKEN = {102, 190, 463, 467}
PERMISSION = {3, 10, *range(200, 300)}
TWICE = 506
"""The same words as just before: Meta takes them for sent twice."""

Why = Literal["token", "permission", "limit", "gone", "twice", "unsure", "refused"]


class GraphError(DeskError):
    """What the Graph API has answered instead: its own words, by kind; `after_s` for limits.

    `unsure` is an error of the server itself: what it was asked may have been done.
    """

    def __init__(self, why: Why, words: str, code: int = 0, after_s: float = 0.0) -> None:
        super().__init__(words)
        self.why = why
        self.code = code
        self.after_s = after_s


class _Told(msgspec.Struct):
    message: str = ""
    code: int = 0
    error_subcode: int = 0
    is_transient: bool = False


class _Refusal(msgspec.Struct):
    error: _Told = msgspec.field(default_factory=_Told)


class Graph(Connections):
    """Asks one Graph server; `server` is its address, the version is added where it has none."""

    def __init__(self, server: str, token: Secret) -> None:
        path = urlsplit(server).path.strip("/")
        self.base = server.rstrip("/") if path else f"{server.rstrip('/')}/{VERSION}"
        self._token = token
        self.quiet_s = 0.0

    async def get(self, path: str, **asked: str) -> dict[str, Any]:
        """What stands at `path`.

        Raises:
            GraphError: it is refused.
            aiohttp.ClientError, TimeoutError: no answer.
        """
        return await self._ask("GET", path, params=asked)

    async def post(self, path: str, **said: str) -> dict[str, Any]:
        """What `path` answers to `said`, which goes in the body; errors as of `get`."""
        return await self._ask("POST", path, data=said)

    async def _ask(self, method: str, path: str, **rest: Any) -> dict[str, Any]:  # noqa: ANN401
        headers = {
            "Authorization": f"Bearer {self._token.reveal()}",
            "Accept-Encoding": PACKED,
            "User-Agent": "stormdesk",
        }
        url = f"{self.base}/{path.lstrip('/')}"
        async with self.http.request(
            method, url, headers=headers, allow_redirects=False, **rest
        ) as answer:
            try:
                body = await whole(answer, MOST_BYTES)
                said = msgspec.json.decode(body) if answer.status == 200 else None
            except (TooLongError, NotPackedError) as error:
                raise GraphError("unsure", f"its answer is {error}") from None
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                raise GraphError("unsure", "its answer is no JSON") from None
            self.quiet_s = quiet_s(answer.headers)
            if isinstance(said, dict) and "error" not in said:
                return said
            raise _refusal(answer.status, body, self.quiet_s)


def next_page(said: Mapping[str, Any]) -> dict[str, str] | None:
    """What to ask the same path for its next page; None at the end.

    Meta gives the whole address, with the token in it: only what it asks for is taken over.
    """
    paging = said.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    if not isinstance(following, str):
        return None
    try:
        asked = dict(parse_qsl(urlsplit(following).query, keep_blank_values=True))
    except ValueError:
        return None
    return {key: text for key, text in asked.items() if key not in ("access_token", "method")}


def quiet_s(headers: Mapping[str, str]) -> float:
    """For how many seconds Meta wants to be left alone: 0 while there is room.

    `X-App-Usage` holds percents of what an hour allows, `X-Business-Use-Case-Usage` the same by
    page, and in how many minutes calls are taken again.
    """
    wait_s = 0.0
    try:
        app = msgspec.json.decode(headers.get("X-App-Usage", "{}"))
        pages = msgspec.json.decode(headers.get("X-Business-Use-Case-Usage", "{}"))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return wait_s
    uses = [app] if isinstance(app, dict) else []
    for told in pages.values() if isinstance(pages, dict) else ():
        uses += [use for use in told if isinstance(use, dict)] if isinstance(told, list) else []
    for use in uses:
        minutes = use.get("estimated_time_to_regain_access", 0)
        if isinstance(minutes, int | float):
            wait_s = max(wait_s, min(24 * 60, minutes) * 60.0)
        spent = [use.get(name) for name in ("call_count", "total_time", "total_cputime")]
        if any(isinstance(each, int | float) and each >= FULL_PERCENT for each in spent):
            wait_s = max(wait_s, 300.0)
    return wait_s


def _refusal(status: int, body: bytes, after_s: float) -> GraphError:
    try:
        told = msgspec.json.decode(body, type=_Refusal).error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        told = _Told()
    plain = "".join(char if char.isprintable() else " " for char in told.message[:300])
    words = f"{plain} (code {told.code})" if told.code else f"it answered {status}"
    why = _why(status, told)
    if why == "limit":
        after_s = max(after_s, 3600.0 if told.code == 368 else 300.0)
    return GraphError(why, words, told.code, after_s)


def _why(status: int, told: _Told) -> Why:
    kinds: tuple[tuple[Why, set[int]], ...] = (
        ("limit", LIMITS),
        ("token", TOKEN),
        ("permission", PERMISSION),
        ("gone", GONE),
        ("twice", {TWICE}),
        ("unsure", {1, 2}),
    )
    for why, codes in kinds:
        if told.code in codes:
            return why
    if status == 429:
        return "limit"
    if told.is_transient or status >= 500:
        return "unsure"
    return "token" if status == 401 else "permission" if status == 403 else "refused"
