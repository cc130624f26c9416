"""Predicted outages against the truth of a storm: found, missed, false, how soon and how near."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from desk.distance import KM_PER_DEGREE, distance_km
from desk.outages.change import ENDED, OutageChange
from desk.outages.pairing import assign
from desk.outages.truth import TrueOutage, Truth

NEAR_KM = 5.0
DETECTED = ("likely", "confirmed")
DISTANCE_STEPS = 10**9


class Predicted(msgspec.Struct, frozen=True):
    """An outage as it was told: from its first `likely` to its end or last change."""

    id: str
    likely_at: datetime
    until: datetime
    communities: frozenset[str]
    lat: float
    lon: float


class Percentiles(msgspec.Struct, frozen=True):
    """Median and 90th percentile, interpolated; None where nothing was measured."""

    p50: float | None
    p90: float | None


class Score(msgspec.Struct, frozen=True):
    """What `outages score` prints; None where nothing was there to be measured.

    A negative delay is that of an outage that was told of before the true one began.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    true_outages: int
    predicted: int
    detection_delay_min: Percentiles
    location_error_km: Percentiles
    false_per_day: float | None


def predictions(changes: Iterable[OutageChange]) -> list[Predicted]:
    """The outages that became `likely` or `confirmed`, in the order in which they did."""
    predicted = []
    for id_, told in _by_outage(changes):
        likely = [change.at for change in told if change.status in DETECTED]
        if likely:
            predicted.append(_predicted(id_, told, likely[0]))
    return sorted(predicted, key=lambda outage: (outage.likely_at, outage.id))


def suspicions(changes: Iterable[OutageChange]) -> list[Predicted]:
    """The outages that were suspected only, as if they had been likely from the first."""
    return [
        _predicted(id_, told, told[0].at)
        for id_, told in _by_outage(changes)
        if not any(change.status in DETECTED for change in told)
    ]


def _by_outage(changes: Iterable[OutageChange]) -> Iterable[tuple[str, list[OutageChange]]]:
    by_id: dict[str, list[OutageChange]] = {}
    for change in changes:
        by_id.setdefault(change.id, []).append(change)
    return by_id.items()


def _predicted(id_: str, told: Sequence[OutageChange], likely_at: datetime) -> Predicted:
    until = [c.at for c in told if c.status in ENDED and c.at >= likely_at] or [told[-1].at]
    places = frozenset(place for change in told for place in change.communities)
    return Predicted(id_, likely_at, until[0], places, told[-1].lat, told[-1].lon)


def is_near(guess: Predicted, real: TrueOutage) -> bool:
    """Whether both share a community or lie within `NEAR_KM`."""
    if not guess.communities.isdisjoint(real.communities):
        return True
    return distance_km(guess.lat, guess.lon, real.lat, real.lon) <= NEAR_KM


class Nearby:
    """True outages, looked up by where and when: a storm day may have thousands."""

    def __init__(self, true: Sequence[TrueOutage]) -> None:
        self._true = true
        self._by_community: dict[str, list[int]] = {}
        for index, real in enumerate(true):
            for community in real.communities:
                self._by_community.setdefault(community, []).append(index)
        self._northward = sorted((real.lat, index) for index, real in enumerate(true))

    def near(self, guess: Predicted) -> list[int]:
        """Those that may be `guess`: near it (see `is_near`), and at some time both at once."""
        places = {i for name in guess.communities for i in self._by_community.get(name, ())}
        reach = NEAR_KM / KM_PER_DEGREE * 1.001
        first = bisect_left(self._northward, (guess.lat - reach, -1))
        for lat, index in self._northward[first:]:
            if lat > guess.lat + reach:
                break
            if index not in places and self._apart_km(guess, index) <= NEAR_KM:
                places.add(index)
        return [index for index in sorted(places) if self._overlap(guess, self._true[index])]

    def _apart_km(self, guess: Predicted, index: int) -> float:
        real = self._true[index]
        return distance_km(guess.lat, guess.lon, real.lat, real.lon)

    def _overlap(self, guess: Predicted, real: TrueOutage) -> bool:
        begun = guess.until >= real.started_at
        return begun and (real.restored_at is None or guess.likely_at <= real.restored_at)


def pair(predicted: Sequence[Predicted], true: Sequence[TrueOutage]) -> dict[int, int]:
    """Which of `predicted` is which of `true`, by index.

    A pair may match when it shares a community or lies within `NEAR_KM`, and overlaps in time. The
    assignment takes the most pairs, then the least total delay, then the least total distance; an
    outage told of too early is as far off as one told of too late.
    """
    costs = {}
    nearby = Nearby(true)
    for number, guess in enumerate(predicted):
        for index in nearby.near(guess):
            real = true[index]
            apart_km = distance_km(guess.lat, guess.lon, real.lat, real.lon)
            delay_s = abs(guess.likely_at - real.started_at).total_seconds()
            costs[number, index] = round(delay_s) * DISTANCE_STEPS + round(apart_km * 1000)
    return assign(costs)


class Tally(msgspec.Struct, frozen=True):
    """Counts of one storm, or of several together: `days` is the time that their posts span."""

    found: int
    predicted: int
    true: int
    delays_min: tuple[float, ...]
    errors_km: tuple[float, ...]
    days: float

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.found + other.found,
            self.predicted + other.predicted,
            self.true + other.true,
            self.delays_min + other.delays_min,
            self.errors_km + other.errors_km,
            self.days + other.days,
        )

    def score(self) -> Score:
        """The counts as shares and percentiles."""
        return Score(
            precision=_share(self.found, self.predicted),
            recall=_share(self.found, self.true),
            f1=_share(2 * self.found, self.predicted + self.true),
            true_outages=self.true,
            predicted=self.predicted,
            detection_delay_min=_percentiles(self.delays_min),
            location_error_km=_percentiles(self.errors_km),
            false_per_day=round((self.predicted - self.found) / self.days, 3)
            if self.days
            else None,
        )


def tally(predicted: Sequence[Predicted], truth: Truth) -> Tally:
    """What `predicted` found of the truth, how soon and how near."""
    pairs = pair(predicted, truth.outages)
    delays_min, errors_km = [], []
    for number, index in pairs.items():
        guess, real = predicted[number], truth.outages[index]
        delays_min.append((guess.likely_at - real.started_at).total_seconds() / 60)
        errors_km.append(distance_km(guess.lat, guess.lon, real.lat, real.lon))
    days = truth.span / timedelta(days=1)
    found, true = len(pairs), len(truth.outages)
    return Tally(found, len(predicted), true, tuple(delays_min), tuple(errors_km), days)


def score(changes: Iterable[OutageChange], truth: Truth) -> Score:
    """How well the outages of `changes` tell what happened."""
    return tally(predictions(changes), truth).score()


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _percentiles(values: Sequence[float]) -> Percentiles:
    return Percentiles(percentile(values, 0.5), percentile(values, 0.9))


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` (0-1) of `values` lie, interpolated; None where none are."""
    if not values:
        return None
    ranked = sorted(values)
    rank = share * (len(ranked) - 1)
    below = int(rank)
    above = min(below + 1, len(ranked) - 1)
    return round(ranked[below] + (ranked[above] - ranked[below]) * (rank - below), 2)
