"""The conductor of a storm that is run by hand: clock, posts, injects, bookmarks."""

from __future__ import annotations

import asyncio
import heapq
import secrets
import time
from collections.abc import Callable
from typing import Literal, NamedTuple

from simulator.conductor.clock import Now, StormClock
from simulator.conductor.inject import Fired, fire, inject_faults
from simulator.conductor.reel import Reel
from simulator.conductor.spool import Spool
from simulator.errors import InjectError
from simulator.storm import Inject
from simulator.stream import StormDay
from simulator.truth import Told

TICK_S = 0.1
STEP_POSTS = 200
"""Posts told at a stretch: some 20 ms of work, so that keys are heard in between."""
LEAD_POSTS = 2_000
"""How far the reel may be ahead of the slowest desk where it goes as fast as possible."""

State = Literal["paused", "running", "jumping", "catching up", "ended"]


Saying = Callable[[float], Told | None]
"""What somebody says at a second of the day, None if there is nothing to say after all."""


class Bookmark(NamedTuple):
    """A moment to which the storm can be rewound."""

    at_s: float
    name: str


class Conductor:
    """Runs a storm day for the desks that are attached to it.

    `behind` says how many of the posts that were sent the slowest desk has not taken yet, None
    where no desk is attached. It is asked before posts are sent as fast as possible, and after a
    jump or a rewind the clock waits until nothing is behind. The reel is never much more than
    `lead_posts` ahead of it.
    """

    def __init__(
        self,
        day: StormDay,
        speed: float | None,
        *,
        now: Now = time.monotonic,
        behind: Callable[[], int | None] = lambda: 0,
        lead_posts: int = LEAD_POSTS,
    ) -> None:
        self.day = day
        self.lead_posts = lead_posts
        self.now = now
        self.clock = StormClock(day.storm.told_hours * 3600, speed, now=now)
        self.reel = Reel(Spool(day))
        self.bookmarks = [Bookmark(0.0, "the beginning")]
        self.behind = behind
        self.run_id = ""
        self.wanted = False
        self._target_s: float | None = None
        self._catching = False
        self._numbers = 0
        self._waiting = sorted(
            (each for each in day.storm.inject if each.hour is not None),
            key=lambda each: each.hour or 0.0,
        )
        self._done: set[int] = set()
        self._meant: list[tuple[float, int, Saying]] = []
        self._meanings = 0
        self._begin_run()

    def _begin_run(self) -> None:
        self.run_id = secrets.token_hex(6)  # no matter of the storm: tells runs of it apart

    @property
    def at_s(self) -> float:
        """The second of the storm day."""
        return self.clock.at_s

    @property
    def state(self) -> State:
        """What it is doing."""
        if self._target_s is not None:
            return "jumping"
        if self._catching:
            return "catching up"
        if self.over:
            return "ended"
        return "running" if self.wanted else "paused"

    @property
    def over(self) -> bool:
        """Whether the day is at its end."""
        return self.at_s >= self.clock.end_s and self.reel.reached_s >= self.clock.end_s

    @property
    def target_s(self) -> float | None:
        """Where a jump goes."""
        return self._target_s

    def resume(self) -> None:
        """Let the storm run."""
        self.wanted = True
        self._settle()

    def pause(self) -> None:
        """Let nothing more out; a jump under way ends where it is."""
        self.wanted = False
        self._target_s = None
        self._settle()
        if not self._catching:
            # What the clock had come to since the last step was not sent, and will not be now.
            self.clock.set(self.reel.reached_s)

    def set_speed(self, speed: float | None) -> None:
        """Run at `speed` storm seconds a second from here on; None is as fast as possible."""
        self.clock.set_speed(speed)

    def jump(self, to_s: float) -> None:
        """Go to a later second: everything in between is sent as fast as possible."""
        self._target_s = min(to_s, self.clock.end_s)
        self._settle()

    def bookmark(self, name: str = "") -> Bookmark:
        """Keep this moment."""
        made = Bookmark(self.reel.reached_s, name or f"bookmark {len(self.bookmarks)}")
        if all(made.at_s != known.at_s for known in self.bookmarks):
            self.bookmarks.append(made)
            self.bookmarks.sort()
        return made

    def rewind(self, to_s: float) -> None:
        """Go back to a second: desks begin again, and get the same posts up to there at once."""
        self.reel.rewind(to_s)
        self.clock.set(to_s)
        self._begin_run()
        self._target_s = None
        self._catching = True
        self._settle()

    def fire(self, inject: Inject) -> Fired:
        """Send `inject` at this moment.

        Raises:
            InjectError: the inject makes no sense in this storm.
        """
        return self._fire(inject, self.reel.reached_s)

    def _fire(self, inject: Inject, at_s: float) -> Fired:
        fired = fire(inject, self._numbers + 1, at_s, self.reel.posts, self.day)
        self._numbers += 1
        self._done.add(id(inject))
        return self._send(fired)

    def _send(self, fired: Fired) -> Fired:
        self.reel.fire(fired)
        self.reel.wind(self.reel.reached_s, STEP_POSTS)
        return fired

    def put(self, told: Told) -> Fired:
        """Send at this moment what is no part of the storm itself; it comes again as injects do."""
        post = told.post
        inject = Inject(text=post.text, channel=post.channel, labels=told.truth.labels)
        return self._send(Fired(0, self.reel.reached_s, self.reel.posts, inject, told))

    def later(self, due_s: float, saying: Saying) -> None:
        """Let `saying` be put in once the storm has come to second `due_s`."""
        self._meanings += 1
        heapq.heappush(self._meant, (due_s, self._meanings, saying))

    def waiting(self) -> list[Inject]:
        """Prepared injects that have not been fired, neither by hand nor at their hour."""
        return [each for each in self.day.storm.inject if id(each) not in self._done]

    def step(self) -> bool:
        """Send what is due, at most STEP_POSTS posts; whether more is due at once."""
        behind = self.behind()
        if self._catching:
            self._catching = bool(behind) or behind is None
            self._settle()
            return not self._catching
        hurried = self._target_s is not None or self.clock.speed is None
        if hurried and (behind is None or behind > self.lead_posts):
            return False
        if self._target_s is None and not self.wanted:
            return False
        goal_s = self._goal_s()
        until_s = min(goal_s, self._next_due_s())
        done = self.reel.wind(until_s, STEP_POSTS)
        if done:
            self._fire_due()
        if hurried or self.reel.reached_s < goal_s:
            self.clock.set(self.reel.reached_s)
        if self._target_s is not None and self.reel.reached_s >= self._target_s:
            self._target_s = None
            self._catching = True
            self._settle()
        return not done or until_s < goal_s

    def _goal_s(self) -> float:
        if self._target_s is not None:
            return self._target_s
        return self.clock.end_s if self.clock.speed is None else self.clock.at_s

    def _next_due_s(self) -> float:
        """When what waits next is due: a prepared inject, or what is meant for later."""
        hours = (each.hour or 0.0 for each in self._waiting if id(each) not in self._done)
        meant_s = self._meant[0][0] if self._meant else float("inf")
        return min(next(hours, float("inf")) * 3600, meant_s)

    def _fire_due(self) -> None:
        for each in self._waiting:
            due_s = (each.hour or 0.0) * 3600
            if id(each) not in self._done and due_s <= self.reel.reached_s:
                self._fire(each, self.reel.reached_s)
        while self._meant and self._meant[0][0] <= self.reel.reached_s:
            _, _, saying = heapq.heappop(self._meant)
            told = saying(self.reel.reached_s)
            if told is not None:
                self.put(told)

    def _settle(self) -> None:
        """Let the clock run exactly while the storm does."""
        runs = self.wanted and self._target_s is None and not self._catching
        if runs != self.clock.running:
            self.clock.run() if runs else self.clock.stand()

    async def run(self) -> None:
        """Send what is due for ever."""
        while True:  # noqa: ASYNC110  the wall's clock sets what is due: there is no event for it
            await asyncio.sleep(0 if self.step() else TICK_S)

    def close(self) -> None:
        """Let go of the posts."""
        self.reel.spool.close()


def check_injects(day: StormDay) -> None:
    """Look at the prepared injects of a storm.

    Raises:
        InjectError: with one line for each that makes no sense there.
    """
    faults = []
    for number, inject in enumerate(day.storm.inject, 1):
        said = [fault.words for fault in inject_faults(inject, day)]
        if inject.hour is not None and inject.hour > day.storm.hours:
            said.append(f"hour = {inject.hour:g}: the day has {day.storm.hours:g} hours")
        faults += [f"{day.storm.name}: inject {number}: {words}" for words in said]
    if faults:
        raise InjectError("\n".join(faults))
