"""What all who write share: the moment, the unfinished post, and the scene they write in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple, Protocol

from desk.post import Author, Geo, Media
from desk.territories import Community, Territory
from simulator.grid import Zone
from simulator.people import People
from simulator.restoration import Outage
from simulator.storm import Storm
from simulator.truth import Told
from simulator.weather import Exposure

NO_BREAK = "\u00a0"
"""Stands for the spaces within names while a text is made."""

BLOCK_S = 300.0
"""How far ahead posts are planned; memory holds the posts of one block."""


class Draft(NamedTuple):
    """A post before it has its id and time, and what it means."""

    author: Author
    channel: str
    text: str
    lang: str
    labels: tuple[str, ...]
    outage: int | None = None
    community: str | None = None
    located: bool = False
    trap: str | None = None
    geo: Geo | None = None
    place: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    mentions: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    url: str | None = None


class Writer(Protocol):
    """A source of posts: it plans a block of time, then writes each moment when it comes."""

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """(second, kind, subject) of the posts of a block, in any order."""
        ...

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:
        """The post of a moment, or None if there is nothing to say after all."""
        ...

    def heard(self, told: Told) -> None:
        """A post was sent, by whomever."""
        ...


class Scene:
    """The storm as all writers see it: where, who, what fails, and the clock."""

    def __init__(
        self,
        storm: Storm,
        territory: Territory,
        places: tuple[Zone, ...],
        weather: Exposure,
        outages: tuple[Outage, ...],
        people: People,
    ) -> None:
        self.storm = storm
        self.territory = territory
        self.zones = places
        self.weather = weather
        self.outages = outages
        self.people = people
        self.region = territory.aliases[0] if territory.aliases else territory.name
        # Posts in English shorten a state to its two capitals; elsewhere nobody does.
        english = storm.voice[0].language == "en"
        short = (alias for alias in territory.aliases if len(alias) == 2 and alias.isupper())
        self._short = next(short, self.region) if english else self.region
        local = storm.starts_at.astimezone(territory.zone)
        self._local = local
        self._midnight_s = local.hour * 3600 + local.minute * 60

    def time(self, at_s: float) -> datetime:
        """Aware UTC of a second of the storm day."""
        return self.storm.starts_at + timedelta(seconds=round(at_s, 3))

    def local_hour(self, at_s: float) -> float:
        """The hour on the wall, 0-24, of a second of the storm day."""
        return (self._midnight_s + at_s) % 86400 / 3600

    def clock(self, at_s: float, language: str, draw: random.Random) -> str:
        """The time on the wall as people write it."""
        hour = int(self.local_hour(at_s))
        minute = int(self.local_hour(at_s) * 60) % 60
        minute -= minute % 5
        if language != "en":
            return f"{hour}:{minute:02d}"
        twelve = hour % 12 or 12
        half = "pm" if hour >= 12 else "am"
        return f"{twelve}:{minute:02d}{half}" if draw.random() < 0.6 else f"{twelve}:{minute:02d}"

    def facts(self, community: Community | None, draw: random.Random) -> dict[str, str]:
        """What a grammar's slots may ask for, as far as the place gives it."""
        utility = self.storm.utility
        rnd = draw.random
        town = zip_code = ""
        if community is not None:
            town = community.name
            if community.aliases and rnd() < 0.06:
                town = community.aliases[int(rnd() * len(community.aliases))]
            # Whoever mistypes words must see the name as one, or "dels" in it may become "des".
            town = town.replace(" ", NO_BREAK)
            if community.zips:
                zip_code = community.zips[int(rnd() * len(community.zips))]
        names = (utility.name, f"@{utility.handle}", *utility.nicknames)
        return {
            "where": "",
            "town": town,
            "tag": hashtag(town),
            "region": self._short if rnd() < 0.5 else self.region,
            "zip": zip_code,
            "utility": names[int(rnd() * len(names))],
            "handle": f"@{utility.handle}",
            "storm": self.storm.weather.name or self.storm.title,
            "number": str(2 + int(rnd() * 8)),
        }


@cache
def hashtag(name: str) -> str:
    """`name` as a hashtag without its sign."""
    return "".join(char for char in name if char.isalnum())
