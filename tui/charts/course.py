"""The course of a storm day in figures: what its charts draw, and `--format json` prints."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import NamedTuple

import msgspec

from simulator.restoration import Outage
from simulator.stream import StormDay
from simulator.truth import LABELS, Told
from simulator.weather import STEP_S, Conditions

STEPS_S = (60, 120, 300, 600, 900, 1200, 1800, 3600, 7200)
BINS = 160
"""About how many values a curve has: as many as charts have room for."""
REPORT_EVERY = 1000

Progress = Callable[[int, float], None]
"""Told the number of posts so far and the hour of the storm day that they have come to."""


class Curve(msgspec.Struct, frozen=True):
    """Customers without power at each step of the told hours, and its highest point.

    `half_s` is when half of the peak was first and last exceeded; the last is the end of the told
    hours where it still was.
    """

    values: tuple[int, ...]
    peak_s: float
    peak: int
    half_s: tuple[float, float]


class Rates(msgspec.Struct, frozen=True):
    """Posts a minute in each step by label and by channel, the most frequent first.

    A post with two labels counts under both. `background` is how many more a minute there are on
    other things, on average.
    """

    posts: int
    by_label: dict[str, tuple[float, ...]]
    by_channel: dict[str, tuple[float, ...]]
    background: float


class Wave(NamedTuple):
    """A change of the number of customers who are out."""

    at_s: float
    customers: int


def step_s(told_hours: float) -> int:
    """How far apart the values of the curves are."""
    rough = told_hours * 3600 / BINS
    return next((step for step in STEPS_S if step >= rough), STEPS_S[-1])


def customers_out(day: StormDay) -> Curve:
    """The curve of customers without power, its peak to the second."""
    told_s = day.storm.told_hours * 3600
    waves = [wave for wave in _waves(day.true_outages) if wave.at_s < told_s]
    levels = list(accumulate((wave.customers for wave in waves), initial=0))[1:]
    peak = max(levels, default=0)
    above = [(at, upto) for at, upto, level in _spells(waves, levels, told_s) if 2 * level >= peak]
    step = step_s(day.storm.told_hours)
    values, index, level = [], 0, 0
    for number in range(math.floor(told_s / step) + 1):
        while index < len(waves) and waves[index].at_s <= number * step:
            level = levels[index]
            index += 1
        values.append(level)
    return Curve(
        tuple(values),
        waves[levels.index(peak)].at_s if levels else 0.0,
        peak,
        (above[0][0], above[-1][1]) if above else (0.0, 0.0),
    )


def _waves(outages: Iterable[Outage]) -> list[Wave]:
    waves = [Wave(at_s, count) for outage in outages for at_s, count in outage.lost]
    waves += [Wave(at_s, -count) for outage in outages for at_s, count in outage.back]
    return sorted(waves)


def _spells(
    waves: list[Wave], levels: list[int], told_s: float
) -> Iterable[tuple[float, float, int]]:
    """(from, to, customers out) between the changes."""
    starts = [wave.at_s for wave in waves]
    ends = [*starts, told_s][1:]
    return zip(starts, ends, levels, strict=True)


def worst_weather(day: StormDay) -> dict[str, tuple[float, ...]]:
    """The highest value over the territory of each condition, at each STEP_S of the told hours.

    Ice is told as what has grown so far, in mm: that is what breaks wires.
    """
    steps = math.ceil(day.storm.told_hours * 3600 / STEP_S)
    here = [series[:steps] for series in day.weather.steps]
    worst: dict[str, tuple[float, ...]] = {}
    for name in Conditions._fields:
        values = [[getattr(conditions, name) for conditions in series] for series in here]
        if name == "ice_mm_h":
            values = [[sum_mm * STEP_S / 3600 for sum_mm in accumulate(row)] for row in values]
        column = zip(*values, strict=True)
        worst[name.replace("ice_mm_h", "ice_mm")] = tuple(round(max(at), 2) for at in column)
    return worst


def worst_shares(day: StormDay) -> dict[str, float]:
    """By community: the largest share of its customers that were out at one time, up to 1."""
    outages: dict[str, list[Outage]] = {}
    for outage in day.true_outages:
        if outage.started_s < day.storm.told_hours * 3600:
            outages.setdefault(outage.zone.community.id, []).append(outage)
    shares = {community.id: 0.0 for community in day.territory.community}
    for id_, here in outages.items():
        worst = max(accumulate(wave.customers for wave in _waves(here)))
        shares[id_] = min(1.0, worst / max(1, here[0].zone.community.customers))
    return shares


def rates(
    told: Iterable[Told], day: StormDay, share: float, progress: Progress | None = None
) -> Rates:
    """Posts a minute of `told`, which has no background; that is `share` of all, and computed."""
    step = step_s(day.storm.told_hours)
    bins = math.ceil(day.storm.told_hours * 3600 / step)
    by_label = {label: [0] * bins for label in LABELS}
    by_channel: dict[str, list[int]] = {}
    count = 0
    for count, each in enumerate(told, 1):
        post, truth = each.post, each.truth
        at_s = (post.created_at - day.storm.starts_at).total_seconds()
        index = min(bins - 1, int(at_s / step))
        for label in truth.labels:
            by_label[label][index] += 1
        by_channel.setdefault(post.channel, [0] * bins)[index] += 1
        if progress is not None and count % REPORT_EVERY == 0:
            progress(count, at_s / 3600)
    minutes = day.storm.told_hours * 60
    return Rates(
        count,
        _a_minute(by_label, step),
        _a_minute(by_channel, step),
        round(count * share / (1 - share) / minutes, 2),
    )


def _a_minute(counts: dict[str, list[int]], step: int) -> dict[str, tuple[float, ...]]:
    totals = Counter({name: sum(values) for name, values in counts.items()})
    return {
        name: tuple(round(60 * value / step, 3) for value in counts[name])
        for name, total in totals.most_common()
        if total
    }
