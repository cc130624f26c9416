"""Threads: neighbours answer a post, tell that they are out too, ask, and give advice."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator

from msgspec.structs import replace

from simulator.crowd.customers import lost_at
from simulator.crowd.pen import Pen, begun_with
from simulator.draft import Draft, Scene
from simulator.odds import Odds
from simulator.storm import layer_random
from simulator.truth import Told

STARTERS = frozenset({"outage", "etr", "hazard"})
LONGEST_QUEUE = 2000
MORE_ANSWERS = 0.42
"""Chance that after one answer there is another: most threads are short."""

MEDIAN_S, SPREAD = 420.0, 1.1
OF_THE_SAME_PLACE = 60
"""How many of a community read along in each channel."""

_ANSWERS = {"me_too": 58.0, "thread_ask": 24.0, "thread_tip": 18.0}


class Threads:
    """The answers of neighbours to what private people post about an outage."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "threads")
        self._pen = Pen(scene, self._draw)
        acts = {act: weight for act, weight in _ANSWERS.items() if scene.can(act)}
        self._acts = Odds(**(acts or {"ask": 1.0}))
        self._waiting: list[tuple[float, int, Told]] = []
        self._due: dict[int, Told] = {}
        self._heard = 0

    def heard(self, told: Told, at_s: float) -> None:
        """Somebody reads a post of their own community and has something to say to it."""
        post, truth = told.post, told.truth
        if post.reply_to or post.repost_of or truth.outage is None or truth.trap is not None:
            return
        if "news" in truth.labels or not STARTERS.intersection(truth.labels):
            return
        draw = self._draw
        if draw.random() >= self._scene.storm.crowd.threads:
            return
        while len(self._waiting) < LONGEST_QUEUE:
            due_s = at_s + draw.lognormvariate(math.log(MEDIAN_S), SPREAD)
            self._heard += 1
            heapq.heappush(self._waiting, (due_s, self._heard, told))
            if draw.random() > MORE_ANSWERS:
                return

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """The answers of the block."""
        while self._waiting and self._waiting[0][0] < to_s:
            due_s, number, told = heapq.heappop(self._waiting)
            self._due[number] = told
            yield max(from_s, due_s), "answer", number

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:  # noqa: ARG002 - Writer
        """A neighbour's answer, unless the lights are on again."""
        told, scene, draw = self._due.pop(subject), self._scene, self._draw
        outage, post = scene.outage_of(told.truth.outage), told.post
        if outage is None or at_s > outage.restored_s or post.author is None:
            return None
        zone = outage.zone
        number = scene.at_home(zone, int(OF_THE_SAME_PLACE * draw.random()))
        person = scene.people.person(zone.place, post.channel, number)
        if person.author.id == post.author.id:
            return None
        facts = self._pen.facts(person, zone.community, at_s)
        facts.lose(lost_at(outage, at_s, draw.random()), at_s)
        located = draw.random() < scene.storm.crowd.located * 0.5
        draft = self._pen.write(
            person,
            self._acts.draw(draw),
            facts,
            located=located,
            zone=zone,
            outage=outage.number,
            reply_to=post.id,
        )
        if draft is None:
            return None
        handle = post.author.handle
        text = begun_with(f"@{handle}", draft.text, post.channel)
        return replace(
            draft,
            text=text,
            mentions=(handle, *post.mentions),
            addressed=scene.addressed(post) or draft.addressed,
        )
