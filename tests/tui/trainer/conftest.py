"""A storm of a few posts made by hand, run on the trainer's screen beside a canned desk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import msgspec
import pytest
from textual.pilot import Pilot

from desk.post import Author, Post
from desk.serving.protocol import (
    VERSION,
    DeskStatus,
    FeedHealth,
    Fetch,
    FromScreen,
    Hello,
    Open,
    OutageRow,
    Page,
    Row,
    Tick,
)
from desk.territories import load_territory
from simulator import grid
from simulator.conductor import Conductor
from simulator.conductor.server import Lines
from simulator.restoration import Estimate, Outage
from simulator.storm import Inject, layer_random
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import PostTruth, Told
from tests.desk.outages.changes import change
from tests.tui.scene import HandWire, Sight
from tui.board import Board
from tui.link import LinkState
from tui.trainer import TrainerApp

HOUR_S = 3600.0
POSTS = 240
FRAME_S = 1 / 60
TEXTS: tuple[tuple[str, tuple[str, ...], str | None], ...] = (
    ("no lights on our whole street since the big gust", ("outage",), None),
    ("soup is on, storm or no storm", (), None),
    ("a live wire lies across the pavement by the school", ("hazard",), None),
    ("when do we get our power back?", ("etr",), None),
    ("eleven levels into Blackout and I am the monster", (), "game"),
    ("light again, thank you crews", ("restored", "praise"), None),
)
INJECTS = (
    Inject(
        text="Smoke over the substation, three fire trucks there",
        hour=1.5,
        place="Wilmington",
        labels=("hazard",),
        note="Who calls operations?",
    ),
    Inject(text="They say it stays off for a week", labels=("etr",), trap="rumour"),
)


class CannedDay(StormDay):
    """Two hours over North Carolina: three outages, a post each half minute, always the same."""

    def __init__(self) -> None:
        storm = msgspec.structs.replace(load_storm("hurricane", hours=2.0), inject=INJECTS)
        self.storm = storm
        self.territory = load_territory(storm.territory)
        self.zones = grid.zones(self.territory, layer_random(storm, "zones"))
        zones = [zone for zone in self.zones if zone.community.customers > 20_000][:3]
        self.flickers = self.bulletins = self.incidents = ()
        self.true_outages = tuple(
            Outage(
                number,
                zone,
                started_s,
                restored_s,
                customers,
                "treeDown",
                started_s + 600,
                ((started_s, customers),),
                ((restored_s, customers),),
                (Estimate(started_s + 300, started_s + 1800),),
            )
            for number, (zone, started_s, restored_s, customers) in enumerate(
                zip(zones, (300, 1200, 4800), (3000, 6000, 9000), (4200, 980, 61), strict=True)
            )
        )

    def tell(self) -> Iterator[Told]:
        for number in range(POSTS):
            text, labels, trap = TEXTS[number % len(TEXTS)]
            outage = self.true_outages[number // 6 % 2]
            author = Author(f"a{number}", f"neighbour{number}", f"Neighbour {number}")
            id_ = f"hurricane-7-{number:07d}"
            at = self.storm.starts_at + timedelta(seconds=30 * number)
            place = outage.zone.community
            told = "outage" in labels
            post = Post(id=id_, channel="x", author=author, text=text, created_at=at, exercise=True)
            named = f"t-{outage.number + 1:05d}" if told else None
            yield Told(post, PostTruth(id_, labels, named, place.id, told, trap))


class HandDesk(HandWire):
    """A desk that says what the test lets it say."""

    def __init__(self, day: StormDay) -> None:
        super().__init__()
        self.day = day
        self.rows: list[Row] = []

    async def send(self, message: FromScreen) -> None:
        await super().send(message)
        match message:
            case Open(view, _, count):
                start = max(0, len(self.rows) - count)
                self.say(Page(view, 0, len(self.rows), start, tuple(self.rows[start:])))
            case Fetch(view, start, count):
                page = tuple(self.rows[start : start + count])
                self.say(Page(view, 0, len(self.rows), start, page))
            case _:
                pass

    def greet(self) -> None:
        """Come up, as a desk that has read nothing."""
        self.rows = []
        hello = Hello(VERSION, "desk-1", "North Carolina", "America/New_York", (), (), True)
        self.say(LinkState("connected"), hello)

    def read(self, posts: int, *outages: OutageRow) -> None:
        """The desk has read so many posts: it sees no etr, and a hazard in every game."""
        told = list(self.day.tell())[:posts]
        self.rows = []
        for each in told:
            post, truth = each.post, each.truth
            labels = tuple(label for label in truth.labels if label != "etr")
            labels = labels or (("hazard",) if truth.trap else ())
            if labels:
                self.rows.append(
                    Row(post.id, post.created_at, "x", "", "", labels, post.text, (), 0, True)
                )
        feed = FeedHealth("drill:x", "live", posts, 0, 0, 0.0, 1.0)
        status = DeskStatus(
            clock=told[-1].post.created_at,
            received=posts,
            labelled=len(self.rows),
            posts_per_minute=2.0,
            backlog=0,
            cases=12,
            outages=len(outages),
            feeds=(feed,),
            exercise=True,
        )
        views = {message.view for message in self.heard if isinstance(message, Open)}
        self.say(Tick(status=status, outages=outages))
        for view in views:
            self.say(Page(view, 0, len(self.rows), 0, tuple(self.rows)))

    def found(self, number: int, minutes: float, *, false: bool = False) -> OutageRow:
        """An outage as the desk tells it, sure of it so many minutes after its start."""
        true = self.day.true_outages[number]
        at = self.day.storm.starts_at + timedelta(seconds=true.started_s, minutes=minutes)
        place = true.zone.community
        id_ = f"o-{number}-{false}"
        if false:
            told = change(id_, "likely", at, "elsewhere", lat=0.0, lon=0.0)
            return OutageRow(told, "Elsewhere", (), at)
        told = change(id_, "likely", at, place.id, lat=true.zone.lat, lon=true.zone.lon)
        return OutageRow(told, place.name, (), at)


class Wall:
    """A monotonic clock that only the test moves."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


