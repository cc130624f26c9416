"""What customers write on any day, and what the weather does outside the grid."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from simulator.crowd.pen import Pen
from simulator.crowd.rhythm import hour_factor
from simulator.draft import SEVERE, Draft, Scene
from simulator.odds import Odds, poisson
from simulator.storm import layer_random
from simulator.weather import STEP_S

_EVERYDAY = Odds(billing=56.0, service=24.0, grumble=9.0, kudos=11.0)
NAMES_THE_UTILITY = 0.4
CUSTOMERS_IN_TOUCH = 30
"""Of that many customers one writes to or about the utility on days without trouble."""

WORST = 1.5
FLOODED_FROM_MM_H = 14.0
HURT = 0.06


class Everyday:
    """What customers write to a utility on any day: bills, meters, moving house, thanks."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "everyday")
        self._pen = Pen(scene, self._draw)
        crowd = scene.storm.crowd
        self._channels = Odds(**crowd.calm_channels)
        self._per_hour = crowd.everyday_posts_day * scene.storm.scale * scene.customers / 1000 / 24

    def expected(self, hours: int) -> list[float]:
        """About how many posts come in each of the first `hours` of the day."""
        local = self._scene.local_hour
        return [self._per_hour * hour_factor(local(n * 3600 + 1800)) for n in range(hours)]

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """Posts of the block, by the hour on the wall."""
        factor = hour_factor(self._scene.local_hour((from_s + to_s) / 2))
        for _ in range(poisson(self._per_hour * factor * (to_s - from_s) / 3600, self._draw)):
            yield from_s + (to_s - from_s) * self._draw.random(), _EVERYDAY.draw(self._draw), 0

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:  # noqa: ARG002 - Writer
        """A post on `kind`."""
        scene, draw = self._scene, self._draw
        zone = scene.zone_at(scene.town(draw.random()), draw.random())
        number = int(max(20, zone.customers // CUSTOMERS_IN_TOUCH) * draw.random() ** 1.6)
        channel = self._channels.draw(draw)
        person = scene.people.person(zone.place, channel, scene.at_home(zone, number))
        facts = self._pen.facts(person, zone.community, at_s)
        located = draw.random() < 0.15
        return self._pen.write(
            person, kind, facts, located=located, mentions=NAMES_THE_UTILITY, zone=zone,
            tagged=False,
        )  # fmt: skip


class Surroundings:
    """What the weather does outside the grid: trees, roads, roofs, water."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "surroundings")
        self._pen = Pen(scene, self._draw)
        self._channels = Odds(**scene.storm.crowd.channels)
        self._rate = scene.storm.crowd.damage_posts_h * scene.storm.scale / 1000
        self._step = -1
        self._weights: list[float] = []
        self._rescue = "flood_help" if scene.can("flood_help") else "hurt"

    def _harm(self, step: int) -> list[float]:
        """Running sums over the zones of posts an hour in this step of the weather."""
        scene = self._scene
        return list(accumulate(
            min(WORST, max(0.0, scene.severity(zone.number, step * STEP_S) - 0.6 * SEVERE))
            * zone.customers * self._rate
            for zone in scene.zones
        ))  # fmt: skip

    def expected(self, hours: int) -> list[float]:
        """About how many posts come in each of the first `hours` of the day."""
        per_hour = int(3600 / STEP_S)
        return [
            sum(self._harm(hour * per_hour + n)[-1] for n in range(per_hour)) / per_hour
            for hour in range(hours)
        ]

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """Posts of the block where the weather is bad."""
        step = int(from_s / STEP_S)
        if step != self._step:
            self._step, self._weights = step, self._harm(step)
        mean = self._weights[-1] * (to_s - from_s) / 3600
        for _ in range(poisson(mean, self._draw)):
            zone = bisect_right(self._weights, self._draw.random() * self._weights[-1])
            yield from_s + (to_s - from_s) * self._draw.random(), "damage", zone

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:  # noqa: ARG002 - Writer
        """A post on damage in zone `subject`."""
        scene, draw = self._scene, self._draw
        zone = scene.zones[subject]
        wet = scene.weather.at(subject, at_s).rain_mm_h > FLOODED_FROM_MM_H
        flooded = wet and draw.random() < 0.6
        act = "damage_water" if flooded else "damage_wind"
        if draw.random() < HURT:
            act = self._rescue if flooded else "hurt"
        number = int(max(40, zone.customers // CUSTOMERS_IN_TOUCH) * draw.random() ** 1.8)
        channel = self._channels.draw(draw)
        person = scene.people.person(zone.place, channel, scene.at_home(zone, number))
        facts = self._pen.facts(person, zone.community, at_s)
        located = draw.random() < scene.storm.crowd.located
        return self._pen.write(person, act, facts, located=located, mentions=0.05, zone=zone)
