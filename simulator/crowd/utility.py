"""The utility's own voice: outages, estimates and their revisions, wrong messages, advice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

from desk.post import Author
from desk.territories import Community
from simulator.crowd.facts import Facts
from simulator.crowd.pen import said_now
from simulator.crowd.press import rounded, thousands
from simulator.draft import Draft, Scene
from simulator.odds import Odds
from simulator.restoration import Outage
from simulator.storm import layer_random

WORTH_A_POST = 900
"""Customers from which an outage is told on the utility's account; smaller ones are on its map."""

WRONG_BACK = "wrong_back"
"""The trap of an announcement that it is back where it is not."""

REVISED_WITHIN_S = 900.0
NOTICE_S = 2 * 3600.0
COLLAPSE_NOTICE_S = 2400.0
MOVED_S = 900.0
"""By how much an estimate has to move before the utility says so."""
NEXT_SUCH_S = 6 * 3600.0
"""A time beyond midnight that is nearer than this needs no day."""

_TOMORROW = {"en": " tomorrow", "it": " di domani", "es": " de mañana"}
_BEFORE_DAY = {"en": " on ", "it": " di ", "es": " del "}


class Announcements:
    """What the utility posts of itself; its answers are the `Desk`'s."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "utility")
        self._channels = Odds(**scene.storm.crowd.channels)
        told = (*self._on_outages(), *self._on_weather())
        self._told = sorted((at, act, n, eta, old) for at, act, n, eta, old in told if at >= 0)
        self._coming = 0

    def _on_outages(self) -> Iterator[tuple[float, str, int, float, float]]:
        """(second, act, outage, promised, promised before) of the larger outages."""
        if self._scene.collapse and self._scene.official.can("collapse_notice"):
            yield from self._on_collapse()
            return
        for outage in self._scene.outages:
            if outage.customers < WORTH_A_POST:
                continue
            if outage.planned:
                yield outage.started_s - NOTICE_S, "utility_planned", outage.number, 0.0, 0.0
                continue
            yield from self._on_outage(outage)

    def _on_collapse(self) -> Iterator[tuple[float, str, int, float, float]]:
        """The system fell, nobody knows until when; only what is back has the name of a town."""
        draw, outages = self._draw, self._scene.outages
        at_s = outages[0].started_s + 60 * (6 + draw.expovariate(1 / 6))
        last_s = max(outage.restored_s for outage in outages)
        while at_s < last_s - NOTICE_S / 4:
            yield at_s, "collapse_notice", -1, at_s, at_s
            at_s += COLLAPSE_NOTICE_S * (0.5 + draw.random())
        for outage in outages:
            if outage.customers >= WORTH_A_POST and draw.random() < 0.6:
                yield self._back(outage, outage.restored_s)

    def _back(self, outage: Outage, eta_s: float) -> tuple[float, str, int, float, float]:
        at_s = outage.restored_s + 60 * (4 + self._draw.expovariate(1 / 12))
        return at_s, "utility_back", outage.number, outage.restored_s, eta_s

    def _on_outage(self, outage: Outage) -> Iterator[tuple[float, str, int, float, float]]:
        draw, number = self._draw, outage.number
        promised_s = outage.etrs[0].due_s if outage.etrs else outage.restored_s - 900
        at_s = outage.started_s + 60 * (15 + draw.expovariate(1 / 25))
        if at_s < outage.restored_s:
            yield at_s, "utility_outage", number, promised_s, promised_s
        if outage.etrs and draw.random() < 0.6:
            yield outage.etrs[0].at_s, "utility_etr", number, promised_s, promised_s
        for before, estimate in pairwise(outage.etrs):
            # An estimate that comes nearer is no news that anybody has to be sorry for.
            later = estimate.due_s > before.due_s + MOVED_S
            if later and draw.random() < 0.5:
                at_s = estimate.at_s + REVISED_WITHIN_S * draw.random()
                yield at_s, "utility_etr_moved", number, estimate.due_s, before.due_s
        if outage.crew_s < outage.restored_s and draw.random() < 0.35:
            yield outage.crew_s + 600, "utility_crews", number, promised_s, promised_s
        for wrong_s in outage.wrong_back_s:
            yield wrong_s, "wrong", number, wrong_s, wrong_s
        if outage.restored_s - outage.started_s > 7200 and draw.random() < 0.6:
            yield self._back(outage, promised_s)

    def _on_weather(self) -> Iterator[tuple[float, str, int, float, float]]:
        """Advice an hour after each bulletin that says that something comes."""
        for bulletin in self._scene.bulletins:
            if bulletin.kind != "all_clear":
                at_s = bulletin.at_s + 3600 * (0.3 + self._draw.random())
                yield at_s, "utility_prep", -1, bulletin.to_s, bulletin.from_s

    def expected(self, hours: int) -> list[float]:
        """About how many posts come in each of the first `hours` of the day."""
        found = [0.0] * hours
        for at_s, *_ in self._told:
            if at_s < hours * 3600:
                found[int(at_s // 3600)] += 1
        return found

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """The announcements of the block."""
        while self._coming < len(self._told) and self._told[self._coming][0] < to_s:
            if self._told[self._coming][0] >= from_s:
                yield self._told[self._coming][0], "told", self._coming
            self._coming += 1

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:  # noqa: ARG002 - Writer
        """An announcement."""
        scene, draw = self._scene, self._draw
        _, act, number, eta_s, before_s = self._told[subject]
        outage = scene.outages[number] if number >= 0 else None
        facts = own_facts(scene, outage.zone.community if outage else None, draw, at_s)
        wrong = act == "wrong"
        act = "utility_back" if wrong else act
        if not scene.official.can(act):
            return None
        facts["eta"], facts["previous"] = (
            scene.clock(each_s, facts.language, draw, exact=True) for each_s in (eta_s, before_s)
        )
        if act in ("utility_outage", "utility_etr", "utility_etr_moved"):
            facts["eta"] += _its_day(scene, at_s, eta_s, facts.language)
        facts["clock"] = facts["eta"]
        if act == "collapse_notice":
            facts["since"] = facts.at(scene.outages[0].started_s)
            out = sum(o.out(at_s) for o in scene.outages)
            facts["customers"] = thousands(rounded(out), facts.language)
        if outage is not None:
            facts["since"] = facts.at(outage.started_s)
            out = outage.out(at_s) or outage.customers
            facts["customers"] = thousands(out, facts.language)
        now = scene.moment(outage.zone if outage else None, at_s)
        said = said_now(scene.official, act, facts, now, located=outage is not None)
        if said is None:
            return None
        channel = self._channels.draw(draw)
        begun = outage is not None and at_s >= outage.started_s
        return Draft(
            own_account(scene, channel),
            channel,
            said.text,
            facts.language,
            said.labels,
            number if begun else None,
            outage.zone.community.id if outage else None,
            outage is not None and said.located,
            WRONG_BACK if wrong else said.trap,
            addressed=True,
        )


def own_account(scene: Scene, channel: str) -> Author:
    """The utility's account in a channel."""
    utility = scene.storm.utility
    return Author(f"{channel}-utility", utility.handle, utility.name)


def own_facts(
    scene: Scene,
    community: Community | None,
    draw: random.Random,
    at_s: float,
    language: str | None = None,
) -> Facts:
    """Facts as the utility says them: under its full name."""
    facts = Facts(scene, community, draw, at_s, language or scene.storm.voice[0].language)
    facts["utility"] = scene.storm.utility.name
    return facts


def _its_day(scene: Scene, now_s: float, at_s: float, language: str) -> str:
    """Behind a time on the wall: its day, where nobody would take it for the next such time."""
    days = scene.midnights(at_s) - scene.midnights(now_s)
    if not days or at_s - now_s < NEXT_SUCH_S:
        return ""
    if days == 1:
        return _TOMORROW[language]
    return _BEFORE_DAY[language] + scene.weekday(at_s, language)
