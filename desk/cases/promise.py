"""What is promised to whom, and so in what order people are answered.

The order of a storm desk: danger to life first, then who waits nearest to (or longest past) the
promise, in steps of five minutes; within a step whom many people see, who has asked repeatedly, who
waits longest. What the mode of the desk leaves for later comes last.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from functools import lru_cache

from desk.cases.case import Case, Mode
from desk.cases.line import Turn
from desk.settings.policy import DANGERS, ModePolicy, Policy

STEP_S = 300
DANGER, ORDINARY, SKIPPED = range(3)
WAITING = ("new", "mine")
"""States in which the desk has something to do."""
PROMISED = ("new", "mine", "operations")
"""States in which a promise runs: a customer waits, whoever it is that must act."""
_NEVER = 1 << 40
_REACHES = (1_000, 10_000, 100_000, 1_000_000)
_MOST_CONTACTS = 99
_EPOCH_DAY = 719_163


class Promise:
    """The policy of the desk in one mode."""

    def __init__(self, policy: Policy, mode: Mode = "calm") -> None:
        self._modes = policy
        self.set_mode(mode)

    def set_mode(self, mode: Mode) -> None:
        """Go by the policy of `mode` from now on."""
        self.mode: Mode = mode
        self.policy: ModePolicy = self._modes.calm if mode == "calm" else self._modes.storm
        self._minutes = lru_cache(maxsize=4096)(self._minutes_of)

    def due(self, case: Case) -> datetime | None:
        """By when the oldest unanswered post of a case is to be answered."""
        return case.waiting_since and case.waiting_since + self._minutes(case.labels)

    def _minutes_of(self, labels: tuple[str, ...]) -> timedelta:
        promise = {str(label): minutes for label, minutes in self.policy.promise.items()}
        otherwise = self.policy.otherwise
        promised = (promise.get(one, otherwise) for one in labels)
        return timedelta(minutes=min(promised, default=otherwise))

    def skips(self, case: Case) -> bool:
        """Whether the mode leaves a case for later; never one that somebody has in hand."""
        skip: tuple[str, ...] = self.policy.skip
        return (
            bool(skip)
            and case.state == "new"
            and all(label in skip for label in case.labels)
            and case.reach < self.policy.skip_below_reach
        )

    def returns_at(self, case: Case) -> datetime | None:
        """When a case in somebody's hand goes back to the queue, untouched since."""
        if case.state != "mine" or case.touched_at is None:
            return None
        since = max(case.touched_at, case.taken_at or case.touched_at)
        return since + timedelta(minutes=self.policy.return_after)

    def turn(self, case: Case) -> Turn:
        """Where a case that waits stands in the queue; its `due_at` is known."""
        rank = DANGER if is_danger(case) else SKIPPED if self.skips(case) else ORDINARY
        due = _NEVER if case.due_at is None else _seconds(case.due_at) // STEP_S
        since = _NEVER if case.waiting_since is None else _seconds(case.waiting_since)
        contacts = min(case.contacts, _MOST_CONTACTS)
        return rank, due, -reach_class(case.reach), -contacts, since, case.id


def is_danger(case: Case) -> bool:
    """Whether a case speaks of a danger, or of a person at risk."""
    return any(label in DANGERS for label in case.labels)


def reach_class(reach: int) -> int:
    """From 0 (fewer than a thousand people see it) to 4 (a million and more)."""
    return bisect_right(_REACHES, reach)


def _seconds(at: datetime) -> int:
    """Seconds since 1970 of a time in UTC; a third of the cost of `timestamp`."""
    days = at.toordinal() - _EPOCH_DAY
    return ((days * 24 + at.hour) * 60 + at.minute) * 60 + at.second
