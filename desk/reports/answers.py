"""What the journal of cases says of answers: by whom, how many at once, how long they took."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from desk.cases import CaseEvent

ENDS = ("replied", "answered", "close")
"""Kinds of events after which a customer waits for the desk no more."""
OPENS = ("reopened", "reopen", "woken")
AT_ONCE = 3
"""Answers of one agent at one moment, of which more are one act for many."""


class Times(msgspec.Struct, frozen=True):
    """How long something took, in minutes: mean, median, 90th percentile; None of nothing."""

    count: int
    mean_min: float | None = None
    median_min: float | None = None
    p90_min: float | None = None


def times(minutes: Sequence[float]) -> Times:
    """The figures of `minutes`, by the nearest rank."""
    if not minutes:
        return Times(0)
    order = sorted(minutes)
    p90 = order[max(0, -(-9 * len(order) // 10) - 1)]
    return Times(
        len(order),
        round(statistics.fmean(order), 1),
        round(statistics.median(order), 1),
        round(p90, 1),
    )


def minutes_between(begin: datetime, end: datetime) -> float:
    """Minutes from `begin` to `end`, never below 0."""
    return max(0.0, (end - begin).total_seconds() / 60)


def endings(events: Iterable[CaseEvent]) -> list[CaseEvent]:
    """The events with which people ended a wait: of a case again only once it was open again."""
    ended: set[str] = set()
    found = []
    for event in events:
        if event.kind in OPENS:
            ended.discard(event.case)
        elif event.kind in ENDS and event.by and event.case not in ended:
            ended.add(event.case)
            found.append(event)
    return found


def at_once(ended: Iterable[CaseEvent]) -> int:
    """How many of `ended` were given to many customers by one act."""
    acts = Counter((event.by, event.at) for event in ended)
    return sum(count for count in acts.values() if count > AT_ONCE)
