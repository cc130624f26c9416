"""The volume report: posts by label, channel and community, hour by hour, against the usual.

What is usual is the median of the same hour of the days before: a storm among them moves it little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from statistics import median

import msgspec

from desk.reports.records import Records
from rules import LABELS

SHOWN = 15
MOST_HOURS = 24 * 14
USUAL_DAYS = 28
"""So many days before tell what is usual at an hour, where the desk listened ..."""
FEWEST_DAYS = 3
"""... on so many of them at least."""


class Series(msgspec.Struct, frozen=True, array_like=True):
    """The posts of one label, channel or community in each hour, and all of them."""

    name: str
    total: int
    posts: tuple[int, ...]


class Against(msgspec.Struct, frozen=True, array_like=True):
    """Posts of a label (all where that is empty) in an hour, and what is usual then."""

    label: str
    posts: int
    usual: float


class VolumeReport(msgspec.Struct, frozen=True, kw_only=True, tag="volume_report"):
    """Posts in each of `hours` (their beginnings, UTC), the largest of each kind first.

    Labels are in their own order. The last hour is not over yet. The one before stands `against`
    what is usual at that hour, from `usual_days` on which the desk listened; empty where those are
    too few.
    """

    territory: str
    zone: str
    exercise: bool
    hours: tuple[datetime, ...]
    posts: tuple[int, ...]
    labels: tuple[Series, ...]
    channels: tuple[Series, ...]
    places: tuple[Series, ...]
    against: tuple[Against, ...] = ()
    usual_days: int = 0


def volume_report(records: Records, hours: float) -> VolumeReport:
    """The report on the last `hours`, at most two weeks; whole hours."""
    end = records.clock() or datetime.fromtimestamp(0, UTC)
    last = end.replace(minute=0, second=0, microsecond=0)
    count = min(MOST_HOURS, max(1, -(-int(hours * 60) // 60)))
    begins = [last - timedelta(hours=back) for back in reversed(range(count))]
    at = {f"{hour:%Y-%m-%dT%H}": number for number, hour in enumerate(begins)}
    counts = records.counts("counts", begins[0])
    labels = _series(((hour, label, n) for hour, _, label, n in counts if label), at)
    channels = _series(((hour, channel, n) for hour, channel, label, n in counts if not label), at)
    told = records.counts("place_counts", begins[0])
    places = _series(((h, records.place(place), n) for h, place, label, n in told if not label), at)
    days, against = _against(records, last - timedelta(hours=1))
    by_label = {series.name: series for series in labels}
    return VolumeReport(
        territory=records.territory,
        zone=records.zone.key,
        exercise=records.exercise,
        hours=tuple(begins),
        posts=tuple(sum(hour) for hour in zip(*(one.posts for one in channels), strict=True))
        or (0,) * count,
        labels=tuple(by_label[label] for label in LABELS if label in by_label),
        channels=channels[:SHOWN],
        places=places[:SHOWN],
        against=against,
        usual_days=days,
    )


def _against(records: Records, hour: datetime) -> tuple[int, tuple[Against, ...]]:
    """An hour that is over against the same hour of the days before, of which so many tell."""
    days: dict[str, dict[str, int]] = {}
    for at, label, posts in records.same_hour(hour - timedelta(days=USUAL_DAYS), hour):
        days.setdefault(at, {})[label] = posts
    now = days.pop(f"{hour:%Y-%m-%dT%H}", {})
    if len(days) < FEWEST_DAYS:
        return len(days), ()
    names = ["", *(label for label in LABELS if any(label in day for day in (now, *days.values())))]
    return len(days), tuple(
        Against(name, now.get(name, 0), median(day.get(name, 0) for day in days.values()))
        for name in names
    )


def _series(told: Iterable[tuple[str, str, int]], at: dict[str, int]) -> tuple[Series, ...]:
    """One series for each name, the largest first."""
    found: dict[str, list[int]] = {}
    totals: Counter[str] = Counter()
    for hour, name, posts in told:
        if hour in at:
            found.setdefault(name, [0] * len(at))[at[hour]] += posts
            totals[name] += posts
    order = sorted(totals, key=lambda name: (-totals[name], name))
    return tuple(Series(name, totals[name], tuple(found[name])) for name in order)
