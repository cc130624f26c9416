"""A desk at work: feeds read side by side, one pipeline, and what its screens may see of it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from desk.feeds import Feed
from desk.health import MinuteRate
from desk.labelling import Labellers
from desk.outages import ENDED, OutageChange
from desk.outages.score import DETECTED
from desk.pipeline import Outcome, Pipeline
from desk.post import LabelledPost
from desk.reading import Reading, Tell
from desk.serving.protocol import CaseRow, DeskStatus, Detail, OutageRow
from desk.serving.views import HELD, Held, View

QUEUE_SHOWN = 100
OUTAGES_S = 0.5
"""Wall seconds between two looks at all outages: some milliseconds of work each."""


class Monitor:
    """Reads feeds through a pipeline, and answers what screens ask.

    `tell` gets one line for each thing that people should know, such as a bad line of a feed.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        feeds: Sequence[Feed],
        tell: Tell,
        labellers: Labellers | None = None,
    ) -> None:
        self.pipeline = pipeline
        self.names = {place.id: place.name for place in pipeline.territory.community}
        self.held = Held()
        self.held.extend(pipeline.store.newest(HELD))
        self.queue_version = 0
        self.beginnings = 0
        self._accepted, self._labelled = pipeline.store.totals()
        self._rate = MinuteRate()
        self._outages: list[OutageRow] = []
        self._outages_stale = True
        self._outages_at_s = -OUTAGES_S
        self._likely_at: dict[str, datetime] = {}
        self._note(pipeline.store.changes())
        self._reading = Reading(pipeline, feeds, self._took, tell, labellers)

    async def run(self) -> None:
        """Read every feed to its end."""
        await self._reading.run()

    def _begin_again(self) -> None:
        """Forget what was: the feed has begun again."""
        self.beginnings += 1
        self.queue_version += 1
        self.held = Held()
        self._accepted = self._labelled = 0
        self._rate = MinuteRate()
        self._outages = []
        self._outages_at_s = -OUTAGES_S
        self._likely_at = {}

    def _note(self, changes: Iterable[OutageChange]) -> None:
        """Remember when the desk was first sure of an outage."""
        for change in changes:
            if change.status in DETECTED:
                self._likely_at.setdefault(change.id, change.at)

    def _took(self, outcome: Outcome) -> None:
        if outcome.restarted:
            self._begin_again()
        self._note(event for event in outcome.events if isinstance(event, OutageChange))
        posts = [event for event in outcome.events if isinstance(event, LabelledPost)]
        self.held.extend(posts)
        self._accepted += outcome.accepted
        self._labelled += len(posts)
        if self.pipeline.clock.now is not None:
            self._rate.count(outcome.seconds, self.pipeline.clock.now)
        self._outages_stale = True
        if outcome.cases:
            self.queue_version += 1

    def status(self) -> DeskStatus:
        """The desk at this moment."""
        now_s = time.monotonic()
        gauges = self._reading.gauges.values()
        pipeline = self.pipeline
        return DeskStatus(
            clock=pipeline.clock.now,
            received=self._accepted,
            labelled=self._labelled,
            posts_per_minute=self._rate.per_minute(),
            backlog=sum(gauge.waiting for gauge in gauges),
            cases=pipeline.cases.waiting,
            outages=sum(1 for row in self.outages() if row.outage.status not in ENDED),
            feeds=tuple(gauge.health(now_s) for gauge in gauges),
            exercise=bool(pipeline.store.exercise),
            work_s={stage: round(spent, 3) for stage, spent in pipeline.work_s.items()},
        )

    def outages(self) -> list[OutageRow]:
        """Every outage that the desk holds, with its trend; made anew twice a second at most."""
        now = self.pipeline.clock.now
        now_s = time.monotonic()
        if now is not None and self._outages_stale and now_s - self._outages_at_s >= OUTAGES_S:
            self._outages = [
                OutageRow(
                    outage,
                    self._place(outage.communities),
                    trend,
                    self._likely_at.get(outage.id),
                )
                for outage, trend in self.pipeline.outages.rows(now)
            ]
            self._outages_stale = False
            self._outages_at_s = now_s
        return self._outages

    def queue(self) -> tuple[CaseRow, ...]:
        """The head of the queue of cases, most urgent first."""
        return tuple(
            CaseRow(
                id=case.id,
                opened_at=case.opened_at,
                updated_at=case.updated_at,
                channel=case.channel,
                author=case.author,
                place=self.names.get(case.community or "", ""),
                labels=case.labels,
                posts=case.posts,
                text=case.text,
            )
            for case in self.pipeline.cases.queue(QUEUE_SHOWN)
        )

    def view(self, number: int, text: str) -> View:
        """A view on a filter, still to be filled.

        Raises:
            FilterError: the filter can't be understood.
        """
        return View(number, text, self.held, self.names)

    def detail(self, id_: str) -> Detail:
        """A post whole, from memory or from the store."""
        post = self.held.find(id_) or self.pipeline.store.post(id_)
        if post is None:
            return Detail(id_, None)
        return Detail(
            id_, post, self.pipeline.outages.outage_of(post), self.pipeline.cases.case_of(post)
        )

    def _place(self, communities: Sequence[str]) -> str:
        first = self.names.get(communities[0], communities[0]) if communities else "?"
        return first if len(communities) < 2 else f"{first} +{len(communities) - 1}"
