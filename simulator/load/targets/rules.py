"""The rules alone: engines in several processes that share the posts as they come."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Any

import msgspec

from desk.garbage import setting_up
from desk.labelling import Asked
from desk.orphans import end_with_parent
from rules import Engine, load_packs
from simulator.errors import LoadError
from simulator.load.accounting import mask
from simulator.load.pool import Lines, Pool
from simulator.load.wire import Progress, Teller, heard

MOST_POSTS = 256
"""Posts in a batch; under little load it is whatever has come, so nobody waits for others."""
IDLE_S = 0.001
START_S = 120.0
STAGES = ("intake", "rules")


class RulesTarget:
    """`Engine.classify` in `processes` processes."""

    name = "rules"

    def __init__(
        self,
        context: SpawnContext,
        pool: Pool,
        released: Any,  # noqa: ANN401  ctypes' value has no type
        folders: Sequence[Path],
        processes: int,
    ) -> None:
        # held here: the system forgets its lock with the last object that holds it
        self._taken = taken = context.Value("q", 0)
        self._pipes: list[Connection] = []
        self._processes = []
        for number in range(processes):
            mine, theirs = context.Pipe()
            process = context.Process(
                target=work,
                args=(pool, released, taken, tuple(folders), number, theirs),
                daemon=True,
            )
            self._pipes.append(mine)
            self._processes.append(process)
            process.start()
            theirs.close()

    def start(self) -> None:
        """Wait until every engine is ready."""
        for pipe in self._pipes:
            try:
                if not pipe.poll(START_S):
                    raise LoadError("the rules took too long to load: the machine is too busy")
                heard(pipe)
            except (EOFError, OSError):
                raise LoadError("a process of the rules ended while it started") from None

    def pids(self) -> dict[str, list[int]]:
        """The workers."""
        return {"rules": [process.pid or 0 for process in self._processes]}

    def heard(self) -> list[Progress]:
        """What the workers have told."""
        try:
            return [progress for pipe in self._pipes for progress in heard(pipe)]
        except (EOFError, OSError):
            raise LoadError("a process of the rules has ended") from None

    def close(self) -> None:
        """End the workers."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()


def work(
    pool: Pool,
    released: Any,  # noqa: ANN401  ctypes' value has no type
    taken: Any,  # noqa: ANN401
    folders: Sequence[Path],
    number: int,
    out: Connection,
) -> None:
    """A worker: takes posts that were released, and labels them, until it is ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    with setting_up():
        engine = Engine(load_packs(*folders))
        engine.classify(["xqzv #xq"])  # of no known language: makes every language ready
        lines = Lines(pool)
    decode = msgspec.json.Decoder(Asked).decode
    teller = Teller(out)
    teller.progress.source = number
    teller.progress.work_s = dict.fromkeys(STAGES, 0.0)
    teller.tell(now=True)
    while True:
        with taken.get_lock():
            first = taken.value
            end = taken.value = max(first, min(first + MOST_POSTS, released.value))
        if first == end:
            teller.tell()
            time.sleep(IDLE_S)
            continue
        begin_s = time.thread_time()
        posts = [decode(line) for chunk in lines.of(first, end) for line in chunk.splitlines()]
        ready_s = time.thread_time()
        verdicts = engine.classify(posts)
        done_s = time.thread_time()
        progress = teller.progress
        progress.work_s["intake"] += ready_s - begin_s
        progress.work_s["rules"] += done_s - ready_s
        progress.done.append((first, end, time.monotonic()))
        progress.given += [
            (first + at, mask(verdict.labels))
            for at, verdict in enumerate(verdicts)
            if verdict.labels
        ]
        teller.tell()
