"""Delivery: takes replies from the outbox to their channels, one after the other.

Each step is stored before the next begins, so a desk that dies at any moment neither loses a reply
nor sends one twice: what it finds as `sending` it looks up, and what can't be looked up is shown as
unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from desk.channels import Channel, FateUnknownError, NotSentError
from desk.channels.choosing import Channels
from desk.replies.replies import Replies
from desk.replies.reply import Fate, Reply

LOST = "the desk ended while this was being sent, and the channel can't tell"


class Delivery:
    """Delivers what is queued; `keep` stores what has changed, `exercise` is asked each time."""

    def __init__(
        self,
        replies: Replies,
        channels: Channels,
        *,
        now: Callable[[], datetime],
        keep: Callable[[], object],
        exercise: Callable[[], bool],
    ) -> None:
        self._replies = replies
        self._channels = channels
        self._now = now
        self._keep = keep
        self._exercise = exercise
        self._waiting = asyncio.Event()

    def wake(self) -> None:
        """Something may be queued."""
        self._waiting.set()

    async def run(self) -> None:
        """Deliver for ever; first see to what the last desk was sending as it ended."""
        await self.recover()
        while True:
            self._waiting.clear()
            await self.deliver()
            await self._waiting.wait()

    async def recover(self) -> None:
        """Look up what may have been sent or not."""
        for reply in self._replies.outbox.cut_off():
            try:
                remote = await self._channel(reply).look_up(self._replies.errand(reply))
            except FateUnknownError as error:
                self._replies.done(reply.id, "unknown", self._now(), note=f"{LOST}: {error}")
            else:
                fate: Fate = "queued" if remote is None else "sent"
                self._replies.done(reply.id, fate, self._now(), remote=remote or "")
            self._keep()

    async def deliver(self) -> None:
        """Send everything that is queued now."""
        for reply in self._replies.outbox.waiting():
            # what was queued may have gone while another was sent: the desk began again
            if self._replies.outbox.find(reply.id) is reply:
                await self._send(reply)

    async def _send(self, reply: Reply) -> None:
        reply = self._replies.begin(reply, self._now())
        self._keep()
        try:
            remote = await self._channel(reply).send(self._replies.errand(reply))
        except NotSentError as error:
            self._replies.done(reply.id, "failed", self._now(), note=str(error))
        except FateUnknownError as error:
            self._replies.done(reply.id, "unknown", self._now(), note=str(error))
        except Exception as error:  # noqa: BLE001  a fault of one channel must not stop the others
            note = f"the channel broke off: {error!r}"
            self._replies.done(reply.id, "unknown", self._now(), note=note)
        else:
            self._replies.done(reply.id, "sent", self._now(), remote=remote)
        self._keep()
        await asyncio.sleep(0)  # screens get their turn between replies

    def _channel(self, reply: Reply) -> Channel:
        return self._channels.of(reply, exercise=self._exercise())
