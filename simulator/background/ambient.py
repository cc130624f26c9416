"""Everything else that people post: everyday life, talk of the storm, and traps among it.

In the stream of a whole region nearly every post is of this kind, so it is written with as little
ado as can be: this is where the time of a storm's making goes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

from desk.post import Geo
from desk.territories import Community
from simulator.background.accounts import Accounts
from simulator.crowd.echoes import reposted
from simulator.crowd.facts import Facts
from simulator.crowd.pen import USUAL_PICTURES, picture, said_now
from simulator.crowd.people import Person
from simulator.crowd.rhythm import hour_factor
from simulator.crowd.utility import own_account
from simulator.draft import Draft, Scene
from simulator.noise import decorated, roughen
from simulator.odds import Odds, poisson
from simulator.storm import layer_random
from simulator.truth import Told
from simulator.voices import Grammar, Said

PER_RATE = 1000.0
STORM_TALK = {
    "before": {"storm_talk": 160.0, "prep": 90.0},
    "during": {"storm_talk": 240.0, "prep": 10.0},
    "after": {"storm_talk": 40.0, "all_clear": 50.0},
    "dark": {"dark_talk": 330.0},
    "calm": {"storm_talk": 4.0},
}
"""What is said of the weather, in posts per 1,000, by the phase of the day."""

OF_THE_DAY = frozenset(act for acts in STORM_TALK.values() for act in acts)
"""What has to fit the hour and the sky of its place."""

POSTING_CUSTOMERS = 3.0
CHATTY = 2.6
"""Few write much: who writes is drawn by this power of an even draw."""

NAMES_A_PLACE = 0.1
KEPT = 150
"""Posts that may yet be passed on; memory holds no more of the background than these."""

TAKEN_UP = 0.2
"""Share of what is posted on X that somebody might pass on."""

NEED_LIGHT = frozenset({"trap_hypothetical", "trap_internet", "trap_planned"})
"""What nobody says on the day on which the whole system is down: they all have light."""

MOODS = 0.7
"""Hashtags of everyday posts, as a part of those of posts on the storm."""


class Share:
    """How many background posts a block needs, so that the share of the whole day comes out.

    What is relevant is only expected ahead; as the day goes by, what has come corrects it.
    """

    def __init__(self, share: float, expected: Sequence[float], factors: Sequence[float]) -> None:
        self._ratio = share / (1 - share)
        self._expected = expected
        self._factors = factors
        self.relevant = 0
        self.other = 0

    def most(self, span_s: float) -> float:
        """About how many posts the busiest `span_s` of the day has."""
        return (1 + self._ratio) * sum(self._expected) / len(self._expected) * span_s / 3600 * 2

    def wanted(self, from_s: float, to_s: float, hours: float) -> float:
        """The mean number of background posts from `from_s` to `to_s` of a day of `hours`."""
        hour, part = divmod(from_s / 3600, 1)
        number = int(hour)
        done = sum(self._expected[:number]) + self._expected[number] * part
        total = sum(self._expected)
        # Until a tenth of the day's posts are there, their number says little.
        trust = 0.1 * total + 1
        growth = min(4.0, max(0.25, (self.relevant + trust) / (done + trust)))
        target = self._ratio * (self.relevant + (total - done) * growth)
        left = sum(self._factors[number + 1 :]) + self._factors[number] * (1 - part)
        left -= max(0.0, len(self._factors) - hours) * self._factors[-1]
        here = self._factors[number] * (to_s - from_s) / 3600
        return max(0.0, target - self.other) * min(1.0, here / max(here, left))


class Background:
    """Posts that mean nothing to a utility, and those that only look as if they did."""

    def __init__(self, scene: Scene, expected: Sequence[float]) -> None:
        self._scene = scene
        storm = scene.storm
        self._draw = layer_random(storm, "background")
        self._channels = Odds(**storm.crowd.channels)
        middles = [n * 3600 + 1800 for n in range(len(expected))]
        factors = [hour_factor(scene.local_hour(s)) * scene.all_online(s) for s in middles]
        self.share = Share(storm.background_share, expected, factors)
        self._recent: deque[Told] = deque(maxlen=KEPT)
        self._addressed = storm.stream == "addressed"
        self._accounts = Accounts(scene)
        self._traps = frozenset(self._trap_rates())
        self._kinds = {phase: self._odds(phase) for phase in STORM_TALK}
        self._pools = [
            max(30.0, c.customers * storm.scale**0.5 / POSTING_CUSTOMERS)
            for c in scene.territory.community
        ]

    def _odds(self, phase: str) -> Odds:
        """What is posted in a phase of the day, traps as the storm's file sets them."""
        kinds = {**STORM_TALK[phase], **self._trap_rates()}
        unsaid = NEED_LIGHT if phase == "dark" else frozenset()
        kinds = {k: rate for k, rate in kinds.items() if self._scene.can(k) and k not in unsaid}
        if not self._addressed:
            kinds |= self._accounts.rates
        return Odds(life=max(1.0, PER_RATE - sum(kinds.values())), **kinds)

    def _trap_rates(self) -> dict[str, float]:
        """How often each trap is set, by its kind."""
        rates: dict[str, float] = msgspec.structs.asdict(self._scene.storm.traps)
        return {kind if kind == "elsewhere" else f"trap_{kind}": rate
                for kind, rate in rates.items()}  # fmt: skip

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """Posts of the block, by the hour on the wall."""
        draw, rnd = self._draw, self._draw.random
        kinds = self._kinds[self._scene.phase(from_s)]
        mean = self.share.wanted(from_s, to_s, self._scene.storm.hours)
        span_s = to_s - from_s
        for _ in range(poisson(mean, draw)):
            yield from_s + span_s * rnd(), kinds.at(rnd()), 0

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:  # noqa: ARG002 - Writer
        """A post on `kind`."""
        scene, draw = self._scene, self._draw
        rnd, storm = draw.random, scene.storm
        place = scene.town(rnd())
        channel, number = self._channels.at(rnd()), int(self._pools[place] * rnd() ** CHATTY)
        # Traps come as often as the storm's file says: they are neither passed on nor left out.
        passes_on = channel == "x" and kind not in self._traps and self._recent
        if passes_on and rnd() < storm.crowd.reposts:
            # A few posts are passed on by many.
            again = self._recent[int(len(self._recent) * rnd() ** 2)]
            return reposted(scene, again, place, number)
        person = scene.people.person(place, channel, number)
        if kind in self._accounts.rates:
            return self._accounts.write(kind, person, at_s, draw)
        voice = person.voice
        speech = scene.speech(voice, rnd() if voice.mixed else 1.0)
        kind, said = self._said(kind, place, person, speech, at_s)
        if said.trap == "planned" and "news" in said.labels:
            return self._notice(said, person.channel, voice.language)
        text = self._written(said.text, kind, person, speech, at_s)
        geo = self._geo(scene.territory.community[place])
        at_handle = scene.handle in text
        return Draft(
            person.author,
            person.channel,
            text,
            voice.language,
            said.labels,
            trap=said.trap,
            geo=geo,
            mentions=(storm.utility.handle,) if at_handle else (),
            media=(picture(rnd()),) if rnd() < USUAL_PICTURES else (),
            addressed=at_handle,
        )

    def _said(
        self, kind: str, place: int, person: Person, speech: Grammar, at_s: float
    ) -> tuple[str, Said]:
        """What a person says, and of what kind it is: everyday life where `kind` does not fit."""
        scene, draw = self._scene, self._draw
        facts = Facts(scene, scene.territory.community[place], draw, at_s, person.voice.language)
        facts["street"] = person.street
        # A town elsewhere has the name of one of ours; the rest never needs a place.
        located = kind == "elsewhere" or draw.random() < NAMES_A_PLACE
        if kind == "prep" and not scene.coming(scene.zone_at(place, 0.0).number, at_s):
            kind = "life"
        if kind in OF_THE_DAY:
            now = scene.moment(scene.zone_at(place, 0.0), at_s)
            fitting = said_now(speech, kind, facts, now, located=located)
            kind = kind if fitting else "life"
            said = fitting or speech.say(kind, facts, draw, located=False)
        else:
            said = speech.say(kind, facts, draw, located=located)
        if kind != "elsewhere" and said.trap is None and said.labels:
            # Some talk of the weather's end says that it is back: that is the crowd's to say.
            return "life", speech.say("life", facts, draw, located=False)
        return kind, said

    def _written(self, text: str, kind: str, person: Person, speech: Grammar, at_s: float) -> str:
        """`text` as this person types it."""
        scene, draw, noise = self._scene, self._draw, self._scene.storm.noise
        if kind == "life":
            tags, tagging = speech.hashtags, MOODS
        else:
            tags, tagging = scene.tags(at_s), 1.0
        text = roughen(text, person.rough, person.case, noise, speech, draw)
        if self._addressed and scene.handle not in text:
            text = f"{scene.handle} {text}" if draw.random() < 0.7 else f"{text} {scene.handle}"
        return decorated(text, tags, noise, speech, draw, person.emoji, tagging)

    def _geo(self, town: Community) -> Geo | None:
        """Where the phone says that it is, of the few that do."""
        rnd = self._draw.random
        if rnd() >= self._scene.storm.crowd.coordinates:
            return None
        spread = town.radius_km / 250
        lat = town.lat + spread * (rnd() - 0.5)
        return Geo(round(lat, 5), round(town.lon + spread * (rnd() - 0.5), 5))

    def remember(self, told: Told) -> None:
        """Keep some of what the background says on X, for others to pass on."""
        post, truth = told.post, told.truth
        if post.channel != "x" or post.repost_of or truth.trap or post.geo or post.text[0] == "@":
            return
        if self._draw.random() < TAKEN_UP:
            self._recent.append(told)

    def _notice(self, said: Said, channel: str, language: str) -> Draft:
        """An official text: nobody types that carelessly."""
        author = own_account(self._scene, channel)
        return Draft(
            author, channel, said.text, language, said.labels, trap=said.trap, addressed=True
        )
