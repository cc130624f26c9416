"""What one would write instead of the desk's clustering, over the same labelled, located reports.

All of them are online: at a time they know the reports up to then. Each is a function of reports
and its parameters that returns the outages it would tell of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from itertools import product as combinations
from math import cos, dist, radians

import msgspec

from desk.distance import KM_PER_DEGREE
from desk.outages.score import Predicted
from desk.post import LabelledPost

HOUR_S = 3600
STEP_S = 300
"""How often the windows slide on: a detection comes half of it late on average."""


class Report(msgspec.Struct, frozen=True):
    """That an author lacks power at a place; `x_km` and `y_km` are on a plane of the territory."""

    at_s: int
    author: str
    community: str
    lat: float
    lon: float
    x_km: float
    y_km: float


def reports_of(posts: Iterable[LabelledPost]) -> list[Report]:
    """The located reports among labelled posts, by time; none that a headline or repost makes.

    The desk counts those as one author at most; without them the others are better off.
    """
    reports = []
    km_per_degree_lon = 0.0
    for post in posts:
        place = post.location
        said = "outage" in post.labels and not {"restored", "news"}.intersection(post.labels)
        if place is None or not said or post.repost_of is not None:
            continue
        # a plane is good enough for a state: distances are off by a few percent at its edges
        km_per_degree_lon = km_per_degree_lon or KM_PER_DEGREE * cos(radians(place.lat))
        reports.append(
            Report(
                int(post.created_at.timestamp()),
                post.author_key,
                place.community,
                place.lat,
                place.lon,
                place.lon * km_per_degree_lon,
                place.lat * KM_PER_DEGREE,
            )
        )
    return sorted(reports, key=lambda report: report.at_s)


class _Open(msgspec.Struct):
    """An outage that a baseline tells of, as it grows."""

    began_s: int
    until_s: int
    communities: set[str]
    lat: float
    lon: float
    at_km: tuple[float, float] = (0.0, 0.0)

    def told(self, number: int) -> Predicted:
        """What is scored of it."""
        return Predicted(
            str(number),
            datetime.fromtimestamp(self.began_s, UTC),
            datetime.fromtimestamp(self.until_s, UTC),
            frozenset(self.communities),
            self.lat,
            self.lon,
        )


def threshold(reports: Sequence[Report], *, authors: int) -> list[Predicted]:
    """So many authors of a community within an hour of the clock are an outage.

    It lasts as long as hour after hour has so many.
    """
    heard: dict[str, tuple[int, dict[str, Report]]] = {}
    running: dict[str, _Open] = {}
    told: list[_Open] = []
    for report in reports:
        hour = report.at_s // HOUR_S
        if heard.get(report.community, (None,))[0] != hour:
            heard[report.community] = (hour, {})
        voices = heard[report.community][1]
        voices.setdefault(report.author, report)
        if len(voices) < authors:
            continue
        end_s = (hour + 1) * HOUR_S
        outage = running.get(report.community)
        if outage is None or outage.until_s < hour * HOUR_S:
            outage = _Open(report.at_s, end_s, {report.community}, 0.0, 0.0)
            running[report.community] = outage
            told.append(outage)
        outage.until_s = end_s
        outage.lat, outage.lon = _mean(voices.values())
    return [outage.told(number) for number, outage in enumerate(told)]


def dbscan(
    reports: Sequence[Report], *, window_min: int, eps_km: float, eps_min: float, authors: int
) -> list[Predicted]:
    """DBSCAN over place and time in a window that slides on; a cluster of so many is an outage.

    Time is a third axis on which `eps_min` is as long as `eps_km`. A cluster goes on as the one
    with which it shares most reports. An author counts once a window and community.
    """
    from sklearn.cluster import DBSCAN

    km_per_s = eps_km / (eps_min * 60)
    model = DBSCAN(eps=eps_km, min_samples=authors)
    owner: dict[int, _Open] = {}
    told: list[_Open] = []
    for now_s, seen in _windows(reports, window_min * 60):
        numbers = _one_an_author(reports, seen)
        if len(numbers) < authors:
            continue
        points = [(reports[n].x_km, reports[n].y_km, reports[n].at_s * km_per_s) for n in numbers]
        groups: dict[int, list[int]] = {}
        for number, label in zip(numbers, model.fit_predict(points).tolist(), strict=True):
            if label >= 0:
                groups.setdefault(label, []).append(number)
        taken: set[int] = set()
        for group in sorted(groups.values(), key=len, reverse=True):
            before = Counter(id(owner[n]) for n in group if n in owner)
            known = {id(owner[n]): owner[n] for n in group if n in owner}
            outage = next((known[key] for key, _ in before.most_common() if key not in taken), None)
            if outage is None:
                outage = _Open(now_s, now_s, set(), 0.0, 0.0)
                told.append(outage)
            taken.add(id(outage))
            _grow(outage, now_s, [reports[n] for n in group])
            owner.update(dict.fromkeys(group, outage))
    return [outage.told(number) for number, outage in enumerate(told)]


def dbstream(
    reports: Sequence[Report], *, radius_km: float, fading: float, weight: float
) -> list[Predicted]:
    """river's DBSTREAM, asked for its clusters every `STEP_S`; one of so much weight is an outage.

    Its time is the number of reports, as it has no other. A cluster goes on as the outage whose
    last centre lies within `radius_km`. An author counts once an hour and community.
    """
    from river.cluster import DBSTREAM

    model = DBSTREAM(
        clustering_threshold=radius_km,
        fading_factor=fading,
        cleanup_interval=50,
        minimum_weight=weight,
    )
    told: list[_Open] = []
    last_s: dict[tuple[str, str], int] = {}
    for now_s, fresh in _steps(reports):
        new = []
        for report in fresh:
            key = (report.author, report.community)
            if report.at_s - last_s.get(key, -HOUR_S) >= HOUR_S:
                last_s[key] = report.at_s
                model.learn_one({"x": report.x_km, "y": report.y_km})
                new.append(report)
        groups: dict[int, list[Report]] = {}
        centers = {label: (at["x"], at["y"]) for label, at in model.centers.items()}
        for report in new:
            label = _nearest(centers, (report.x_km, report.y_km), radius_km)
            if label is not None:
                groups.setdefault(label, []).append(report)
        live = {n: o.at_km for n, o in enumerate(told) if o.until_s >= now_s - HOUR_S}
        for label, group in groups.items():
            number = _nearest(live, centers[label], radius_km)
            if number is None:
                told.append(_Open(now_s, now_s, set(), 0.0, 0.0))
            else:
                del live[number]
            outage = told[-1 if number is None else number]
            outage.at_km = centers[label]
            _grow(outage, now_s, group)
    return [outage.told(number) for number, outage in enumerate(told)]


def _nearest(
    points: Mapping[int, tuple[float, float]], at: tuple[float, float], within_km: float
) -> int | None:
    """The nearest of `points` to `at`, if one lies so near."""
    away, name = min(((dist(point, at), name) for name, point in points.items()), default=(0, None))
    return name if away <= within_km else None


def _steps(reports: Sequence[Report]) -> Iterator[tuple[int, list[Report]]]:
    """The reports of each `STEP_S` that has any, with the end of the step."""
    for step, group in groupby(reports, key=lambda report: report.at_s // STEP_S):
        yield (step + 1) * STEP_S, list(group)


def _windows(reports: Sequence[Report], window_s: int) -> Iterator[tuple[int, range]]:
    """Each step's end, with the numbers of the reports of the `window_s` up to it."""
    begin = end = 0
    for now_s, fresh in _steps(reports):
        end += len(fresh)
        while reports[begin].at_s < now_s - window_s:
            begin += 1
        yield now_s, range(begin, end)


