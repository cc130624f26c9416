"""What the weather service says before and after: right in kind, wrong by its lead time.

A forecast is the storm's own field over a track that is off in place, time and strength. The error
grows with the lead time as that of the National Hurricane Center's tracks does (about 60 km at 24
hours, 110 at 48, 170 at 72: NHC forecast verification, 2017-2021), and shrinks from one bulletin to
the next.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from simulator.storm import Storm, TrackPoint, layer_random
from simulator.weather.conditions import CALM, Conditions
from simulator.weather.cyclone import AMBIENT_HPA
from simulator.weather.exposure import field
from simulator.weather.places import Places, Position
from simulator.weather.track import KM_PER_DEGREE, centres

Kind = Literal["outlook", "watch", "warning", "all_clear"]
Hazard = Literal["wind", "thunder", "ice", "flood"]

KM_PER_LEAD_H = 1.7
"""One standard deviation east and one north; together they make NHC's mean distance."""

HOURS_PER_LEAD_H = 0.06
STRENGTH_PER_LEAD_H = 0.004
CLEAR_AFTER_H = 1.5

HAZARDS: dict[str, tuple[Hazard, ...]] = {
    "cyclone": ("wind", "flood"),
    "rain": ("flood",),
    "squall": ("thunder",),
    "ice": ("ice",),
    "calm": (),
}
LEADS: dict[Hazard, tuple[tuple[Kind, float], ...]] = {
    "wind": (("outlook", 72), ("watch", 48), ("watch", 36), ("warning", 24), ("warning", 12)),
    "flood": (("outlook", 48), ("watch", 24), ("watch", 12), ("warning", 6)),
    "thunder": (("outlook", 24), ("outlook", 8), ("watch", 3), ("warning", 0.7)),
    "ice": (("outlook", 72), ("watch", 36), ("watch", 24), ("warning", 12)),
}
UPDATE_H: dict[Hazard, float] = {"wind": 6.0, "flood": 6.0, "thunder": 1.0, "ice": 6.0}
# Where it begins to matter: gust in km/h, rain of the whole time and ice in mm.
MATTERS: dict[Hazard, float] = {"wind": 75.0, "flood": 70.0, "thunder": 55.0, "ice": 6.0}
CAUTION: dict[Kind, float] = {"outlook": 0.65, "watch": 0.8, "warning": 1.0, "all_clear": 1.0}

COUNTY_DEG = 0.3
"""A county is about as high and wide; places of one are warned together."""

Counties = tuple[Places, list[list[int]]]
"""A place in each county, and the zones that lie in it."""

Series = tuple[Conditions, ...]
"""The weather in one place, look by look."""


class Bulletin(NamedTuple):
    """A bulletin of the weather service at `at_s`, before the storm's start where negative.

    It speaks of the zones with these numbers from `from_s` to `to_s`: the highest gust in km/h, the
    rain and the ice of the whole time in mm.
    """

    at_s: float
    kind: Kind
    hazard: Hazard
    zones: tuple[int, ...]
    from_s: float
    to_s: float
    gust_kmh: float
    rain_mm: float
    ice_mm: float


class _Error(NamedTuple):
    """In which direction the service is wrong, in standard deviations, all along the storm."""

    east: float
    north: float
    hours: float
    strength: float


class _Spell(NamedTuple):
    """What is seen of a hazard from one hour on."""

    zones: tuple[int, ...]
    from_hour: float
    to_hour: float
    gust_kmh: float
    rain_mm: float
    ice_mm: float


def bulletins(storm: Storm, positions: tuple[Position, ...]) -> tuple[Bulletin, ...]:
    """Every bulletin of the storm in the order of time; none on a calm day."""
    draw = layer_random(storm, "forecast")
    counties = _counties(positions)
    made: list[Bulletin] = []
    for hazard in HAZARDS[storm.weather.kind]:
        error = _Error(*(draw.gauss(0, 1) for _ in _Error._fields))
        made += _on(hazard, storm, counties, error, draw)
    return tuple(sorted(made))


