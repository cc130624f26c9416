"""A desk at work: feeds read side by side, one pipeline, and what its screens may see of it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from desk.cases.wrong import WrongLabels
from desk.channels.switched_on import SwitchedOn
from desk.errors import StoreError
from desk.feeds import Feed
from desk.feeds.warning import WeatherWarning
from desk.health import MinuteRate, silent_since
from desk.labelling import Labellers
from desk.outages import ENDED, OutageChange
from desk.outages.actions import Action
from desk.outages.score import DETECTED
from desk.pipeline import Outcome, Pipeline
from desk.post import LabelledPost
from desk.reading import Reading, Tell
from desk.serving.case_desk import CaseDesk
from desk.serving.feed_messages import MOST_TOLD, FaultsTold, told
from desk.serving.held import Held
from desk.serving.house import Done, House
from desk.serving.idle import Idle
from desk.serving.layers import Layers
from desk.serving.names import clean_name
from desk.serving.outage_messages import Act, Acted, PlaceCount
from desk.serving.outage_reader import OutageReader
from desk.serving.protocol import DeskHealth, DeskStatus, Detail, OmsMark, OutageRow
from desk.serving.reply_desk import ReplyDesk
from desk.serving.report_desk import ReportDesk
from desk.serving.usual import Reporters, Usual
from desk.serving.views import View

MOST_CHANGED = 1000
"""Posts of which screens hear that they were deleted; who is further behind sees it anew."""
LAYERED = 50_000
"""Stored posts from which the layers of the map begin: those of the last hours."""
OUTAGES_S = 0.5
"""Wall seconds between two looks at all outages: some milliseconds of work each."""

STATUS_S = 0.5
"""Wall seconds after which the desk's status is looked at though nothing has come."""
TEND_S = 1.0
"""Wall seconds between two looks at what falls due for cases."""


