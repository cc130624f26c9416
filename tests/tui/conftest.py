from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from desk.feeds.warning import OPEN, WeatherWarning
from desk.outages import OutageChange, Status
from desk.post import Author, LabelledPost, Location
from desk.serving.case_messages import CaseRow
from desk.serving.feed_messages import FaultRow, FaultsTold, ReadFaults
from desk.serving.outage_messages import (
    Act,
    Acted,
    Near,
    OutageDetail,
    OutagePart,
    PlaceCount,
    ReadOutage,
    Series,
)
from desk.serving.protocol import (
    VERSION,
    Close,
    DeskStatus,
    Detail,
    FeedHealth,
    Fetch,
    FromScreen,
    Hello,
    MapPlace,
    OmsMark,
    Open,
    OutageRow,
    Page,
    Read,
    Refused,
    Row,
    Tick,
    ViewChange,
)
from rules import Match
from tests.tui.cases_scene import Cases
from tests.tui.scene import HandWire, Sight
from tui.app import StormdeskApp
from tui.choices import ChoicesFile
from tui.filter_words import terms
from tui.link import LinkState
from tui.widgets.feed import Feed

START = datetime(2031, 9, 4, 18, 3, 0, tzinfo=UTC)

PLACES = (
    MapPlace("alder", "Alder Bay", 34.72, -76.73, 41_000),
    MapPlace("birch", "Birchfield", 35.99, -78.90, 120_000),
    MapPlace("cedar", "Cedar Point", 34.24, -77.94, 60_000),
    MapPlace("dune", "Dune Harbor", 35.25, -75.53, 9_000),
    MapPlace("elm", "Elmton", 35.60, -82.55, 52_000),
    MapPlace("fern", "Fernley", 35.05, -78.88, 88_000),
    MapPlace("grove", "Grove Mills", 36.10, -80.24, 97_000),
    MapPlace("heron", "Heron Creek", 35.60, -77.37, 47_000),
)
OUTLINE = (
    (-84.32, 34.99), (-83.11, 35.00), (-82.28, 35.20), (-81.04, 35.15), (-80.78, 34.82),
    (-79.67, 34.80), (-78.55, 33.86), (-77.96, 33.85), (-77.40, 34.45), (-76.55, 34.62),
    (-75.53, 35.23), (-75.45, 35.60), (-75.87, 36.55), (-78.50, 36.54), (-81.68, 36.59),
    (-82.03, 36.12), (-83.10, 35.77), (-84.32, 34.99),
)  # fmt: skip
TEXTS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("no lights on our whole street in Alder Bay since six", (("no lights", "outage"),)),
    ("there is a live wire on the pavement by the school!!", (("live wire", "hazard"),)),
    ("mum is on oxygen and the concentrator just stopped, power out",
     (("on oxygen", "vulnerable"), ("power out", "outage"))),
    ("any idea when it will be back on? freezer is full", (("when it will be back", "etr"),)),
    ("big oak came down over the road, took the pole with it",
     (("took the pole", "damage"), ("came down", "damage"))),
    ("and we have light again, thank you crews",
     (("we have light again", "restored"), ("thank you crews", "praise"))),
    ("third blackout this month and the bill still went up, ridiculous",
     (("blackout", "outage"), ("ridiculous", "complaint"), ("bill", "billing"))),
    ("County office: shelters open at eight, expect gusts until midnight",
     (("County office", "news"),)),
)  # fmt: skip
CHANNELS = ("x", "bluesky", "mastodon", "facebook")


def row(number: int) -> Row:
    """The canned post of this number, always the same."""
    text, marks = TEXTS[number % len(TEXTS)]
    spans = tuple((text.index(w), text.index(w) + len(w), label) for w, label in marks)
    return Row(
        id=f"post-{number}",
        at=START + timedelta(seconds=3 * number),
        channel=CHANNELS[number % len(CHANNELS)],
        author=f"person{number % 40}",
        place=PLACES[number % len(PLACES)].name if number % 3 else "",
        labels=tuple(dict.fromkeys(label for _, label in marks)),
        text=text,
        spans=spans,
        media=int(number % 11 == 4),
        exercise=True,
    )


