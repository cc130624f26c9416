"""The storm as the platforms tell it: its posts in their order, and what is said back to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from aiohttp import web

from desk.post import Author, Post
from simulator.conductor.conductor import TICK_S, Conductor
from simulator.crowd.readers import Reaction, Readers
from simulator.crowd.utility import own_account
from simulator.platforms.faults import Fault, Faults
from simulator.platforms.line import Frame, Line
from simulator.truth import PostTruth, Told

READ_AT_ONCE = 500
RETURNS_WITHIN_S = 60.0
"""How long a client whose connection was cut still counts as attached."""


class Staged(NamedTuple):
    """A post at its place: `number` counts all posts of the storm, of every channel, from 0."""

    number: int
    told: Told

    @property
    def post(self) -> Post:
        """What is posted."""
        return self.told.post


class Landing(NamedTuple):
    """What a desk has written: a reply to the storm's post `to`, or to nobody.

    `key` is what the platform tells attempts of one reply apart by; the same lands once. `url` is
    its address there, where the desk has chosen that itself.
    """

    channel: str
    text: str
    to: str | None = None
    key: str = ""
    author: Author | None = None
    url: str | None = None


class Stage:
    """One storm for all platforms: they read it by number, each at its own pace."""

    def __init__(self, conductor: Conductor, faults: Iterable[Fault] = ()) -> None:
        self.conductor = conductor
        seed = conductor.day.storm.seed
        self.faults = Faults(faults, seed=seed, minute=lambda: conductor.at_s / 60)
        self.broke: Exception | None = None
        # a platform that tells only what it is asked for says here what that is
        self.asked_for: dict[str, Callable[[Staged], bool]] = {}
        self.lines: set[Line[Any]] = set()
        self._gone: dict[str, tuple[int, float]] = {}
        self.storm = conductor.day.storm
        self.territory = conductor.day.territory
        self.landed: list[tuple[Landing, Told]] = []
        self._landed: dict[tuple[str, str], Told] = {}
        self._readers = Readers(conductor.day.scene)
        self._more = asyncio.Event()

    @property
    def end(self) -> int:
        """How many posts were sent so far: one past the newest number."""
        return len(self.conductor.reel)

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.conductor.over

    def line(
        self,
        platform: str,
        write: Callable[[Frame], Awaitable[None]],
        request: web.BaseRequest | None,
        *,
        end: Frame,
        shuffled: bool = True,
    ) -> Line[Frame]:
        """A stream of `platform` to one client, whose records go through it (see line.py)."""
        dice = self.faults.dice(platform)
        line = Line(platform, write, request, dice, end, shuffled=shuffled, leave=self._left)
        line.seen(self.end)  # where it does not say that it begins earlier
        self.lines.add(line)
        self._gone.pop(platform, None)
        return line

    def _left(self, line: Line[Any]) -> None:
        self.lines.discard(line)
        if all(other.platform != line.platform for other in self.lines):
            until_s = self.conductor.now() + RETURNS_WITHIN_S
            self._gone[line.platform] = line.position, until_s

    def behind(self) -> int | None:
        """How many posts the slowest client was not sent yet; None while there is no client.

        Whoever has just gone is waited for: a real client comes back, and asks for what it missed.
        """
        return max(self.behind_by_platform().values(), default=None)

    def behind_by_platform(self) -> dict[str, int]:
        """How many posts the slowest client of each platform was not sent yet."""
        now_s = self.conductor.now()
        self._gone = {name: each for name, each in self._gone.items() if each[1] > now_s}
        at = {name: position for name, (position, _) in self._gone.items()}
        for line in self.lines:
            at[line.platform] = min(line.position, at.get(line.platform, line.position))
        return {name: self.end - position for name, position in at.items()}

    def shown(self, platform: str, at: datetime) -> datetime:
        """What time `at` of the storm is by the clock of `platform`, which may be wrong."""
        return self.faults.shown(platform, at, self.storm.starts_at)

    def now(self) -> datetime:
        """The time of the storm day."""
        return self.storm.starts_at + timedelta(seconds=self.conductor.at_s)

    def read(self, start: int, stop: int | None = None, channel: str = "") -> Iterator[Staged]:
        """The posts numbered `start` up to `stop`, of one channel or of all."""
        reel = self.conductor.reel
        # no text can hold this: quotes in it are escaped; most posts need not be decoded then
        mark = b'"channel":%b' % msgspec.json.encode(channel) if channel else b""
        for number in range(start, min(self.end, self.end if stop is None else stop)):
            if mark in reel.post_bytes(number):
                yield Staged(number, reel.told(number))

    def find(self, id_: str) -> Staged | None:
        """The post with this id of the storm, if it was sent."""
        number = self.conductor.reel.position_of(id_)
        return None if number is None else Staged(number, self.conductor.reel.told(number))

    def land(self, landing: Landing) -> Told:
        """What a desk has written as a post of this moment; the post of before if it has landed.

        It is of the utility's own account in its channel unless the landing names another. What it
        means nobody knows but its readers, some of whom react in their time: its truth says no more
        than that the utility speaks.
        """
        at = landing.channel, landing.key
        told = self._landed.get(at) if landing.key else None
        if told is None:
            answered = self.find(landing.to) if landing.to else None
            told = self._posted(landing, answered.told if answered else None)
            self.landed.append((landing, told))
            if landing.key:
                self._landed[at] = told
            at_s = self.conductor.put(told).at_s
            self._tell()
            heard = self._readers.reactions(told, answered.told if answered else None, at_s)
            for number, reaction in enumerate(heard, 1):
                self._expect(reaction, f"{told.post.id}-{number}")
        return told

    def _expect(self, reaction: Reaction, id_: str) -> None:
        def saying(at_s: float) -> Told | None:
            draft = reaction.write(at_s)
            return self.conductor.day.told(draft, id_, at_s) if draft else None

        self.conductor.later(reaction.due_s, saying)

    def _posted(self, landing: Landing, answered: Told | None) -> Told:
        storm = self.storm
        asker = answered.post.author if answered else None
        id_ = f"{storm.name}-{storm.seed}-reply-{len(self.landed) + 1:03d}"
        post = Post(
            id=id_,
            channel=landing.channel,
            author=landing.author or own_account(self.conductor.day.scene, landing.channel),
            text=landing.text,
            created_at=self.conductor.day.scene.time(self.conductor.reel.reached_s),
            lang=answered.post.lang if answered else storm.voice[0].language,
            reply_to=landing.to,
            mentions=(asker.handle,) if asker and asker.handle else (),
            url=landing.url,
            exercise=True,
        )
        truth = answered.truth if answered else None
        outage, community = (truth.outage, truth.community) if truth else (None, None)
        return Told(post, PostTruth(id_, ("news",), outage, community, located=False, trap=None))

    async def more(self, number: int) -> None:
        """Wait until post `number` is there, or nothing more will come."""
        while number >= self.end and not self.over:
            await self._more.wait()

    async def run(self) -> None:
        """Let the storm go on, for as long as it is served; `broke` is what kept it from that."""
        try:
            await self._run()
        except Exception as error:
            self.broke = error
            raise

    async def _run(self) -> None:
        while True:
            before = self.end
            busy = self.conductor.step()
            if self.end > before or self.over:
                self._tell()
            await asyncio.sleep(0 if busy else TICK_S)

    def _tell(self) -> None:
        self._more.set()
        self._more = asyncio.Event()
