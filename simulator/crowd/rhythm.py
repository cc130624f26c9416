"""When people post about the supply: after a loss, while it lasts, and when it returns.

After a loss, a return, a flicker, a missed estimate or a wrong "it is back" posts come by a
lognormal delay (people look at the fuse box first); while an outage lasts they come by the hour,
most at dusk. Numbers are Poisson, by rates per 1,000 customers in the storm's file.
"""

from __future__ import annotations

import heapq
import math
import random
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from simulator.draft import Scene
from simulator.grid import Flicker
from simulator.odds import poisson
from simulator.restoration import Outage

# Posts by the hour on the wall, in percent of the mean: quiet nights, busy evenings.
_HOURS = (33, 24, 18, 16, 18, 30, 57, 88, 109, 115, 115, 118, 123, 123, 120, 123, 129, 138, 149,
          164, 173, 164, 123, 70)  # fmt: skip
_HOUR_FACTORS = tuple(hour * 24 / sum(_HOURS) for hour in _HOURS)

DELAY_MIN = {"loss": 11.0, "back": 9.0, "flicker": 6.0, "missed": 16.0, "wrong": 13.0}
DELAY_SPREAD = 1.05
DELAY_ENDS_S = 4 * 3600.0
CUSTOMERS_PER_RATE = 1000
PLANNED_TALK = 0.35
"""How much less is posted on a planned interruption: most were told of it."""

LEAST_CONTAGION, MOST_CONTAGION = 0.05, 2.0
MANY = 300
FAILS_WITHIN_S = 3600.0
ALONE = 0.1
"""How much less is posted on a flicker where nothing is out and nothing fails soon."""

FEW = 30.0
"""Up to that many posts of a stir are drawn at once, more of them block by block."""


class Stir(NamedTuple):
    """What makes people post at `at_s`, and how many posts it is `expected` to cause.

    `subject` is the number of an outage, or of a zone for a flicker.
    """

    at_s: float
    subject: int
    kind: str
    expected: float


def hour_factor(hour: float) -> float:
    """How much is posted at an hour on the wall, 1 on average over the day."""
    return _HOUR_FACTORS[int(hour) % 24]


def contagion(customers: int, power: float = 1.0) -> float:
    """How much more is posted per customer on a large loss: people post where others do.

    That they do is what social desks tell; how much, no published series says: `power` is set so
    that the desk gets as many posts for 1,000 customers as in hurricane Sandy.
    """
    return min(MOST_CONTAGION, max(LEAST_CONTAGION, math.pow(customers / 1000, power)))


def dusk_factor(hour: float) -> float:
    """How much more people write on a lost supply when it gets dark."""
    return 1 + 1.3 * math.exp(-0.5 * ((hour - 20.0) / 1.1) ** 2)