def detail(shown: Row, text: str | None = None) -> Detail:
    """What a desk would send of a canned row."""
    whole = shown.text if text is None else text
    matches = tuple(
        Match(f"en-{label}-{start}", label, whole[start:end], whole[start:end], start, end, 92.5)
        for start, end, label in shown.spans
    )
    post = LabelledPost(
        id=shown.id,
        channel=shown.channel,
        author=Author(shown.author, shown.author, f"Person {shown.author[6:]}"),
        text=whole,
        created_at=shown.at,
        exercise=True,
        labels=shown.labels,
        matches=matches,
        location=Location("alder", 34.72, -76.73, 6.0, "text", 0.9),
    )
    return Detail(shown.id, post, "outage-1", "case-7")


def outage(number: int, status: Status, place: int, posts: int, **changes: object) -> OutageRow:
    """A canned outage."""
    where = PLACES[place]
    change = OutageChange(
        id=f"outage-{number}",
        status=status,
        at=START + timedelta(minutes=number),
        started_at=START - timedelta(minutes=17 * number),
        communities=(where.id,),
        lat=where.lat,
        lon=where.lon,
        radius_km=5,
        first_post_at=START - timedelta(minutes=15 * number),
        posts=posts,
        authors=max(1, posts - 3),
        hazards=int(number == 1),
        vulnerable=0,
        damage=0,
        confidence=0.8,
        evidence=("post-1",),
        exercise=True,
    )
    trend = tuple((posts * (at + number)) % 13 for at in range(12))
    return OutageRow(msgspec.structs.replace(change, **changes), where.name, trend)


OUTAGES = (
    outage(1, "confirmed", 0, 214),
    outage(2, "likely", 5, 41),
    outage(3, "suspected", 2, 6),
    outage(4, "restoring", 7, 88),
    outage(5, "restored", 1, 130),
    outage(6, "likely", 3, 19),
)
QUEUE = tuple(
    CaseRow(
        id=f"case-{number}",
        opened_at=START - timedelta(minutes=3 * number),
        updated_at=START,
        channel=row(index).channel,
        author=row(index).author,
        place=row(index).place,
        labels=row(index).labels,
        posts=(f"post-{index}",),
        text=row(index).text,
    )
    for number, index in enumerate((1, 2, 9, 10, 0, 3))
)
HELLO = Hello(
    protocol=VERSION,
    desk="desk-1",
    territory="Carolina Sample",
    timezone="America/New_York",
    places=PLACES,
    lines=(OUTLINE,),
    exercise=True,
)


def status(received: int = 3120, **changes: object) -> DeskStatus:
    """A canned status."""
    feed = FeedHealth("storm:hurricane", "live", received, 2, 5, 2.0, 3.4)
    plain = DeskStatus(
        clock=START + timedelta(minutes=42, seconds=11),
        received=received,
        labelled=1204,
        posts_per_minute=212.0,
        backlog=0,
        cases=31,
        outages=6,
        feeds=(feed,),
        exercise=True,
    )
    return msgspec.structs.replace(plain, **changes)


COUNTS = (PlaceCount("alder", 3, 1, 0), PlaceCount("elm", 0, 0, 4), PlaceCount("fern", 2, 0, 1))
MARKS = (
    OmsMark("4711", 35.05, -78.88, "confirmed", 1240, "outage-2"),
    OmsMark("4712", 36.10, -80.24, "confirmed", None, None),
    OmsMark("4713", 35.60, -82.55, "restored", 90, None),
)


def warning(number: int = 1, **changes: object) -> WeatherWarning:
    """A canned official warning."""
    plain = WeatherWarning(
        id=f"warning-{number}",
        event="Hurricane Warning",
        severity="Extreme",
        headline="Hurricane Warning until tomorrow morning",
        area="Coastal Alder; Inland Dune; Coastal Cedar",
        communities=("alder", "dune", "cedar"),
        begins=START - timedelta(hours=3),
        until=START + timedelta(hours=16),
        sender="Sample Weather Service",
        text="* WHAT...Gusts up to 110 mph.\n\n* WHERE...The coast\nand what lies behind.",
        instruction="Stay inside and away\nfrom windows.",
        exercise=True,
        placed="shape",
    )
    return msgspec.structs.replace(plain, **changes)