def _one_an_author(reports: Sequence[Report], numbers: Iterable[int]) -> list[int]:
    """Of each author's reports on a community the first."""
    first: dict[tuple[str, str], int] = {}
    for number in numbers:
        first.setdefault((reports[number].author, reports[number].community), number)
    return list(first.values())


def _grow(outage: _Open, now_s: int, group: Sequence[Report]) -> None:
    outage.until_s = now_s
    outage.communities |= {report.community for report in group}
    outage.lat, outage.lon = _mean(group)


def _mean(group: Collection[Report]) -> tuple[float, float]:
    return (
        sum(report.lat for report in group) / len(group),
        sum(report.lon for report in group) / len(group),
    )


class Contender(msgspec.Struct, frozen=True):
    """A baseline, the settings that are tried, and those that were best on the tuning seeds."""

    tell: Callable[..., list[Predicted]]
    tried: dict[str, Sequence[float]]
    best: dict[str, float]

    def settings(self) -> Iterator[dict[str, float]]:
        """Every combination that is tried."""
        for values in combinations(*self.tried.values()):
            yield dict(zip(self.tried, values, strict=True))


CONTENDERS = {
    "threshold": Contender(threshold, {"authors": (2, 3, 4, 5, 6, 8, 10)}, {"authors": 8}),
    "DBSCAN": Contender(
        dbscan,
        {
            "window_min": (120,),
            "eps_km": (3.0, 8.0),
            "eps_min": (60.0, 120.0),
            "authors": (3, 5, 8),
        },
        {"window_min": 120, "eps_km": 3.0, "eps_min": 60.0, "authors": 5},
    ),
    "DBSTREAM": Contender(
        dbstream,
        {"radius_km": (3.0, 8.0), "fading": (0.001, 0.01), "weight": (3.0, 5.0, 8.0)},
        {"radius_km": 8.0, "fading": 0.01, "weight": 5.0},
    ),
}