def _by_hour(stir: Stir, hours: int) -> Iterator[tuple[int, float]]:
    """The share of a stir's posts that comes in each hour of the day."""
    first, told = int(stir.at_s // 3600), 0.0
    for hour in range(first, min(hours, first + 1 + int(DELAY_ENDS_S // 3600))):
        upto = delay_share((hour + 1) * 3600 - stir.at_s, DELAY_MIN[stir.kind])
        yield hour, upto - told
        told = upto


def _soon_s(stir: Stir) -> float:
    """When most of those who speak of a stir do."""
    return stir.at_s + 60 * DELAY_MIN[stir.kind]


def delay_share(delay_s: float, median_min: float) -> float:
    """The share of posts that have come `delay_s` after an event (lognormal)."""
    if delay_s <= 0:
        return 0.0
    return 0.5 * (1 + math.erf(math.log(delay_s / 60 / median_min) / (DELAY_SPREAD * math.sqrt(2))))


def missed_s(outage: Outage) -> Iterator[float]:
    """The moments at which an estimate ran out that nobody had revised in time."""
    for number, estimate in enumerate(outage.etrs):
        later = outage.etrs[number + 1 : number + 2]
        revised = later and later[0].at_s <= estimate.due_s
        if estimate.due_s < outage.restored_s and not revised:
            yield estimate.due_s


class _Waiting(NamedTuple):
    """An open outage with its customers out as steps over time."""

    outage: Outage
    times: tuple[float, ...]
    out: tuple[int, ...]

    def at(self, at_s: float) -> int:
        place = bisect_right(self.times, at_s)
        return self.out[place - 1] if place else 0


def _waiting(outage: Outage) -> _Waiting:
    steps = sorted([*outage.lost, *((when, -count) for when, count in outage.back)])
    return _Waiting(
        outage,
        tuple(when for when, _ in steps),
        tuple(accumulate(count for _, count in steps)),
    )


class Rhythm:
    """The moments at which the crowd speaks of the outages."""

    def __init__(self, scene: Scene, draw: random.Random) -> None:
        self._scene = scene
        self._draw = draw
        self._waiting = scene.storm.crowd.waiting_posts_h * scene.storm.scale / CUSTOMERS_PER_RATE
        self._large_in: dict[int, list[Outage]] = {}
        for outage in scene.outages:
            if outage.customers >= MANY:
                self._large_in.setdefault(outage.zone.number, []).append(outage)
        self.stirs = sorted(self._all_stirs())
        self._stirs_coming = 0
        self._large: list[int] = []
        self._due: list[tuple[float, str, int]] = []
        self.open: list[_Waiting] = []
        self._opening = 0

    def _all_stirs(self) -> Iterator[Stir]:
        crowd = self._scene.storm.crowd
        each = self._scene.storm.scale / CUSTOMERS_PER_RATE
        for outage in self._scene.outages:
            # Some places have a loud neighbourhood group, some none.
            talk = each * self._draw.lognormvariate(-0.08, 0.4) * self._contagion(outage)
            if outage.planned:
                talk *= PLANNED_TALK
            for at_s, customers in outage.lost:
                yield Stir(at_s, outage.number, "loss", customers * crowd.loss_posts * talk)
            for at_s, customers in outage.back:
                yield Stir(at_s, outage.number, "back", customers * crowd.restored_posts * talk)
            for at_s in missed_s(outage):
                expected = outage.out(at_s) * crowd.missed_posts * talk
                yield Stir(at_s, outage.number, "missed", expected)
            for at_s in outage.wrong_back_s:
                expected = outage.out(at_s) * crowd.wrong_back_posts * talk
                yield Stir(at_s, outage.number, "wrong", expected)
        for flicker in self._scene.flickers:
            expected = flicker.customers * crowd.flicker_posts * each
            if not self._failing(flicker):
                expected *= ALONE
            yield Stir(flicker.at_s, flicker.zone, "flicker", expected)

    def _failing(self, flicker: Flicker) -> bool:
        """Whether many are out in the zone of a flicker, or will be within the hour."""
        upto_s = flicker.at_s + FAILS_WITHIN_S
        return any(
            outage.started_s < upto_s and outage.restored_s > flicker.at_s
            for outage in self._large_in.get(flicker.zone, ())
        )

    def expected(self, hours: int) -> list[float]:
        """About how many posts come in each of the first `hours` of the day."""
        found = [0.0] * hours
        for stir in self.stirs:
            if 0 <= stir.at_s < hours * 3600:
                heard = stir.expected * self._awake(stir.at_s) * self._online(stir, _soon_s(stir))
                for number, share in _by_hour(stir, hours):
                    found[number] += heard * share
        for outage in self._scene.outages:
            waiting = _waiting(outage)
            last = min(hours - 1, int(outage.restored_s // 3600))
            for number in range(int(outage.started_s // 3600), last + 1):
                hour = self._scene.local_hour(number * 3600 + 1800)
                rate = self._waiting * hour_factor(hour) * dusk_factor(hour)
                middle_s = number * 3600 + 1800
                loud = self._contagion(outage)
                loud *= self._scene.online(outage.zone.number, middle_s)
                found[number] += rate * loud * waiting.at(middle_s)
        return found

    def _awake(self, at_s: float) -> float:
        return max(0.5, min(1.2, hour_factor(self._scene.local_hour(at_s))))

    def _contagion(self, outage: Outage) -> float:
        return contagion(outage.customers, self._scene.storm.crowd.contagion)

    def _online(self, stir: Stir, at_s: float) -> float:
        """The share of those whom a stir concerns who can post."""
        zone = stir.subject
        if stir.kind != "flicker":
            zone = self._scene.outages[stir.subject].zone.number
        return self._scene.online(zone, at_s)

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """(second, kind, subject) of the posts of a block.

        The subject of `wait` is the number of an outage, of all else the number of a stir.
        """
        yield from self._after_stirs(from_s, to_s)
        hour = self._scene.local_hour((from_s + to_s) / 2)
        factor = hour_factor(hour) * dusk_factor(hour) * (to_s - from_s) / 3600
        yield from self._while_waiting(from_s, to_s, factor)

    def _after_stirs(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        stirs = self.stirs
        while self._stirs_coming < len(stirs) and stirs[self._stirs_coming].at_s < to_s:
            self._begin(self._stirs_coming, from_s)
            self._stirs_coming += 1
        while self._due and self._due[0][0] < to_s:
            yield heapq.heappop(self._due)
        self._large = [n for n in self._large if from_s - stirs[n].at_s < DELAY_ENDS_S]
        for number in self._large:
            stir = stirs[number]
            median_min = DELAY_MIN[stir.kind]
            start_s = max(from_s, stir.at_s)
            share = delay_share(to_s - stir.at_s, median_min)
            share -= delay_share(from_s - stir.at_s, median_min)
            mean = stir.expected * share * self._awake(from_s) * self._online(stir, start_s)
            for _ in range(poisson(mean, self._draw)):
                yield start_s + (to_s - start_s) * self._draw.random(), stir.kind, number

    def _begin(self, number: int, from_s: float) -> None:
        """Draw the posts of a small stir; a large one is drawn as time goes by."""
        stir = self.stirs[number]
        if stir.expected > FEW:
            self._large.append(number)
            return
        heard = self._awake(stir.at_s) * self._online(stir, _soon_s(stir))
        for _ in range(poisson(stir.expected * heard, self._draw)):
            median_s = DELAY_MIN[stir.kind] * 60
            delay_s = self._draw.lognormvariate(math.log(median_s), DELAY_SPREAD)
            at_s = stir.at_s + delay_s
            if delay_s < DELAY_ENDS_S and at_s >= from_s:
                heapq.heappush(self._due, (at_s, stir.kind, number))

    def _while_waiting(
        self, from_s: float, to_s: float, factor: float
    ) -> Iterator[tuple[float, str, int]]:
        outages = self._scene.outages
        while self._opening < len(outages) and outages[self._opening].started_s < from_s:
            self.open.append(_waiting(outages[self._opening]))
            self._opening += 1
        self.open = [w for w in self.open if w.outage.restored_s > from_s]
        upto = list(accumulate(
            w.at(from_s) * self._contagion(w.outage)
            * (PLANNED_TALK if w.outage.planned else 1.0)
            * self._scene.online(w.outage.zone.number, from_s) for w in self.open
        ))  # fmt: skip
        if not upto:
            return
        rnd = self._draw.random
        for _ in range(poisson(upto[-1] * self._waiting * factor, self._draw)):
            at_s = from_s + (to_s - from_s) * rnd()
            outage = self.open[bisect_right(upto, rnd() * upto[-1])].outage
            if at_s < outage.restored_s:
                yield at_s, "wait", outage.number
