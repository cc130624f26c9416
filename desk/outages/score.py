"""Predicted outages against the truth of a storm: found, missed, false, how soon and how near."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, BinaryIO, TypeVar

import msgspec

from desk.distance import distance_km
from desk.errors import DeskError
from desk.outages.change import ENDED, OutageChange
from desk.outages.pairing import assign

FEWEST_AUTHORS = 5
"""A true outage counts when so many authors posted located reports on it."""

NEAR_KM = 5.0
DETECTED = ("likely", "confirmed")
DISTANCE_STEPS = 10**9

Warn = Callable[[str], None]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class TrueOutage(msgspec.Struct, frozen=True):
    """A line of outages.jsonl: what really happened; not restored within the storm: None."""

    id: str
    started_at: Instant
    restored_at: Instant | None
    communities: tuple[str, ...]
    lat: float
    lon: float


class Predicted(msgspec.Struct, frozen=True):
    """An outage as it was told: from its first `likely` to its end or last change."""

    id: str
    likely_at: datetime
    until: datetime
    communities: frozenset[str]
    lat: float
    lon: float


class Truth(msgspec.Struct, frozen=True):
    """The true outages that count, and the time from the first post to the last."""

    outages: tuple[TrueOutage, ...]
    span: timedelta


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


class _Author(msgspec.Struct):
    id: str | int


class _PostLine(msgspec.Struct):
    id: str | int
    created_at: Instant
    channel: str = "file"
    author: _Author | None = None


class _TruthLine(msgspec.Struct):
    id: str | int
    labels: list[str]
    outage: str | None
    located: bool


class _Kind(msgspec.Struct):
    type: str | None = None
    at: Instant | None = None


Line = TypeVar("Line", bound=msgspec.Struct)


def read_changes(source: Path | BinaryIO, warn: Warn) -> list[OutageChange]:
    """The outage changes among the lines of a file or stream; other lines are passed over.

    `warn` is told of each bad line.

    Raises:
        DeskError: the file can't be read.
    """
    changes: list[OutageChange] = []
    with _opened(source) as file:
        for number, line in enumerate(file, 1):
            try:
                if line.strip() and _decode(line, _Kind).type == "outage":
                    changes.append(_decode(line, OutageChange))
            except _BadLineError as error:
                warn(f"{_name(source)}:{number}: skipped: {error}")
    return changes


def read_truth(folder: Path) -> Truth:
    """The truth in a folder that `storm generate` wrote.

    Raises:
        DeskError: a file is missing, or can't be read, or has a line that `storm generate` would
            not write: a score without it would be of another storm.
    """
    authors: dict[str, str] = {}
    first = last = None
    for post in _lines(folder / "posts.jsonl", _PostLine):
        id_ = str(post.id)
        authors[id_] = f"{post.channel}:{post.author.id}" if post.author else f"post:{id_}"
        first = post.created_at if first is None else min(first, post.created_at)
        last = post.created_at if last is None else max(last, post.created_at)
    reporters: dict[str, set[str]] = {}
    for line in _lines(folder / "truth.jsonl", _TruthLine):
        author = authors.get(str(line.id))
        if line.outage is not None and line.located and author and "outage" in line.labels:
            reporters.setdefault(line.outage, set()).add(author)
    outages = tuple(
        outage
        for outage in _lines(folder / "outages.jsonl", TrueOutage)
        if len(reporters.get(outage.id, ())) >= FEWEST_AUTHORS
    )
    return Truth(outages, timedelta() if first is None or last is None else last - first)


class _BadLineError(Exception):
    """A line that is not what it should be."""


def _lines(path: Path, type_: type[Line]) -> Iterator[Line]:
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            try:
                if line.strip():
                    yield _decode(line, type_)
            except _BadLineError as error:
                raise DeskError(
                    f"{path}:{number}:1: no line of a storm's {path.name}: {error}; "
                    "generate the storm again"
                ) from None


@contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                yield file
        else:
            yield source
    except OSError as error:
        raise DeskError(
            f"can't read {_name(source)}: {error.strerror}; `--predicted` is a file that `tail`"
            " printed, or - for standard input; `--truth` a folder that `storm generate` wrote"
        ) from None


def _name(source: Path | BinaryIO) -> str:
    return str(source) if isinstance(source, Path) else "-"


def _decode(line: bytes, type_: type[Line]) -> Line:
    try:
        return msgspec.json.decode(line, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _BadLineError(str(error)) from None


def predictions(changes: Iterable[OutageChange]) -> list[Predicted]:
    """The outages that became `likely` or `confirmed`, in the order in which they did."""
    by_id: dict[str, list[OutageChange]] = {}
    for change in changes:
        by_id.setdefault(change.id, []).append(change)
    predicted = []
    for id_, told in by_id.items():
        likely = [change.at for change in told if change.status in DETECTED]
        if not likely:
            continue
        until = [c.at for c in told if c.status in ENDED and c.at >= likely[0]] or [told[-1].at]
        places = frozenset(place for change in told for place in change.communities)
        predicted.append(Predicted(id_, likely[0], until[0], places, told[-1].lat, told[-1].lon))
    return sorted(predicted, key=lambda outage: (outage.likely_at, outage.id))


def pair(predicted: Sequence[Predicted], true: Sequence[TrueOutage]) -> dict[int, int]:
    """Which of `predicted` is which of `true`, by index.

    A pair may match when it shares a community or lies within `NEAR_KM`, and overlaps in time. The
    assignment takes the most pairs, then the least total delay, then the least total distance; an
    outage told of too early is as far off as one told of too late.
    """
    costs = {}
    for number, guess in enumerate(predicted):
        for index, real in enumerate(true):
            if guess.until < real.started_at:
                continue
            if real.restored_at is not None and guess.likely_at > real.restored_at:
                continue
            apart_km = distance_km(guess.lat, guess.lon, real.lat, real.lon)
            if apart_km <= NEAR_KM or not guess.communities.isdisjoint(real.communities):
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
