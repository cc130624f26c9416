"""The customers of the storm, and those who care for them: who posts about an outage, and what."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import accumulate

from simulator.crowd.moments import MENTIONS, RARELY_MENTIONS, Moments, promised
from simulator.crowd.pen import Pen
from simulator.crowd.people import Person
from simulator.crowd.rhythm import Rhythm
from simulator.crowd.sense import UNSAID
from simulator.draft import Draft, Scene
from simulator.grid import Zone
from simulator.odds import Odds
from simulator.restoration import Outage
from simulator.storm import layer_random

LOSS_FOLLOWS_S = 2 * 3600.0
"""Lights that flicker again and again are those of a line that fails within this time."""

REMEMBERED = 160
"""Authors of an outage who may speak again."""
SPEAKS_AGAIN = {"loss": 0.1, "back": 0.45, "wait": 0.4, "missed": 0.55, "wrong": 0.5}
FAR_AWAY = 0.05
LATE_H = 4.0
POSTING_CUSTOMERS = 12
"""Of that many customers one may post about the supply at all."""


class Crowd:
    """Everybody who is touched by an outage."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "crowd")
        self._pen = Pen(scene, self._draw)
        self._channels = Odds(**scene.storm.crowd.channels)
        self._late_channels = Odds(**scene.storm.crowd.late_channels)
        self._moments = Moments(scene)
        self._rhythm = Rhythm(scene, layer_random(scene.storm, "rhythm"))
        self._losses: dict[int, list[float]] = {}
        for outage in scene.outages:
            if outage.customers >= POSTING_CUSTOMERS:
                self._losses.setdefault(outage.zone.number, []).append(outage.started_s)
        self._spoke: dict[int, deque[tuple[str, int]]] = {}

    def expected(self, hours: int) -> list[float]:
        """About how many posts the crowd will send in each hour of the day."""
        return self._rhythm.expected(hours)

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """Posts of the block on all outages."""
        yield from self._rhythm.plan(from_s, to_s)
        ended = [n for n in self._spoke if self._scene.outages[n].restored_s < from_s - 4 * 3600]
        for number in ended:
            del self._spoke[number]

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:
        """A post on an outage, at the moment that `kind` names."""
        stir = self._rhythm.stirs[subject] if kind != "wait" else None
        if stir is not None and kind == "flicker":
            return self._flicker(self._scene.zones[stir.subject], at_s)
        outage = self._scene.outages[stir.subject if stir else subject]
        if kind in {"wrong", "missed"} and at_s > outage.restored_s:
            kind = "back"
        until_s = stir.at_s if stir and kind == "back" else at_s
        lost_s = stir.at_s if stir and kind == "loss" else self._lost_s(outage, until_s)
        if kind != "back" and self._draw.random() < FAR_AWAY:
            return self._relative(outage, at_s, lost_s)
        person = self._neighbour(outage, at_s, kind)
        act = self._moments.act(kind, outage, at_s, lost_s, self._draw.random())
        if act == "hazard":
            act = self._moments.hazard(outage, self._draw.random())
        return self._post(outage, person, act, at_s, lost_s, until_s)

    def _flicker(self, zone: Zone, at_s: float) -> Draft | None:
        """The lights only dipped: nothing is out, unless something is already."""
        draw = self._draw
        person = self._resident(zone, self._channels.draw(draw))
        facts = self._pen.facts(person, zone.community, at_s)
        located = draw.random() < self._scene.storm.crowd.located
        losses = self._losses.get(zone.number, ())
        coming = bisect_right(losses, at_s)
        return self._pen.write(
            person,
            "flicker",
            facts,
            located=located,
            mentions=RARELY_MENTIONS,
            zone=zone,
            failing=coming < len(losses) and losses[coming] < at_s + LOSS_FOLLOWS_S,
        )

    def _lost_s(self, outage: Outage, at_s: float) -> float:
        """When somebody who writes at `at_s` lost the supply: outages grow."""
        return lost_at(outage, at_s, self._draw.random())

    def _resident(self, zone: Zone, channel: str) -> Person:
        """Somebody who lives in `zone`; a few of them post much."""
        number = int(max(40, zone.customers // POSTING_CUSTOMERS) * self._draw.random() ** 1.7)
        return self._scene.people.person(zone.place, channel, self._scene.at_home(zone, number))

    def _neighbour(self, outage: Outage, at_s: float, kind: str) -> Person:
        rnd = self._draw.random
        spoke = self._spoke.setdefault(outage.number, deque(maxlen=REMEMBERED))
        if spoke and rnd() < SPEAKS_AGAIN[kind]:
            # Whoever spoke last speaks most: the talkative keep to the end of the list.
            channel, number = spoke[int(len(spoke) * rnd() ** 0.6)]
            spoke.append((channel, number))
            return self._scene.people.person(outage.zone.place, channel, number)
        late = at_s - outage.started_s > LATE_H * 3600
        channel = (self._late_channels if late else self._channels).draw(self._draw)
        person = self._resident(outage.zone, channel)
        spoke.append((channel, int(person.author.id.rpartition(".")[2])))
        return person

    def _relative(self, outage: Outage, at_s: float, lost_s: float) -> Draft | None:
        """Somebody far away whose people sit in the dark."""
        draw = self._draw
        person = self._scene.people.person(-1, self._channels.draw(draw), int(draw.random() * 1e6))
        return self._post(outage, person, "relative", at_s, lost_s, at_s)

    def _post(
        self,
        outage: Outage,
        person: Person,
        act: str,
        at_s: float,
        lost_s: float,
        until_s: float,
    ) -> Draft | None:
        """A post on an outage that `person` lost the supply in, until `until_s` so far."""
        facts = self._pen.facts(person, outage.zone.community, at_s)
        facts.lose(lost_s, until_s)
        told = promised(outage, at_s)
        if told is not None:
            facts["eta"], facts["previous"] = facts.at(told[0]), facts.at(told[1])
            if facts["previous"] == facts["eta"]:
                facts["previous"] = UNSAID
        else:
            facts["eta"] = facts["previous"] = UNSAID
        return self._pen.write(
            person,
            act,
            facts,
            located=self._draw.random() < self._scene.storm.crowd.located,
            mentions=MENTIONS.get(act, RARELY_MENTIONS),
            zone=outage.zone,
            outage=outage.number,
            away=act == "relative",
        )


def lost_at(outage: Outage, at_s: float, share: float) -> float:
    """When one of those who are out at `at_s` lost the supply; `share` is drawn from 0-1.

    Most of them lost it when most was lost.
    """
    lost = outage.lost[: max(1, bisect_right(outage.lost, (at_s, 0)))]
    upto = list(accumulate(customers for _, customers in lost))
    return lost[min(len(lost) - 1, bisect_right(upto, share * upto[-1]))][0]
