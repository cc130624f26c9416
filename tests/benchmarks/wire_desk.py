"""A desk on one core, from a socket to its store: a process of its own, told what to do as JSON."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Literal

import msgspec

from desk.feeds import Batch, Feed, open_feed
from desk.feeds.kinds import KINDS
from desk.garbage import setting_up
from desk.pipeline import Outcome, Pipeline
from desk.serving.monitor import Monitor
from desk.store import Store
from desk.territories import load_territory
from rules import Engine, load_packs
from simulator.accounts import own_accounts
from simulator.storm_file import load_storm


class Wish(msgspec.Struct):
    """What is to be done: the whole way of a post, or to read the feed alone."""

    port: int
    posts: int
    core: int | None
    storm: str
    folder: str
    part: Literal["desk", "feed"] = "desk"


class Done(msgspec.Struct):
    """What it took: CPU seconds of the whole process by stage, from the first batch to the last.

    `screens` is what the desk does for screens, with none attached; `labelled` counts posts with a
    label, `stored` all that the store says it took in.
    """

    posts: int
    wall_s: float
    cpu_s: float
    stages: dict[str, float] = {}
    labelled: int = 0
    stored: int = 0
    faults: int = 0
    duplicates: int = 0
    outages: int = 0
    cases: int = 0
    batches: int = 0


class Timed:
    """A feed whose clocks start with its first batch."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.url = feed.url
        self.condition = getattr(feed, "condition", None)
        self.begin_s = self.begin_cpu_s = 0.0

    async def batches(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """As the feed's."""
        async with aclosing(self.feed.batches(cursor)) as feed:
            async for batch in feed:
                if not self.begin_s:
                    self.begin_s, self.begin_cpu_s = time.perf_counter(), time.process_time()
                yield batch

    def done(self, posts: int) -> Done:
        """What it has taken up to now."""
        return Done(
            posts, time.perf_counter() - self.begin_s, time.process_time() - self.begin_cpu_s
        )


class Watched(Monitor):
    """A monitor that says when `posts` have come."""

    def expect(self, posts: int) -> None:
        """Wait for so many."""
        self.missing = posts
        self.came = asyncio.Event()
        self.screens_s = 0.0
        self.duplicates = self.batches = 0

    def _took(self, outcome: Outcome) -> None:
        begin_s = time.thread_time()
        super()._took(outcome)
        self.screens_s += time.thread_time() - begin_s
        self.missing -= outcome.accepted + outcome.duplicates + len(outcome.refused)
        self.duplicates += outcome.duplicates
        self.batches += 1
        if self.missing <= 0:
            self.came.set()


async def read_feed(feed: Timed, wish: Wish) -> Done:
    """Read the feed, and do nothing with what it brings."""
    posts = faults = 0
    async with aclosing(feed.batches(None)) as batches:
        async for batch in batches:
            posts += len(batch.posts)
            faults += len(batch.faults)
            if posts + faults >= wish.posts:
                break
    done = feed.done(posts)
    done.faults = faults
    return done


async def work(feed: Timed, wish: Wish, store: Store) -> Done:
    """Label, locate, cluster and store what the feed brings."""
    storm = load_storm(wish.storm)
    with setting_up():
        engine = Engine(load_packs())
        engine.classify(["xqzv #xq"])  # of no known language: makes every language ready
        territory = load_territory(storm.territory)
        pipeline = Pipeline(engine, territory, store, accounts=own_accounts(storm))
        told: list[str] = []
        monitor = Watched(pipeline, [feed], told.append)
    monitor.expect(wish.posts)
    running = asyncio.create_task(monitor.run())
    came = asyncio.create_task(monitor.came.wait())
    await asyncio.wait((running, came), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
        raise SystemExit("\n".join(["the feed has ended", *told[-3:]]))
    done = feed.done(wish.posts - monitor.missing)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    done.stages = pipeline.work_s | {"screens": monitor.screens_s}
    done.stored, done.labelled = store.totals()
    done.faults, done.duplicates, done.batches = len(told), monitor.duplicates, monitor.batches
    done.outages = len({change.id for change in store.changes()})
    done.cases = pipeline.cases.held
    return done


def main() -> None:
    """Do what the first argument says, and print what it took."""
    wish = msgspec.json.decode(sys.argv[1], type=Wish)
    if wish.core is not None:
        os.sched_setaffinity(0, {wish.core})
    feed = Timed(open_feed(f"jetstream+ws://127.0.0.1:{wish.port}/subscribe?cursor=1", KINDS))
    with tempfile.TemporaryDirectory(dir=wish.folder) as folder:
        if wish.part == "feed":
            done = asyncio.run(read_feed(feed, wish))
        else:
            store = Store(Path(folder))
            done = asyncio.run(work(feed, wish, store))
            store.close()
    sys.stdout.buffer.write(msgspec.json.encode(done))


if __name__ == "__main__":
    main()
