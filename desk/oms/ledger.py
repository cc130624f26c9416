"""How far ahead of the utility's own record people's posts were, outage by outage.

A list may say when the power went (`start`), when the utility came to know (`record`), or both. A
lead against the record is what early detection is worth; against the start it can hardly be
positive, for nobody posts of an outage before it is there. Which of the two a figure is against is
always told; where a list has starts alone, its records came later, and leads are larger than shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from desk.oms.match import Match
from desk.oms.outage import OmsOutage
from desk.outages.history import History
from desk.outages.score import percentile

MOMENTS = ("first_post", "suspected", "likely")
"""The first post of an outage, the desk's first word of it, and when it was first sure."""


class Leads(msgspec.Struct, frozen=True):
    """Minutes by which each moment came before the utility's; negative: after it."""

    first_post: float | None
    suspected: float | None
    likely: float | None


class Entry(msgspec.Struct, frozen=True):
    """A line of the ledger; a side of which the list says nothing is None."""

    outage: str
    oms: str
    start: Leads | None
    record: Leads | None


class Distribution(msgspec.Struct, frozen=True):
    """Leads of `outages` outages in minutes; `ahead` is the share (0-1) that was ahead.

    Where the utility's list or an agent confirmed an outage before the desk was sure of it by
    itself, there is no lead to measure; it counts as not ahead.
    """

    outages: int
    p10: float | None
    p50: float | None
    p90: float | None
    ahead: float


class Ledger(msgspec.Struct, frozen=True):
    """The entries, and the distribution of leads by side (`start`, `record`) and moment."""

    entries: tuple[Entry, ...]
    start: dict[str, Distribution]
    record: dict[str, Distribution]


def ledger(matched: Iterable[Match]) -> Ledger:
    """The lead times of matched outages; an incident that several share counts for its own one."""
    entries = tuple(_entry(match.outage, match.oms) for match in matched if not match.shared)
    return Ledger(entries, _distributions(entries, "start"), _distributions(entries, "record"))


def _entry(outage: History, oms: OmsOutage) -> Entry:
    record = oms.recorded_at or (None if oms.start_known else oms.started_at)
    return Entry(
        outage=outage.last.id,
        oms=oms.id,
        start=_leads(outage, oms.started_at) if oms.start_known else None,
        record=None if record is None else _leads(outage, record),
    )


def _leads(outage: History, of: datetime) -> Leads:
    def before_min(at: datetime | None) -> float | None:
        return None if at is None else round((of - at).total_seconds() / 60, 1)

    return Leads(
        before_min(outage.first_post_at),
        before_min(outage.suspected_at),
        before_min(outage.likely_at),
    )


def _distributions(entries: tuple[Entry, ...], side: str) -> dict[str, Distribution]:
    sides: list[Leads] = [leads for entry in entries if (leads := getattr(entry, side))]
    if not sides:
        return {}
    return {moment: _distribution(sides, moment) for moment in MOMENTS}


def _distribution(sides: list[Leads], moment: str) -> Distribution:
    values = [value for leads in sides if (value := getattr(leads, moment)) is not None]
    ahead = sum(value > 0 for value in values)
    return Distribution(
        outages=len(values),
        p10=percentile(values, 0.1),
        p50=percentile(values, 0.5),
        p90=percentile(values, 0.9),
        ahead=round(ahead / len(sides), 3),
    )
