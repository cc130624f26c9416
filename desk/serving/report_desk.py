"""The house of reports: the shift, the handover, what trends; look-alikes; the settings told."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import get_args

import msgspec

from desk.errors import AccountError, DeskError
from desk.pipeline import Outcome
from desk.reports.handing import Handing
from desk.reports.handover import Handover, handover
from desk.reports.overload import Overload, overload
from desk.reports.records import Records, Steps
from desk.reports.shift import ShiftReport, shift_report
from desk.reports.standing import Journal, standing
from desk.reports.trending import Trending, trending
from desk.reports.volume import MOST_HOURS, VolumeReport, volume_report
from desk.serving.house import Desk, Guest
from desk.serving.names import clean_name
from desk.serving.report_messages import (
    HandedOver,
    HandOver,
    JudgeLookAlike,
    LookAlikeJudged,
    LookAlikesTold,
    ReadReport,
    ReportKind,
    SettingsTold,
    WatchLookAlikes,
)
from desk.serving.report_visit import ReportVisit
from desk.serving.settings_told import settings_told
from desk.store import Commit

FRESH_S = 5.0
"""Wall seconds in which a report, and how the desk stands, are not worked out again."""
LOOK_ALIKES_SHOWN = 200
AT_ONCE_S = 0.015
"""How long a report is worked at before others have their turn: a key waits no longer."""
SKIPPED_COUNTED = 3_000
"""Cases left for later that are counted by label."""
HOURS = (0.25, float(MOST_HOURS))
Report = ShiftReport | VolumeReport | Handover | Trending
WATCHED = ("reports", "look_alikes_on")


class ReportDesk:
    """Reports as screens see them; each is worked out once for all who ask within seconds."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._built: dict[tuple[str, float], tuple[float, Report]] = {}
        self._turns = {kind: asyncio.Lock() for kind in get_args(ReportKind)}
        self._begin()

    def visit(self, guest: Guest) -> ReportVisit:
        """A new screen has come."""
        return ReportVisit(self, guest)

    def took(self, outcome: Outcome) -> None:
        """A batch, or what somebody did, has led to `outcome`."""

    def begin_again(self) -> None:
        """The feed has begun again, and everything before is forgotten."""
        self._begin()

    def _begin(self) -> None:
        pipeline = self._desk.pipeline
        store = pipeline.store
        self.records = Records(store.ask, dict(self._desk.names), pipeline.territory.zone)
        self._journal = Journal(self.records)
        self._overload: Overload | None = None
        self._overload_at_s = -FRESH_S
        self._built.clear()
        if (kept := store.state(*WATCHED)) is not None:
            pipeline.look_alikes.watch(on=msgspec.json.decode(kept, type=bool))

    # How the desk stands

    def overload(self) -> Overload | None:
        """How the desk stands against what comes in, some seconds old at most."""
        now_s = time.monotonic()
        if now_s - self._overload_at_s >= FRESH_S:
            self._overload_at_s = now_s
            self._overload = self._stand()
        return self._overload

    def _stand(self) -> Overload | None:
        now, began = self._desk.time(), self.records.began()
        if now is None or began is None:
            return None
        cases = self._desk.pipeline.cases
        # what is left for later stands at the end of the queue
        count = min(cases.skipped, SKIPPED_COUNTED)
        skipped = cases.queue(count, cases.queued - cases.skipped) if count else []
        events = self._journal.up_to(now)
        return overload(now, cases.mode, began, self.records.pulses_of_hour(now), events, skipped)

    # Reports

    async def report(self, request: ReadReport) -> Report:
        """The report that is asked for.

        Raises:
            DeskError: the hours make no sense.
        """
        if not HOURS[0] <= request.hours <= HOURS[1]:
            raise DeskError(f"{request.hours:g} hours make no report: from 0.25 to {HOURS[1]:.0f}")
        key = (request.kind, request.hours)
        async with self._turns[request.kind]:
            built = self._built.get(key)
            if built is None or time.monotonic() - built[0] >= FRESH_S:
                found = await _in_turns(self._steps(request))
                if len(self._built) > 20:  # hours that nobody asks for any longer
                    self._built.clear()
                self._built[key] = built = time.monotonic(), found
        return built[1]

    def _steps(self, request: ReadReport) -> Steps[Report]:
        pipeline, records = self._desk.pipeline, self.records
        policy = pipeline.settings.policy
        match request.kind:
            case "volume":
                return volume_report(records, request.hours)
            case "trending":
                names = [word for one in pipeline.own.accounts for word in (one.handle, one.name)]
                return (yield from trending(records, pipeline.rules_hold, names))
        stands = yield from standing(records, policy, pipeline.cases.all())
        words = stands.words if stands else ""
        if request.kind == "handover":
            return (yield from handover(records, policy, words))
        return (yield from shift_report(records, request.hours, policy, words))

    # What people do

    async def hand_over(self, request: HandOver) -> HandedOver:
        """Keep a handover or a note, or take one back.

        Raises:
            DeskError: there is nothing to keep, or to take back.
            StoreError: the disk failed; the desk ends then.
        """
        by, now = clean_name(request.by), self._now()
        handing = Handing(self.records)
        if request.kind == "keep":
            shown = await self.report(ReadReport("handover"))
            assert isinstance(shown, Handover)
            states, words = handing.keep(shown, by, now)
        elif request.kind == "note":
            states, words = handing.note(request.text, by, now)
        else:
            states, words = handing.undo() if request.kind == "undo" else handing.unnote(by)
        self._store(states)
        self._built.clear()
        return HandedOver(request.kind, words)

    def judge(self, request: JudgeLookAlike) -> LookAlikeJudged:
        """Keep what somebody says of a look-alike; errors as of `hand_over`."""
        by = clean_name(request.by)
        one = self._desk.pipeline.look_alikes.judge(request.id, request.verdict, by, self._now())
        self._store({})
        said = {"harmless": "known, and harmless", "reported": "reported"}.get(
            request.verdict, f"nothing is said any longer: {one.verdict or 'nothing before'}"
        )
        return LookAlikeJudged(one, f"@{one.handle} in {one.channel}: {said}")

    def watch(self, request: WatchLookAlikes) -> None:
        """Look for look-alikes, or no longer."""
        clean_name(request.by)
        self._desk.pipeline.look_alikes.watch(on=request.on)
        self._store({WATCHED: msgspec.json.encode(request.on)})

    def look_alikes(self) -> LookAlikesTold:
        """The look-alikes as they are now."""
        found = self._desk.pipeline.look_alikes
        items = found.all()
        return LookAlikesTold(items[:LOOK_ALIKES_SHOWN], len(items), found.on)

    @property
    def look_alikes_version(self) -> int:
        """Changes whenever a look-alike does."""
        return self._desk.pipeline.look_alikes.version

    def settings(self) -> SettingsTold:
        """The settings of the desk, and the faults of their files as they are now."""
        pipeline = self._desk.pipeline
        return settings_told(
            pipeline.settings,
            pipeline.settings_folder,
            pipeline.own.accounts,
            looking=pipeline.look_alikes.on,
        )

    def _store(self, states: dict[tuple[str, str], bytes | None]) -> None:
        pipeline = self._desk.pipeline
        self._desk.do(lambda: pipeline.settle(Commit(states=states)))

    def _now(self) -> datetime:
        now = self._desk.time()
        if now is None:
            raise AccountError("nothing has happened yet: this desk has had no posts")
        return now


async def _in_turns(steps: Steps[Report]) -> Report:
    """The report at the end of its steps; others have their turn between them."""
    while True:
        until_s = time.monotonic() + AT_ONCE_S
        try:
            while time.monotonic() < until_s:
                next(steps)
        except StopIteration as end:
            report: Report = end.value
            return report
        await asyncio.sleep(0)