WARNINGS = (
    warning(),
    warning(2, event="Flood Watch", severity="Severe", communities=("fern",), placed="name",
            area="Fern; Heron", begins=START + timedelta(hours=20),
            until=START + timedelta(hours=40)),
    warning(3, event="Hazardous Seas Watch", severity="Moderate", communities=(), placed="",
            area="The sounds between the capes", until=OPEN),
    warning(4, event="Gale Warning", severity="Moderate", communities=(), area="Far out at sea"),
)  # fmt: skip
FEEDS = (
    FeedHealth(
        "jetstream+wss://jetstream.example", "live", 48_211, 3, 17, 0.0, 41.2, ignored=9_120,
        heard_at=START, since=START - timedelta(hours=2), newest_at=START, behind_s=0,
    ),
    FeedHealth(
        "mastodon+https://social.example/public", "limited", 612, 0, 2, 4.0, 0.0,
        "the server answered 429", reconnects=3, retry_s=272, silent_s=120, lost=4,
        heard_at=START - timedelta(minutes=2), since=START - timedelta(hours=2), behind_s=190,
    ),
    FeedHealth("nws+https://api.weather.gov?area=NC", "live", 0, 0, 0, 0.0, 0.0, warns=True,
               heard_at=START, since=START - timedelta(hours=2)),
)  # fmt: skip
FAULTS = (
    FaultRow("2031-09-04T18:02:11+00:00", "frame 20117", "not a post: Expected `str`, got `int`",
             '{"kind":"commit","did":7,"text":"\x1b[31mred\x1b[0m \u202e"}'),
    FaultRow("", "frame 3", "longer than 1 MiB", "{" * 300),
)  # fmt: skip


