"""All that the charts of one storm day show, worked out once."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from simulator.storm import Storm
from simulator.stream import Hour, StormDay
from simulator.truth import LABELS, OutageTruth
from simulator.weather import Bulletin
from tui.charts.course import (
    Curve,
    Progress,
    Rates,
    customers_out,
    rates,
    step_s,
    worst_shares,
    worst_weather,
)
from tui.charts.hours import Hours
from tui.charts.svg import Tick
from tui.charts.track import StormMap, storm_map

TOP_LABELS = 6
TOP_CHANNELS = 5
LARGEST = 10
TICKS = 8


class Figures(NamedTuple):
    """A storm day in figures; `rows` has its hours, `largest` its largest outages."""

    storm: Storm
    territory: str
    names: dict[str, str]
    hours: Hours
    curve: Curve
    rates: Rates
    weather: dict[str, tuple[float, ...]]
    rows: list[Hour]
    largest: list[OutageTruth]
    bulletins: tuple[Bulletin, ...]
    scene: StormMap

    @property
    def labels(self) -> list[str]:
        """The most frequent labels, in the order in which labels are always told."""
        most = list(self.rates.by_label)[:TOP_LABELS]
        return [label for label in LABELS if label in most]

    @property
    def channels(self) -> list[str]:
        """The channels with most posts, the busiest first."""
        return list(self.rates.by_channel)[:TOP_CHANNELS]

    @property
    def step_h(self) -> float:
        """How far apart the values of the curves are, in hours."""
        return step_s(self.hours.hours) / 3600

    @property
    def landfall_h(self) -> float | None:
        """The hour of landfall, if it comes within the told hours."""
        land = self.scene.landfall
        return land.hour if land and 0 <= land.hour <= self.hours.hours else None

    @property
    def clocks(self) -> list[str]:
        """The times of the marks on the storm's track."""
        return [self.hours.brief(mark.hour * 3600) for mark in self.scene.marks]

    @property
    def ticks(self) -> list[Tick]:
        """Round times for an axis."""
        return self.hours.ticks(TICKS)


def figures(storm: Storm, progress: Progress | None = None) -> Figures:
    """Work out `storm`.

    Posts that mean nothing to a utility are not written for this: layers draw apart, so that the
    others are the same without them. How many they are follows from their share.

    Raises:
        TerritoryError: the storm's territory can't be read.
    """
    day = StormDay(msgspec.structs.replace(storm, background=0.0))
    hours = Hours(storm.starts_at, storm.told_hours, day.territory.zone)
    return Figures(
        storm,
        day.territory.name,
        {community.id: community.name for community in day.territory.community},
        hours,
        customers_out(day),
        rates(day.tell(), day, storm.background_share, progress),
        worst_weather(day),
        day.hours(),
        sorted(day.outages(), key=lambda outage: -outage.customers)[:LARGEST],
        day.bulletins,
        storm_map(storm, day.territory, worst_shares(day), hours),
    )
