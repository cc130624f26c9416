"""What a grammar's slots may ask for, worked out only when one does.

Most posts ask for two or three of two dozen facts, so a fact is drawn when its slot is filled; from
then on it stays the same within the post.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from desk.territories import Community
from simulator.crowd.sense import UNSAID

if TYPE_CHECKING:
    from simulator.draft import Scene

NO_BREAK = "\u00a0"
"""Stands for the spaces within names while a text is made."""

HOURS_FROM_H = 1.5
"""Below that people say minutes, if they count at all."""

MINUTES = (8.0, 80.0)
FORMER_NAME = 0.06
"""Share of posts that call a place by another of its names."""


class Facts(dict[str, str]):
    """The facts of one post about `community` at a second of the storm day."""

    __slots__ = ("at_s", "community", "draw", "language", "lost_s", "scene")

    def __init__(
        self,
        scene: Scene,
        community: Community | None,
        draw: random.Random,
        at_s: float,
        language: str = "en",
    ) -> None:
        self.scene = scene
        self.community = community
        self.draw = draw
        self.at_s = at_s
        self.language = language
        self.lost_s: float | None = None
        if community is not None and community.landmarks:
            landmarks = community.landmarks
            self["landmark"] = landmarks[int(draw.random() * len(landmarks))]

    def __missing__(self, name: str) -> str:
        value = self[name] = _MADE[name](self)
        return value

    def lose(self, lost_s: float, until_s: float) -> None:
        """The supply was lost at `lost_s`; hours and minutes are those until `until_s`."""
        self.lost_s = lost_s
        hours = (until_s - lost_s) / 3600
        minutes = hours * 60
        self["since"] = self.at(lost_s)
        self["hours"] = UNSAID if hours < HOURS_FROM_H else str(round(hours))
        told = MINUTES[0] <= minutes < MINUTES[1]
        self["minutes"] = str(max(10, 5 * round(minutes / 5))) if told else UNSAID

    def at(self, at_s: float) -> str:
        """The time on the wall of a second of the storm day, as people write it."""
        return self.scene.clock(at_s, self.language, self.draw)


@cache
def hashtag(name: str) -> str:
    """`name` as a hashtag without its sign."""
    return "".join(char for char in name if char.isalnum())


def _town(facts: Facts) -> str:
    community = facts.community
    if community is None:
        return ""
    town = community.name
    if community.aliases and facts.draw.random() < FORMER_NAME:
        town = community.aliases[int(facts.draw.random() * len(community.aliases))]
    # Whoever mistypes words must see the name as one, or "dels" in it may become "des".
    return town.replace(" ", NO_BREAK)


def _zip(facts: Facts) -> str:
    zips = facts.community.zips if facts.community else ()
    return zips[int(facts.draw.random() * len(zips))] if zips else ""


def _street(facts: Facts) -> str:
    return facts.scene.people.street(facts.draw.random())


def _utility(facts: Facts) -> str:
    names = facts.scene.utility_names
    return names[int(facts.draw.random() * len(names))]


def _county(facts: Facts) -> str:
    return facts.scene.county(facts.community).replace(" ", NO_BREAK)


def _other_utility(facts: Facts) -> str:
    others = facts.scene.storm.utility.others
    return others[int(facts.draw.random() * len(others))] if others else facts.scene.region


_MADE: dict[str, Callable[[Facts], str]] = {
    "where": lambda _: "",
    "near": lambda _: "",
    "side": lambda _: "",
    "landmark": lambda _: "",
    "town": _town,
    "tag": lambda facts: hashtag(facts["town"]),
    "zip": _zip,
    "region": lambda facts: facts.scene.region_name(facts.draw.random()),
    "county": _county,
    "street": _street,
    "cross": _street,
    "utility": _utility,
    "other_utility": _other_utility,
    "handle": lambda facts: facts.scene.handle,
    "fake": lambda facts: f"@{facts.scene.fakes[0][0]}",
    "fake_name": lambda facts: facts.scene.fakes[0][1],
    "storm": lambda facts: facts.scene.storm_name(facts.language),
    "number": lambda facts: str(2 + int(facts.draw.random() * 8)),
    "hours": lambda facts: str(2 + int(facts.draw.random() * 8)),
    "minutes": lambda _: UNSAID,
    "customers": lambda facts: str(40 + int(facts.draw.random() * 900)),
    "today": lambda facts: facts.scene.weekday(facts.at_s, facts.language),
    "clock": lambda facts: facts.at(facts.at_s),
    "since": lambda facts: facts.at(facts.at_s - 3600),
    "eta": lambda facts: facts.at(facts.at_s + 3 * 3600),
    "previous": lambda facts: facts.at(facts.at_s - 1800),
}
