"""Feeds read side by side into one pipeline; one that fails never stops another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from desk.errors import DeskError, StoreError
from desk.feeds import Batch, Fault, Feed
from desk.health import FeedGauge
from desk.pipeline import Outcome, Pipeline

BATCHES_AHEAD = 8
"""Batches read but not yet processed, a feed; a full queue makes the feed wait."""

Tell = Callable[[str], None]
Took = Callable[[Outcome], None]


class Reading:
    """Reads `feeds` through `pipeline`; `took` gets each outcome, `tell` a line for people."""

    def __init__(self, pipeline: Pipeline, feeds: Sequence[Feed], took: Took, tell: Tell) -> None:
        self.gauges = {feed.url: FeedGauge(feed.url) for feed in feeds}
        self._pipeline = pipeline
        self._feeds = feeds
        self._took = took
        self._tell = tell

    async def run(self) -> None:
        """Read every feed to its end.

        Raises:
            StoreError: the disk failed.
        """
        tasks = [asyncio.create_task(self._read(feed)) for feed in self._feeds]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _read(self, feed: Feed) -> None:
        gauge = self.gauges[feed.url]
        batches: asyncio.Queue[Batch | None] = asyncio.Queue(BATCHES_AHEAD)
        tasks = (
            asyncio.create_task(self._fetch(feed, gauge, batches)),
            asyncio.create_task(self._work(feed.url, gauge, batches)),
        )
        try:
            await asyncio.gather(*tasks)
            gauge.state = "ended"
        except StoreError:
            raise  # no feed can go on: the desk in memory is ahead of what is stored
        except DeskError as error:
            gauge.failed(str(error))
            self._tell(f"feed {feed.url} failed: {error}")
        finally:
            for task in tasks:
                task.cancel()

    async def _fetch(
        self, feed: Feed, gauge: FeedGauge, batches: asyncio.Queue[Batch | None]
    ) -> None:
        async for batch in feed.batches(self._pipeline.store.cursor(feed.url)):
            gauge.arrived(batch, time.monotonic())
            for fault in batch.faults:
                self._tell(bad_line(fault))
            await batches.put(batch)
        await batches.put(None)

    async def _work(self, url: str, gauge: FeedGauge, batches: asyncio.Queue[Batch | None]) -> None:
        while (batch := await batches.get()) is not None:
            outcome = self._pipeline.process(url, batch)
            gauge.processed(batch, outcome)
            for fault in outcome.refused:
                self._tell(bad_line(fault))
            self._took(outcome)
            await asyncio.sleep(0)  # screens get their turn between batches


def bad_line(fault: Fault) -> str:
    """A fault as the line that people read."""
    return f"{fault.place}: skipped: {fault.reason}"
