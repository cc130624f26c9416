"""Posts from Mastodon, and from whatever else speaks its API.

```
                  ┌► streams: server-sent events, or one WebSocket ─┐
connection begins ┤                                                 ├► statuses ─► posts, in batches
                  └► lists: what was missed, page by page ──────────┘
```
The cursor is JSON: for each list of the instance, the id up to which it was read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from functools import partial

import aiohttp

from desk.errors import FeedError
from desk.feeds import Batch, Options
from desk.feeds.condition import Condition
from desk.feeds.lasting import BrokenError, lasting
from desk.feeds.mastodon.events import Said, Statuses
from desk.feeds.mastodon.gaps import PACE, Closing, Fetched, Marks, Pace
from desk.feeds.mastodon.server import (
    NOTHING,
    About,
    RefusedError,
    Server,
    Source,
    earlier,
    one_before,
)
from desk.feeds.mastodon.status import Conversation, Kind, Notification, Status
from desk.feeds.mastodon.streams import (
    CONNECT_S,
    Heard,
    Listening,
    Stream,
    by_events,
    by_socket,
)
from desk.feeds.mastodon.wanted import Wanted, wanted
from desk.feeds.patience import Patience

MOST_POSTS = 128
MOST_WAITING = 256
"""Events that wait: beyond them the server does."""
GATHER_S = 0.02
LOOKS = 4
"""How often is looked within that time, whether a batch is full."""
_EVENTS: dict[str, Kind] = {
    "update": Status,
    "notification": Notification,
    "conversation": Conversation,
}

Item = Heard | Fetched | Exception


class MastodonFeed:
    """Posts of the streams of one instance; what was missed between connections is fetched."""

    def __init__(self, url: str, options: Options, pace: Pace = PACE) -> None:
        self.url = url
        self.condition = Condition()
        self._wanted = wanted(url, options)
        self._pace = pace
        self._patience = Patience(pace.rules)
        self._known: tuple[About, Statuses] | None = None

    async def batches(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Batches of all that follows `cursor`, for ever.

        Raises:
            FeedError: wrong credentials, or no such stream.
        """
        batches = lasting(self._connect, cursor, self.condition, self._patience)
        async with aclosing(batches):
            async for batch in batches:
                yield batch

    async def _connect(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        marks = Marks(cursor)
        agent = {"User-Agent": "stormdesk"}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S)
        async with aiohttp.ClientSession(
            headers=agent,
            timeout=timeout,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as http:
            server = Server(http, self._wanted.base, self._wanted.secret, told=self._told)
            if self._known is None:
                self._known = await self._introduced(server)
            about, statuses = self._known
            again = {source for source in self._wanted.sources if marks.of(source) is not None}
            for source in self._wanted.sources:
                marks.begin(source, marks.of(source) or await self._first(server, source))
            connection = _Connection(self._wanted, server, statuses, marks)
            closings = [
                partial(
                    Closing(server, source, self.condition, connection.put, self._pace).close,
                    marks.of(source) or NOTHING,
                    again=source in again,
                )
                for source in self._wanted.sources
            ]
            batches = connection.batches(http, about.streaming, closings, self._pace.silent_s)
            async with aclosing(batches):
                async for batch in batches:
                    yield batch

    def _told(self, words: str) -> None:
        self.condition.error = words

    async def _introduced(self, server: Server) -> tuple[About, Statuses]:
        """Who the instance is, and whose token this is where something comes to them."""
        about, account = await server.about(), ""
        if self._wanted.of_account:
            try:
                account = await server.account(about.domain)
            except RefusedError as error:
                if error.status in (401, 403):
                    where = self._wanted.secret.where
                    raise FeedError(
                        f"{self._wanted.base} refuses the token in {where}: make one with the"
                        " scopes read:accounts, read:statuses and read:notifications"
                    ) from None
        return about, Statuses(about.domain, account, drill=self._wanted.drill)

    async def _first(self, server: Server, source: Source) -> str:
        """Behind which id a list is read that was never read before."""
        try:
            newest = await server.newest(source)
            if not self._wanted.back_s or newest == NOTHING:
                return newest
            return await self._back(server, source, newest)
        except RefusedError:
            return NOTHING  # closing the gap will say what is wrong

    async def _back(self, server: Server, source: Source, newest: str) -> str:
        """Behind which id a list is read that is to be read from some time ago."""
        if not source.dated:
            return one_before((await server.page(source)).oldest)
        mark = earlier(newest, self._wanted.back_s)
        before = await server.page(source, limit=1, before=mark)
        return mark if before.records else NOTHING


class _Connection:
    """Streams that stand, and the gaps before them, which are closed beside them."""

    def __init__(self, wants: Wanted, server: Server, statuses: Statuses, marks: Marks) -> None:
        self._wants = wants
        self._server = server
        self._statuses = statuses
        self._marks = marks
        self._items: asyncio.Queue[Item] = asyncio.Queue(MOST_WAITING)
        self.put = self._items.put
        self._silent = 0
        self._opened = asyncio.Event()

    async def batches(
        self,
        http: aiohttp.ClientSession,
        base: str,
        closings: Sequence[Callable[[], Awaitable[None]]],
        silent_s: float,
    ) -> AsyncGenerator[Batch, None]:
        """What comes, until a stream breaks; `closings` begin once every stream stands.

        Raises:
            BrokenError, aiohttp.ClientError: it has.
            FeedError: it was refused for good.
        """
        streams = tuple(self._wants.streams)
        groups = [streams] if self._wants.by_socket else [(stream,) for stream in streams]
        self._silent = len(groups)
        tasks = [
            *(asyncio.create_task(self._listen(http, base, group, silent_s)) for group in groups),
            *(asyncio.create_task(self._close(closing)) for closing in closings),
        ]
        try:
            await self._opened.wait()
            if not self._silent:
                # where nothing is said for long, a desk must know since when it has listened
                yield Batch((), self._marks.cursor)
            while True:
                items = await self._gathered()
                batch = await self._batch(items)
                broken = next((each for each in items if isinstance(each, Exception)), None)
                if broken is None or batch.posts or batch.faults or batch.ignored:
                    yield batch
                if broken is not None:
                    raise broken
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(
        self, http: aiohttp.ClientSession, base: str, streams: tuple[Stream, ...], silent_s: float
    ) -> None:
        said_hello = False

        def opened() -> None:
            nonlocal said_hello
            self._silent -= not said_hello
            said_hello = True
            if self._silent == 0:
                self._opened.set()

        by = Listening(http, base, self._server.headers, self.put, opened, silent_s)
        try:
            if self._wants.by_socket:
                await by_socket(streams, by)
            else:
                await by_events(streams[0], by)
            await self.put(BrokenError("the server has closed the connection"))
        except Exception as error:  # noqa: BLE001  whoever reads the batches raises it again
            await self.put(error)
        finally:
            self._opened.set()

    async def _close(self, closing: Callable[[], Awaitable[None]]) -> None:
        try:
            await self._opened.wait()
            await closing()
        except Exception as error:  # noqa: BLE001  whoever reads the batches raises it again
            await self.put(error)

    async def _gathered(self) -> list[Item]:
        """What has come, a little time after the first of it."""
        items = [await self._items.get()]
        for _ in range(LOOKS):
            if self._items.qsize() >= MOST_POSTS // 2:
                break
            await asyncio.sleep(GATHER_S / LOOKS)
        records = 0
        while records < MOST_POSTS and not self._items.empty():
            item = self._items.get_nowait()
            records += len(item.page.records) if isinstance(item, Fetched) else 1
            items.append(item)
        return items

    async def _batch(self, items: list[Item]) -> Batch:
        statuses = self._statuses
        said = [one for item in items for one in self._said(item)]
        unknown = statuses.unknown(said)
        if unknown and self._server.at_ease:
            with suppress(BrokenError, aiohttp.ClientError, OSError, TimeoutError):
                statuses.learn(unknown, await self._server.addresses(unknown))
        posts = tuple(post for one in said for post in statuses.posts(one))
        faults, ignored, deleted = statuses.taken()
        return Batch(posts, self._marks.cursor, faults, ignored=ignored, deleted=deleted)

    def _said(self, item: Item) -> list[Said]:
        match item:
            case Fetched(source, page):
                self._marks.fetched(item)
                read = [self._statuses.listed(record, source.kind) for record in page.records]
                return [one for _, said in read for one in said]
            case Heard(stream, event, data, start):
                if data is None:
                    self._statuses.fault(event, "an event of more than 1 MiB", start)
                    return []
                id_, said = self._statuses.heard(event, data)
                for source in self._wants.streams[stream]:
                    if id_ and source.kind is _EVENTS.get(event):
                        self._marks.heard(source, id_)
                return said
        return []
