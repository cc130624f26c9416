"""Pages at Facebook and Instagram: a listener for Meta's webhooks, `meta://HOST:PORT/PATH`.

```
Meta ─POST─► port (size, time, signature over the raw body) ─► queue ─► desk: labelled, on disk
   ◄──────────────── 200, only then ───────────────────────────────────────┘
Graph API ─GET /{page}/feed─► what was missed while no desk listened, once at the start
```
Webhooks have no cursor: after a restart Meta repeats what it got no 200 for, for 36 hours. What is
kept as one is the second of the newest post that is on disk, from which a longer gap is read.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import NamedTuple

import aiohttp
import msgspec

from desk.channels.drill import is_drill
from desk.channels.graph import Graph, GraphError
from desk.feeds import Batch, Deleted, Fault, Options
from desk.feeds.condition import Condition
from desk.feeds.lasting import Sleep, plainly
from desk.feeds.meta.backfill import missed, own_page
from desk.feeds.meta.port import Callback, port_at
from desk.feeds.meta.url import Target, target_of
from desk.feeds.meta.wire import EDITED, Decoded, decode_webhook
from desk.feeds.patience import Growth, Patience, Rules, Trouble
from desk.post import Post

MOST_POSTS = 128
GATHER_S = 0.01
"""Messages of a moment are stored together: each batch costs as much as some ten posts."""
STORE_S = 15.0
"""Wall seconds that the desk may take to store a message; Meta itself waits about 20."""
MOST_QUEUED_BYTES = 32 << 20
MOST_TEXTS = 20_000
"""Posts of which it is known what they said, so that an edit of something else is none."""
_FILLING = Rules(Growth(5.0, 300.0), Growth(30.0, 900.0), Growth(300.0, 3600.0))


class _Message(NamedTuple):
    """What came at once, its bytes, and who waits until it is on disk."""

    found: Decoded
    size: int
    waiter: asyncio.Future[bool]


class MetaFeed:
    """Posts, comments and mentions of own pages, as Meta's webhooks bring them.

    The cursor is the Unix second of the newest post on disk, '' before the first.
    """

    def __init__(self, url: str, options: Options, *, sleep: Sleep = asyncio.sleep) -> None:
        self.url = url
        self.condition = Condition()
        self.listening_on = 0
        self._target: Target = target_of(url, options)
        self._sleep = sleep
        self._queue: asyncio.Queue[_Message] = asyncio.Queue()
        self._queued_bytes = 0
        self._waiting: dict[int, tuple[Batch, list[_Message]]] = {}
        self._texts: dict[str, int] = {}
        self._refused: Counter[str] = Counter()
        self._cursor_s = 0
        self._newest_s = 0
        self._holds_back = False
        self._numbers = itertools.count(1)

    async def batches(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Batches as they come; a message is answered once its last batch is stored.

        Raises:
            FeedError: the address can't be listened on, or another feed has it.
        """
        target = self._target
        self._cursor_s = self._newest_s = int(cursor) if cursor and cursor.isdecimal() else 0
        callback = Callback(
            target.path, target.app_secret, target.verify_token, self._deliver, self._refuse
        )
        port = port_at(target.host, target.port)
        self.listening_on = await port.add(callback)
        self.condition.live()
        filling = self._start_filling()
        try:
            while True:
                messages = [await self._queue.get()]
                await asyncio.sleep(GATHER_S)
                while not self._queue.empty() and _posts(messages) < MOST_POSTS:
                    messages.append(self._queue.get_nowait())
                for batch in self._cut(messages):
                    yield batch
        finally:
            if filling is not None:
                filling.cancel()
            self._let_go()
            await port.remove(callback)

    def stored(self, batch: Batch) -> None:
        """`batch` is on disk: who waits for it hears so."""
        _, messages = self._waiting.pop(id(batch), (batch, []))
        for message in messages:
            self._queued_bytes -= message.size
            if not message.waiter.done():
                message.waiter.set_result(True)

    async def _deliver(self, body: bytes, exercise: bool) -> bool:
        """Take a signed body; whether it is on disk within the time that Meta waits."""
        if self._queued_bytes + len(body) > MOST_QUEUED_BYTES:
            return False
        place = f"webhook {next(self._numbers)}"
        found = decode_webhook(body, place, exercise=exercise)
        self._drop_unchanged(found)
        waiter = self._take(found, len(body))
        try:
            async with asyncio.timeout(STORE_S):
                return await asyncio.shield(waiter)
        except TimeoutError:
            return False

    def _take(self, found: Decoded, size: int = 0) -> asyncio.Future[bool]:
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queued_bytes += size
        self._queue.put_nowait(_Message(found, size, waiter))
        return waiter

    def _drop_unchanged(self, found: Decoded) -> None:
        """Edits come for much: only new words are a post."""
        kept = []
        for post in found.posts:
            first, edited, _ = post.id.partition(EDITED)
            text = hash(post.text)
            if not edited or self._texts.get(first) != text:
                kept.append(post)
            self._texts.pop(first, None)
            self._texts[first] = text
            if len(self._texts) > MOST_TEXTS:
                del self._texts[next(iter(self._texts))]
        found.ignored += len(found.posts) - len(kept)
        found.posts = kept

    def _cut(self, messages: list[_Message]) -> Iterator[Batch]:
        """Messages as batches: the cursor goes on, and who waits is told, with the last."""
        posts: list[Post] = []
        faults: list[Fault] = []
        deleted: list[Deleted] = []
        ignored = 0
        for message in messages:
            posts += message.found.posts
            deleted += message.found.deleted
            faults += message.found.faults
            ignored += message.found.ignored
            self._newest_s = max(self._newest_s, message.found.newest_s)
        while len(posts) > MOST_POSTS:
            yield Batch(tuple(posts[:MOST_POSTS]), self._cursor())
            del posts[:MOST_POSTS]
        if not self._holds_back:
            self._cursor_s = self._newest_s
        last = Batch(
            tuple(posts),
            self._cursor(),
            tuple(faults),
            ignored=ignored,
            deleted=tuple(deleted),
        )
        self._waiting[id(last)] = last, messages
        yield last

    def _cursor(self) -> str:
        return str(self._cursor_s) if self._cursor_s else ""

    def _refuse(self, why: str) -> None:
        self._refused[why] += 1
        told = ", ".join(f"{count:,} {why}" for why, count in sorted(self._refused.items()))
        self.condition.error = f"requests refused: {told}"

    def _let_go(self) -> None:
        """Nothing more will be stored: Meta hears so, and sends it again."""
        queued = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        held: Sequence[list[_Message]] = [messages for _, messages in self._waiting.values()]
        self._waiting.clear()
        self._queued_bytes = 0
        for message in itertools.chain(queued, *held):
            if not message.waiter.done():
                message.waiter.set_result(False)

    def _start_filling(self) -> asyncio.Task[None] | None:
        """Read what was missed since the cursor, or since as long as was asked for."""
        target = self._target
        since_s = self._cursor_s or target.since_s()
        if target.token is None or not since_s:
            return None
        # until the gap is read, a restart must begin with it again
        self._holds_back = True
        return asyncio.create_task(self._fill(Graph(target.graph, target.token), since_s))

    async def _fill(self, graph: Graph, since_s: int) -> None:
        patience = Patience(_FILLING)
        try:
            while True:
                trouble: Trouble = "network"
                at_least_s = 0.0
                try:
                    await self._fill_once(graph, since_s)
                except GraphError as error:
                    self.condition.error = f"what was missed can't be read: {error}"
                    if error.why in ("token", "permission"):
                        return
                    trouble = "limited" if error.why == "limit" else "refused"
                    at_least_s = error.after_s
                except (aiohttp.ClientError, OSError, TimeoutError) as error:
                    self.condition.error = f"what was missed can't be read: {plainly(error)}"
                except msgspec.ValidationError:
                    trouble = "refused"
                    self.condition.error = "what was missed can't be read: no page answers"
                else:
                    self._holds_back = False
                    return
                await self._sleep(patience.wait_s(trouble, at_least_s))
        finally:
            await graph.close()

    async def _fill_once(self, graph: Graph, since_s: int) -> None:
        drill = await is_drill(graph.http, graph.base)
        page = await own_page(graph, exercise=drill)
        async for found in missed(graph, page, since_s):
            # each page is on disk before the next is read
            if not await self._take(found):
                return


def _posts(messages: Sequence[_Message]) -> int:
    return sum(len(message.found.posts) for message in messages)
