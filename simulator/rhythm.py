"""When people post about the supply: after a loss, while it lasts, and when it returns.

After a loss or a return posts come by a lognormal delay (people look at the fuse box first); while
an outage lasts they come by the hour, most at dusk. Numbers are Poisson, by rates per 1,000
customers in the storm's file.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import NamedTuple

from simulator.draft import Scene
from simulator.odds import poisson
from simulator.restoration import Outage

# Posts by the hour on the wall, in percent of the mean: quiet nights, busy evenings.
_HOURS = (33, 24, 18, 16, 18, 30, 57, 88, 109, 115, 115, 118, 123, 123, 120, 123, 129, 138, 149,
          164, 173, 164, 123, 70)  # fmt: skip

LOSS_DELAY_MIN = 11.0
RETURN_DELAY_MIN = 9.0
DELAY_SPREAD = 1.05
DELAY_ENDS_S = 4 * 3600.0
CUSTOMERS_PER_RATE = 1000


class Stir(NamedTuple):
    """A loss or return of customers at `at_s`, and how many posts it is `expected` to cause."""

    at_s: float
    outage: int
    kind: str
    expected: float


def hour_factor(hour: float) -> float:
    """How much is posted at an hour on the wall, 1 on average over the day."""
    return _HOURS[int(hour) % 24] * 24 / sum(_HOURS)


def dusk_factor(hour: float) -> float:
    """How much more people write on a lost supply when it gets dark."""
    return 1 + 1.3 * math.exp(-0.5 * ((hour - 20.0) / 1.1) ** 2)


def delay_share(delay_s: float, median_min: float) -> float:
    """The share of posts that have come `delay_s` after an event (lognormal)."""
    if delay_s <= 0:
        return 0.0
    return 0.5 * (1 + math.erf(math.log(delay_s / 60 / median_min) / (DELAY_SPREAD * math.sqrt(2))))


class Rhythm:
    """The moments at which the crowd speaks of the outages."""

    def __init__(self, scene: Scene, draw: random.Random) -> None:
        self._scene = scene
        self._draw = draw
        per_customer = scene.storm.scale / CUSTOMERS_PER_RATE
        crowd = scene.storm.crowd
        self._waiting = crowd.waiting_posts_h * per_customer
        loss, restored = crowd.loss_posts * per_customer, crowd.restored_posts * per_customer
        self.stirs = sorted(self._all_stirs(loss, restored))
        self._stirred: list[int] = []
        self._stirs_coming = 0
        self.open: list[Outage] = []
        self._opening = 0

    def _all_stirs(self, per_loss: float, per_return: float) -> Iterator[Stir]:
        # Some places have a loud neighbourhood group, some none.
        for outage in self._scene.outages:
            talk = self._draw.lognormvariate(-0.08, 0.4)
            for at_s, customers in outage.lost:
                yield Stir(at_s, outage.number, "loss", customers * per_loss * talk)
            for at_s, customers in outage.back:
                yield Stir(at_s, outage.number, "back", customers * per_return * talk)

    def expected(self, hours: float) -> float:
        """About how many posts come in the first `hours` of the day."""
        end_s = hours * 3600
        total = sum(stir.expected for stir in self.stirs if stir.at_s < end_s)
        for at_s in range(0, int(end_s), 1800):
            hour = self._scene.local_hour(at_s)
            rate = 0.5 * self._waiting * hour_factor(hour) * dusk_factor(hour)
            total += rate * sum(
                outage.out(at_s)
                for outage in self._scene.outages
                if outage.started_s <= at_s < outage.restored_s
            )
        return total

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """(second, kind, subject) of the posts of a block.

        The subject of `wait` is the number of an outage, that of `loss` and `back` that of a stir.
        """
        hour = self._scene.local_hour((from_s + to_s) / 2)
        yield from self._after_stirs(from_s, to_s, max(0.5, min(1.2, hour_factor(hour))))
        factor = hour_factor(hour) * dusk_factor(hour) * (to_s - from_s) / 3600
        yield from self._while_waiting(from_s, to_s, factor)

    def _after_stirs(
        self, from_s: float, to_s: float, awake: float
    ) -> Iterator[tuple[float, str, int]]:
        stirs = self.stirs
        while self._stirs_coming < len(stirs) and stirs[self._stirs_coming].at_s < to_s:
            self._stirred.append(self._stirs_coming)
            self._stirs_coming += 1
        self._stirred = [n for n in self._stirred if from_s - stirs[n].at_s < DELAY_ENDS_S]
        for number in self._stirred:
            stir = stirs[number]
            median_min = LOSS_DELAY_MIN if stir.kind == "loss" else RETURN_DELAY_MIN
            start_s = max(from_s, stir.at_s)
            share = delay_share(to_s - stir.at_s, median_min)
            share -= delay_share(from_s - stir.at_s, median_min)
            for _ in range(poisson(stir.expected * share * awake, self._draw)):
                yield start_s + (to_s - start_s) * self._draw.random(), stir.kind, number

    def _while_waiting(
        self, from_s: float, to_s: float, factor: float
    ) -> Iterator[tuple[float, str, int]]:
        outages = self._scene.outages
        while self._opening < len(outages) and outages[self._opening].started_s < from_s:
            self.open.append(outages[self._opening])
            self._opening += 1
        self.open = [o for o in self.open if o.restored_s + DELAY_ENDS_S > from_s]
        for outage in self.open:
            if outage.restored_s <= from_s:
                continue
            for _ in range(poisson(outage.out(from_s) * self._waiting * factor, self._draw)):
                at_s = from_s + (to_s - from_s) * self._draw.random()
                if at_s < outage.restored_s:
                    yield at_s, "wait", outage.number
