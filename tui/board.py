"""What a trainer's screen knows: the storm that is run, and what the desk on it says."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from desk.serving.protocol import (
    DeskStatus,
    FeedHealth,
    Fetch,
    FromDesk,
    FromScreen,
    Hello,
    Open,
    Page,
    Row,
    Tick,
)
from simulator.conductor import Bookmark, Conductor, Fired
from simulator.conductor.happenings import Curve, Happening, happenings
from simulator.conductor.marking import ALL_LABELS, NOTHING, Finding, Marking, Mistake
from simulator.conductor.server import Lines
from simulator.conductor.spool import TRAP, bits_of
from simulator.storm import Inject
from tui.link import LinkState

FETCHED = 500
LOOKED_AT = 2_000
"""Posts looked at in one turn: a few milliseconds of work."""
OF_NOTE = ALL_LABELS & ~bits_of(("news",)) | TRAP
"""Marks of a post that a trainer looks at: the day's other news is none of a utility's."""
NOTED = 20_000
"""Posts of note that the screen keeps; the oldest go."""


class Event(NamedTuple):
    """A line of the list of events: of the truth, of the desk alone, or the trainer's own.

    `finding` is what the desk has made of it; `kind` is that of a Happening, or false, inject, now.
    """

    at_s: float
    kind: str
    place: str
    words: str
    finding: Finding | None = None
    trap: tuple[int, int] | None = None
    post: str | None = None


class Board:
    """The state behind the trainer's screen; `own` says that the desk is this program's child."""

    def __init__(self, conductor: Conductor, lines: Lines, *, own: bool) -> None:
        self.conductor = conductor
        self.lines = lines
        self.own = own
        self.day = conductor.day
        self.marking = Marking(conductor.day, conductor.reel)
        self.curve = Curve(conductor.day)
        self.standing = NOTHING
        self.status: DeskStatus | None = None
        self.link = LinkState("connecting")
        self.noted: list[int] = []
        self.zone: ZoneInfo = conductor.day.territory.zone
        self._truth: list[Happening] = happenings(conductor.day)
        self._looked = 0
        self._view = 0
        self._have = 0
        self._asked = False
        self._fresh = True
        self._began_s = conductor.now()
        conductor.behind = self.behind

    # The storm

    def time(self, at_s: float) -> datetime:
        """A second of the storm day on the clocks of its place."""
        return (self.day.storm.starts_at + timedelta(seconds=at_s)).astimezone(self.zone)

    def exercise_s(self) -> float:
        """How long the exercise has gone on, in seconds of the wall's clock."""
        return self.conductor.now() - self._began_s

    def feeds(self) -> tuple[FeedHealth, ...]:
        """The feeds of the desk that is scored."""
        return self.status.feeds if self.status else ()

    def behind(self) -> int | None:
        """Posts sent that the slowest desk has not taken; None where no desk is attached."""
        waiting = self.lines.behind()
        if waiting is None or not self.own:
            return waiting
        if not self._fresh or self.link.state != "connected":
            return len(self.conductor.reel) + 1
        received = self.status.received if self.status else 0
        return max(waiting, len(self.conductor.reel) - received)

    def rewind(self, to_s: float) -> None:
        """Wind the storm back; what the desk has told counts no more."""
        self.conductor.rewind(to_s)
        self._fresh = False
        self._forget()
        kept = bisect_left(self.noted, len(self.conductor.reel))
        del self.noted[kept:]
        self._looked = min(self._looked, len(self.conductor.reel))

    def _forget(self) -> None:
        self.marking.begin_again()
        self.standing = NOTHING
        self.status = None

    def look(self) -> None:
        """Take in what was sent since the last look."""
        reel = self.conductor.reel
        end = min(len(reel), self._looked + LOOKED_AT)
        for position in range(self._looked, end):
            if reel.marks(position) & OF_NOTE or reel.inject_at(position):
                self._note(position)
        self._looked = end
        if self.status is not None and self._fresh:
            self.marking.take_in(self.status.received, LOOKED_AT)

    def judge(self) -> None:
        """Hold the desk against the truth anew."""
        self.standing = self.marking.mark(self.conductor.reel.reached_s)

    def _note(self, position: int) -> None:
        if self.noted and position <= self.noted[-1]:
            at = bisect_left(self.noted, position)
            if self.noted[at] != position:
                insort(self.noted, position)
        else:
            self.noted.append(position)
        if len(self.noted) > NOTED:
            del self.noted[: NOTED // 10]

    def events(self) -> list[Event]:
        """Everything that happens in the day, in time order, with the desk's part beside it."""
        marking, reel = self.marking, self.conductor.reel
        found = [self._told(each) for each in self._truth]
        found += [_false(mistake) for mistake in marking.mistakes]
        found += [
            Event(
                fired.at_s,
                "inject",
                fired.inject.place,
                fired.inject.text,
                post=fired.told.post.id,
            )
            for fired in reel.fired
        ]
        found += [
            Event(each.hour * 3600, "inject", each.place, each.text)
            for each in self.conductor.waiting()
            if each.hour is not None
        ]
        now = Event(self.conductor.at_s, "now", "", "")
        return sorted([*found, now], key=lambda event: (event.at_s, event.kind != "now"))

    def _told(self, each: Happening) -> Event:
        past = each.at_s <= self.conductor.at_s
        finding = self.marking.findings.get(each.outage) if each.outage is not None else None
        trap = None
        if each.trap is not None and past:
            trap = self.marking.fooled[each.trap], self.marking.traps[each.trap]
        return Event(each.at_s, each.kind, each.place, each.words, finding if past else None, trap)

    def coming(self) -> list[float]:
        """The seconds at which something happens from now on."""
        now_s = self.conductor.at_s
        return sorted({each.at_s for each in self._truth if each.at_s > now_s + 1})

    def injects(self) -> list[tuple[Inject, Fired | None]]:
        """Prepared ones that wait, then those that were fired, the newest first."""
        waiting = [(each, None) for each in self.conductor.waiting()]
        return [*waiting, *((each.inject, each) for each in reversed(self.conductor.reel.fired))]

    def bookmarks(self) -> Sequence[Bookmark]:
        """Where the storm can be rewound to."""
        reached_s = self.conductor.reel.reached_s
        return [mark for mark in self.conductor.bookmarks if mark.at_s <= reached_s]

    # The desk

    def hear(self, message: FromDesk | LinkState) -> list[FromScreen]:
        """Take in what the desk says; what to ask it for."""
        match message:
            case LinkState():
                self.link = message
            case Hello():
                self._fresh = True
                self._forget()
                self._view += 1
                self._have, self._asked = 0, False
                return [Open(self._view, "", FETCHED)]
            case Page(view, first, total, start, rows) if view == self._view:
                self._asked = False
                return self._rows(start, rows, first, total)
            case Tick() if self._fresh:
                return self._tick(message)
            case _:
                pass
        return []

    def _tick(self, tick: Tick) -> list[FromScreen]:
        if tick.status is not None:
            self.status = tick.status
        for row in tick.outages:
            self.marking.outage(row)
        asked: list[FromScreen] = []
        for change in tick.views:
            if change.view == self._view:
                asked += self._rows(change.start, change.rows, change.first, change.total)
        return asked

    def _rows(self, start: int, rows: Sequence[Row], first: int, total: int) -> list[FromScreen]:
        """Take in rows of the desk's labelled posts; what lacks before them is asked for."""
        for row in rows:
            position = self.marking.label(row.id, row.labels)
            if position is not None and not self.conductor.reel.marks(position) & ALL_LABELS:
                self._note(position)
        if start <= self._have:
            self._have = max(self._have, start + len(rows))
        self._have = max(self._have, first)
        if self._have < total and not self._asked:
            self._asked = True
            return [Fetch(self._view, self._have, FETCHED)]
        return []


def _false(mistake: Mistake) -> Event:
    what = "real, but few said so" if mistake.real else f"the desk says {mistake.status}"
    return Event(mistake.at_s, "false", mistake.place, what)
