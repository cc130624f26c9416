"""What all who write share: the unfinished post, what a writer is, and the scene they write in."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Protocol

import msgspec

from desk.distance import distance_km
from desk.post import Author, Geo, Media, Post
from desk.territories import Community, Territory
from simulator.crowd.people import People
from simulator.crowd.sense import Moment
from simulator.grid import Flicker, Zone
from simulator.restoration import Incident, Outage
from simulator.storm import Storm, Voice
from simulator.truth import Told
from simulator.voices import Grammar, grammar, spoken_in
from simulator.weather import CALM, STEP_S, Bulletin, Conditions, Exposure

BLOCK_S = 300.0
"""How far ahead posts are planned; memory holds the posts of one block."""

NEIGHBOURS = 4
"""How many of the nearest communities somebody may take for their own."""

SEVERE = 1.0
"""From here on the weather breaks trees: `severity`."""

TAGGED_AFTER_S = 48 * 3600.0
"""How long after what a bulletin speaks of people still use the storm's hashtags."""

MOSTLY_BACK = 0.25
"""Share of the customers still out, below which a collapse is no longer what the day is about."""

ONLINE_AT_ONCE, ONLINE_LATER = 0.4, 0.2
"""Share of people who still reach a network after a collapse of the system, at once and when the
batteries of the masts are empty: requests out of Spain fell by about 60 % in the minute of 28 April
2025 in which it went dark, and by nearly 80 % within five hours (Cloudflare Radar)."""

MILLISECOND = timedelta(milliseconds=1)
MASTS_EMPTY_S = 5 * 3600.0
MASTS_BACK_S = 3600.0

_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "it": ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}

_UNNAMED = {
    "en": {"ice": "the ice storm", "thunder": "this line of storms"},
    "it": {"ice": "il gelo", "thunder": "il temporale", "rain": "il maltempo"},
    "es": {"ice": "la tormenta de hielo", "thunder": "la tormenta", "rain": "el temporal"},
}
_STORM = {"en": "the storm", "it": "la tempesta", "es": "la tormenta"}
"""What people call a storm that nobody has given a name, by the weather that it brings."""

_WEATHERS = {"cyclone": "wind", "squall": "thunder", "ice": "ice", "rain": "rain", "calm": "calm"}


# A Struct is made in a fifth of the time of a NamedTuple, and each post makes half a dozen.
class Draft(msgspec.Struct, frozen=True, gc=False):
    """A post before it has its id and time, and what it means.

    `addressed` when it belongs to what the utility's own account gets to see.
    """

    author: Author
    channel: str
    text: str
    lang: str
    labels: tuple[str, ...]
    outage: int | None = None
    community: str | None = None
    located: bool = False
    trap: str | None = None
    geo: Geo | None = None
    place: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    mentions: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    url: str | None = None
    addressed: bool = False


class Writer(Protocol):
    """A source of posts: it plans a block of time, then writes each moment when it comes."""

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """(second, kind, subject) of the posts of a block, in any order."""
        ...

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:
        """The post of a moment, or None if there is nothing to say after all."""
        ...


class Listener(Protocol):
    """Whoever takes up what others have posted."""

    def heard(self, told: Told, at_s: float) -> None:
        """A post that is no background was sent, by whomever, at a second of the storm day."""
        ...