def outage_detail(row: OutageRow, near: Sequence[OutageRow] = OUTAGES) -> OutageDetail:
    """What a desk would send of a canned outage."""
    outage = row.outage
    suspected = msgspec.structs.replace(outage, status="suspected", at=outage.started_at, posts=3)
    parts = [
        OutagePart(name, outage.posts // each, outage.authors // each, outage.hazards, 0, 0)
        for each, name in enumerate(outage.communities, 1)
    ]
    spans = [outage.posts * each % 17 for each in range(12)]
    return OutageDetail(
        outage.id,
        outage,
        row.place,
        parts=tuple(parts),
        history=(suspected, outage),
        series=Series(
            outage.started_at.replace(minute=0), tuple(spans), (0, 1) * 6, (0,) * 9 + (1, 2, 1)
        ),
        near=tuple(Near(each.outage.id, 12.5) for each in near if each.outage.id != outage.id),
        held=sum(spans),
    )


class CannedDesk(HandWire):
    """Answers like a desk."""

    def __init__(self, rows: int = 0) -> None:
        super().__init__()
        self.rows = [row(number) for number in range(rows)]
        self.mute = False
        self.refusals: dict[str, str] = {}
        self.details: dict[str, Detail] = {}
        self.first = 0
        self.outages = {row.outage.id: row for row in OUTAGES}
        self.no: str | None = None
        self.faults: tuple[FaultRow, ...] = FAULTS
        self._views: dict[int, str] = {}
        self.cases = Cases(self.say, status)

    def connect(self) -> None:
        """Come up as a desk does: words of the wire, hello, the first tick."""
        tick = Tick(status=status(), outages=OUTAGES, queue=QUEUE)
        self.say(LinkState("connected"), HELLO, tick)

    def grow(self, count: int) -> None:
        """So many posts come in, and a tick tells of them."""
        start = len(self.rows)
        self.rows += [row(number) for number in range(start, start + count)]
        changes = []
        for view, query in self._views.items():
            held = self._filtered(query)
            new = [found for found in self._filtered(query) if int(found.id[5:]) >= start]
            begin = len(held) - len(new)
            changes.append(ViewChange(view, self.first, len(held), begin, tuple(new)))
        self.say(Tick(views=tuple(changes)))

    async def send(self, message: FromScreen) -> None:
        await super().send(message)
        if self.mute:
            return
        match message:
            case Open(view, query, count):
                if query in self.refusals:
                    self.say(Refused(view, self.refusals[query]))
                    return
                self._views[view] = query
                total = len(self._filtered(query))
                self._page(view, max(self.first, total - count), count)
            case Fetch(view, start, count):
                self._page(view, start, count)
            case Close(view):
                self._views.pop(view, None)
            case Read(post):
                known = next((found for found in self.rows if found.id == post), None)
                answer = detail(known) if known else Detail(post, None)
                self.say(self.details.get(post, answer))
            case ReadOutage(id_):
                outage = self.outages.get(id_)
                others = tuple(self.outages.values())
                self.say(outage_detail(outage, others) if outage else OutageDetail(id_, None))
            case ReadFaults(feed):
                self.say(FaultsTold(feed, self.faults))
            case Act() if self.no is not None:
                self.say(Refused(None, self.no, message.outage))
            case Act():
                self.act(message)
            case _:
                self.cases.answer(message)

    def act(self, act: Act) -> None:
        """Do what a person wants done, as far as a screen can see it, and tell of it."""
        changes: dict[str, dict[str, object]] = {
            "verify": {"verifying": act.by},
            "confirm": {"status": "confirmed"},
            "dismiss": {"status": "dismissed"},
            "merge": {"status": "dismissed", "merged_into": act.into},
            "undo": {"status": "likely", "merged_into": None},
        }
        row = self.change(act.outage, by=act.by, **changes.get(act.kind, {}))
        self.say(Acted(act, (row.outage,)))

    def change(self, outage: str, **changes: object) -> OutageRow:
        """Let an outage change, and tell every screen."""
        known = self.outages[outage]
        row = msgspec.structs.replace(
            known, outage=msgspec.structs.replace(known.outage, **changes)
        )
        self.outages[outage] = row
        self.say(Tick(outages=(row,)))
        return row

    def _page(self, view: int, start: int, count: int) -> None:
        held = self._filtered(self._views[view])
        begin = max(start, self.first)
        self.say(Page(view, self.first, len(held), begin, tuple(held[begin : start + count])))

    def _filtered(self, query: str) -> list[Row]:
        found = self.rows
        for term in terms(query):
            name, _, value = term.replace('"', "").partition(":")
            match name:
                case "!only":
                    found = [row for row in found if row.labels != (value,)]
                case "label":
                    found = [row for row in found if value in row.labels]
                case "outage":
                    place = self.outages[value].place
                    found = [row for row in found if row.place == place]
                case "place":
                    found = [row for row in found if row.place == value]
                case "has":
                    found = [row for row in found if row.media]
                case "since":
                    newest = max((row.at for row in self.rows), default=START)
                    oldest = newest - timedelta(minutes=int(value.rstrip("mh")))
                    found = [row for row in found if row.at >= oldest]
                case _:
                    found = [row for row in found if term in row.text]
        return found


class Scene(Sight):
    """The monitor at a canned desk, and what a person would see of it."""

    def __init__(self, desk: CannedDesk, app: StormdeskApp, pilot: Pilot[None]) -> None:
        super().__init__(desk, app, pilot)
        self.desk = desk
        self.app: StormdeskApp = app

    @property
    def feed(self) -> Feed:
        return self.app.monitor.feed

    async def grow(self, count: int) -> None:
        self.desk.grow(count)
        await self.settle()

    def feed_ids(self) -> list[str]:
        """The posts in view."""
        feed = self.feed
        height = feed.scrollable_content_region.height
        rows = [feed.window.row(feed.index_at(y)) for y in range(height)]
        return [found.id for found in rows if found]


OpenScene = Callable[..., AbstractAsyncContextManager[Scene]]


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for a program's temporary files: near the root, since a socket's path is short."""
    with tempfile.TemporaryDirectory(prefix="sd-") as folder:
        yield Path(folder)


@pytest.fixture
def scene() -> OpenScene:
    """Opens the app at a canned desk with so many posts, in a terminal of so many cells."""

    @asynccontextmanager
    async def open_scene(
        rows: int = 300,
        size: tuple[int, int] = (80, 24),
        *,
        up: bool = True,
        query: str = "",
        headlines: bool = True,
    ) -> AsyncIterator[Scene]:
        desk = CannedDesk(rows)
        choices = ChoicesFile()
        choices.keep(headlines=headlines)
        app = StormdeskApp(desk, query=query, choices=choices)
        async with app.run_test(size=size) as pilot:
            opened = Scene(desk, app, pilot)
            if up:
                desk.connect()
            await opened.settle()
            yield opened

    return open_scene
