"""X's filtered stream: `x+https://api.x.com`, the posts that match rules made for this desk.

```
packs, territory, accounts ─► rules ─► X ─ lines, keep-alives ─► posts ─► batches with the cursor
```
The stream has no memory: what was posted while nobody listened is gone, unless the account has
Enterprise access (`recover=backfill`), or the search is asked for some of it (`recover=search`).
X does not say what a gap held, so nothing counts as lost by number; the gap itself is said.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from typing import NamedTuple

from desk.errors import FeedError
from desk.feeds import Batch, Fault, Options
from desk.feeds.condition import Condition
from desk.feeds.lasting import BrokenError, Sleep, lasting
from desk.feeds.lines import LONGEST_LINE_BYTES, Line, Lines
from desk.feeds.patience import Patience
from desk.feeds.surroundings import Surroundings
from desk.feeds.x.gap import Gap, recover
from desk.feeds.x.keeping import keep_in_step
from desk.feeds.x.posts import Problem, Read, read_line
from desk.feeds.x.rules import StreamRule, stream_rules
from desk.feeds.x.server import RULES, Server
from desk.feeds.x.url import STREAM, read_url
from desk.post import Post

QUIET_S = 25.0
"""X sends something every 20 s: a longer silence is a connection that has died."""
MOST_POSTS = 128
SENT_AGAIN_S = 30.0
"""How long the minutes that X sends again may take to come, before what is new."""
NOTED_S = 10.0
"""How often the cursor is handed on while nothing but keep-alives comes."""
FIELDS = {
    "tweet.fields": "created_at,lang,author_id,conversation_id,in_reply_to_user_id,geo,entities,"
    "attachments,referenced_tweets,note_tweet",
    "user.fields": "id,name,username,location,public_metrics",
    "place.fields": "id,full_name",
    "media.fields": "media_key,type,url,preview_image_url,alt_text",
}
_CURSOR = re.compile(r"(?P<id>[0-9]{1,19})@(?P<heard>[0-9]{1,12})")


class Place(NamedTuple):
    """How far the stream was heard: the newest post, and when the last sign of life came.

    `heard_s` is in seconds of the wall since 1970; 0 before the first connection.
    """

    newest: int = 0
    heard_s: int = 0

    def __str__(self) -> str:
        return f"{self.newest}@{self.heard_s}"


class XFeed:
    """Posts of X that a desk would label; `adapt` tells it for which desk."""

    def __init__(
        self,
        url: str,
        options: Options,
        *,
        patience: Patience | None = None,
        sleep: Sleep = asyncio.sleep,
        now_s: Callable[[], float] = time.time,
        quiet_s: float = QUIET_S,
    ) -> None:
        self.url = url
        self.condition = Condition()
        self._asked = read_url(url, options)
        self._server = Server(self._asked.base, self._asked.token, quiet_s)
        self._patience = patience or Patience(RULES)
        self._sleep = sleep
        self._now_s = now_s
        self._surroundings: Surroundings | None = None
        self._rules: tuple[Surroundings, list[StreamRule]] | None = None
        self._refused: set[bytes] = set()
        self._in_step = False

    def adapt(self, surroundings: Surroundings) -> None:
        """Let X send what matters to the desk with these surroundings, from now on."""
        self._surroundings = surroundings
        self._in_step = False

    async def batches(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Batches from now on, and of gaps what can be recovered, for ever.

        Raises:
            FeedError: X refuses the token, or what is asked for; or the cursor is none of this
                feed.
        """
        _place(cursor, self.url)
        try:
            async with aclosing(
                lasting(self._connected, cursor, self.condition, self._patience, sleep=self._sleep)
            ) as batches:
                async for batch in batches:
                    yield batch
        finally:
            await self._server.close()

    async def _connected(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """The batches of one connection."""
        place = _place(cursor, self.url)
        # at each connect: whoever else has this token may have changed the rules meanwhile
        refused = await self._keep_rules()
        gap = Gap(place.newest, place.heard_s, self._now_s(), self._asked.here)
        params = self._params() | gap.params(self._asked.recovery)
        async with self._server.stream(STREAM, params) as answer:
            self.condition.live()
            self.condition.error = gap.words(self._asked.recovery)
            if not place.heard_s:
                # a desk that ends before it has heard anything knows since when it has listened
                place = place._replace(heard_s=int(self._now_s()))
                yield Batch((), str(place))
            if refused:
                yield Batch((), str(place), tuple(refused))
            # the cursor stays before the gap until all of it is there: it is asked for again else
            async with aclosing(recover(self._server, gap, self._asked, *self._around())) as reads:
                async for read in reads:
                    yield _batch(read, place)
            lines, noted_s = Lines(), self._now_s()
            whole_s = noted_s + (SENT_AGAIN_S if "backfill_minutes" in params else 0)
            async for chunk in answer.content.iter_any():
                if chunk.isspace() or self._now_s() >= whole_s:
                    whole_s = 0.0
                    place = place._replace(heard_s=int(self._now_s()))
                quiet = True
                for read in _read(lines.feed(chunk)):
                    quiet = False
                    place = _newest(place, read.posts)
                    yield _batch(read, place)
                    if read.problem is not None:
                        raise _broken(read.problem)
                if quiet and self._now_s() - noted_s >= NOTED_S:
                    noted_s = self._now_s()
                    yield Batch((), str(place))
                if not self._in_step:
                    yield Batch((), str(place), tuple(await self._keep_rules()))

    def _params(self) -> dict[str, str]:
        expansions = {"expansions": ",".join(self._asked.expansions)}
        return FIELDS | (expansions if self._asked.expansions else {})

    def _around(self) -> tuple[Surroundings | None, dict[str, str]]:
        return self._surroundings, self._params()

    async def _keep_rules(self) -> list[Fault]:
        """Let X have the rules of this desk; those that it refuses, each told once."""
        if not self._asked.keeps_rules:
            self._in_step = True
            return []
        if self._surroundings is None:
            raise FeedError(f"{self.url} knows no territory and no rules: add ?rules=leave")
        surroundings, self._in_step = self._surroundings, True
        if self._rules is None or self._rules[0] is not surroundings:
            # seconds of work, in which screens must be served; the same at each reconnect
            made = await asyncio.to_thread(stream_rules, surroundings, self._asked.wish)
            self._rules = surroundings, made
        refused = await keep_in_step(self._server, self._rules[1])
        news = [fault for fault in refused if fault.raw not in self._refused]
        self._refused |= {fault.raw for fault in news}
        return news


def _place(cursor: str | None, url: str) -> Place:
    if not cursor:
        return Place()
    told = _CURSOR.fullmatch(cursor)
    if told is None:
        raise FeedError(
            f"'{cursor[:60]}' is no cursor of {url}: it must be ID@SECONDS; use another --data"
        )
    return Place(int(told["id"]), int(told["heard"]))


def _read(lines: Iterable[Line]) -> Iterable[Read]:
    """What a run of lines holds, cut into batches; a blank line is a sign of life and no more."""
    posts: list[Post] = []
    faults: list[Fault] = []
    ignored = 0
    for line in lines:
        where = f"line {line.number} of X's stream"
        if line.data is None:
            faults.append(Fault(where, f"longer than {LONGEST_LINE_BYTES >> 20} MiB"))
        elif line.data:
            read = read_line(line.data, where)
            posts += read.posts
            faults += read.faults
            ignored += read.ignored
            if read.problem is not None:
                yield Read(posts, faults, read.problem, ignored)
                return
        if len(posts) + len(faults) >= MOST_POSTS:
            yield Read(posts, faults, ignored=ignored)
            posts, faults, ignored = [], [], 0
    if posts or faults or ignored:
        yield Read(posts, faults, ignored=ignored)


def _newest(place: Place, posts: Iterable[Post]) -> Place:
    return place._replace(newest=max((place.newest, *(int(post.id) for post in posts))))


def _batch(read: Read, place: Place) -> Batch:
    return Batch(tuple(read.posts), str(place), tuple(read.faults), ignored=read.ignored)


def _broken(problem: Problem) -> BrokenError:
    """The connection ends, as X itself says: for its own reasons, or one of ours is too many."""
    if problem.connection_issue is not None:
        return BrokenError(f"X: {problem.words}", "limited")
    return BrokenError(f"X has disconnected: {problem.words}")
