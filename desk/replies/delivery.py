"""Delivery: takes replies from the outbox to their channels, each account in a lane of its own.

Each step is stored before the next begins, so a desk that dies at any moment neither loses a reply
nor sends one twice: what it finds as `sending` it looks up, and what can't be looked up is shown as
unknown.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime

from desk.channels.choosing import Channels
from desk.replies.lane import Clocks, Desk, Lane, Pace
from desk.replies.passage import Passage, shown
from desk.replies.reply import Reply

GRACE_S = 1.5
"""Wall seconds that a desk which ends waits for what is being sent: less than whoever ends it."""


class Delivery:
    """Delivers what is queued; `keep` stores what has changed.

    `exercise` is asked each time, and says None while nobody knows what the desk is; `wall` is the
    time of the wall. `opened` hears when a platform has let an account in.
    """

    def __init__(
        self,
        passage: Passage,
        channels: Channels,
        *,
        now: Callable[[], datetime],
        keep: Callable[[], object],
        exercise: Callable[[], bool | None],
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        pace: Pace | None = None,
        draw: random.Random | None = None,
        opened: Callable[[], object] = lambda: None,
    ) -> None:
        self._channels = channels
        self._keep = keep

        def lane(key: str) -> Lane:
            desk = Desk(
                passage=passage,
                clocks=Clocks(now, wall),
                keep=self._kept,
                exercise=exercise,
                mine=lambda reply: self._key(reply) == key,
                opened=opened,
            )
            return Lane(desk, channels.dry_run, channels.live.get(key), pace, draw)

        self._lanes = {key: lane(key) for key in ("", *channels.live)}

    def wake(self) -> None:
        """Something may be due."""
        for lane in self._lanes.values():
            lane.woken.set()

    def is_held(self, reply: Reply) -> bool:
        """Whether a reply waits for a reason that lasts."""
        return (
            reply.again_at is not None or self._lanes[self._key(reply)].waits_until()[0] is not None
        )

    def pauses(self) -> tuple[tuple[datetime | None, str], ...]:
        """Until when each account waits, and why."""
        return tuple(lane.waits_until() for lane in self._lanes.values())

    def told(self, reply: Reply) -> Reply:
        """A reply as people see it: one that its account lets wait says until when, and why."""
        return shown(reply, *self._lanes[self._key(reply)].waits_until())

    async def run(self) -> None:
        """Deliver until the desk ends; what is being sent then has a moment left.

        Raises:
            StoreError: the disk failed.
        """
        tasks = [asyncio.create_task(lane.run()) for lane in self._lanes.values()]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            await self._close(tasks)

    async def deliver(self) -> None:
        """Take one step with everything that is due now."""
        await asyncio.gather(*(lane.go() for lane in self._lanes.values()))

    async def _close(self, tasks: list[asyncio.Task[None]]) -> None:
        for lane in self._lanes.values():
            lane.is_closing = True
        self.wake()
        await asyncio.wait(tasks, timeout=GRACE_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(live.close() for live in self._channels.live.values()))

    def _key(self, reply: Reply) -> str:
        """The lane of a reply: its account, if that is switched on, else the dry run's."""
        live = self._channels.live_of(reply)
        return live.account.key if live is not None else ""

    def _kept(self) -> None:
        """Store, and let other lanes see whether what they hold back may go now."""
        self._keep()
        self.wake()
