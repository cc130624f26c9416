"""What the desk has last said of the storm: the outages, the queue, the clock, the territory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.feeds.warning import WeatherWarning
from desk.outages import ENDED
from desk.serving.case_messages import CaseRow
from desk.serving.outage_messages import PlaceCount
from desk.serving.protocol import (
    DeskStatus,
    FeedHealth,
    Hello,
    OmsMark,
    OutageRow,
    Tick,
)
from tui.calling import Calls
from tui.feed_words import is_late, silence, trouble
from tui.link import LinkState
from tui.signs import status_rank

ENDED_HELD = 40
"""Ended outages kept for the list; the desk's store has them all."""


class Situation:
    """The newest state of everything but the feed; nothing here remembers what was before.

    After a desk has come back its first tick tells all outages anew, and until then the last
    known ones stay in view.
    """

    def __init__(self) -> None:
        self.hello: Hello | None = None
        self.status: DeskStatus | None = None
        self.link = LinkState("connecting")
        self.calls = Calls()
        self.queue: tuple[CaseRow, ...] = ()
        self.counts: tuple[PlaceCount, ...] = ()
        self.oms: tuple[OmsMark, ...] | None = None
        self.warnings: tuple[WeatherWarning, ...] = ()
        self.warned_here: tuple[WeatherWarning, ...] = ()
        """Of the warnings, those that may touch the territory."""
        self._outages: dict[str, OutageRow] = {}
        self._anew = True
        self._named: Hello | None = None
        self._names: dict[str, str] = {}

    @property
    def outages(self) -> Mapping[str, OutageRow]:
        """Outages by id."""
        return self._outages

    @property
    def clock(self) -> datetime | None:
        """Event time at the desk."""
        return self.status.clock if self.status else None

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone in which screens show times."""
        return ZoneInfo(self.hello.timezone) if self.hello else None

    @property
    def exercise(self) -> bool:
        """Whether any of this is simulated; once said, it stays said."""
        said = (self.hello, self.status)
        return any(part.exercise for part in said if part)

    @property
    def storm(self) -> bool:
        """Whether the desk is in storm mode."""
        return self.status is not None and self.status.mode == "storm"

    @property
    def stale(self) -> bool:
        """Whether what is in view may be old."""
        return self.link.state != "connected" or self._anew

    def failed_feeds(self) -> str:
        """Which feeds have given up, and why; nothing where none has."""
        failed = [trouble(feed) for feed in self._feeds() if feed.state == "failed"]
        return " · ".join(failed)

    def late_feeds(self) -> str:
        """Which feeds are tried again, and when; or that none brings anything, and since when."""
        since = self.status.silent_since if self.status else None
        late = [trouble(feed) for feed in self._feeds() if is_late(feed)]
        if since is not None:
            late.insert(0, f"{silence(since, self.zone)}: no feed brings anything · H")
        return " · ".join(late)

    def waiting_for(self) -> str:
        """Why there is no post yet."""
        feeds = self._feeds()
        bad = ("failed", "retrying", "limited")
        troubled = [trouble(feed) for feed in feeds if feed.state in bad]
        if troubled:
            return " · ".join(troubled)
        if feeds and all(feed.state == "ended" for feed in feeds):
            have = "the feed has" if len(feeds) == 1 else "the feeds have"
            return f"{have} ended without a labelled post"
        territory = self.hello.territory[:60] if self.hello else "the desk"
        return f"waiting for the first posts of {territory}…"

    def _feeds(self) -> tuple[FeedHealth, ...]:
        return self.status.feeds if self.status else ()

    def greet(self, hello: Hello) -> None:
        """A desk has said what it is."""
        self.hello = hello
        self._anew = True

    def tick(self, tick: Tick) -> None:
        """Take in what has changed."""
        if self._anew:
            self._anew = False
            self._outages = {}
            self.queue = ()
            self.counts, self.oms = (), None
            self.warnings = self.warned_here = ()
        if tick.status is not None:
            self.status = tick.status
        for row in tick.outages:
            self._outages[row.outage.id] = row
        if tick.queue is not None:
            self.queue = tick.queue
        if tick.counts is not None:
            self.counts = tick.counts
        if tick.oms is not None:
            self.oms = tick.oms
        if tick.warnings is not None:
            self.warnings = tick.warnings
            self.warned_here = tuple(each for each in tick.warnings if not each.outside)
        if len(tick.outages) > 0:
            self._let_go()

    def ranked(self) -> list[OutageRow]:
        """The outages, the most urgent status first, then the newest activity."""
        return sorted(
            self._outages.values(),
            key=lambda row: (status_rank(row.outage.status), -row.outage.at.timestamp()),
        )

    def worst(self) -> dict[str, str]:
        """The most urgent status of an outage in each community that has one, by id."""
        return worst_of(self._outages.values())

    def name_of(self, community: str) -> str:
        """The name of a community of the territory, or its id where the desk named none."""
        if self.hello is not self._named:
            self._named = self.hello
            places = self.hello.places if self.hello else ()
            self._names = {place.id: place.name for place in places}
        return self._names.get(community, community)

    def warnings_for(self, communities: Iterable[str]) -> list[WeatherWarning]:
        """The warnings that hold for one of these communities, the worst first."""
        touched = set(communities)
        return [each for each in self.warned_here if not touched.isdisjoint(each.communities)]

    def _let_go(self) -> None:
        ended = [row for row in self.ranked() if row.outage.status in ENDED]
        ended.sort(key=lambda row: row.outage.at, reverse=True)
        for row in ended[ENDED_HELD:]:
            del self._outages[row.outage.id]


def worst_of(rows: Iterable[OutageRow]) -> dict[str, str]:
    """The most urgent status of `rows` in each community that has one, by id."""
    found: dict[str, str] = {}
    for row in rows:
        for community in row.outage.communities:
            known = found.get(community)
            if known is None or status_rank(row.outage.status) < status_rank(known):
                found[community] = row.outage.status
    return found