def _counties(positions: tuple[Position, ...]) -> Counties:
    inside: dict[tuple[int, int], list[int]] = {}
    for zone, (lat, lon) in enumerate(positions):
        inside.setdefault((int(lat // COUNTY_DEG), int(lon // COUNTY_DEG)), []).append(zone)
    return Places(positions[zones[0]] for zones in inside.values()), list(inside.values())


def _on(
    hazard: Hazard,
    storm: Storm,
    counties: Counties,
    error: _Error,
    draw: random.Random,
) -> Iterator[Bulletin]:
    seen = _spell(hazard, "warning", storm, storm.weather.track, counties, -math.inf)
    if seen is None:
        return
    onset, end = seen.from_hour, seen.to_hour
    issued: list[tuple[Kind, float]] = [(kind, onset - lead) for kind, lead in LEADS[hazard]]
    hour = onset + UPDATE_H[hazard] / 2
    while hour < end - UPDATE_H[hazard] / 2:
        issued.append(("warning", hour))
        hour += UPDATE_H[hazard]
    for kind, planned in issued:
        at_hour = planned + 0.3 * draw.random()
        lead_h = max(0.5, onset - at_hour)
        wrong = _Error(*(0.9 * part + 0.3 * draw.gauss(0, 1) for part in error))
        track = _off(storm.weather.track, lead_h, wrong)
        told = _spell(hazard, kind, storm, track, counties, at_hour)
        if told is not None:
            yield _bulletin(at_hour, kind, hazard, told)
    if end < storm.hours:
        yield _bulletin(
            end + CLEAR_AFTER_H * (0.7 + 0.6 * draw.random()), "all_clear", hazard, seen
        )


def _bulletin(at_hour: float, kind: Kind, hazard: Hazard, spell: _Spell) -> Bulletin:
    return Bulletin(
        round(at_hour * 3600),
        kind,
        hazard,
        spell.zones,
        round(spell.from_hour * 3600),
        round(spell.to_hour * 3600),
        round(spell.gust_kmh, 1),
        round(spell.rain_mm, 1),
        round(spell.ice_mm, 1),
    )


def _off(track: tuple[TrackPoint, ...], lead_h: float, error: _Error) -> tuple[TrackPoint, ...]:
    """The track as it is foreseen `lead_h` ahead."""
    away_deg = KM_PER_LEAD_H * lead_h / KM_PER_DEGREE
    stronger = math.exp(STRENGTH_PER_LEAD_H * lead_h * error.strength)
    return tuple(
        msgspec.structs.replace(
            point,
            hour=point.hour + HOURS_PER_LEAD_H * lead_h * error.hours,
            lat=point.lat + away_deg * error.north,
            lon=point.lon + away_deg * error.east / math.cos(math.radians(point.lat)),
            pressure_hpa=AMBIENT_HPA - (AMBIENT_HPA - point.pressure_hpa) * stronger,
            gust_kmh=point.gust_kmh * stronger,
            rain_mm_h=point.rain_mm_h * stronger,
        )
        for point in track
    )


def _spell(
    hazard: Hazard,
    kind: Kind,
    storm: Storm,
    track: tuple[TrackPoint, ...],
    counties: Counties,
    from_hour: float,
) -> _Spell | None:
    """Where and when the hazard matters along `track`, from an hour on; None if it does nowhere."""
    seen = field(msgspec.structs.replace(storm.weather, track=track), storm)
    from_hour = max(from_hour, track[0].hour)
    if seen is None or from_hour >= track[-1].hour:
        return None
    # Ten looks tell enough: a bulletin speaks of parts of a day.
    step_h = max(0.4, (track[-1].hour - from_hour) / 10)
    seats, zones_of = counties
    looks = [
        [CALM] * len(seats) if point is None else seen(point, seats)
        for point in centres(track, from_hour, track[-1].hour, step_h)
    ]
    limit = MATTERS[hazard] * CAUTION[kind]
    zones: list[int] = []
    steps: set[int] = set()
    worst = CALM
    for inside, series in zip(zones_of, zip(*looks, strict=True), strict=True):
        when = list(_over(hazard, series, limit, step_h))
        if when:
            zones += inside
            steps.update(when)
            worst = _worse(worst, series, step_h)
    if not zones:
        return None
    begins, ends = from_hour + min(steps) * step_h, from_hour + (max(steps) + 1) * step_h
    return _Spell(tuple(sorted(zones)), begins, ends, worst[0], worst[1], worst[3])


def _over(hazard: Hazard, series: Series, limit: float, step_h: float) -> Iterator[int]:
    """The steps in which the hazard is at work, if it goes beyond `limit` at all."""
    if hazard in {"wind", "thunder"}:
        yield from (step for step, here in enumerate(series) if here.gust_kmh >= limit)
        return
    part = 1 if hazard == "flood" else 3
    if sum(here[part] for here in series) * step_h >= limit:
        most = max(here[part] for here in series)
        yield from (step for step, here in enumerate(series) if here[part] > 0.2 * most)


def _worse(worst: Conditions, series: Series, step_h: float) -> Conditions:
    """The highest gust, and the most rain and ice of the whole time, of what is known and here."""
    gust_kmh = max(here.gust_kmh for here in series)
    rain_mm = sum(here.rain_mm_h for here in series) * step_h
    ice_mm = sum(here.ice_mm_h for here in series) * step_h
    return Conditions(
        max(worst.gust_kmh, gust_kmh), max(worst.rain_mm_h, rain_mm), 0.0,
        max(worst.ice_mm_h, ice_mm),
    )  # fmt: skip
