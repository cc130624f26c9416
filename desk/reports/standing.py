"""How a desk stands against what comes in: from its records, at once or as they grow."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from desk.cases import Case, CaseEvent
from desk.cases.promise import Promise
from desk.reports.overload import THERE, WINDOW_MIN, Overload, overload
from desk.reports.records import Records, Steps, built
from desk.settings import Policy

LOOKED_BACK = timedelta(minutes=WINDOW_MIN) + THERE
MOST_EVENTS = 20_000
"""Lines of the journal of an hour: more than a hundred agents write."""


def standing(records: Records, policy: Policy, cases: Iterable[Case]) -> Steps[Overload | None]:
    """How the desk stands, as steps; None before its first post. `cases` are those in memory."""
    now = records.clock()
    began = records.began()
    if now is None or began is None:
        return None
    events = yield from records.events(now - LOOKED_BACK)
    mode = records.mode()
    skips = Promise(policy, mode).skips
    skipped = [case for case in cases if skips(case)]
    return overload(now, mode, began, records.pulses_of_hour(now), events, skipped)


class Journal:
    """The newest lines of the journal, kept up with as it grows."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._last = records.last_event()
        now = records.clock()
        known = built(records.events(now - LOOKED_BACK)) if now else []
        self._events: deque[CaseEvent] = deque(known, maxlen=MOST_EVENTS)

    def up_to(self, now: datetime) -> list[CaseEvent]:
        """The lines of the last hour and a quarter; what was taken back is among them till then."""
        self._last, new = self._records.new_events(self._last)
        self._events.extend(new)
        since = now - LOOKED_BACK
        while self._events and self._events[0].at <= since:
            self._events.popleft()
        return [event for event in self._events if event.at > since]