class Monitor:
    """Reads feeds through a pipeline, and answers what screens ask.

    `tell` gets one line for each thing that people should know, such as a bad line of a feed;
    `wrong` notes posts that people say are labelled wrong; replies really go out from `accounts`.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        feeds: Sequence[Feed],
        tell: Tell,
        labellers: Labellers | None = None,
        wrong: WrongLabels | None = None,
        accounts: Sequence[SwitchedOn] = (),
    ) -> None:
        self.pipeline = pipeline
        self.names = {place.id: place.name for place in pipeline.territory.community}
        self.held = Held(pipeline.store)
        self.layers, self.reporters = Layers(), Reporters()
        newest = pipeline.store.newest(LAYERED)
        self.layers.take(newest)
        self.reporters.take(newest)
        self._usual: Usual | None = None
        self.reader = OutageReader(pipeline, self.outages)
        self.oms: tuple[OmsMark, ...] | None = None
        self.beginnings = 0
        self.changed: deque[tuple[int, int]] = deque(maxlen=MOST_CHANGED)
        self._changes = 0
        self._accepted, self._labelled = pipeline.store.totals()
        self._rate = MinuteRate()
        self._outages: list[OutageRow] = []
        self._outages_stale = True
        self._listed = 0
        self._outages_at_s = -OUTAGES_S
        self._status: DeskStatus | None = None
        self._status_at_s = -STATUS_S
        self._counts: tuple[PlaceCount, ...] = ()
        self._likely_at: dict[str, datetime] = {}
        self._idle = Idle()
        self._failed = asyncio.Event()
        self._failure: Exception | None = None
        self._note(pipeline.store.changes())
        self.cases = CaseDesk(self, wrong)
        self.replies = ReplyDesk(self, self.cases, accounts)
        self.reports = ReportDesk(self)
        self.houses: tuple[House, ...] = (self.cases, self.replies, self.reports)
        self._reading = Reading(pipeline, feeds, self._took, tell, labellers)

    async def run(self) -> None:
        """Read every feed to its end."""
        await self._reading.run()

    def fail(self, error: Exception) -> None:
        """Let the desk end, aloud: something broke that it can't do without."""
        self._failure = error
        self._failed.set()

    async def failure(self) -> None:
        """Wait until what somebody did could not be stored: the desk must end then.

        Raises:
            StoreError: as soon as that is so.
            Exception: what else broke that the desk can't do without.
        """
        await self._failed.wait()
        assert self._failure is not None
        raise self._failure

    def _begin_again(self) -> None:
        """Forget what was: the feed has begun again."""
        self.beginnings += 1
        self.held = Held(self.pipeline.store)
        self.layers, self.reporters = Layers(), Reporters()
        self._usual = None
        self.reader.begin_again()
        self._accepted = self._labelled = 0
        self._rate = MinuteRate()
        self._outages = []
        self._counts = ()
        self._outages_at_s = -OUTAGES_S
        self._likely_at = {}
        for house in self.houses:
            house.begin_again()

    def _note(self, changes: Iterable[OutageChange]) -> None:
        """Remember when the desk was first sure of an outage."""
        for change in changes:
            if change.status in DETECTED:
                self._likely_at.setdefault(change.id, change.at)

    def _took(self, outcome: Outcome) -> None:
        self._status = None
        if outcome.restarted:
            self._begin_again()
        self._note(event for event in outcome.events if isinstance(event, OutageChange))
        posts = [event for event in outcome.events if isinstance(event, LabelledPost)]
        self.held.extend(posts)
        self.layers.take(posts)
        self.reporters.take(posts)
        for number, post in outcome.deleted:
            self.held.replace(number, post)
            self._changes += 1
            self.changed.append((self._changes, number))
        self._accepted += outcome.accepted
        self._labelled += len(posts)
        if self.pipeline.clock.now is not None:
            self._rate.count(outcome.seconds, self.pipeline.clock.now)
        self._outages_stale = True
        for house in self.houses:
            house.took(outcome)

    def time(self) -> datetime | None:
        """The time that clocks of cases go by: `Desk.time` (desk/serving/house.py)."""
        now = self.pipeline.clock.now
        return now if now is None or self.pipeline.store.exercise else self._idle.after(now)

    def do(self, work: Callable[[], Outcome]) -> Outcome:
        """Do `work` between two batches: `Desk.do` (desk/serving/house.py)."""
        try:
            outcome = work()
        except StoreError as error:
            self.fail(error)
            raise
        self._took(outcome)
        return outcome

    def do_for(self, work: Callable[[], tuple[Done, Outcome]]) -> Done:
        """As `do`, for work that also says what it did."""
        done: list[Done] = []

        def noted() -> Outcome:
            said, outcome = work()
            done.append(said)
            return outcome

        self.do(noted)
        return done[0]

    async def tend(self) -> None:
        """Let what falls due by the clock happen, for as long as the desk runs."""
        while True:
            self.cases.tend()
            await asyncio.sleep(TEND_S)

    def outage(self, id_: str) -> OutageChange | None:
        """The outage of this id as it is now, or as it was last told of."""
        return self.reader.known(id_)

    def status(self) -> DeskStatus:
        """The desk after its last batch; while none comes, half a second old at most."""
        now_s = time.monotonic()
        if self._status is None or now_s - self._status_at_s >= STATUS_S:
            self._status, self._status_at_s = self._look(), now_s
        return self._status

    def _look(self) -> DeskStatus:
        gauges = self._reading.gauges.values()
        pipeline = self.pipeline
        feeds = self._reading.health()
        return DeskStatus(
            clock=pipeline.clock.now,
            received=self._accepted,
            labelled=self._labelled,
            posts_per_minute=self._rate.per_minute(),
            backlog=sum(gauge.waiting for gauge in gauges),
            cases=pipeline.cases.queued,
            usual=self._usual,
            outages=sum(1 for row in self.outages() if row.outage.status not in ENDED),
            feeds=feeds,
            exercise=bool(pipeline.store.exercise),
            work_s={stage: round(spent, 3) for stage, spent in pipeline.work_s.items()},
            mode=pipeline.cases.mode,
            mode_by=pipeline.cases.mode_by,
            waiting=pipeline.cases.waiting,
            late=pipeline.cases.late,
            skipped=pipeline.cases.skipped,
            overload=self.reports.overload(),
            look_alikes=pipeline.look_alikes.unjudged,
            outgoing=self.replies.outgoing(),
            silent_since=silent_since(feeds),
        )

    def outages(self) -> list[OutageRow]:
        """Every outage that the desk holds, with its trend; made anew twice a second at most."""
        now = self.pipeline.clock.now
        now_s = time.monotonic()
        stale = self._outages_stale or self._listed != self.pipeline.oms.number
        if now is not None and stale and now_s - self._outages_at_s >= OUTAGES_S:
            self._outages = [
                OutageRow(
                    outage,
                    self.place(outage.communities),
                    trend,
                    self._likely_at.get(outage.id),
                )
                for outage, trend in self.pipeline.outages.rows(now)
            ]
            self._counts = self.layers.counts(now)
            self._usual = self.reporters.against(self.pipeline.outages, now)
            if self.pipeline.oms.given:
                self.oms = self._marks(now)
            self._outages_stale = False
            self._listed = self.pipeline.oms.number
            self._outages_at_s = now_s
        return self._outages

    def _marks(self, now: datetime) -> tuple[OmsMark, ...]:
        """What the utility's list holds for open now."""
        pipeline = self.pipeline
        exercise = bool(pipeline.store.exercise)
        return tuple(
            OmsMark(one.id, one.lat, one.lon, one.status, one.customers, outage)
            for one, outage in pipeline.oms.open_at(now, exercise=exercise)
        )

    def health(self) -> DeskHealth:
        """How the desk and each feed do."""
        return self._reading.desk_health()

    def faults(self, feed: str) -> FaultsTold:
        """The newest records of a feed that were no posts."""
        return told(feed, self.pipeline.store.faults(feed, MOST_TOLD))

    def warnings(self) -> tuple[WeatherWarning, ...]:
        """The official warnings that hold now, the worst first."""
        pipeline = self.pipeline
        return pipeline.warnings.at(self.time(), exercise=bool(pipeline.store.exercise))

    def counts(self) -> tuple[PlaceCount, ...]:
        """The layers of the map beside the outages, as old as those."""
        return self._counts

    def act(self, act: Act) -> Acted:
        """Do what a person wants done to an outage; between two batches, and stored at once.

        Raises:
            OutageError: it can't be done.
            StoreError: the disk failed; the desk must end, as after a batch.
        """
        by = clean_name(act.by)
        action = Action(
            kind=act.kind,
            outage=act.outage,
            by=by,
            into=act.into,
            communities=act.communities,
        )
        outcome = self.do(lambda: self.pipeline.act(action))
        self._outages_at_s = -OUTAGES_S  # who acts sees it with the next tick
        changes = [event for event in outcome.events if isinstance(event, OutageChange)]
        return Acted(msgspec.structs.replace(act, by=by), tuple(changes))

    def changed_since(self, count: int) -> tuple[int, list[int]]:
        """The posts that became others after the first `count`: how many by now, their numbers."""
        return self._changes, [number for at, number in self.changed if at > count]

    def view(self, number: int, text: str) -> View:
        """A view on a filter, still to be filled.

        Raises:
            FilterError: the filter can't be understood.
        """
        clock = self.pipeline.clock
        return View(number, text, self.held, self.names, self.reader.belongs, lambda: clock.now)

    def detail(self, id_: str) -> Detail:
        """A post whole, from the store."""
        post = self.pipeline.store.post(id_)
        if post is None:
            return Detail(id_, self.pipeline.store.sampled(id_))
        return Detail(
            id_, post, self.pipeline.outages.outage_of(post), self.pipeline.cases.case_of(post)
        )

    def place(self, communities: Sequence[str]) -> str:
        """The first community by its name, and how many more there are."""
        first = self.names.get(communities[0], communities[0]) if communities else "?"
        return first if len(communities) < 2 else f"{first} +{len(communities) - 1}"
