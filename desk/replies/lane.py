"""A lane: the replies of one account on their way, one after the other.

A channel that is slow, fails or asks for patience holds up its own lane alone. Those that have
been tried least go first, so that one reply with which a platform is in trouble holds up no other;
but what one person is told is told in the order in which it was written.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from desk.channels import Channel, FateUnknownError, LaterError, NotSentError
from desk.channels.live import Live
from desk.feeds.lasting import plainly
from desk.feeds.patience import Growth
from desk.replies.passage import Passage
from desk.replies.reply import Reply

OFF = "is no longer switched on: switch it on again, or take the reply back (v)"
ANOTHERS = "there is one of the same words, and that is another reply"


class Pace(NamedTuple):
    """How long a lane waits, in wall seconds.

    A channel that has not answered for `answer_s` hangs. A reply that was not taken is tried again
    after `again`, and the lane goes on after `pause`, or after what the platform asks for, never
    more than `most_s`. What is not out after `give_up_s` has failed; what may be out is looked up
    after `look_s`, and so long as `look_for_s` while the platform can't be asked. What waits for an
    account that was switched off is looked at again after `off_s`.
    """

    answer_s: float = 120.0
    again: Growth = Growth(5.0, 900.0)
    pause: Growth = Growth(1.0, 120.0)
    most_s: float = 24 * 3600.0
    give_up_s: float = 24 * 3600.0
    look_s: float = 1.0
    look_for_s: float = 3600.0
    off_s: float = 60.0
    jitter: float = 0.25


class Clocks(NamedTuple):
    """Desk time, and that of the wall."""

    now: Callable[[], datetime]
    wall: Callable[[], datetime]


class Desk(NamedTuple):
    """What a lane needs of its desk.

    `keep` stores what has changed; `exercise` says whether the desk is one, None while nobody
    knows; `mine` whether a reply goes through the lane. `opened` hears that an account is.
    """

    passage: Passage
    clocks: Clocks
    keep: Callable[[], object]
    exercise: Callable[[], bool | None]
    mine: Callable[[Reply], bool]
    opened: Callable[[], object] = lambda: None


class Lane:
    """Delivers the replies that are its own: from the account `live`, or to the dry run."""

    def __init__(
        self,
        desk: Desk,
        dry_run: Channel,
        live: Live | None = None,
        pace: Pace | None = None,
        draw: random.Random | None = None,
    ) -> None:
        self.live = live
        self.woken = asyncio.Event()
        self.paused_until: datetime | None = None
        self.reason = ""
        self.is_closing = False
        self._desk = desk
        self._dry_run = dry_run
        self._pace = pace or Pace()
        self._draw = draw or random.Random()  # noqa: S311  spreads desks, hides nothing
        self._pauses = 0

    async def run(self) -> None:
        """Deliver until the desk closes; the account is opened before there is anything to send."""
        while not self.is_closing:
            self.woken.clear()
            await self._open()
            await self.go()
            await self._rest()

    async def _open(self) -> None:
        """Log in: a wrong password, and how long a text may be, are known before one is written."""
        exercise = self._desk.exercise()
        if self.live is None or self.live.is_open or exercise is None or self._is_paused():
            return
        try:
            await self.live.ready(exercise=exercise)
        except LaterError as error:
            self._pause(str(error), error.after_s)
        else:
            self._desk.opened()

    async def go(self) -> None:
        """Take a step with each reply that is due now."""
        for reply in self._due():
            if self.is_closing or self._is_paused():
                return
            # what was due may have gone while another was sent: the desk began again
            if self._desk.passage.stands(reply) and not self._desk.passage.is_behind(reply):
                await self._step(reply)

    def waits_until(self) -> tuple[datetime | None, str]:
        """Until when the whole lane waits, and why; None where it does not."""
        return (self.paused_until, self.reason) if self._is_paused() else (None, "")

    # Which, and when

    def _mine(self) -> list[Reply]:
        if self.live is not None and self._desk.exercise() is None:
            return []  # a real platform must wait until this desk knows that it is real
        return [reply for reply in self._desk.passage.under_way() if self._desk.mine(reply)]

    def _due(self) -> list[Reply]:
        wall = self._desk.clocks.wall()
        due = [one for one in self._mine() if one.again_at is None or one.again_at <= wall]
        return sorted(due, key=lambda reply: reply.tries)

    def _is_paused(self) -> bool:
        until = self.paused_until
        return until is not None and self._desk.clocks.wall() < until

    async def _rest(self) -> None:
        """Wait until something may be due."""
        wall = self._desk.clocks.wall()
        if self._is_paused() and self.paused_until is not None:
            times = [self.paused_until]
        else:
            times = [one.again_at for one in self._mine() if one.again_at is not None]
        later = [(each - wall).total_seconds() for each in times if each > wall]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(later) if later else None):
                await self.woken.wait()

    # One step of one reply

    async def _step(self, reply: Reply) -> None:
        if reply.state == "sending":
            await self._look_up(reply)
        else:
            await self._deliver(reply)
        await asyncio.sleep(0)  # screens get their turn between replies

    async def _deliver(self, reply: Reply) -> None:
        desk = self._desk
        if self.live is None and reply.live:
            self._hold(reply)
            return
        try:
            channel = await self._channel(reply)
        except LaterError as error:
            self._pause(str(error), error.after_s)
            return
        if not desk.passage.stands(reply):
            return
        stale = desk.passage.stale(reply, desk.clocks.now())
        if not stale:
            await self._send(reply, channel)
            return
        desk.passage.send_back(reply, desk.clocks.now(), stale)
        desk.keep()

    def _hold(self, reply: Reply) -> None:
        """It was to go out really, and its account is no longer switched on: the dry run is no way.

        It waits for a desk that begins with the account on, or for somebody who takes it back.
        """
        clocks = self._desk.clocks
        wall = clocks.wall()
        note = f"{reply.account} {OFF}"
        if (wall - (reply.since or wall)).total_seconds() >= self._pace.give_up_s:
            self._desk.passage.failed(reply, clocks.now(), note)
        else:
            again_at = wall + timedelta(seconds=self._pace.off_s)
            self._desk.passage.later(reply, clocks.now(), note, again_at, wall)
        self._desk.keep()

    async def _channel(self, reply: Reply) -> Channel:
        """Where a reply goes now; errors of `Live.ready`."""
        if self.live is None:
            return self._dry_run
        exercise = reply.exercise or bool(self._desk.exercise())
        return self.live.channel if await self.live.ready(exercise=exercise) else self._dry_run

    async def _send(self, reply: Reply, channel: Channel) -> None:
        passage, clocks = self._desk.passage, self._desk.clocks
        live = self.live if self.live is not None and channel is self.live.channel else None
        reply = passage.begin(reply, clocks.now(), live.account.key if live else "")
        self._desk.keep()
        errand = passage.errand(reply)
        try:
            async with asyncio.timeout(self._pace.answer_s):
                remote = await channel.send(errand)
        except NotSentError as error:
            self._worked(channel)
            passage.failed(reply, clocks.now(), str(error))
        except LaterError as error:
            self._later(reply, str(error), error.after_s)
        except FateUnknownError as error:
            self._doubt(reply, str(error))
        except Exception as error:  # noqa: BLE001  a fault of one channel must not stop the others
            self._doubt(reply, f"the channel broke off: {plainly(error)}")
        else:
            self._worked(channel)
            self._out(reply, remote, "")
        self._desk.keep()

    def _out(self, reply: Reply, remote: str, why: str) -> None:
        """It is published, if that is not another one which the platform took it for."""
        passage, clocks = self._desk.passage, self._desk.clocks
        if passage.is_anothers(reply, remote):
            why = why or "the line broke"
            passage.unknown(reply, clocks.now(), f"{why}; {ANOTHERS}")
        else:
            passage.sent(reply, clocks.now(), remote)

    def _later(self, reply: Reply, reason: str, after_s: float) -> None:
        """It was not taken; it waits, and so does the lane."""
        passage, clocks = self._desk.passage, self._desk.clocks
        wall = clocks.wall()
        self._pause(reason, after_s)
        if self.live is not None:
            self.live.troubled(reason)
        since = reply.since or wall
        if (wall - since).total_seconds() >= self._pace.give_up_s:
            passage.failed(reply, clocks.now(), f"given up after so long: {reason}")
            return
        again_at = wall + self._wait(max(after_s, self._pace.again.wait_s(reply.tries + 1)))
        passage.later(reply, clocks.now(), reason, again_at, wall)

    def _doubt(self, reply: Reply, reason: str) -> None:
        """It may be out or not: the platform is asked in a moment."""
        if self.live is not None:
            self.live.troubled(reason)
        clocks = self._desk.clocks
        wall = clocks.wall()
        again_at = wall + timedelta(seconds=self._pace.look_s)
        self._desk.passage.doubted(reply, clocks.now(), reason, again_at, wall)

    async def _look_up(self, reply: Reply) -> None:
        """Ask whether a reply is out that was being sent as the desk ended, or the line broke."""
        passage, clocks = self._desk.passage, self._desk.clocks
        why = reply.note or "the desk ended while it was being sent"
        try:
            async with asyncio.timeout(self._pace.answer_s):
                channel = await self._sent_to(reply)
                remote = await channel.look_up(passage.errand(reply))
        except FateUnknownError as error:
            passage.unknown(reply, clocks.now(), f"{why}; {error}")
        except LaterError as error:
            self._look_later(reply, why, str(error), error.after_s)
        except Exception as error:  # noqa: BLE001  as in `_send`
            self._look_later(reply, why, plainly(error), 0.0)
        else:
            self._worked(channel)
            if remote is not None:
                self._out(reply, remote, why)
            else:
                self._not_out(reply, why)
        self._desk.keep()

    async def _sent_to(self, reply: Reply) -> Channel:
        """The channel that was sending a reply.

        Raises:
            FateUnknownError: it is not there any longer.
            LaterError: it can't be asked now.
        """
        if not reply.via:
            return self._dry_run
        channel = self._dry_run if self.live is None else await self._channel(reply)
        if self.live is None or channel is self._dry_run:
            raise FateUnknownError(f"{reply.via} is no longer switched on as it was")
        return channel

    def _look_later(self, reply: Reply, why: str, reason: str, after_s: float) -> None:
        passage, clocks = self._desk.passage, self._desk.clocks
        wall = clocks.wall()
        since = reply.doubted_at or wall
        if (wall - since).total_seconds() >= self._pace.look_for_s:
            words = f"{why}; for so long it could not be looked up: {reason}"
            passage.unknown(reply, clocks.now(), words)
            return
        if self.live is not None:
            self.live.troubled(reason)
        again_at = wall + self._wait(max(after_s, self._pace.again.wait_s(reply.tries + 1)))
        passage.doubted(reply, clocks.now(), why, again_at, wall)

    def _not_out(self, reply: Reply, why: str) -> None:
        """The platform is sure that it has not published a reply: it is sent again."""
        passage, clocks = self._desk.passage, self._desk.clocks
        wall = clocks.wall()
        since = reply.since or wall
        if (wall - since).total_seconds() >= self._pace.give_up_s:
            passage.failed(reply, clocks.now(), f"given up: {why}")
            return
        wait_s = self._pace.again.wait_s(reply.tries) if reply.tries > 1 else 0.0
        passage.later(reply, clocks.now(), why, wall + self._wait(wait_s), wall)

    # Waiting

    def _wait(self, wait_s: float) -> timedelta:
        wait_s = min(max(wait_s, 0.0), self._pace.most_s)
        return timedelta(seconds=wait_s * (1.0 + self._pace.jitter * self._draw.random()))

    def _pause(self, reason: str, after_s: float) -> None:
        """Let the platform alone for a while."""
        self._pauses += 1
        wait = self._wait(max(after_s, self._pace.pause.wait_s(self._pauses)))
        self.paused_until = self._desk.clocks.wall() + wait
        self.reason = reason

    def _worked(self, channel: Channel) -> None:
        self._pauses, self.paused_until, self.reason = 0, None, ""
        if self.live is not None and channel is self.live.channel:
            self.live.answered()
