"""The volume report: posts by label, channel and community, hour by hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from desk.reports.records import Records
from rules import LABELS

SHOWN = 15
MOST_HOURS = 24 * 14


class Series(msgspec.Struct, frozen=True, array_like=True):
    """The posts of one label, channel or community in each hour, and all of them."""

    name: str
    total: int
    posts: tuple[int, ...]


class VolumeReport(msgspec.Struct, frozen=True, kw_only=True, tag="volume_report"):
    """Posts in each of `hours` (their beginnings, UTC), the largest of each kind first.

    Labels are in their own order. The last hour is not over yet.
    """

    territory: str
    zone: str
    exercise: bool
    hours: tuple[datetime, ...]
    posts: tuple[int, ...]
    labels: tuple[Series, ...]
    channels: tuple[Series, ...]
    places: tuple[Series, ...]


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
