"""A storm as one stream of posts in time order, with memory for one block of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

import msgspec

from desk.post import Post
from desk.territories import Territory, load_territory
from simulator.background.ambient import Background
from simulator.background.timed import TimedTraps
from simulator.crowd.customers import Crowd
from simulator.crowd.desk import Desk
from simulator.crowd.echoes import Echoes
from simulator.crowd.everyday import Everyday, Surroundings
from simulator.crowd.facts import NO_BREAK
from simulator.crowd.people import People
from simulator.crowd.press import Press
from simulator.crowd.threads import Threads
from simulator.crowd.utility import Announcements
from simulator.draft import BLOCK_S, Draft, Listener, Scene, Writer
from simulator.physics import physics
from simulator.storm import Storm
from simulator.truth import IncidentTruth, OutageTruth, PostTruth, Told, in_order, relevant

MOST_AT_ONCE = 20_000
"""Posts that memory holds: of a storm of millions a block is shorter."""

ADDRESSED = 0.25
"""About that share of what is posted on the supply mentions the utility or is its own."""


class Silence:
    """Knows the posts of the utility's desk and what is said to it: left out where it is silent."""

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def covers(self, told: Told, writer: Writer) -> bool:
        """Whether `told` is such a post."""
        post = told.post
        to_it = post.reply_to in self._ids or post.repost_of in self._ids
        if to_it or isinstance(writer, Desk):
            self._ids.add(post.id)
            return True
        return False


class Hour(msgspec.Struct, frozen=True):
    """One hour of a storm day; `started` counts outages of more than one customer."""

    hour: int
    at: datetime
    gust_kmh: float
    rain_mm_h: float
    started: int
    customers_out: int


