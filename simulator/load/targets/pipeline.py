"""The pipeline without a screen, in one process or with labellers, over a real feed (a pipe)."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from pathlib import Path

from desk.errors import DeskError
from desk.feeds import open_feed
from desk.feeds.kinds import KINDS
from desk.garbage import setting_up
from desk.labelling import Labellers
from desk.orphans import end_with_parent
from desk.outages import OutageChange
from desk.pipeline import Outcome, Pipeline
from desk.reading import Reading
from desk.store import Store
from desk.territories import Territory
from rules import Engine, load_packs
from simulator.errors import LoadError
from simulator.load.accounting import mask
from simulator.load.pool import number_of
from simulator.load.wire import Progress, Teller, heard

START_S = 120.0
END_S = 5.0


class PipelineTarget:
    """`desk.pipeline` in a process of its own; its store lies in `folder`."""

    name = "pipeline"

    def __init__(
        self,
        context: SpawnContext,
        pipe: Path,
        pool_posts: int,
        territory: Territory,
        folders: Sequence[Path],
        processes: int,
    ) -> None:
        self._pipe, theirs = context.Pipe()
        # no daemon: those may have no processes of their own
        self._process = context.Process(
            target=work, args=(pipe, pool_posts, territory, tuple(folders), processes, theirs)
        )
        self._process.start()
        theirs.close()

    def start(self) -> None:
        """Wait until the pipeline is ready."""
        try:
            if not self._pipe.poll(START_S):
                raise LoadError("the pipeline took too long to start: the machine is too busy")
            heard(self._pipe)
        except (EOFError, OSError):
            raise LoadError("the pipeline ended while it started") from None

    def pids(self) -> dict[str, list[int]]:
        """The pipeline's process; its labellers are its children."""
        return {"pipeline": [self._process.pid or 0]}

    def heard(self) -> list[Progress]:
        """What the pipeline has told."""
        try:
            told = heard(self._pipe)
        except (EOFError, OSError):
            raise LoadError("the pipeline has ended") from None
        for progress in told:
            if progress.fault:
                raise LoadError(f"the pipeline has ended: {progress.fault}")
        return told

    def close(self) -> None:
        """End the pipeline."""
        self._process.join(END_S)
        if self._process.is_alive():
            self._process.terminate()
        self._process.join()


def work(
    pipe: Path,
    pool_posts: int,
    territory: Territory,
    folders: Sequence[Path],
    processes: int,
    out: Connection,
) -> None:
    """The pipeline's process: reads the feed in `pipe` to its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    labellers = Labellers(folders, processes) if processes > 1 else None
    teller = Teller(out)
    store = Store(pipe.parent / "store")
    try:
        if labellers is not None:
            labellers.start()
        with setting_up():
            engine = Engine(load_packs(*folders)) if labellers is None else None
            if engine is not None:
                engine.classify(["xqzv #xq"])  # of no known language: makes every language ready
            pipeline = Pipeline(engine, territory, store)
        watch = _Watch(teller, pipeline, pool_posts)
        feed = open_feed(f"file:{pipe}", KINDS)
        reading = Reading(pipeline, [feed], watch.took, watch.tell, labellers)
        teller.tell(now=True)
        asyncio.run(_read(reading, teller))
    except DeskError as error:
        teller.progress.fault = str(error)
    finally:
        teller.tell(now=True)
        store.close()
        if labellers is not None:
            labellers.close()


async def _read(reading: Reading, teller: Teller) -> None:
    telling = asyncio.create_task(_tell(teller))
    try:
        await reading.run()
    finally:
        telling.cancel()


async def _tell(teller: Teller) -> None:
    while True:
        teller.tell()
        await asyncio.sleep(0.05)


class _Watch:
    """Notes what the pipeline did, for the test."""

    def __init__(self, teller: Teller, pipeline: Pipeline, pool_posts: int) -> None:
        self._teller = teller
        self._pipeline = pipeline
        self._pool_posts = pool_posts
        self._done = 0

    def took(self, outcome: Outcome) -> None:
        """Note one batch: its posts come in order, each once."""
        at_s = time.monotonic()
        progress = self._teller.progress
        first = self._done
        self._done += outcome.accepted + outcome.duplicates + len(outcome.refused)
        progress.done.append((first, self._done, at_s))
        progress.refused += outcome.duplicates + len(outcome.refused)
        for event in outcome.events:
            if isinstance(event, OutageChange):
                post = number_of(event.evidence[-1], self._pool_posts) if event.evidence else None
                if post is not None and post >= first:  # else time has changed it, no post
                    progress.outages.append((post, at_s))
            else:
                post = number_of(event.id, self._pool_posts)
                if post is not None:
                    progress.given.append((post, mask(event.labels)))
        progress.work_s = self._pipeline.work_s
        self._teller.tell()

    def tell(self, words: str) -> None:
        """A bad line would be a post that was lost."""
        self._teller.progress.fault = words
