"""How far each list of an instance was read, and how a gap in a stream is closed from it.

A stream goes on at once, beside the closing of the gap; the mark of its list moves with what is
fetched, and past what was heard only once nothing is missing. So a desk that ends in between has no
more than the gap to fetch again, and what comes twice is dropped.

Ids are not quite the order in which statuses come: one of another instance has the id of the moment
at which it was written, and comes later (lib/mastodon/snowflake.rb). So a gap is taken to begin
some time before the last status that was seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, NamedTuple, TypeVar

import aiohttp
import msgspec

from desk.errors import FeedError
from desk.feeds.condition import Condition
from desk.feeds.lasting import BrokenError, plainly
from desk.feeds.mastodon.server import (
    NOTHING,
    PAGE,
    Page,
    RefusedError,
    Server,
    Source,
    age,
    record_id,
    some_before,
)
from desk.feeds.mastodon.status import LONGEST_ID, Conversation, Status
from desk.feeds.mastodon.streams import SILENT_S
from desk.feeds.patience import Growth, Patience, Rules

BEFORE_S = 120.0
"""How long before a gap statuses are fetched once more, for those that came late."""
PAGES_BEFORE = 10
"""... and how many pages at most: the limit of requests is for the gap itself."""
RULES = Rules(Growth(1.0, 64.0), Growth(5.0, 320.0), Growth(5.0, 300.0))
"""Waits of a Mastodon feed; with 429 the instance itself says how long."""


class Pace(NamedTuple):
    """How long a feed waits, in seconds.

    `silent_s` is how long a connection may be silent. A new one may say hello and still hear
    nothing for up to `settle_s`: then the lists are asked once more.
    """

    rules: Rules = RULES
    silent_s: float = SILENT_S
    settle_s: float = 1.0


PACE = Pace()
_Answer = TypeVar("_Answer")
Id = Annotated[str, msgspec.Meta(max_length=LONGEST_ID)]


class Fetched(NamedTuple):
    """A page of a list; `closed` says that the gap ends with it."""

    source: Source
    page: Page
    closed: bool = False


class Marks:
    """Up to which id each list was read; what is `ahead` was heard while its gap is open."""

    def __init__(self, cursor: str | None = None) -> None:
        self._read: dict[str, str] = {}
        self._ahead: dict[str, str] = {}
        self._open: set[str] = set()
        if cursor:
            try:
                self._read = msgspec.json.decode(cursor, type=dict[str, Id])
            except msgspec.MsgspecError:
                raise FeedError(
                    f"'{cursor[:60]}' is no cursor of a Mastodon feed; use another --data folder"
                ) from None

    @property
    def cursor(self) -> str:
        """All marks as JSON."""
        return msgspec.json.encode(self._read, order="deterministic").decode()

    def of(self, source: Source) -> str | None:
        """Up to where a list was read."""
        return self._read.get(source.key)

    def begin(self, source: Source, mark: str) -> None:
        """A gap behind `mark` is open."""
        self._read[source.key] = mark
        self._open.add(source.key)

    def heard(self, source: Source, id_: str) -> None:
        """A stream has brought a record of a list."""
        key = source.key
        self._ahead[key] = max(self._ahead.get(key, NOTHING), id_, key=age)
        if key not in self._open:
            self._read[key] = max(self._read.get(key, NOTHING), id_, key=age)

    def fetched(self, fetched: Fetched) -> None:
        """A page of a list was taken."""
        key = fetched.source.key
        found = [self._read.get(key, NOTHING), fetched.page.newest or NOTHING]
        if fetched.closed:
            self._open.discard(key)
            found.append(self._ahead.get(key, NOTHING))
        self._read[key] = max(found, key=age)


Put = Callable[[Fetched], Awaitable[object]]


class Closing:
    """Closes the gap of one list: fetches what is behind its mark, and hands on page by page."""

    def __init__(
        self,
        server: Server,
        source: Source,
        condition: Condition,
        put: Put,
        pace: Pace = PACE,
    ) -> None:
        self._server = server
        self._source = source
        self._condition = condition
        self._put = put
        self._settle_s = pace.settle_s
        self._patience = Patience(pace.rules)

    async def close(self, mark: str, *, again: bool) -> None:
        """Fetch everything behind `mark`; `again` says that a desk has read up to there before."""
        position = mark
        try:
            if again:
                position = await self._before(mark)
            position = await self._up_to_newest(position)
            await asyncio.sleep(self._settle_s)
            await self._up_to_newest(position)
        except RefusedError as error:
            reason = f"{error} when asked for what was missed in '{self._source.key}'"
            if again:
                self._lose(reason)
            else:
                self._condition.error = reason  # nothing was missed so far
        await self._put(Fetched(self._source, Page((), "", ""), closed=True))

    async def _before(self, mark: str) -> str:
        """What came right before the mark, and an id some time before it."""
        page = await self._page(before=mark)
        if page.records:
            await self._put(Fetched(self._source, page))
        elif mark != NOTHING and self._source.short:
            self._lose(
                f"the instance's list '{self._source.key}' no longer reaches back to the gap"
            )
        if not self._source.dated or not page.oldest:
            return mark
        return some_before(mark, page.oldest, BEFORE_S, PAGES_BEFORE)

    async def _up_to_newest(self, position: str) -> str:
        goal = (await self._page(limit=1)).newest
        while goal and age(position) < age(goal):
            page = await self._page(behind=position)
            if not page.newest or age(page.newest) <= age(position):
                break
            if self._source.kind is Conversation:
                await self._conversations(page, position)
            await self._put(Fetched(self._source, page))
            position = page.newest
        return position

    async def _conversations(self, page: Page, position: str) -> None:
        """The list has the last message of each conversation alone: fetch those before it."""
        messages = self._source._replace(kind=Status)
        for record in page.records:
            thread = await self._asked(
                partial(self._server.thread, record_id(record, Conversation))
            )
            new = tuple(each for each in thread if age(record_id(each, Status)) > age(position))
            # a mark moves with the list, and not with what is found beside it
            await self._put(Fetched(messages, Page(new, "", "")))

    async def _page(self, *, limit: int = PAGE, behind: str = "", before: str = "") -> Page:
        asked = partial(self._server.page, self._source, limit=limit, behind=behind, before=before)
        return await self._asked(asked)

    async def _asked(self, asked: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """What the instance answers, however long it lets one wait for it."""
        while True:
            try:
                answer = await asked()
            except BrokenError as error:
                broken = error
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                broken = BrokenError(plainly(error))
            else:
                self._patience.worked()
                return answer
            wait_s = self._patience.wait_s(broken.trouble, broken.at_least_s)
            self._condition.error = (
                f"{broken}; what was missed is asked for again in {wait_s:.0f} s"
            )
            await asyncio.sleep(wait_s)

    def _lose(self, reason: str) -> None:
        """Nobody can tell how many posts are gone: a gap counts as one."""
        self._condition.lost += 1
        self._condition.error = reason