class Scene:
    """The storm as all writers see it: where, who, what fails, and the clock."""

    def __init__(
        self,
        storm: Storm,
        territory: Territory,
        places: tuple[Zone, ...],
        weather: Exposure,
        outages: tuple[Outage, ...],
        people: People,
        incidents: tuple[Incident, ...] = (),
        flickers: tuple[Flicker, ...] = (),
        bulletins: tuple[Bulletin, ...] = (),
    ) -> None:
        self.storm = storm
        self.territory = territory
        self.zones = places
        self.weather = weather
        self.outages = outages
        self.people = people
        self.incidents = incidents
        self.flickers = flickers
        self.bulletins = bulletins
        self.region = territory.aliases[0] if territory.aliases else territory.name
        # Posts in English shorten a state to its two capitals; elsewhere nobody does.
        english = storm.voice[0].language == "en"
        short = (alias for alias in territory.aliases if len(alias) == 2 and alias.isupper())
        self._short = next(short, self.region) if english else self.region
        local = storm.starts_at.astimezone(territory.zone)
        self._starts_at = storm.starts_at
        self._midnight_s = local.hour * 3600 + local.minute * 60
        self._upto = list(accumulate(c.customers for c in territory.community))
        self.customers = self._upto[-1]
        self._near: dict[int, tuple[int, ...]] = {}
        self._parts: dict[int, tuple[int, int]] = {}
        for zone in places:
            first, count = self._parts.get(zone.place, (zone.number, 0))
            self._parts[zone.place] = first, count + 1
        self._name_utility(storm)
        self._severe: tuple[float, float] | None = self._span_of_severe_weather()
        self._peaks: dict[int, float | None] = {}
        self._dark: tuple[float, float] | None = self._span_of_collapse()
        self._first_back_s: dict[int, float] = {}
        if self._dark:
            self._first_back_s = {
                o.zone.number: min((at_s for at_s, _ in o.back), default=o.restored_s)
                for o in outages
            }
        self._tagged = _spans_of_tags(bulletins, self._dark)

    def _name_utility(self, storm: Storm) -> None:
        utility = storm.utility
        self.handle = f"@{utility.handle}"
        self.utility_names = (utility.name, self.handle, *utility.nicknames)
        self.fakes = look_alikes(utility.handle, utility.name, storm.voice[0].language)
        weather = _WEATHERS.get(storm.weather.kind, "")
        self._grammars: dict[tuple[str, str], Grammar] = {}
        for voice in storm.voice:
            own = spoken_in(voice.locale)
            name = own if own.partition("-")[0] == voice.language else voice.language
            self._grammars[voice.locale, voice.language] = grammar(name, weather)
        self._mixes = {
            voice.language: grammar(f"{voice.language}-en", weather)
            for voice in storm.voice
            if voice.mixed and voice.language != "en"
        }
        self.weather_word = weather

    def speech(self, voice: Voice, share: float) -> Grammar:
        """The grammar of a voice, or its mix with English; `share` is drawn from 0-1."""
        if share < voice.mixed and voice.language in self._mixes:
            return self._mixes[voice.language]
        return self._grammars[voice.locale, voice.language]

    def can(self, act: str) -> bool:
        """Whether every grammar of the storm has texts for `act`."""
        spoken = (*self._grammars.values(), *self._mixes.values())
        return all(speech.can(act) for speech in spoken)

    def zone_at(self, place: int, share: float) -> Zone:
        """One of the zones of a community; `share` is drawn from 0-1."""
        first, count = self._parts[place]
        return self.zones[first + int(share * count)]

    def at_home(self, zone: Zone, number: int) -> int:
        """The number within its community of person `number` of a zone: people live in one."""
        first, count = self._parts[zone.place]
        return number * count + zone.number - first

    def spoken(self, language: str) -> Grammar:
        """The grammar of the first voice of this language."""
        for (_, spoken), speech in self._grammars.items():
            if spoken == language:
                return speech
        return self.official

    def outage_of(self, id_: str | None) -> Outage | None:
        """The outage with this id of the truth."""
        return None if id_ is None else self.outages[int(id_.rpartition("-")[2]) - 1]

    def addressed(self, post: Post) -> bool:
        """Whether a post mentions the utility, or is its own."""
        own = post.author is not None and post.author.id.endswith("-utility")
        return own or self.storm.utility.handle in post.mentions

    @property
    def official(self) -> Grammar:
        """The grammar of the press and the utility: that of the first voice."""
        voice = self.storm.voice[0]
        return self._grammars[voice.locale, voice.language]

    def time(self, at_s: float) -> datetime:
        """Aware UTC of a second of the storm day."""
        return self._starts_at + MILLISECOND * int(at_s * 1000)

    def local_hour(self, at_s: float) -> float:
        """The hour on the wall, 0-24, of a second of the storm day."""
        return (self._midnight_s + at_s) % 86400 / 3600

    def midnights(self, at_s: float) -> int:
        """How many midnights on the wall lie between the day on which the storm begins and then."""
        return int((self._midnight_s + at_s) // 86400)

    def storm_name(self, language: str) -> str:
        """What people call the storm."""
        unnamed = _UNNAMED[language].get(self.weather_word, _STORM[language])
        return self.storm.weather.name or unnamed

    def weekday(self, at_s: float, language: str) -> str:
        """The name of the day on the wall."""
        day = self.time(at_s).astimezone(self.territory.zone).weekday()
        return _WEEKDAYS[language][day]

    def clock(self, at_s: float, language: str, draw: random.Random, *, exact: bool = False) -> str:
        """The time on the wall as people write it, or `exact` as an office does."""
        hour = int(self.local_hour(at_s))
        minute = int(self.local_hour(at_s) * 60) % 60
        minute -= minute % 5
        if language != "en":
            return f"{hour}:{minute:02d}"
        twelve = hour % 12 or 12
        half = "pm" if hour >= 12 else "am"
        said = exact or draw.random() < 0.6
        return f"{twelve}:{minute:02d}{half if said else ''}"

    def region_name(self, share: float) -> str:
        """The region, half of the time in its short form; `share` is drawn from 0-1."""
        return self._short if share < 0.5 else self.region

    def county(self, community: Community | None) -> str:
        """The largest place near `community`: counties go by their seats."""
        if community is None:
            return self.region
        here = self.territory.community.index(community)
        near = [here, *self.neighbours(here)]
        return max((self.territory.community[n] for n in near), key=lambda c: c.customers).name

    def town(self, share: float) -> int:
        """The place of a community, large ones more often; `share` is drawn from 0-1."""
        return bisect_right(self._upto, share * self.customers)

    def neighbours(self, place: int) -> tuple[int, ...]:
        """The places of the nearest communities, the nearest one first."""
        if place not in self._near:
            here = self.territory.community[place]
            away = sorted(
                (distance_km(here.lat, here.lon, other.lat, other.lon), number)
                for number, other in enumerate(self.territory.community)
                if number != place
            )
            self._near[place] = tuple(number for _, number in away[:NEIGHBOURS])
        return self._near[place]

    def severity(self, zone: int, at_s: float) -> float:
        """How bad the weather is in a zone at a second of the day."""
        return severity(self.weather.at(zone, at_s))

    def _span_of_severe_weather(self) -> tuple[float, float] | None:
        times = [
            step * STEP_S
            for step in range(int(self.storm.hours * 3600 / STEP_S))
            if any(self.severity(zone.number, step * STEP_S) > SEVERE for zone in self.zones)
        ]
        return (times[0], times[-1] + STEP_S) if times else None

    def peak_s(self, zone: int) -> float | None:
        """When the weather is worst in a zone; None where there is none to speak of."""
        if zone not in self._peaks:
            steps = range(int(self.storm.hours * 3600 / STEP_S))
            worst = max(steps, key=lambda step: self.severity(zone, step * STEP_S), default=0)
            bad = self.severity(zone, worst * STEP_S) > 0.4 * SEVERE
            self._peaks[zone] = worst * STEP_S if bad else None
        return self._peaks[zone]

    def coming(self, zone: int, at_s: float) -> bool:
        """Whether the worst weather is still to come to a zone."""
        peak_s = self.peak_s(zone)
        return peak_s is not None and at_s < peak_s

    def moment(
        self,
        zone: Zone | None,
        at_s: float,
        lost_s: float | None = None,
        *,
        failing: bool = True,
    ) -> Moment:
        """What somebody in `zone` sees of hour and weather, who lost the supply at `lost_s`."""
        weather = self.weather.at(zone.number, at_s) if zone else CALM
        return Moment(
            self.local_hour(at_s),
            self.time(at_s).month,
            weather.gust_kmh,
            weather.rain_mm_h,
            zone is not None and self.coming(zone.number, at_s),
            failing,
            None if lost_s is None else (at_s - lost_s) / 3600,
            zone is not None and self.dark(zone.number, at_s),
            self.collapse,
        )

    def dark(self, zone: int, at_s: float) -> bool:
        """Whether all is off after a collapse of the system, and nothing is back in a zone."""
        if self._dark is None or at_s < self._dark[0]:
            return False
        return at_s < self._first_back_s.get(zone, 0.0)

    def online(self, zone: int, at_s: float) -> float:
        """The share of people in a zone who can post: phones go quiet where a system collapsed."""
        if self._dark is None or at_s < self._dark[0]:
            return 1.0
        back_s = self._first_back_s.get(zone, 0.0)
        empty = min(1.0, (min(at_s, back_s) - self._dark[0]) / MASTS_EMPTY_S)
        left = ONLINE_AT_ONCE + (ONLINE_LATER - ONLINE_AT_ONCE) * empty
        return left + (1 - left) * max(0.0, min(1.0, (at_s - back_s) / MASTS_BACK_S))

    def all_online(self, at_s: float) -> float:
        """The share of all people who can post at a second of the day."""
        if self._dark is None:
            return 1.0
        can = sum(zone.customers * self.online(zone.number, at_s) for zone in self.zones)
        return can / sum(zone.customers for zone in self.zones)

    @property
    def collapse(self) -> bool:
        """Whether the outages of the day are one collapse of the whole system."""
        return self._dark is not None

    def _span_of_collapse(self) -> tuple[float, float] | None:
        if self.storm.grid.collapse is None or not self.outages:
            return None
        returns = sorted((o.restored_s, o.customers) for o in self.outages)
        left = sum(o.customers for o in self.outages)
        few = MOSTLY_BACK * left
        for at_s, customers in returns:
            left -= customers
            if left < few:
                return min(o.started_s for o in self.outages), at_s
        return None

    def tags(self, at_s: float) -> tuple[str, ...]:
        """The storm's hashtags, once there is a word of it."""
        used = any(from_s <= at_s < to_s for from_s, to_s in self._tagged)
        return self.storm.tags if used else ()

    def warned(self, at_s: float) -> bool:
        """Whether a bulletin is in force that something comes."""
        return any(b.at_s <= at_s < b.to_s for b in self.bulletins if b.kind != "all_clear")

    def phase(self, at_s: float) -> str:
        """`before`, `during` or `after` the severe weather of the day, or `calm` without any.

        `dark` while a collapse of the system is what everybody speaks of.
        """
        if self._dark and self._dark[0] <= at_s < self._dark[1]:
            return "dark"
        if self._severe is None:
            return "calm"
        begins_s, ends_s = self._severe
        return "before" if at_s < begins_s else "during" if at_s < ends_s else "after"


def severity(weather: Conditions) -> float:
    """How bad the weather is: from 1 on trees break and roads flood."""
    return weather.gust_kmh / 85 + weather.rain_mm_h / 25 + weather.ice_mm_h / 2


def _spans_of_tags(
    bulletins: tuple[Bulletin, ...], dark: tuple[float, float] | None
) -> tuple[tuple[float, float], ...]:
    """From when to when the hashtags of the storm are used, in seconds of the day."""
    spans = [(b.at_s, b.to_s + TAGGED_AFTER_S) for b in bulletins if b.kind != "all_clear"]
    return (*spans, *([(dark[0], dark[1] + TAGGED_AFTER_S)] if dark else []))


_DESKS = {
    "en": ("Help", "Support", "Refunds", "Official"),
    "it": ("Aiuto", "Assistenza", "Rimborsi", "Ufficiale"),
    "es": ("Ayuda", "Atención", "Reembolsos", "Oficial"),
}
"""What a look-alike calls itself: help, support, refunds, official."""


def look_alikes(handle: str, name: str, language: str = "en") -> tuple[tuple[str, str], ...]:
    """Handles and names that somebody takes in order to be held for the utility."""
    swapped = handle.replace("l", "I", 1) if "l" in handle else f"{handle}_"
    aid, support, refunds, official = _DESKS[language]
    return (
        (f"{handle}_{aid}", f"{name} {support}"),
        (f"{swapped}Care", name),
        (f"{handle}{refunds}", f"{name} {refunds}"),
        (f"Real{handle}", f"{name} {official}"),
    )
