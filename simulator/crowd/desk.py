"""The utility's desk: it answers some of those who write, and some of them answer back."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator

from msgspec.structs import replace

from simulator.crowd.customers import lost_at
from simulator.crowd.pen import Pen, begun_with, said_now
from simulator.crowd.sense import UNSAID
from simulator.crowd.utility import own_account, own_facts
from simulator.draft import Draft, Scene
from simulator.restoration import Outage
from simulator.storm import layer_random
from simulator.truth import Told

ANSWERED = frozenset({"outage", "etr", "hazard", "vulnerable", "service", "complaint", "billing"})
LONGEST_QUEUE = 400
ANSWERS_BACK = 0.3
TRIES = 6
"""How often an answer is thought over that does not fit: still out, or back."""

OFFICE_HOURS = (7.0, 22.0)
"""From when to when, by the wall's clock, somebody answers on bills and meters."""

REMEMBERED = 300
"""Answers of the desk whose reader may still answer back."""


class Desk:
    """Social care of the utility: attention is scarce, and the wait grows with the rush."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "desk")
        self._pen = Pen(scene, self._draw)
        self._unanswered: list[tuple[float, int, Told, str]] = []
        self._due: dict[int, tuple[Told, str]] = {}
        self._asked: deque[Told] = deque(maxlen=REMEMBERED)
        self._heard = 0

    def heard(self, told: Told, at_s: float) -> None:
        """Some of those who ask the utility get an answer, later the greater the rush."""
        post = told.post
        if post.reply_to is not None:
            self._read(told, at_s)
            return
        if post.repost_of or "news" in told.truth.labels:
            return
        if not ANSWERED.intersection(told.truth.labels) or told.truth.trap is not None:
            return
        chance = self._scene.storm.crowd.replies * (2.5 if post.mentions else 0.6)
        if self._draw.random() < chance and len(self._unanswered) < LONGEST_QUEUE:
            wait_s = 240 + self._draw.expovariate(1 / (600 + 20 * len(self._unanswered)))
            due_s = at_s + wait_s
            if told.truth.outage is None:
                due_s = self._office_s(due_s)
            self._queue(due_s, told, "")

    def _office_s(self, at_s: float) -> float:
        """When bills and meters are next spoken of: at night only outages are."""
        hour = self._scene.local_hour(at_s)
        opens, closes = OFFICE_HOURS
        if opens <= hour < closes:
            return at_s
        return at_s + (opens - hour) % 24 * 3600 + self._draw.expovariate(1 / 2400)

    def _read(self, told: Told, at_s: float) -> None:
        """Whoever was answered reads it, and may answer back."""
        if told.post.author is None or not told.post.author.id.endswith("-utility"):
            return
        for asked in self._asked:
            if asked.post.id == told.post.reply_to:
                if self._draw.random() < ANSWERS_BACK and self._scene.can("answer_back"):
                    self._queue(at_s + 60 + self._draw.expovariate(1 / 900), asked, told.post.id)
                return

    def _queue(self, due_s: float, told: Told, answers: str) -> None:
        self._heard += 1
        heapq.heappush(self._unanswered, (due_s, self._heard, told, answers))

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """The replies of the block, and what is answered to them."""
        while self._unanswered and self._unanswered[0][0] < to_s:
            due_s, number, told, answers = heapq.heappop(self._unanswered)
            self._due[number] = told, answers
            yield max(from_s, due_s), "back" if answers else "reply", number

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:
        """A reply, or what its reader says to it."""
        told, answers = self._due.pop(subject)
        if kind == "reply":
            self._asked.append(told)
            return self._reply(told, at_s)
        return self._answer_back(told, answers, at_s)

    def _act(self, told: Told, outage: Outage | None, at_s: float) -> str:
        """What the desk answers to a post."""
        scene, truth = self._scene, told.truth
        if outage is None:
            return "reply_billing" if "billing" in truth.labels else "reply_service"
        if "hazard" in truth.labels:
            return "reply_hazard"
        if outage.restored_s < at_s:
            return "reply_back"
        if scene.collapse and scene.can("collapse_reply"):
            return "collapse_reply"
        return "reply_outage" if truth.located else "reply_where"

    def _reply(self, told: Told, at_s: float) -> Draft | None:
        scene, draw, truth = self._scene, self._draw, told.truth
        outage = scene.outage_of(truth.outage)
        community = outage.zone.community if outage and truth.located else None
        act = self._act(told, outage, at_s)
        language = told.post.lang or scene.storm.voice[0].language
        facts = own_facts(scene, community, draw, at_s, language)
        if outage is not None and act != "reply_back":
            # A time that has passed is promised to nobody.
            due_s = next((e.due_s for e in reversed(outage.etrs) if e.at_s <= at_s), 0.0)
            facts["clock"] = facts["eta"] = facts.at(due_s) if due_s > at_s else UNSAID
        now = scene.moment(outage.zone if outage else None, at_s)
        speech = scene.spoken(language)
        said = said_now(speech, act, facts, now, located=community is not None)
        if said is None:
            return None
        author = told.post.author
        handle = author.handle if author else ""
        return Draft(
            own_account(scene, told.post.channel),
            told.post.channel,
            begun_with(f"@{handle}", said.text, told.post.channel),
            language,
            said.labels,
            outage.number if outage else None,
            truth.community,
            said.located and community is not None,
            reply_to=told.post.id,
            mentions=(handle,),
            addressed=self._scene.addressed(told.post),
        )

    def _answer_back(self, told: Told, answers: str, at_s: float) -> Draft | None:
        scene, outage = self._scene, self._scene.outage_of(told.truth.outage)
        author = told.post.author
        if author is None or outage is None:
            return None
        person = scene.people.of(author)
        for _ in range(TRIES):
            facts = self._pen.facts(person, outage.zone.community, at_s)
            until_s = min(at_s, outage.restored_s)
            facts.lose(lost_at(outage, until_s, self._draw.random()), until_s)
            draft = self._pen.write(
                person,
                "answer_back",
                facts,
                located=self._draw.random() < scene.storm.crowd.located,
                zone=outage.zone,
                outage=outage.number,
                reply_to=answers,
                away=person.place != outage.zone.place,
            )
            if draft is None:
                continue
            if at_s < outage.restored_s:
                fits = "restored" not in draft.labels
            else:
                fits = "restored" in draft.labels or "outage" not in draft.labels
            if fits:
                break
        else:
            return None
        text = draft.text
        if scene.handle not in text:
            text = begun_with(scene.handle, text, draft.channel)
        mentions = (scene.storm.utility.handle,)
        return replace(draft, text=text, mentions=mentions, addressed=scene.addressed(told.post))
