"""Batches of one feed that were read and wait for the desk: the fewer the longer it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from desk.feeds import Batch

BATCHES_AHEAD = 8
"""Batches read but not yet processed, a feed; a full queue makes the feed wait."""
TOGETHER = 512
"""Posts that are taken at once where more than a batch waits: a transaction costs as much as many
posts do. A desk that keeps up takes each batch as it comes; screens wait 0.03 s at most."""
LABELLED_ELSEWHERE = 2 * TOGETHER
"""The same where other processes label, so that a post takes half as long here. At a storm's peak a
post of a transaction of 800 took 7 µs to store, one of 400 took 9."""


class Ahead:
    """The batches of a feed between its reading and the desk's work, in order."""

    def __init__(self, together: int = TOGETHER) -> None:
        self._together = together
        self._waiting: asyncio.Queue[Batch | None] = asyncio.Queue(BATCHES_AHEAD)
        self._held: list[Batch | None] = []

    async def put(self, batch: Batch | None) -> None:
        """Let a batch wait; None says that no other comes. Waits itself where too many do."""
        await self._waiting.put(batch)

    async def take(self) -> list[Batch]:
        """The next batches, so many as may be processed as one; none at the end."""
        first = self._held.pop() if self._held else await self._waiting.get()
        if first is None:
            return []
        taken, posts = [first], len(first.posts)
        while not self._waiting.empty():
            batch = self._waiting.get_nowait()
            if batch is None or batch.restart or posts + len(batch.posts) > self._together:
                self._held.append(batch)
                break
            taken.append(batch)
            posts += len(batch.posts)
        return taken


def as_one(batches: Sequence[Batch]) -> Batch:
    """Batches that follow each other as a single one, which leaves the feed where the last does."""
    if len(batches) == 1:
        return batches[0]
    told = [batch.warnings for batch in batches if batch.warnings is not None]
    return Batch(
        posts=tuple(post for batch in batches for post in batch.posts),
        cursor=batches[-1].cursor,
        faults=tuple(fault for batch in batches for fault in batch.faults),
        restart=batches[0].restart,
        ignored=sum(batch.ignored for batch in batches),
        warnings=told[-1] if told else None,
        deleted=tuple(each for batch in batches for each in batch.deleted),
    )
