"""The customers of the storm, and those who care for them: who posts about an outage, and what."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator

from desk.post import Geo, Media
from simulator.draft import Draft, Scene
from simulator.noise import decorated, roughen
from simulator.odds import Odds
from simulator.people import Person
from simulator.restoration import Outage
from simulator.rhythm import Rhythm
from simulator.storm import layer_random
from simulator.truth import Told
from simulator.voices import grammar

REMEMBERED = 160
"""Authors of an outage who may speak again."""
SPEAKS_AGAIN = {"loss": 0.08, "wait": 0.4, "back": 0.45}
FAR_AWAY = 0.05
TAGS_A_PLACE = 0.05
LONG_WAIT_H = 2.0
LATE_H = 4.0

# What is said at each moment, by weight; which words that takes is the grammars' matter.
_LOSS = Odds(loss=62.0, flicker=7.0, ask=14.0, hazard=9.0, vulnerable=2.0, angry=3.0, etr=3.0)
_WAIT_SHORT = Odds(
    loss=24.0, etr=40.0, angry=13.0, hazard=8.0, vulnerable=5.0, helpline=5.0, flicker=5.0
)
_WAIT_LONG = Odds(
    still=36.0, etr=28.0, angry=17.0, vulnerable=7.0, hazard=4.0, helpline=4.0, claim=3.0, crews=4.0
)
_BACK = Odds(back=52.0, thanks=32.0, back_angry=8.0, claim=3.0, crews=5.0)
_PART_BACK = Odds(back=46.0, thanks=20.0, left_out=34.0)
_ADDRESSED = {"etr": 0.4, "angry": 0.35, "helpline": 0.5, "claim": 0.5, "thanks": 0.35,
              "left_out": 0.3, "crews": 0.2, "vulnerable": 0.3}  # fmt: skip


class Crowd:
    """Everybody who is touched by an outage."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "crowd")
        self._channels = Odds(**scene.storm.crowd.channels)
        self._late_channels = Odds(**scene.storm.crowd.late_channels)
        self._rhythm = Rhythm(scene, layer_random(scene.storm, "rhythm"))
        self._spoke: dict[int, deque[tuple[str, int]]] = {}

    def expected(self, hours: float) -> float:
        """About how many posts the crowd will send in `hours`."""
        return self._rhythm.expected(hours)

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """Posts of the block on all outages."""
        yield from self._rhythm.plan(from_s, to_s)
        lasting = {outage.number for outage in self._rhythm.open}
        self._spoke = {n: who for n, who in self._spoke.items() if n in lasting}

    def heard(self, told: Told) -> None:
        """The crowd does not listen: echoes are a source of their own."""

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:
        """A post on an outage, at the loss, the wait or the return that `kind` names."""
        stir = self._rhythm.stirs[subject] if kind != "wait" else None
        outage = self._scene.outages[stir.outage if stir else subject]
        lost_s = stir.at_s if stir and kind == "loss" else self._lost_s(outage, at_s)
        if kind != "back" and self._draw.random() < FAR_AWAY:
            channel = self._channels.draw(self._draw)
            person = self._scene.people.person(-1, channel, int(self._draw.random() * 1e6))
            return self._post(outage, person, "relative", at_s, lost_s)
        person = self._neighbour(outage, at_s, kind)
        return self._post(outage, person, self._act(outage, kind, at_s, lost_s), at_s, lost_s)

    def _lost_s(self, outage: Outage, at_s: float) -> float:
        """When somebody who writes at `at_s` lost the supply: outages grow."""
        since = bisect_right(outage.lost, (at_s, 0))
        return outage.lost[int(self._draw.random() * max(1, since))][0]

    def _neighbour(self, outage: Outage, at_s: float, kind: str) -> Person:
        rnd = self._draw.random
        spoke = self._spoke.setdefault(outage.number, deque(maxlen=REMEMBERED))
        place = outage.zone.place
        if spoke and rnd() < SPEAKS_AGAIN[kind]:
            channel, number = spoke[int(rnd() * len(spoke))]
            return self._scene.people.person(place, channel, number)
        late = at_s - outage.started_s > LATE_H * 3600
        channel = (self._late_channels if late else self._channels).draw(self._draw)
        number = int(max(40, outage.zone.community.customers // 12) * rnd() ** 1.6)
        spoke.append((channel, number))
        return self._scene.people.person(place, channel, number)

    def _act(self, outage: Outage, kind: str, at_s: float, lost_s: float) -> str:
        if kind == "loss":
            acts = _LOSS
        elif kind == "back":
            acts = _PART_BACK if at_s < outage.restored_s - 600 else _BACK
        else:
            acts = _WAIT_LONG if at_s - lost_s > LONG_WAIT_H * 3600 else _WAIT_SHORT
        act = acts.draw(self._draw)
        if act != "hazard":
            return act
        # A collapse of the system breaks nothing that anybody could see.
        return f"hazard_{outage.cause}" if outage.cause else "ask"

    def _post(self, outage: Outage, person: Person, act: str, at_s: float, lost_s: float) -> Draft:
        scene, draw, rnd = self._scene, self._draw, self._draw.random
        storm, community = scene.storm, outage.zone.community
        voice = grammar(person.voice.language)
        facts = scene.facts(community, draw)
        facts["street"] = person.street
        facts["cross"] = scene.people.street(person.voice, rnd())
        facts["hours"] = str(max(2, round((at_s - lost_s) / 3600)))
        facts["since"] = scene.clock(lost_s, voice.language, draw)
        facts["clock"] = scene.clock(at_s, voice.language, draw)
        geo, place = (None, None) if act == "relative" else self._tagged(outage)
        said = voice.say(act, facts, draw, located=rnd() < storm.crowd.located)
        text = roughen(said.text, person.rough, person.case, storm.noise, voice, draw)
        handle = f"@{storm.utility.handle}"
        if handle not in text and rnd() < _ADDRESSED.get(act, 0.1):
            text = f"{handle} {text}" if rnd() < 0.75 else f"{text} {handle}"
        text = decorated(text, storm.tags, storm.noise, voice, draw)
        return Draft(
            person.author,
            person.channel,
            text,
            voice.language,
            said.labels,
            outage.number,
            community.id,
            said.located or geo is not None or place is not None,
            geo=geo,
            place=place,
            mentions=(storm.utility.handle,) if handle in text else (),
            media=media_of(act, rnd(), rnd()),
        )

    def _tagged(self, outage: Outage) -> tuple[Geo | None, str | None]:
        """The position or the place that the platform adds to a post."""
        rnd = self._draw.random
        if rnd() < self._scene.storm.crowd.coordinates:
            return _somewhere(outage, rnd(), rnd()), None
        if rnd() < TAGS_A_PLACE:
            name = outage.zone.community.name
            return None, f"{name}, {self._scene.region}" if rnd() < 0.6 else name
        return None, None


def _somewhere(outage: Outage, turn: float, away: float) -> Geo:
    """A point where the zone's people are; most live well within the community's radius."""
    zone = outage.zone
    km = zone.community.radius_km * 0.45 * math.sqrt(away)
    angle = 2 * math.pi * turn
    lat = zone.lat + km * math.sin(angle) / 111.2
    lon = zone.lon + km * math.cos(angle) / (111.2 * math.cos(math.radians(lat)))
    return Geo(round(lat, 5), round(lon, 5))


def media_of(act: str, chance: float, name: float) -> tuple[Media, ...]:
    """A picture, where there is something to see; `chance` and `name` are drawn from 0-1."""
    if chance > (0.3 if act.startswith(("hazard", "damage")) else 0.03):
        return ()
    return (Media("image", f"https://media.example/{int(name * 1e12):x}.jpg"),)
