"""Everything else that people post: everyday life, near-miss traps, bills, and the storm's damage.

`Background` has posts without a meaning for a utility, and the traps; its share of all posts is the
storm's `background`. `Everyday` has what customers write on a calm day, and `Surroundings` what the
weather does outside the grid.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from desk.post import Author, Geo
from desk.territories import Community
from simulator.crowd import media_of
from simulator.draft import Draft, Scene
from simulator.noise import decorated, roughen
from simulator.odds import Odds, poisson
from simulator.rhythm import hour_factor
from simulator.storm import layer_random
from simulator.truth import Told
from simulator.voices import Said, grammar
from simulator.weather import STEP_S

_DAILY = Odds(life=62.0, storm_talk=22.0, trap=14.0, elsewhere=0.7)
_EVERYDAY = Odds(billing=40.0, service=34.0, grumble=12.0, kudos=14.0)
# On a calm day customers write where they have time: the long form is Facebook's.
_EVERYDAY_CHANNELS = Odds(facebook=52.0, x=34.0, bluesky=9.0, mastodon=5.0)


class _Chorus:
    """A source of posts that people of the whole territory write at a known rate."""

    layer = ""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, self.layer)
        self._channels = Odds(**scene.storm.crowd.channels)
        self._upto = list(accumulate(c.customers for c in scene.territory.community))

    def heard(self, told: Told) -> None:
        """Nobody here listens."""

    def _town(self) -> tuple[int, Community]:
        place = bisect_right(self._upto, self._draw.random() * self._upto[-1])
        return place, self._scene.territory.community[place]

    def _write(
        self, act: str, channel: str, place: int, community: Community, *, located: bool, own: bool
    ) -> Draft:
        """A post of somebody in `community`; `own` when its place matters to what it says."""
        scene, draw, rnd = self._scene, self._draw, self._draw.random
        storm = scene.storm
        person = scene.people.person(
            place, channel, int(10 * community.customers**0.6 * rnd() ** 3)
        )
        voice = grammar(person.voice.language)
        facts = scene.facts(community, draw)
        facts["street"] = person.street
        facts["cross"] = scene.people.street(person.voice, rnd())
        said = voice.say(act, facts, draw, located=located)
        if said.trap == "planned" and "news" in said.labels:
            return self._notice(said, channel, voice.language)
        text = roughen(said.text, person.rough, person.case, storm.noise, voice, draw)
        if act in {"billing", "service", "grumble", "kudos"} and rnd() < 0.35:
            text = f"@{storm.utility.handle} {text}"
        tags = () if act == "life" else storm.tags
        text = decorated(text, tags, storm.noise, voice, draw)
        geo = None
        if rnd() < storm.crowd.coordinates:
            spread = community.radius_km / 250
            lat, lon = (
                community.lat + spread * (rnd() - 0.5),
                community.lon + spread * (rnd() - 0.5),
            )
            geo = Geo(round(lat, 5), round(lon, 5))
        return Draft(
            person.author,
            channel,
            text,
            voice.language,
            said.labels,
            community=community.id if own else None,
            located=own and (said.located or geo is not None),
            trap=said.trap,
            geo=geo,
            mentions=(storm.utility.handle,) if f"@{storm.utility.handle}" in text else (),
            media=media_of(act, rnd(), rnd()),
        )

    def _notice(self, said: Said, channel: str, language: str) -> Draft:
        """An official text: nobody types that carelessly."""
        utility = self._scene.storm.utility
        author = Author(f"{channel}-utility", utility.handle, utility.name)
        return Draft(author, channel, said.text, language, said.labels, trap=said.trap)


class Background(_Chorus):
    """Posts that mean nothing to a utility, and those that only look as if they did."""

    layer = "background"

    def __init__(self, scene: Scene, relevant: float) -> None:
        super().__init__(scene)
        share = scene.storm.background
        self._per_hour = relevant * share / (1 - share) / scene.storm.hours

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """Posts of the block, by the hour on the wall."""
        factor = hour_factor(self._scene.local_hour((from_s + to_s) / 2))
        mean = self._per_hour * factor * (to_s - from_s) / 3600
        for _ in range(poisson(mean, self._draw)):
            yield from_s + (to_s - from_s) * self._draw.random(), _DAILY.draw(self._draw), 0

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:  # noqa: ARG002 - Writer
        """A post on `kind`."""
        place, community = self._town()
        channel = self._channels.draw(self._draw)
        # A town elsewhere has the name of one of ours; the rest never needs a place.
        located = kind == "elsewhere" or self._draw.random() < 0.2
        return self._write(kind, channel, place, community, located=located, own=False)


class Everyday(_Chorus):
    """What customers write to a utility on any day: bills, meters, moving house, thanks."""

    layer = "everyday"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        crowd = scene.storm.crowd
        self._per_hour = crowd.everyday_posts_day * scene.storm.scale * self._upto[-1] / 1000 / 24

    def expected(self, hours: float) -> float:
        """About how many posts this gives in `hours`."""
        return self._per_hour * hours

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """Posts of the block, by the hour on the wall."""
        factor = hour_factor(self._scene.local_hour((from_s + to_s) / 2))
        for _ in range(poisson(self._per_hour * factor * (to_s - from_s) / 3600, self._draw)):
            yield from_s + (to_s - from_s) * self._draw.random(), _EVERYDAY.draw(self._draw), 0

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:  # noqa: ARG002 - Writer
        """A post on `kind`."""
        place, community = self._town()
        channel = _EVERYDAY_CHANNELS.draw(self._draw)
        return self._write(
            kind, channel, place, community, located=self._draw.random() < 0.15, own=True
        )


class Surroundings(_Chorus):
    """What the weather does outside the grid: trees, roads, roofs, water."""

    layer = "surroundings"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._rate = scene.storm.crowd.damage_posts_h * scene.storm.scale / 1000
        self._step = -1
        self._weights: list[float] = []

    def _harm(self, step: int) -> list[float]:
        """Running sums over the zones of posts an hour in this step of the weather."""
        sums: list[float] = []
        total = 0.0
        for zone in self._scene.zones:
            weather = self._scene.weather.at(zone.number, step * STEP_S)
            harm = max(0.0, weather.gust_kmh - 65) / 60 + max(0.0, weather.rain_mm_h - 8) / 25
            total += min(1.5, harm) * zone.customers * self._rate
            sums.append(total)
        return sums

    def expected(self, hours: float) -> float:
        """About how many posts this gives in `hours`."""
        steps = range(int(hours * 3600 / STEP_S))
        return sum(self._harm(step)[-1] for step in steps) * STEP_S / 3600

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """Posts of the block where the weather is bad."""
        step = int(from_s / STEP_S)
        if step != self._step:
            self._step, self._weights = step, self._harm(step)
        mean = self._weights[-1] * (to_s - from_s) / 3600
        for _ in range(poisson(mean, self._draw)):
            zone = bisect_right(self._weights, self._draw.random() * self._weights[-1])
            yield from_s + (to_s - from_s) * self._draw.random(), "damage", zone

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:
        """A post on damage in zone `subject`."""
        zone = self._scene.zones[subject]
        wet = self._scene.weather.at(subject, at_s)
        flooded = wet.rain_mm_h > 14 and self._draw.random() < 0.6
        act = "damage_water" if flooded else "damage_wind"
        if self._draw.random() < 0.06:
            act = "hurt"
        channel = self._channels.draw(self._draw)
        located = self._draw.random() < self._scene.storm.crowd.located
        del kind
        return self._write(act, channel, zone.place, zone.community, located=located, own=True)
