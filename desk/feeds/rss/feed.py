"""RSS and Atom feeds, asked for politely: `rss+https://HOST/PATH?every=300`.

The query is the feed's own, but for `every`. What has not changed is not sent again (ETag,
Last-Modified: RFC 9110, section 13), and what a feed says of how often it may be asked is obeyed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from datetime import UTC, datetime
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp
import msgspec

from desk.channels.drill import is_drill
from desk.errors import FeedError
from desk.feeds import Batch, Fault, Options
from desk.feeds.answer import PACKED, NotPackedError, TooLongError, whole
from desk.feeds.condition import Condition
from desk.feeds.lasting import BrokenError, Sleep, lasting
from desk.feeds.patience import Growth, Patience, Rules
from desk.feeds.retry_after import retry_after_s
from desk.feeds.rss.entry import Entries, Source, TooMuchError, documents
from desk.serving.address import is_here

EVERY_S = 300
SOONEST_S = 60
SLOWEST_S = 24 * 3600
MOST_POSTS = 128
MOST_BYTES = 4 << 20
MOST_REDIRECTS = 5
ANSWER_S = 60.0
RULES = Rules(Growth(10.0, 900.0), Growth(60.0, 3600.0), Growth(300.0, 3600.0))
_REDIRECTS = (301, 302, 303, 307, 308)
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"
_PARSER = ThreadPoolExecutor(1, "read-rss")
"""One document at a time, however many feeds: the desk's own work goes on beside it."""


class _Cursor(msgspec.Struct, omit_defaults=True):
    """What the server has said of the document that was read last."""

    etag: str = ""
    modified: str = ""


class RssFeed:
    """A newsroom's feed, asked for every 5 minutes or as often as it wants."""

    def __init__(self, url: str, options: Options, *, sleep: Sleep = asyncio.sleep) -> None:
        query = dict(options.query)
        every = query.pop("every", str(EVERY_S))
        scheme = url.partition(":")[0].removeprefix("rss+")
        address = f"{scheme}:{options.target}{'?' if query else ''}{urlencode(query)}"
        try:
            parts = urlsplit(address)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            host = ""
        if not host or not options.target.startswith("//"):
            raise FeedError(f"no server in '{url}': write rss+https://HOST/feed.xml")
        if parts.username is not None:
            raise FeedError(f"no password belongs into a URL: rss+{scheme}://{host}…")
        self._here = is_here(host)
        self._every_s = _every_s(url, every, here=self._here)
        self.url = url
        self.condition = Condition()
        self._address = address
        self._place = f"{parts.netloc}{parts.path}".rstrip("/")
        self._sleep = sleep
        self._entries = Entries(lambda: datetime.now(UTC))
        self._ttl_s = 0.0
        self._draw = random.Random()  # noqa: S311  spreads the asking, hides nothing

    async def batches(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """New entries, the oldest first, whenever the feed has some.

        Raises:
            FeedError: the feed is gone for good.
        """
        patience = Patience(RULES)
        batches = lasting(self._asking, cursor, self.condition, patience, sleep=self._sleep)
        async with aclosing(batches):
            async for batch in batches:
                yield batch

    async def _asking(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with aiohttp.ClientSession(
            timeout=timeout, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        ) as http:
            drill = await is_drill(http, self._address)
            while True:
                asked = self._ask(http, Source(self._place, drill), cursor)
                async with aclosing(asked):
                    async for batch in asked:
                        cursor = batch.cursor
                        yield batch
                wait_s = max(self._every_s, self._ttl_s)
                await self._sleep(wait_s * (1 + self._draw.random() / 10))

    async def _ask(
        self, http: aiohttp.ClientSession, source: Source, cursor: str | None
    ) -> AsyncGenerator[Batch, None]:
        known = _known(cursor)
        headers = {"Accept": _ACCEPT, "Accept-Encoding": PACKED, "User-Agent": "stormdesk"}
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.modified:
            headers["If-Modified-Since"] = known.modified
        answer = await self._get(http, headers)
        async with answer:
            if answer.status == 304:
                yield Batch((), cursor or "")
                return
            try:
                body = await whole(answer, MOST_BYTES)
            except (TooLongError, NotPackedError) as error:
                raise BrokenError(f"what it sends is {error}", "refused") from None
            now = _Cursor(answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))
        try:
            loop = asyncio.get_running_loop()
            read = await loop.run_in_executor(_PARSER, self._entries.read, body, source)
        except TooMuchError as error:
            raise BrokenError(f"no feed of a newsroom: {error}", "refused") from None
        self._ttl_s = read.ttl_s
        pieces = list(documents(read.posts, MOST_POSTS))
        for piece in pieces[:-1]:
            yield Batch(piece, cursor or "")
        faults: tuple[Fault, ...] = tuple(read.faults)
        # a broken document is asked for whole again: what it has lost may be in the next
        yield Batch(
            pieces[-1],
            _written(now if read.sound else _Cursor()),
            faults,
            ignored=read.ignored,
        )

    async def _get(
        self, http: aiohttp.ClientSession, headers: dict[str, str]
    ) -> aiohttp.ClientResponse:
        """The answer of the feed, wherever it has moved to."""
        address = self._address
        for _ in range(MOST_REDIRECTS + 1):
            answer = await http.get(address, headers=headers, allow_redirects=False)
            if answer.status in (200, 304):
                return answer
            answer.release()
            if answer.status not in _REDIRECTS:
                raise _refusal(answer)
            address = self._moved(address, answer.headers.get("Location", ""))
        raise BrokenError(f"it moves on more than {MOST_REDIRECTS} times", "refused")

    def _moved(self, address: str, to: str) -> str:
        """Where a feed has moved: never to a server that others can't read along with, or here."""
        try:
            following = urljoin(address, to)
            parts = urlsplit(following)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            host = ""
        safe = parts.scheme == "https" or (parts.scheme == urlsplit(address).scheme == "http")
        if not host or not safe or (is_here(host) and not self._here):
            raise BrokenError(f"it has moved to '{to[:100]}', which is not followed", "refused")
        return following


def _refusal(answer: aiohttp.ClientResponse) -> Exception:
    if answer.status == 410:
        return FeedError("the server answered 410: the feed is gone for good; leave it out")
    trouble = "limited" if answer.status in (429, 503) else "refused"
    words = f"the server answered {answer.status}"
    if trouble == "limited":
        return BrokenError(words, "limited", retry_after_s(answer.headers))
    return BrokenError(words, "refused")


def _every_s(url: str, text: str, *, here: bool) -> float:
    soonest_s = 1 if here else SOONEST_S
    if not (text.isascii() and text.isdigit()) or not soonest_s <= int(text[:9]) <= SLOWEST_S:
        raise FeedError(
            f"every={text[:20]} in '{url}': write whole seconds from {soonest_s} to {SLOWEST_S:,}"
        )
    return float(text)


def _known(cursor: str | None) -> _Cursor:
    try:
        return msgspec.json.decode(cursor, type=_Cursor) if cursor else _Cursor()
    except msgspec.MsgspecError:
        return _Cursor()


def _written(cursor: _Cursor) -> str:
    usable = {
        name: text if text.isprintable() and len(text) <= 500 else ""
        for name, text in msgspec.structs.asdict(cursor).items()
    }
    return msgspec.json.encode(_Cursor(**usable)).decode()
