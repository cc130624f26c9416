"""What customers write on any day, and what the weather does outside the grid."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from simulator.crowd.pen import Pen
from simulator.crowd.rhythm import hour_factor
from simulator.draft import SEVERE, Draft, Scene, severity
from simulator.odds import Odds, poisson
from simulator.storm import layer_random
from simulator.weather import STEP_S, Conditions

_EVERYDAY = Odds(billing=56.0, service=24.0, grumble=9.0, kudos=11.0)
NAMES_THE_UTILITY = 0.4
CUSTOMERS_IN_TOUCH = 30
"""Of that many customers one writes to or about the utility on days without trouble."""

WORST = 1.5
FLOODED_FROM_MM_H = 14.0
HURT = 0.06
WATER_STANDS_S = (0.0, 3 * 3600.0, 6 * 3600.0, 9 * 3600.0)
"""How long ago the rain may have fallen whose water people tell of."""

ICE_BREAKS_MM = 8.0
"""Ice on a branch, all around it, by which trees break as fast as they will."""

DAYLIGHT = (6.5, 20.0)
FOUND_BY_DAY, FOUND_BY_NIGHT = 1 / 12, 1 / 60
"""Share of what nobody has told of yet that is told in one step of the weather."""


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
    """What the weather does outside the grid: trees, roads, roofs, water.

    Who is awake tells of it at once; what fell while most people slept is found by daylight.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "surroundings")
        self._pen = Pen(scene, self._draw)
        self._channels = Odds(**scene.storm.crowd.channels)
        self._rate = scene.storm.crowd.damage_posts_h * scene.storm.scale / 1000
        self._told = list(self._all_told())
        self._rescue = "flood_help" if scene.can("flood_help") else "hurt"

    def _all_told(self) -> Iterator[array[float]]:
        """For each step of the weather the running sums over the zones of posts an hour."""
        scene, zones = self._scene, self._scene.zones
        unseen, grown_mm = [0.0] * len(zones), [0.0] * len(zones)
        for step in range(int(scene.storm.hours * 3600 / STEP_S)):
            hour = scene.local_hour(step * STEP_S)
            awake = min(1.0, hour_factor(hour))
            found = FOUND_BY_DAY if DAYLIGHT[0] <= hour < DAYLIGHT[1] else FOUND_BY_NIGHT
            rates = []
            for number, zone in enumerate(zones):
                weather = scene.weather.at(zone.number, step * STEP_S)
                grown_mm[number] += weather.ice_mm_h * STEP_S / 3600
                harm = _harm(weather, grown_mm[number])
                late = unseen[number] * found
                unseen[number] += harm * (1 - awake) - late
                rates.append((harm * awake + late) * zone.customers * self._rate)
            yield array("d", accumulate(rates))

    def expected(self, hours: int) -> list[float]:
        """About how many posts come in each of the first `hours` of the day."""
        per_hour = int(3600 / STEP_S)
        return [
            sum(sums[-1] for sums in self._told[hour * per_hour : (hour + 1) * per_hour]) / per_hour
            for hour in range(hours)
        ]

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """Posts of the block where the weather is bad."""
        sums = self._told[min(len(self._told) - 1, int(from_s / STEP_S))]
        for _ in range(poisson(sums[-1] * (to_s - from_s) / 3600, self._draw)):
            zone = bisect_right(sums, self._draw.random() * sums[-1])
            yield from_s + (to_s - from_s) * self._draw.random(), "damage", zone

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:  # noqa: ARG002 - Writer
        """A post on damage in zone `subject`."""
        scene, draw = self._scene, self._draw
        zone = scene.zones[subject]
        rains = (scene.weather.at(subject, at_s - ago_s).rain_mm_h for ago_s in WATER_STANDS_S)
        wet = max(rains) > FLOODED_FROM_MM_H
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


def _harm(weather: Conditions, grown_mm: float) -> float:
    """What the weather breaks just now; of ice only what has grown on a branch is a load."""
    if weather.ice_mm_h:
        load = min(1.0, grown_mm / ICE_BREAKS_MM)
        weather = weather._replace(ice_mm_h=weather.ice_mm_h * load)
    return min(WORST, max(0.0, severity(weather) - 0.6 * SEVERE))
