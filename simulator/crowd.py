"""Who posts about the supply, when, and about what: the losses, the waiting, the return.

After a loss posts come by a lognormal delay (people look at the fuse box first); while it lasts
they come by the hour, most at dusk; when power returns they come again. Sums are Poisson, by rates
per 1,000 customers in the storm's file.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from desk.post import Geo, Media
from simulator.crews import Outage
from simulator.draft import BLOCK_S, Draft, Scene, choose
from simulator.grid import poisson
from simulator.noise import decorated, roughen
from simulator.people import Person
from simulator.storm import layer_random
from simulator.truth import Told
from simulator.voices import grammar

HOURS = (30, 22, 17, 15, 17, 28, 52, 80, 100, 105, 105, 108, 112, 112, 110, 112, 118, 126, 136,
         150, 158, 150, 112, 64)  # fmt: skip
"""Posts by the hour on the wall, as a share of the mean in percent: quiet nights, busy evenings."""

LOSS_DELAY_MIN = 11.0
RETURN_DELAY_MIN = 9.0
DELAY_SPREAD = 1.05
DELAY_ENDS_S = 4 * 3600.0
REMEMBERED = 160
"""Authors of an outage who may speak again."""


class _Stir(NamedTuple):
    """Posts to come for one loss or return; `expected` is their number."""

    at_s: float
    outage: int
    kind: str
    expected: float


def hour_factor(hour: float) -> float:
    """How much is posted at an hour on the wall, 1 on average."""
    return HOURS[int(hour) % 24] / 90


def dusk_factor(hour: float) -> float:
    """How much more people write on a lost supply when it gets dark."""
    return 1 + 1.3 * math.exp(-0.5 * ((hour - 20.0) / 1.1) ** 2)


def delay_share(delay_s: float, median_min: float) -> float:
    """The share of posts that have come `delay_s` after an event (lognormal)."""
    if delay_s <= 0:
        return 0.0
    return 0.5 * (1 + math.erf(math.log(delay_s / 60 / median_min) / (DELAY_SPREAD * math.sqrt(2))))


class Crowd:
    """The customers and those who care for them."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "crowd")
        crowd = scene.storm.crowd
        scale = scene.storm.scale / 1000
        self._channels = list(crowd.channels.items())
        self._late_channels = list(crowd.late_channels.items())
        self._spoke: dict[int, deque[tuple[str, int]]] = {}
        self._stirs = sorted(
            self._all_stirs(crowd.loss_posts * scale, crowd.restored_posts * scale)
        )
        self._open: list[Outage] = []
        self._coming = 0
        self._stirred: list[_Stir] = []
        self._stirs_coming = 0

    def _all_stirs(self, per_loss: float, per_return: float) -> Iterator[_Stir]:
        # Some places have a loud neighbourhood group, some none.
        for outage in self._scene.outages:
            talk = self._draw.lognormvariate(-0.08, 0.4)
            for at_s, customers in outage.lost:
                yield _Stir(at_s, outage.number, "loss", customers * per_loss * talk)
            for at_s, customers in outage.back:
                yield _Stir(at_s, outage.number, "back", customers * per_return * talk)

    def expected(self, hours: float) -> float:
        """About how many posts the crowd will send in `hours`."""
        end_s = hours * 3600
        rate = self._scene.storm.crowd.waiting_posts_h * self._scene.storm.scale / 1000
        total = sum(stir.expected for stir in self._stirs if stir.at_s < end_s)
        for at_s in range(0, int(end_s), 1800):
            hour = self._scene.local_hour(at_s)
            factor = 0.5 * rate * hour_factor(hour) * dusk_factor(hour)
            total += factor * sum(
                outage.out(at_s)
                for outage in self._scene.outages
                if outage.started_s <= at_s < outage.restored_s
            )
        return total

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """Posts of the block on all outages."""
        hour = self._scene.local_hour((from_s + to_s) / 2)
        awake = max(0.5, min(1.2, hour_factor(hour)))
        yield from self._stirred_posts(from_s, to_s, awake)
        yield from self._waiting_posts(from_s, to_s, hour_factor(hour) * dusk_factor(hour))

    def _stirred_posts(
        self, from_s: float, to_s: float, awake: float
    ) -> Iterator[tuple[float, str, int]]:
        stirs = self._stirs
        while self._stirs_coming < len(stirs) and stirs[self._stirs_coming].at_s < to_s:
            self._stirred.append(stirs[self._stirs_coming])
            self._stirs_coming += 1
        self._stirred = [s for s in self._stirred if from_s - s.at_s < DELAY_ENDS_S]
        for stir in self._stirred:
            median_min = LOSS_DELAY_MIN if stir.kind == "loss" else RETURN_DELAY_MIN
            start_s = max(from_s, stir.at_s)
            share = delay_share(to_s - stir.at_s, median_min)
            share -= delay_share(from_s - stir.at_s, median_min)
            for _ in range(poisson(stir.expected * share * awake, self._draw)):
                yield start_s + (to_s - start_s) * self._draw.random(), stir.kind, stir.outage

    def _waiting_posts(
        self, from_s: float, to_s: float, factor: float
    ) -> Iterator[tuple[float, str, int]]:
        outages = self._scene.outages
        while self._coming < len(outages) and outages[self._coming].started_s < from_s:
            self._open.append(outages[self._coming])
            self._coming += 1
        over = [o for o in self._open if o.restored_s + DELAY_ENDS_S <= from_s]
        for outage in over:
            self._spoke.pop(outage.number, None)
        self._open = [o for o in self._open if o.restored_s + DELAY_ENDS_S > from_s]
        storm = self._scene.storm
        rate = storm.crowd.waiting_posts_h * storm.scale / 1000 * (to_s - from_s) / 3600 * factor
        for outage in self._open:
            if outage.restored_s <= from_s:
                continue
            for _ in range(poisson(outage.out(from_s) * rate, self._draw)):
                at_s = from_s + (to_s - from_s) * self._draw.random()
                if at_s < outage.restored_s:
                    yield at_s, "wait", outage.number

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:
        """A post about outage `subject`."""
        outage = self._scene.outages[subject]
        person, far = self._speaker(outage, at_s, kind)
        act = self._act(outage, kind, at_s, far=far)
        return self._post(outage, person, act, at_s, far=far)

    def heard(self, told: Told) -> None:
        """The crowd does not listen: echoes are a source of their own."""

    def _speaker(self, outage: Outage, at_s: float, kind: str) -> tuple[Person, bool]:
        rnd = self._draw.random
        far = kind != "back" and rnd() < 0.05
        spoke = self._spoke.setdefault(outage.number, deque(maxlen=REMEMBERED))
        again = {"loss": 0.06, "wait": 0.3, "back": 0.4}[kind]
        place = outage.zone.place
        if spoke and not far and rnd() < again:
            channel, number = spoke[int(rnd() * len(spoke))]
            return self._scene.people.person(place, channel, number), False
        late = at_s - outage.started_s > 4 * 3600
        channel = choose(self._late_channels if late else self._channels, self._draw)
        pool = max(40, outage.zone.community.customers // 12)
        number = int(pool * rnd() ** 1.6)
        if far:
            return self._scene.people.person(-1, channel, int(rnd() * 1e6)), True
        spoke.append((channel, number))
        return self._scene.people.person(place, channel, number), False

    def _act(self, outage: Outage, kind: str, at_s: float, *, far: bool) -> str:
        hours = (at_s - outage.started_s) / 3600
        if far:
            return "relative"
        if kind == "loss":
            return choose(_LOSS if outage.cause else _LOSS_COLLAPSE, self._draw)
        if kind == "back":
            part = at_s < outage.restored_s - 600
            return choose(_PART_BACK if part else _BACK, self._draw)
        return choose(_WAIT_LONG if hours > 2 else _WAIT_SHORT, self._draw)

    def _post(self, outage: Outage, person: Person, act: str, at_s: float, *, far: bool) -> Draft:
        scene, draw, rnd = self._scene, self._draw, self._draw.random
        crowd = scene.storm.crowd
        community = outage.zone.community
        voice = grammar(person.voice.language)
        if act == "hazard":
            act = f"hazard_{outage.cause or 'lineDown'}"
        facts = scene.facts(community, draw)
        facts["street"] = person.street
        facts["cross"] = scene.people.person(outage.zone.place, "x", int(rnd() * 60)).street
        facts["hours"] = str(max(2, round((at_s - outage.started_s) / 3600)))
        facts["since"] = scene.clock(outage.started_s, voice.language, draw)
        facts["clock"] = scene.clock(at_s, voice.language, draw)
        geo = place = None
        if not far and rnd() < crowd.coordinates:
            geo = _somewhere(outage, rnd(), rnd())
        elif not far and rnd() < 0.05:
            place = f"{community.name}, {scene.region}" if rnd() < 0.6 else community.name
        said = voice.say(act, facts, draw, located=rnd() < crowd.located)
        text = roughen(said.text, person.rough, person.case, scene.storm.noise, voice, draw)
        handle = f"@{scene.storm.utility.handle}"
        if handle not in text and rnd() < _ADDRESSED.get(act, 0.1):
            text = f"{handle} {text}" if rnd() < 0.75 else f"{text} {handle}"
        text = decorated(text, scene.storm.tags, scene.storm.noise, voice, draw)
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
            mentions=(scene.storm.utility.handle,) if handle in text else (),
            media=media_of(act, rnd(), rnd()),
        )


