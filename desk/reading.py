"""Feeds read side by side into one pipeline; one that fails never stops another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

from desk.ahead import LABELLED_ELSEWHERE, TOGETHER, Ahead, as_one
from desk.errors import DeskError, LabellingError, StoreError
from desk.feeds import Acknowledging, Batch, Fault, Feed
from desk.health import FeedGauge, desk_health, list_health
from desk.labelling import Labellers
from desk.pipeline import Outcome, Pipeline, Taken
from desk.post import encode
from desk.secret import masked
from desk.serving.protocol import DeskHealth, FeedHealth
from desk.store import Commit
from rules import Verdict

NOTED_S = 10.0
"""Wall seconds between two notes in the store of how the feeds do."""
HEALTH = ("health", "desk")
"""Kind and id of that state in the store."""

Tell = Callable[[str], None]
Took = Callable[[Outcome], None]
_Out = tuple[list[Batch], Taken, "asyncio.Task[list[Verdict]]"]


class Reading:
    """Reads `feeds` through `pipeline`; `took` gets each outcome, `tell` a line for people.

    With `labellers`, the posts of some batches are labelled at a time, in their processes; each
    feed's batches are still finished one after the other, in their order.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        feeds: Sequence[Feed],
        took: Took,
        tell: Tell,
        labellers: Labellers | None = None,
    ) -> None:
        self.gauges = {
            feed.url: FeedGauge(feed.url, getattr(feed, "condition", None)) for feed in feeds
        }
        # looked up once: to ask what a protocol holds takes as long as twenty posts
        self._stored = {feed.url: feed.stored for feed in feeds if isinstance(feed, Acknowledging)}
        self._pipeline = pipeline
        self._feeds = feeds
        self._took = took
        self._tell = tell
        self._labellers = labellers

    async def run(self) -> None:
        """Read every feed to its end.

        Raises:
            StoreError: the disk failed.
        """
        tasks = [asyncio.create_task(self._read(feed)) for feed in self._feeds]
        noting = asyncio.create_task(self._note_health())
        reading = asyncio.gather(*tasks)
        try:
            await asyncio.wait((reading, noting), return_when=asyncio.FIRST_COMPLETED)
            if noting.done():
                noting.result()
            await reading
            self._note()
        finally:
            for task in (*tasks, noting):
                task.cancel()
            await asyncio.gather(*tasks, noting, reading, return_exceptions=True)

    def health(self) -> tuple[FeedHealth, ...]:
        """How each feed does at this moment, and the utility's own list, where that is followed."""
        now_s, real = time.monotonic(), self._pipeline.store.exercise is False
        feeds = tuple(gauge.health(now_s, real=real) for gauge in self.gauges.values())
        listed = self._pipeline.oms.gauge
        return feeds if listed is None else (*feeds, list_health(listed, now_s))

    def desk_health(self) -> DeskHealth:
        """How the desk does at this moment."""
        pipeline, now = self._pipeline, datetime.now(UTC)
        exercise = bool(pipeline.store.exercise)
        return desk_health(self.health(), now, pipeline.clock.now, exercise=exercise)

    async def _note_health(self) -> None:
        while True:
            await asyncio.sleep(NOTED_S)
            self._note()

    def _note(self) -> None:
        """Store how the feeds do, for who asks a desk that no longer runs."""
        self._pipeline.store.commit(Commit(states={HEALTH: encode(self.desk_health())}))

    async def _read(self, feed: Feed) -> None:
        gauge = self.gauges[feed.url]
        ahead = Ahead(TOGETHER if self._labellers is None else LABELLED_ELSEWHERE)
        tasks = [asyncio.create_task(self._fetch(feed, gauge, ahead))]
        if self._labellers is None:
            tasks.append(asyncio.create_task(self._work(feed, gauge, ahead)))
        else:
            tasks += self._with_labellers(feed, gauge, ahead, self._labellers)
        try:
            await asyncio.gather(*tasks)
            gauge.state = "ended"
        except (StoreError, LabellingError):
            raise  # no feed can go on: the desk in memory is ahead of what is stored
        except DeskError as error:
            gauge.failed(str(error))
            self._tell(f"feed {feed.url} failed: {error}")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch(self, feed: Feed, gauge: FeedGauge, ahead: Ahead) -> None:
        # a feed that is left halfway lets go of its connection now, and not when it is swept up
        async with aclosing(feed.batches(self._pipeline.store.cursor(feed.url))) as batches:
            async for batch in batches:
                gauge.arrived(batch, time.monotonic())
                for fault in batch.faults:
                    self._tell(bad_line(fault))
                await ahead.put(batch)
        await ahead.put(None)

    async def _work(self, feed: Feed, gauge: FeedGauge, ahead: Ahead) -> None:
        while batches := await ahead.take():
            outcome = self._pipeline.process(feed.url, as_one(batches))
            self._told(feed, gauge, batches, outcome)
            await _give_way()

    def _with_labellers(
        self,
        feed: Feed,
        gauge: FeedGauge,
        ahead: Ahead,
        labellers: Labellers,
    ) -> list[asyncio.Task[None]]:
        # one batch is labelled in each process and one waits there, so that none is ever idle
        out: asyncio.Queue[_Out | None] = asyncio.Queue(2 * labellers.processes)
        return [
            asyncio.create_task(self._hand_out(feed.url, ahead, out, labellers)),
            asyncio.create_task(self._finish(feed, gauge, out, labellers)),
        ]

    async def _hand_out(
        self,
        url: str,
        ahead: Ahead,
        out: asyncio.Queue[_Out | None],
        labellers: Labellers,
    ) -> None:
        labelling: set[asyncio.Task[list[Verdict]]] = set()
        try:
            while batches := await ahead.take():
                taken = self._pipeline.take(url, as_one(batches))
                verdicts = asyncio.create_task(labellers.classify(taken.accepted.posts))
                labelling.add(verdicts)
                verdicts.add_done_callback(labelling.discard)
                await out.put((batches, taken, verdicts))
                await _give_way()
            await out.put(None)
            await asyncio.gather(*labelling, return_exceptions=True)
        finally:
            for task in labelling:
                task.cancel()

    async def _finish(
        self,
        feed: Feed,
        gauge: FeedGauge,
        out: asyncio.Queue[_Out | None],
        labellers: Labellers,
    ) -> None:
        while (waiting := await out.get()) is not None:
            batches, taken, verdicts = waiting
            outcome = self._pipeline.finish(taken, await verdicts)
            self._pipeline.work_s["rules"] = labellers.work_s
            self._told(feed, gauge, batches, outcome)
            await _give_way()

    def _told(
        self, feed: Feed, gauge: FeedGauge, batches: Sequence[Batch], outcome: Outcome
    ) -> None:
        """The batches are on disk: who waits for that hears it first."""
        if feed.url in self._stored:
            for batch in batches:
                self._stored[feed.url](batch)
        gauge.processed(batches, outcome)
        for fault in outcome.refused:
            self._tell(bad_line(fault))
        self._took(outcome)


async def _give_way() -> None:
    """Let screens have their turn between two batches: what lies in their sockets is answered.

    After one turn of the loop it is read, after two its screen knows of it, after three it has
    answered; with fewer, a person would wait for one more batch each.
    """
    for _ in range(3):
        await asyncio.sleep(0)


def bad_line(fault: Fault) -> str:
    """A fault as the line that people read."""
    return masked(f"{fault.place}: skipped: {fault.reason}")
