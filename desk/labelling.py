"""Labelling in several processes: the rules are most of a desk's work, and the easiest to share.

What a post is labelled hangs on that post alone, so any process may label it; the rest of a post's
way stays in one process and in order.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from time import thread_time

import msgspec

from desk.errors import LabellingError
from desk.garbage import setting_up
from desk.orphans import end_with_parent
from desk.post import Media, Post
from rules import Engine, Match, Verdict, load_packs

MOST_PROCESSES = 64
ATTEMPTS = 3
"""So often posts are tried, when the processes that were to label them die."""
_NO_LABEL = Verdict(None, (), "und", ())


class Asked(msgspec.Struct, gc=False):
    """What the rules look at in a post."""

    text: str
    id: str
    lang: str | None = None
    channel: str | None = None
    account: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    mentions: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()


class _Found(msgspec.Struct, array_like=True, gc=False):
    """The verdict of one post of a batch that has any label."""

    at: int
    labels: tuple[str, ...]
    lang: str
    matches: tuple[Match, ...]


class Labellers:
    """Engines of the keyword sets in `folders` (none: the built-in ones), in so many processes.

    A process that dies is replaced, and its posts are labelled again. `work_s` counts the CPU
    seconds of the engines.
    """

    def __init__(self, folders: Sequence[Path], processes: int) -> None:
        self.processes = processes
        self.work_s = 0.0
        self._folders = tuple(folders)
        self._pool = self._new()
        self._renewed = 0

    def start(self) -> None:
        """Load the engines, so that the first posts need not wait.

        Raises:
            LabellingError: they can't be loaded.
        """
        try:
            ready = [self._pool.submit(_ready) for _ in range(self.processes)]
            for one in ready:
                one.result()
        except BrokenProcessPool:
            raise LabellingError(_ENDED) from None

    async def classify(self, posts: Sequence[Post]) -> list[Verdict]:
        """One verdict for each post, in order, without its id.

        Raises:
            LabellingError: the processes died again and again.
        """
        if not posts:
            return []
        asked = msgspec.msgpack.encode(posts)
        loop = asyncio.get_running_loop()
        for _ in range(ATTEMPTS):
            renewed = self._renewed
            try:
                seconds, told = await loop.run_in_executor(self._pool, _classify, asked)
            except BrokenProcessPool:
                if renewed == self._renewed:
                    self._renewed += 1
                    self._pool.shutdown(wait=False)
                    self._pool = self._new()
                continue
            self.work_s += seconds
            verdicts = [_NO_LABEL] * len(posts)
            for found in msgspec.msgpack.decode(told, type=list[_Found]):
                verdicts[found.at] = Verdict(None, found.labels, found.lang, found.matches)
            return verdicts
        raise LabellingError(_ENDED)

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _new(self) -> ProcessPoolExecutor:
        # spawn: a desk has threads and open sockets, which a fork would copy half
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.processes, context, _begin, (self._folders,))


_ENDED = (
    "the labelling processes end again and again: the machine may be out of memory;"
    " give fewer --processes"
)
_engines: list[Engine] = []


def _begin(folders: Sequence[Path]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the desk ends its processes itself
    end_with_parent()
    with setting_up():
        engine = Engine(load_packs(*folders))
        engine.classify(["xqzv #xq"])  # of no known language: makes every language ready
    _engines.append(engine)


def _ready() -> bool:
    return bool(_engines)


_decode = msgspec.msgpack.Decoder(list[Asked]).decode


def _classify(asked: bytes) -> tuple[float, bytes]:
    begin_s = thread_time()
    verdicts = _engines[0].classify(_decode(asked))
    found = [
        _Found(at, verdict.labels, verdict.lang, verdict.matches)
        for at, verdict in enumerate(verdicts)
        if verdict.labels
    ]
    return thread_time() - begin_s, msgspec.msgpack.encode(found)
