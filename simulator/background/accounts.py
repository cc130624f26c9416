"""Accounts that post by themselves: job boards, weather stations, papers; and who shares papers.

Theirs is the voice that `news` names. Nobody types these texts, so nobody mistypes them.
"""

from __future__ import annotations

import math
from random import Random

from desk.post import Author
from simulator.crowd.facts import Facts
from simulator.crowd.people import Person, plain
from simulator.draft import Draft, Scene

RATES = {"jobs": 11.0, "station": 5.0, "paper": 11.0}
"""Posts per 1,000 of the background, by what kind of account sends them."""

SHARED = 8.0
"""The same for people who pass on what a paper wrote, as it stands and with its link."""

KMH_IN_MPH = 1.609344
ICY_C = -1.5
"""What a thermometer shows while freezing rain falls."""


class Accounts:
    """Every automatic account of a storm's territory; of a town each kind has one."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._known: dict[tuple[str, int, str], Author] = {}
        speech = scene.official
        self.rates = {kind: rate for kind, rate in RATES.items() if speech.can(kind)}
        if "paper" in self.rates:
            self.rates["shared"] = SHARED

    def write(self, kind: str, person: Person, at_s: float, draw: Random) -> Draft:
        """A post of the account of `kind` nearest to `person`; what is `shared` they post."""
        scene, speech = self._scene, self._scene.official
        community = scene.territory.community[person.place]
        facts = Facts(scene, community, draw, at_s, speech.language)
        act = "paper" if kind == "shared" else kind
        if kind == "station":
            facts["degrees"], facts["breeze"] = self._read_off(person.place, at_s, draw)
        said = speech.say(act, facts, draw, located=False)
        text, channel, url = said.text, person.channel, None
        if act == "paper":
            source = self._author(act, person.place, "x").name or ""
            url = f"https://{plain(source)}.example/{int(draw.random() * 1e7):x}"
            text = f"{text} {url}"
        author = person.author if kind == "shared" else self._author(kind, person.place, channel)
        return Draft(author, channel, text, speech.language, said.labels, trap=said.trap, url=url)

    def _author(self, kind: str, place: int, channel: str) -> Author:
        """The account of a town, always the same one."""
        known = self._known.get((kind, place, channel))
        if known is None:
            scene, draw = self._scene, Random(place)
            community = scene.territory.community[place]
            facts = Facts(scene, community, draw, 0.0, scene.official.language)
            said = scene.official.say(f"{kind}_account", facts, draw, located=True)
            name = said.text.replace("\u00a0", " ")
            handle = plain(name)
            if channel == "bluesky":
                handle = f"{handle}.bsky.example"
            elif channel == "mastodon":
                handle = f"{handle}@toot.example"
            known = Author(f"{channel}-{kind}{place}", handle, name)
            self._known[kind, place, channel] = known
        return known

    def _read_off(self, place: int, at_s: float, draw: Random) -> tuple[str, str]:
        """Temperature and wind of a place, in the units of the language."""
        scene = self._scene
        weather = scene.weather.at(scene.zone_at(place, 0.5).number, at_s)
        month = scene.time(at_s).month
        celsius = usual_c(month, scene.local_hour(at_s)) + draw.uniform(-1.5, 1.5)
        if weather.ice_mm_h > 0:
            celsius = ICY_C
        elif weather.rain_mm_h > 0:
            celsius -= 4
        if scene.official.language == "en":
            return f"{celsius * 1.8 + 32:.0f}F", f"{weather.gust_kmh / KMH_IN_MPH:.0f} mph"
        return f"{celsius:.0f} °C", f"{weather.gust_kmh:.0f} km/h"


def usual_c(month: int, hour: float) -> float:
    """A usual temperature at 35 to 40 degrees north in °C: coldest in January, warmest at three."""
    of_year = 16 - 10 * math.cos(2 * math.pi * (month - 1.3) / 12)
    return of_year + 4.5 * math.cos(2 * math.pi * (hour - 15) / 24)
