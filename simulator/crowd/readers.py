"""Whoever reads what a desk has written: some thank, some ask on, some get angry, most say nothing.

What a desk writes is not known before it does; so nothing here is planned with the storm. The same
words to the same post draw the same readers: the seed is the storm's and what was said.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from desk.post import Post
from simulator.crowd.customers import lost_at
from simulator.crowd.echoes import READERS, reposted
from simulator.crowd.hearing import Heard, heard
from simulator.crowd.pen import Pen, begun_with
from simulator.crowd.people import Person
from simulator.crowd.sense import UNSAID
from simulator.crowd.threads import OF_THE_SAME_PLACE
from simulator.draft import Draft, Scene
from simulator.grid import Zone
from simulator.odds import Odds, poisson
from simulator.restoration import Outage
from simulator.storm import layer_random
from simulator.truth import Told

NOTICED_LATE_S = 900.0
"""An answer that comes so long after the supply is one that came too late."""

SPEAKS = {
    "late": 0.5,
    "beside": 0.75,
    "broken": 0.6,
    "passed": 0.7,
    "wrong": 0.8,
    "asked": 0.6,
    "fine": 0.45,
}
"""The chance that whoever was answered answers back, by what the answer was."""

NEIGHBOURS, COMMENTS, REPOSTS = 0.35, 2.5, 4.0
"""How many readers of a thread speak up, and of an announcement comment or pass it on: means."""

MOST_READERS = 20
MEDIAN_S, SPREAD = 600.0, 0.9
TRIES = 6
_WAITING = frozenset({"outage", "etr", "hazard", "vulnerable"})


class Reaction(NamedTuple):
    """Somebody who will have something to say at second `due_s`, if it still is so then."""

    due_s: float
    write: Callable[[float], Draft | None]


class Readers:
    """The people of a storm as readers of what a desk writes."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._said: Counter[str] = Counter()
        fine = {"answer_thanks": 5.0, "answer_more": 2.0, "answer_back": 2.0}
        self._fine = Odds(**{act: odds for act, odds in fine.items() if scene.can(act)})
        comments = {"etr": 4.0, "me_too": 3.0, "answer_thanks": 2.0, "angry": 1.0}
        self._comments = Odds(**{act: odds for act, odds in comments.items() if scene.can(act)})

    def reactions(self, told: Told, answered: Told | None, at_s: float) -> Iterator[Reaction]:
        """Who reacts to `told`, which a desk wrote at second `at_s` in answer to `answered`."""
        post = told.post
        said = f"{post.channel}/{post.reply_to}/{post.text}"
        self._said[said] += 1
        draw = layer_random(self._scene.storm, f"readers/{said}/{self._said[said]}")
        if answered is None:
            yield from self._public(told, at_s, draw)
            return
        person = self._person(answered.post)
        outage = self._scene.outage_of(answered.truth.outage)
        if person is not None:
            yield from self._answered(told, answered, person, outage, at_s, draw)
        if outage is not None:
            for _ in range(min(MOST_READERS, poisson(NEIGHBOURS, draw))):
                yield self._neighbour(told, outage, _soon(at_s, draw), _apart(draw))

    def _person(self, post: Post) -> Person | None:
        """Who has written `post`; None where that is no private person."""
        if post.author is None:
            return None
        try:
            person = self._scene.people.of(post.author)
        except ValueError:
            return None
        return person if person.author == post.author else None

    def _answered(
        self,
        told: Told,
        answered: Told,
        person: Person,
        outage: Outage | None,
        at_s: float,
        draw: random.Random,
    ) -> Iterator[Reaction]:
        answer = heard(told.post.text, at_s, self._scene.local_hour(at_s))
        kind, act = self._taken(answer, answered, outage, at_s, draw)
        speaks, due_s = draw.random() < SPEAKS[kind], _soon(at_s, draw)
        if speaks:
            passed_s = max(answer.promised_s) if kind == "passed" else None
            yield self._says(told, person, outage, act, due_s, _apart(draw), passed_s)
        # Whoever was given a time looks at the clock when it has passed.
        if outage is not None and kind != "passed" and answer.promised_s:
            promised_s = max(answer.promised_s)
            if promised_s < outage.restored_s and draw.random() < SPEAKS["broken"]:
                late_s = _soon(promised_s, draw)
                yield self._says(
                    told, person, outage, "answer_broken", late_s, _apart(draw), promised_s
                )

    def _taken(
        self,
        answer: Heard,
        answered: Told,
        outage: Outage | None,
        at_s: float,
        draw: random.Random,
    ) -> tuple[str, str]:
        """How an answer is taken, and what is said to it."""
        labels, scene = answered.truth.labels, self._scene
        if outage is not None and _WAITING.intersection(labels):
            if at_s > outage.restored_s + NOTICED_LATE_S:
                return "late", "answer_late"
            if answer.promised_s and max(answer.promised_s) <= at_s < outage.restored_s:
                return "passed", "answer_broken"
            if answer.back and at_s < outage.restored_s and scene.can("answer_back"):
                return "wrong", "answer_back"
            if "etr" in labels and not answer.tells_when:
                return "beside", "answer_beside"
        if answer.asks and outage is not None and scene.can("answer_back"):
            return "asked", "answer_back"
        act = self._fine.draw(draw)
        return "fine", "answer_thanks" if act == "answer_back" and outage is None else act

    def _says(
        self,
        told: Told,
        person: Person,
        outage: Outage | None,
        act: str,
        due_s: float,
        draw: random.Random,
        promised_s: float | None = None,
    ) -> Reaction:
        def write(at_s: float) -> Draft | None:
            return self._written(told, person, outage, act, at_s, draw, promised_s)

        return Reaction(due_s, write)

    def _written(
        self,
        told: Told,
        person: Person,
        outage: Outage | None,
        act: str,
        at_s: float,
        draw: random.Random,
        promised_s: float | None,
    ) -> Draft | None:
        """What a person says to `told`; None where it no longer is so, or nothing fits."""
        scene, pen = self._scene, Pen(self._scene, draw)
        if not scene.can(act):
            return None
        zone = outage.zone if outage else None
        for _ in range(TRIES):
            facts = pen.facts(person, zone.community if zone else None, at_s)
            facts["previous"] = facts["eta"] = UNSAID
            if outage is not None:
                if promised_s is not None:
                    facts["previous"] = facts.at(promised_s)
                elif at_s > outage.restored_s:
                    facts["previous"] = facts.at(outage.restored_s)
                until_s = min(at_s, outage.restored_s)
                facts.lose(lost_at(outage, until_s, draw.random()), until_s)
            draft = pen.write(
                person,
                act,
                facts,
                located=zone is not None and draw.random() < scene.storm.crowd.located,
                zone=zone,
                outage=outage.number if outage else None,
                reply_to=told.post.id,
                away=zone is not None and person.place != zone.place,
            )
            if draft is not None and _fits(draft, outage, at_s):
                return self._to_utility(draft, told)
        return None

    def _to_utility(self, draft: Draft, told: Told) -> Draft:
        scene, author = self._scene, told.post.author
        handle = author.handle if author else scene.storm.utility.handle
        text = draft.text
        if f"@{handle}" not in text:
            text = begun_with(f"@{handle}", text, draft.channel)
        return replace(draft, text=text, mentions=(handle,), addressed=True)

    def _neighbour(self, told: Told, outage: Outage, due_s: float, draw: random.Random) -> Reaction:
        """Somebody of the same place reads along, and is out too or asks for their own street."""
        act = "me_too" if draw.random() < 0.5 else "etr"
        person = self._of_zone(outage.zone, told.post.channel, draw)
        return self._says(told, person, outage, act, due_s, draw)

    def _public(self, told: Told, at_s: float, draw: random.Random) -> Iterator[Reaction]:
        """Who passes on or comments what is said to everybody."""
        for _ in range(min(MOST_READERS, poisson(REPOSTS, draw))):
            yield self._repost(told, _soon(at_s, draw), _apart(draw))
        out = [o for o in self._scene.outages if o.started_s <= at_s < o.restored_s]
        for _ in range(min(MOST_READERS, poisson(COMMENTS, draw))):
            own = _apart(draw)
            if out:
                outage = own.choices(out, [1 + o.out(at_s) for o in out])[0]
                person = self._of_zone(outage.zone, told.post.channel, own)
                act = self._comments.draw(own)
                yield self._says(told, person, outage, act, _soon(at_s, own), own)
            else:
                zone = self._scene.zone_at(self._scene.town(own.random()), own.random())
                person = self._of_zone(zone, told.post.channel, own)
                yield self._says(told, person, None, "answer_thanks", _soon(at_s, own), own)

    def _repost(self, told: Told, due_s: float, draw: random.Random) -> Reaction:
        place = self._scene.town(draw.random())
        draft = reposted(self._scene, told, place, int(READERS * draw.random() ** 2))
        return Reaction(due_s, lambda _: draft)

    def _of_zone(self, zone: Zone, channel: str, draw: random.Random) -> Person:
        number = self._scene.at_home(zone, int(OF_THE_SAME_PLACE * draw.random()))
        return self._scene.people.person(zone.place, channel, number)


def _fits(draft: Draft, outage: Outage | None, at_s: float) -> bool:
    """Whether nobody says that the supply is out where it is back, or back where it is out."""
    if outage is None:
        return "outage" not in draft.labels
    if at_s < outage.restored_s:
        return "restored" not in draft.labels
    return "restored" in draft.labels or "outage" not in draft.labels


def _soon(at_s: float, draw: random.Random) -> float:
    """When somebody has read what is there at second `at_s`, and written."""
    return at_s + 45.0 + draw.lognormvariate(math.log(MEDIAN_S), SPREAD)


def _apart(draw: random.Random) -> random.Random:
    """Randomness of one reader alone, whenever they come to speak."""
    return random.Random(draw.getrandbits(64))