_LOSS = [("loss", 62.0), ("flicker", 7.0), ("ask", 14.0), ("hazard", 9.0), ("vulnerable", 2.0),
         ("angry", 3.0), ("etr", 3.0)]  # fmt: skip
_LOSS_COLLAPSE = [("loss", 68.0), ("ask", 24.0), ("vulnerable", 2.0), ("etr", 6.0)]
_WAIT_SHORT = [("loss", 24.0), ("etr", 40.0), ("angry", 13.0), ("hazard", 8.0), ("vulnerable", 5.0),
               ("helpline", 5.0), ("flicker", 5.0)]  # fmt: skip
_WAIT_LONG = [("still", 36.0), ("etr", 28.0), ("angry", 17.0), ("vulnerable", 7.0), ("hazard", 4.0),
              ("helpline", 4.0), ("claim", 3.0), ("crews", 4.0)]  # fmt: skip
_BACK = [("back", 52.0), ("thanks", 32.0), ("back_angry", 8.0), ("claim", 3.0), ("crews", 5.0)]
_PART_BACK = [("back", 46.0), ("thanks", 20.0), ("left_out", 34.0)]
_ADDRESSED = {"etr": 0.4, "angry": 0.35, "helpline": 0.5, "claim": 0.5, "thanks": 0.35,
              "left_out": 0.3, "crews": 0.2, "vulnerable": 0.3}  # fmt: skip


def _somewhere(outage: Outage, turn: float, away: float) -> Geo:
    """A point where the zone's people are; most live well within the community's radius."""
    zone = outage.zone
    km = zone.community.radius_km * 0.45 * math.sqrt(away)
    angle = 2 * math.pi * turn
    lat = zone.lat + km * math.sin(angle) / 111.2
    lon = zone.lon + km * math.cos(angle) / (111.2 * math.cos(math.radians(lat)))
    return Geo(round(lat, 5), round(lon, 5))


def media_of(act: str, chance: float, name: float) -> tuple[Media, ...]:
    if chance > (0.3 if act.startswith(("hazard", "damage")) else 0.03):
        return ()
    return (Media("image", f"https://media.example/{int(name * 1e12):x}.jpg"),)


__all__ = ["BLOCK_S", "Crowd"]
