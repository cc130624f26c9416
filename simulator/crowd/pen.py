"""The pen of private people: an act becomes a post as this person would write it here and now."""

from __future__ import annotations

import math
import random

from desk.post import Geo, Media
from desk.territories import Community
from simulator.crowd.facts import Facts
from simulator.crowd.people import Person
from simulator.crowd.sense import TRIES, Moment, sensible
from simulator.draft import Draft, Scene
from simulator.grid import Zone
from simulator.noise import decorated, roughen
from simulator.voices import Grammar, Said

TAGS_A_PLACE = 0.05
WRONG_PLACE = "wrong_place"
"""The trap of a post that names the town next door for its own."""

_PICTURES = {"hazard": 0.3, "damage": 0.3}
USUAL_PICTURES = 0.03


class Pen:
    """Writes posts of people with the randomness of one layer."""

    def __init__(self, scene: Scene, draw: random.Random) -> None:
        self._scene = scene
        self._draw = draw
        self._crowd = scene.storm.crowd
        # Reposts carry no position, so that all posts together have their share the rest has more.
        self._coordinates = min(1.0, self._crowd.coordinates / (1 - self._crowd.reposts))
        self._noise = scene.storm.noise
        self._account = scene.storm.utility.handle

    def facts(self, person: Person, community: Community | None, at_s: float) -> Facts:
        """What there is to say for `person` about `community`; the street is their own."""
        facts = Facts(self._scene, community, self._draw, at_s, person.voice.language)
        facts["street"] = person.street
        facts["cross"] = self._scene.people.street(self._draw.random())
        return facts

    def write(
        self,
        person: Person,
        act: str,
        facts: Facts,
        *,
        located: bool,
        mentions: float = 0.0,
        zone: Zone | None = None,
        outage: int | None = None,
        reply_to: str | None = None,
        tagged: bool = True,
        away: bool = False,
        failing: bool = True,
    ) -> Draft | None:
        """A post that performs `act`, or None where nothing that the act says fits the moment.

        `mentions` is the chance that it names the utility's account; `zone` is what its truth is
        about and where coordinates lie, unless the person is `away`; `tagged` allows hashtags;
        `failing` unless no loss is near.
        """
        scene, draw, rnd = self._scene, self._draw, self._draw.random
        wrong = located and zone is not None and rnd() < self._crowd.wrong_places
        if wrong and zone is not None:
            wrong = self._mistake(facts, zone)
        voice = person.voice
        speech = scene.speech(voice, rnd() if voice.mixed else 1.0)
        now = scene.moment(zone, facts.at_s, facts.lost_s, failing=failing)
        said = said_now(speech, act, facts, now, located=located)
        if said is None:
            return None
        text = roughen(said.text, person.rough, person.case, self._noise, speech, draw)
        if reply_to is not None and person.channel == "facebook":
            text = text.removeprefix(scene.handle).lstrip(" ,:")
        elif mentions and scene.handle not in text and rnd() < mentions:
            text = f"{scene.handle} {text}" if rnd() < 0.75 else f"{text} {scene.handle}"
        tags = scene.tags(facts.at_s) if tagged and reply_to is None else ()
        text = decorated(text, tags, self._noise, speech, draw, person.emoji, labels=said.labels)
        geo, place = self.tagged(zone) if zone and not (wrong or away) else (None, None)
        named = said.located and zone is not None
        misplaced = wrong and named
        at_handle = scene.handle in text
        return Draft(
            person.author,
            person.channel,
            text,
            voice.language,
            said.labels,
            outage,
            zone.community.id if zone is not None else None,
            (named and not misplaced) or geo is not None or place is not None,
            WRONG_PLACE if misplaced else said.trap,
            geo,
            place,
            reply_to,
            None,
            (self._account,) if at_handle else (),
            self.media(act),
            None,
            at_handle,
        )

    def _mistake(self, facts: Facts, zone: Zone) -> bool:
        """Whether there is another town near, which is then what the facts speak of."""
        near = self._scene.neighbours(zone.place)
        if not near:
            return False
        other = self._scene.territory.community[near[int(self._draw.random() * len(near))]]
        facts.community = other
        for name in ("town", "tag", "zip", "landmark"):
            facts.pop(name, None)
        return True

    def tagged(self, zone: Zone) -> tuple[Geo | None, str | None]:
        """The position or the place that the platform adds to a post."""
        rnd = self._draw.random
        if rnd() < self._coordinates:
            return somewhere(zone, rnd(), rnd()), None
        if rnd() < TAGS_A_PLACE:
            name = zone.community.name
            return None, f"{name}, {self._scene.region}" if rnd() < 0.6 else name
        return None, None

    def media(self, act: str) -> tuple[Media, ...]:
        """A picture, where there is something to see."""
        rnd = self._draw.random
        if rnd() > _PICTURES.get(act[:6], USUAL_PICTURES):
            return ()
        return (picture(rnd()),)


def begun_with(handle: str, text: str, channel: str) -> str:
    """A reply to `handle`, which Facebook shows under the post that it answers, without a name."""
    return text if channel == "facebook" else f"{handle} {text}"


def said_now(speech: Grammar, act: str, facts: Facts, now: Moment, *, located: bool) -> Said | None:
    """One of the texts of `act` that may be said in this moment; None where none is found."""
    for _ in range(TRIES):
        said = speech.say(act, facts, facts.draw, located=located)
        if sensible(said.text, now):
            return said
    return None


def somewhere(zone: Zone, turn: float, away: float) -> Geo:
    """A point where the zone's people are; most live well within the community's radius."""
    km = zone.community.radius_km * 0.45 * math.sqrt(away)
    angle = 2 * math.pi * turn
    lat = zone.lat + km * math.sin(angle) / 111.2
    lon = zone.lon + km * math.cos(angle) / (111.2 * math.cos(math.radians(lat)))
    return Geo(round(lat, 5), round(lon, 5))


def picture(name: float) -> Media:
    """A picture with a name drawn from 0-1."""
    return Media("image", f"https://media.example/{int(name * 1e12):x}.jpg")
