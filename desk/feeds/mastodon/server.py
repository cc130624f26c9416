"""What a Mastodon instance is asked for besides its streams: who it is, and what was missed.

After docs.joinmastodon.org: methods/instance, methods/timelines, methods/notifications, and
api/rate-limits. The same requests of an account count together, also those with which replies go
out, so some are left over for these.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import msgspec

from desk.errors import FeedError
from desk.feeds.answer import PACKED, NotPackedError, TooLongError, whole
from desk.feeds.lasting import BrokenError
from desk.feeds.mastodon.status import (
    LONGEST_ID,
    Conversation,
    Kind,
    Notification,
    Profile,
    Status,
    acct,
)
from desk.post import without_lone
from desk.secret import Secret

ANSWER_S = 30.0
MOST_BYTES = 32 << 20
PAGE = 40
"""Statuses a page: the most that Mastodon gives."""
LEFT_FOR_REPLIES = 30
"""Requests of the 300 in five minutes that feeds leave to what the same account sends out."""
LEFT_AT_EASE = 240
"""With fewer left, nothing is asked for that a post can do without."""
WINDOW_S = 300.0
NOTHING = "0"
"""An id that is older than all others."""
PARENTS_AT_ONCE = 20

_PREVIOUS = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="prev"')


class Source(NamedTuple):
    """A list that an instance keeps, from which a gap is closed; `key` names it in a cursor."""

    key: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    kind: Kind = Status

    @property
    def dated(self) -> bool:
        """Whether its ids hold the time."""
        return self.kind is not Notification

    @property
    def short(self) -> bool:
        """Whether the instance keeps some hundred records of it, and no more."""
        return self.key == "home" or self.key.startswith("list:")


class Page(NamedTuple):
    """Records of a list, the oldest first; `newest` is behind which the next page begins.

    `oldest` is the id of the first; both are empty where the page is.
    """

    records: tuple[bytes, ...]
    oldest: str
    newest: str


class About(NamedTuple):
    """An instance: the domain of its accounts, where it streams, how long a status may be."""

    domain: str
    streaming: str
    most_characters: int


class _Urls(msgspec.Struct):
    streaming: str = ""


class _Lengths(msgspec.Struct):
    max_characters: int = 500


class _Configuration(msgspec.Struct):
    urls: _Urls = msgspec.field(default_factory=_Urls)
    statuses: _Lengths = msgspec.field(default_factory=_Lengths)


class _OldUrls(msgspec.Struct):
    streaming_api: str = ""


class _Instance(msgspec.Struct):
    """Version 2 says `domain` and `configuration`, version 1 `uri` and `urls`."""

    domain: str = ""
    uri: str = ""
    configuration: _Configuration = msgspec.field(default_factory=_Configuration)
    urls: _OldUrls = msgspec.field(default_factory=_OldUrls)


class _Id(msgspec.Struct):
    id: str = ""
    uri: str = ""
    last_status: _Id | None = None


class _Thread(msgspec.Struct):
    ancestors: list[msgspec.Raw] = []


class RefusedError(Exception):
    """An instance does not answer this, now or later: `status` is that of HTTP."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Server:
    """An instance at `base` (scheme and host), asked as the account of `secret`.

    It never asks more than the instance lets it; `told` hears when that makes it wait, in words.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base: str,
        secret: Secret,
        *,
        told: Callable[[str], object] = lambda _: None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.base = base
        self._http = http
        self._secret = secret
        self._told = told
        self._sleep = sleep
        self._left: int | None = None
        self._full_at_s = 0.0

    @property
    def headers(self) -> dict[str, str]:
        """What says who asks; for this instance and its streams alone."""
        return {"Authorization": f"Bearer {self._secret.reveal()}"}

    @property
    def at_ease(self) -> bool:
        """Whether there is room for requests that could as well be left."""
        return self._left is None or self._left > LEFT_AT_EASE

    async def about(self) -> About:
        """Who this is; an instance that does not say is taken for its address."""
        host = urlsplit(self.base).netloc
        for version in (2, 1):
            try:
                body, _ = await self._get(f"/api/v{version}/instance", ())
                told = msgspec.json.decode(body, type=_Instance)
            except (RefusedError, msgspec.MsgspecError):
                continue
            domain = told.domain or urlsplit(told.uri).netloc or told.uri or host
            streaming = told.configuration.urls.streaming or told.urls.streaming_api
            lengths = told.configuration.statuses
            return About(domain.lower(), self._streaming(streaming), lengths.max_characters)
        return About(host, self.base, 500)

    def _streaming(self, told: str) -> str:
        """Where the streams are, as http(s); a token goes only to whom the instance can trust.

        Raises:
            FeedError: it is sent to another host without encryption.
        """
        if not told:
            return self.base
        parts, own = urlsplit(told), urlsplit(self.base)
        scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
        if scheme not in ("http", "https") or not parts.hostname:
            return self.base
        if scheme == "http" and (own.scheme == "https" or parts.hostname != own.hostname):
            raise FeedError(f"{self.base} streams at {scheme}://{parts.netloc}: not encrypted")
        return f"{scheme}://{parts.netloc}"

    async def account(self, domain: str) -> str:
        """The name of the account whose token this is, as `name@domain`.

        Raises:
            RefusedError: the token may not ask.
        """
        body, _ = await self._get("/api/v1/accounts/verify_credentials", ())
        return acct(_decoded(body, Profile), domain)

    async def newest(self, source: Source) -> str:
        """The id of the newest record of a list; NOTHING where it is empty."""
        return (await self.page(source, limit=1)).newest or NOTHING

    async def page(
        self, source: Source, *, limit: int = PAGE, behind: str = "", before: str = ""
    ) -> Page:
        """The newest records of a list, those right `behind` an id, or right `before` one.

        Raises:
            RefusedError: the instance does not tell.
            BrokenError: it can't just now.
        """
        await self._have_room()
        at = ("min_id", behind) if behind else ("max_id", before)
        query = (*source.query, ("limit", str(limit)), *([at] if at[1] else []))
        body, headers = await self._get(source.path, query)
        records = [bytes(record) for record in _decoded(body, list[msgspec.Raw])]
        ids = [id_ for record in records if (id_ := record_id(record, source.kind))]
        if records and not ids:
            raise BrokenError("the instance's answer can't be read", "refused")
        newest = max((*ids, _previous(headers)), key=age) if ids else ""
        return Page(tuple(reversed(records)), min(ids, key=age, default=""), newest)

    async def thread(self, id_: str) -> tuple[bytes, ...]:
        """What was said before a status in its thread, the oldest first; errors as of `page`."""
        await self._have_room()
        body, _ = await self._get(f"/api/v1/statuses/{quote(id_, safe='')}/context", ())
        return tuple(bytes(record) for record in _decoded(body, _Thread).ancestors)

    async def addresses(self, ids: Iterable[str]) -> dict[str, str]:
        """The `uri` of statuses by their ids here, as far as they are told (Mastodon 4.3)."""
        wanted = tuple(("id[]", id_) for id_ in ids)[-PARENTS_AT_ONCE:]
        try:
            body, _ = await self._get("/api/v1/statuses", wanted)
            return {one.id: one.uri for one in _decoded(body, list[_Id]) if one.id and one.uri}
        except RefusedError:
            return {}

    async def _have_room(self) -> None:
        if self._left is None or self._left > LEFT_FOR_REPLIES:
            return
        wait_s = self._full_at_s - asyncio.get_running_loop().time()
        self._left = None
        if wait_s > 0:
            self._told(f"as many requests as the instance allows: going on in {wait_s:.0f} s")
            await self._sleep(wait_s)

    async def _get(
        self, path: str, query: tuple[tuple[str, str], ...]
    ) -> tuple[bytes, Mapping[str, str]]:
        async with (
            asyncio.timeout(ANSWER_S),
            self._http.get(
                f"{self.base}{path}",
                params=query,
                headers={**self.headers, "Accept-Encoding": PACKED},
                allow_redirects=False,
            ) as answer,
        ):
            self._left, wait_s = limits(answer.headers)
            self._full_at_s = asyncio.get_running_loop().time() + wait_s
            if answer.status == 429:
                raise BrokenError("the instance answered 429: too many requests", "limited", wait_s)
            if answer.status >= 500:
                raise BrokenError(f"the instance answered {answer.status}", "refused")
            if answer.status != 200:
                raise RefusedError(answer.status, f"the instance answered {answer.status}")
            try:
                return await whole(answer, MOST_BYTES), answer.headers
            except (TooLongError, NotPackedError) as error:
                raise BrokenError(f"an answer of the instance is {error}", "refused") from None


_Wanted = TypeVar("_Wanted")


def _decoded(body: bytes, wanted: type[_Wanted]) -> _Wanted:
    """What an answer holds.

    Raises:
        BrokenError: something else.
    """
    try:
        return msgspec.json.decode(body, type=wanted)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return msgspec.json.decode(without_lone(body), type=wanted)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BrokenError("the instance's answer can't be read", "refused") from None


def limits(headers: Mapping[str, str]) -> tuple[int | None, float]:
    """How many requests are left, None where nobody counts; and in how many seconds there are more.

    The time is taken between two of the server's own clock: it may go wrong, and so may ours.
    """
    try:
        left = int(headers["X-RateLimit-Remaining"])
    except (KeyError, ValueError):
        left = None
    try:
        reset = datetime.fromisoformat(headers["X-RateLimit-Reset"])
        wait_s = (reset - parsedate_to_datetime(headers["Date"])).total_seconds()
    except (KeyError, ValueError, TypeError):
        try:
            wait_s = float(headers["Retry-After"])
        except (KeyError, ValueError):
            wait_s = WINDOW_S / 5
    return left, WINDOW_S if math.isnan(wait_s) else min(max(wait_s, 1.0), WINDOW_S)


def age(id_: str) -> tuple[int, str]:
    """What orders ids by their age: numbers, ULIDs and flakes grow, and never become shorter."""
    return len(id_), id_


def earlier(id_: str, seconds: float) -> str:
    """The id of what was written so long before: the upper bits of an id are milliseconds.

    An id that holds no time is given back as it is (snowflakes: lib/mastodon/snowflake.rb).
    """
    if not id_.isascii() or not id_.isdecimal() or len(id_) < 15:
        return id_
    return str(max(0, int(id_) - (int(seconds * 1000) << 16)))


def some_before(mark: str, oldest: str, seconds: float, pages: int) -> str:
    """An id so long before `mark`, or so many pages if that is less.

    `oldest` is where the page right before `mark` begins. An id that holds no time is given back.
    """
    by_time = earlier(mark, seconds)
    if by_time == mark or not (oldest.isascii() and oldest.isdecimal()):
        return mark
    by_pages = int(mark) - pages * max(0, int(mark) - int(oldest))
    return str(max(int(by_time), by_pages))


def printable(words: str, most: int = 200) -> str:
    """What a server says, as it can be told in one line."""
    plain = "".join(char if char.isprintable() else " " for char in words[: 2 * most])
    return " ".join(plain.split())[:most]


def one_before(id_: str) -> str:
    """An id that is older than this one, and not older than another, where ids are numbers."""
    return str(int(id_) - 1) if id_.isascii() and id_.isdecimal() and int(id_) > 0 else NOTHING


def record_id(record: bytes, kind: Kind) -> str:
    """The id by which a list is paged; empty for a record without one."""
    try:
        told = msgspec.json.decode(record, type=_Id)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    if kind is Conversation:
        return told.last_status.id if told.last_status else ""
    return told.id


def _previous(headers: Mapping[str, str]) -> str:
    """Where the instance itself says that the page before this one begins; only the id is taken."""
    found = _PREVIOUS.search(headers.get("Link", "")[:8000])
    if found is None:
        return ""
    ids = parse_qs(urlsplit(found[1]).query).get("min_id", [""])
    return ids[0] if len(ids[0]) <= LONGEST_ID else ""