class Desk1:
    """One attached desk that has been sent everything."""

    behind = 0


class Drill(Sight):
    """The trainer's app, its storm, the desk, and what a person would see."""

    def __init__(
        self, conductor: Conductor, desk: HandDesk, wall: Wall, app: TrainerApp, pilot: Pilot[None]
    ) -> None:
        super().__init__(desk, app, pilot)
        self.storm = conductor
        self.desk = desk
        self.wall = wall
        self.app: TrainerApp = app

    async def settle(self) -> None:
        """Until the storm has sent what is due, and the screen shows it."""
        for _ in range(2):
            while self.storm.step():
                pass
            self.app.trainer.tell()
            self.app.board.judge()
            self.app.trainer.tell()
            await super().settle()

    async def wait(self, storm_s: float) -> None:
        """Let the storm run for so many of its seconds."""
        assert self.storm.clock.speed is not None
        self.wall.now_s += storm_s / self.storm.clock.speed
        await self.settle()

    async def read(self, posts: int, *outages: OutageRow) -> None:
        self.desk.read(posts, *outages)
        await self.settle()


@pytest.fixture
def board() -> Iterator[Board]:
    """The canned day, half an hour in."""
    conductor = Conductor(CannedDay(), 60.0, now=Wall())
    conductor.clock.set(1800)
    yield Board(conductor, Lines(conductor), own=False)
    conductor.close()


OpenDrill = Callable[..., AbstractAsyncContextManager[Drill]]


@pytest.fixture
def drill() -> OpenDrill:
    """Opens the trainer's screen on the canned day, paused, with a desk attached."""

    @asynccontextmanager
    async def open_drill(size: tuple[int, int] = (120, 40)) -> AsyncIterator[Drill]:
        day, wall = CannedDay(), Wall()
        conductor = Conductor(day, 60.0, now=wall)
        lines = Lines(conductor)
        lines.callers.add(Desk1())  # type: ignore[arg-type]
        desk = HandDesk(day)
        app = TrainerApp(Board(conductor, lines, own=False), desk)
        try:
            async with app.run_test(size=size) as pilot:
                desk.greet()
                opened = Drill(conductor, desk, wall, app, pilot)
                await opened.settle()
                yield opened
        finally:
            conductor.close()

    return open_drill