class StormDay:
    """A storm worked out: its grid's truth at once, its posts as they are asked for.

    With `desk_speaks` false the utility's own desk and what is answered to it are left out of what
    is told: somebody else is that desk. All other posts stay as they are, ids and all.
    """

    def __init__(
        self, storm: Storm, territory: Territory | None = None, *, desk_speaks: bool = True
    ) -> None:
        self.storm = storm
        self.desk_speaks = desk_speaks
        self.territory = territory or load_territory(storm.territory)
        made = physics(storm, self.territory)
        self.zones = made.grid.zones
        self.true_outages = made.outages
        self.incidents = made.incidents
        self.flickers = made.flickers
        self.bulletins = made.bulletins
        self.weather = made.weather
        self._customers = made.customers
        self._prefix = f"{storm.name}-{storm.seed}-"
        self.scene = Scene(
            storm,
            self.territory,
            self.zones,
            made.weather,
            made.outages,
            People(storm),
            made.incidents,
            made.flickers,
            made.bulletins,
        )

    def outages(self) -> Iterator[OutageTruth]:
        """Every true outage that starts within the hours that are told, in the order of starts."""
        for outage in self.true_outages:
            if outage.started_s < self.storm.told_hours * 3600:
                yield OutageTruth(
                    outage_id(outage.number),
                    self.scene.time(outage.started_s),
                    self.scene.time(outage.restored_s),
                    (outage.zone.community.id,),
                    round(outage.zone.lat, 5),
                    round(outage.zone.lon, 5),
                    outage.customers,
                    outage.cause,
                )

    def incident_truths(self) -> Iterator[IncidentTruth]:
        """Every incident that starts within the hours that are told, in the order of starts."""
        zones, time = self.scene.zones, self.scene.time
        for incident in self.incidents:
            if incident.at_s < self.storm.told_hours * 3600:
                yield IncidentTruth(
                    incident_id(incident.number),
                    outage_id(incident.outage),
                    incident.device,
                    time(incident.at_s),
                    time(incident.restored_s),
                    zones[incident.zone].community.id,
                    incident.customers,
                    incident.cause,
                    None if incident.behind is None else incident_id(incident.behind),
                )

    def hours(self) -> list[Hour]:
        """What happens in each hour that is told, as it stands in the middle of the hour."""
        starts = [int(o.started_s // 3600) for o in self.true_outages if o.customers > 1]
        rows = []
        for hour in range(math.ceil(self.storm.told_hours)):
            at_s = hour * 3600 + 1800.0
            gust_kmh, rain_mm_h = self.worst_weather(at_s)
            at = self.scene.time(hour * 3600)
            out = self.customers_out(at_s)
            rows.append(Hour(hour, at, gust_kmh, rain_mm_h, starts.count(hour), out))
        return rows

    def customers_out(self, at_s: float) -> int:
        """Customers without power at a second of the day."""
        return self._customers.out(at_s)

    def worst_weather(self, at_s: float) -> tuple[float, float]:
        """The highest gust in km/h and rain in mm/h over the territory at a second of the day."""
        here = [self.weather.at(zone.number, at_s) for zone in self.scene.zones]
        return max(w.gust_kmh for w in here), max(w.rain_mm_h for w in here)

    def tell(self) -> Iterator[Told]:
        """Every post with its truth, in time order; each call tells the same.

        The first hours of a day are told as the whole day begins. Of the stream `addressed` only
        what the utility's account gets to see is told.
        """
        writers, listeners, background = self._writers()
        silent = None if self.desk_speaks else Silence()
        share, everything = background.share, self.storm.stream == "firehose"
        index = 0
        end_s, told_s = self.storm.hours * 3600, self.storm.told_hours * 3600
        block_s = BLOCK_S / max(1, math.ceil(background.share.most(BLOCK_S) / MOST_AT_ONCE))
        for block in range(math.ceil(end_s / block_s)):
            from_s, to_s = block * block_s, min(end_s, (block + 1) * block_s)
            planned = [
                (at_s, number, order, kind, subject)
                for number, writer in enumerate(writers)
                for order, (at_s, kind, subject) in enumerate(writer.plan(from_s, to_s))
            ]
            planned.sort()
            for at_s, number, _, kind, subject in planned:
                if at_s >= told_s:
                    return
                writer = writers[number]
                draft = writer.write(at_s, kind, subject)
                if draft is None:
                    continue
                told = self.told(draft, f"{self._prefix}{index:07d}", at_s)
                index += 1
                # The background takes up itself alone: under any share the rest stays the same.
                if writer is background:
                    background.remember(told)
                else:
                    for listener in listeners:
                        listener.heard(told, at_s)
                silenced = silent is not None and silent.covers(told, writer)
                if everything or draft.addressed:
                    if relevant(told.truth):
                        share.relevant += 1
                    else:
                        share.other += 1
                    if not silenced:
                        yield told

    def _writers(self) -> tuple[list[Writer], list[Listener], Background]:
        scene, crowd = self.scene, self.storm.crowd
        desk, threads, echoes, traps = Desk(scene), Threads(scene), Echoes(scene), TimedTraps(scene)
        sources = (
            Crowd(scene), Press(scene), Announcements(scene), Everyday(scene), Surroundings(scene)
        )  # fmt: skip
        hours = math.ceil(self.storm.hours)
        each = (1 + crowd.replies + crowd.threads) / (1 - crowd.reposts)
        if self.storm.stream == "addressed":
            each *= ADDRESSED
        by_hour = zip(*(source.expected(hours) for source in sources), strict=True)
        expected = [each * sum(hour) for hour in by_hour]
        background = Background(scene, expected)
        return [*sources, desk, threads, echoes, traps, background], [
            desk, threads, echoes, traps
        ], background  # fmt: skip

    def told(self, draft: Draft, id_: str, at_s: float) -> Told:
        """A draft as the post `id_` of second `at_s`, with its truth."""
        text = draft.text
        post = Post(
            id=id_,
            channel=draft.channel,
            author=draft.author,
            text=text.replace(NO_BREAK, " ") if NO_BREAK in text else text,
            created_at=self.scene.time(at_s),
            lang=draft.lang or None,
            geo=draft.geo,
            place=draft.place,
            reply_to=draft.reply_to,
            repost_of=draft.repost_of,
            mentions=draft.mentions,
            media=draft.media,
            url=draft.url,
            exercise=True,
        )
        outage = None if draft.outage is None else outage_id(draft.outage)
        labels = in_order(draft.labels) if draft.labels else ()
        return Told(
            post, PostTruth(id_, labels, outage, draft.community, draft.located, draft.trap)
        )


def outage_id(number: int) -> str:
    """The id of the true outage with this number, counted from 0."""
    return f"t-{number + 1:05d}"


def incident_id(number: int) -> str:
    """The id of the incident with this number, counted from 0."""
    return f"i-{number + 1:05d}"
