"""A storm day as its file says it: plain data, checked when it is read (see storm_file)."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Annotated, Literal

import msgspec

Positive = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Word = Annotated[str, msgspec.Meta(min_length=1)]
LONGEST_H = 240
Hours = Annotated[float, msgspec.Meta(gt=0, le=LONGEST_H)]


# X first in an outage, Facebook's long tail later: what utilities' desks report.
_CHANNELS = {"x": 0.5, "facebook": 0.25, "bluesky": 0.17, "mastodon": 0.08}
_LATE_CHANNELS = {"x": 0.3, "facebook": 0.5, "bluesky": 0.14, "mastodon": 0.06}
# On a calm day customers write where they have time: the long form is Facebook's.
_CALM_CHANNELS = {"x": 0.34, "facebook": 0.52, "bluesky": 0.09, "mastodon": 0.05}

SHARES = {"firehose": 0.97, "addressed": 0.30}
"""The share of the background where a storm gives none: of all posts of a region, a few in a
hundred have to do with a utility; of those that are addressed to it, most."""


class TrackPoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the storm's centre is at `hour` of the storm day; between points it moves evenly.

    `radius_km` is the radius of strongest wind (cyclone), the width of the cell or front, or how
    deep the gusts of a squall line reach. `pressure_hpa` makes the wind of a cyclone, `gust_kmh`
    that of the others; `length_km` is a squall line's, `temperature_c` an ice front's.
    """

    hour: float
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    radius_km: Positive
    pressure_hpa: Annotated[float, msgspec.Meta(ge=850, le=1013)] = 1013.0
    gust_kmh: NotNegative = 0.0
    rain_mm_h: NotNegative = 0.0
    lightning_km2_h: NotNegative = 0.0
    length_km: NotNegative = 0.0
    temperature_c: Annotated[float, msgspec.Meta(ge=-40, le=50)] = 15.0


class WeatherPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The weather of the day: a kind with its track, or calm."""

    kind: Literal["cyclone", "rain", "squall", "ice", "calm"]
    name: str = ""
    track: tuple[TrackPoint, ...] = ()


class Collapse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A total loss at `hour`; communities come back between two hours, larger ones first."""

    hour: NotNegative
    first_back_hour: Positive
    last_back_hour: Positive


class GridPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the grid fails, how it is restored, and what the utility promises.

    A device has a capacity drawn from lognormals of gust (`gust_median_kmh`, `gust_spread`), of the
    day's rain (`rain_…_mm`) and of ice with the wind on it (`ice_…_mm`); it fails when the weather
    first goes beyond one of them, or by lightning: each strike has the same chance, and
    `strikes_per_fault_km2` make 63 in 100.
    """

    feeder_customers: Positive = 1800.0
    gust_median_kmh: Positive = 140.0
    gust_spread: Positive = 0.24
    rain_median_mm: Positive = 400.0
    rain_spread: Positive = 0.5
    ice_median_mm: Positive = 45.0
    ice_spread: Positive = 0.45
    strikes_per_fault_km2: Positive = 25.0
    calm_faults_per_day: NotNegative = 105.0
    planned_works_per_day: NotNegative = 6.0
    flickers_per_fault: NotNegative = 3.5
    crews: Annotated[int, msgspec.Meta(ge=1)] = 120
    crew_gust_limit_kmh: Positive = 70.0
    repair_h: Positive = 1.6
    blocked_share: Share = 0.0
    blocked_h: Positive = 24.0
    etr_silence_h: NotNegative = 6.0
    etr_missed: Share = 0.35
    wrong_restored: Share = 0.06
    collapse: Collapse | None = None


class CrowdPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is posted about the supply, and how people say where they are.

    Rates are posts per 1,000 customers who are concerned: at a loss, per hour of waiting, at a
    restoration, at a flicker, when an estimate is missed, when the utility wrongly says that it is
    back; `damage_posts_h` per hour in the worst weather, `everyday_posts_day` on bills and service.
    Shares are of posts on the supply, `threads` and `replies` of those that may be answered.
    `contagion` is the power of its size by which more is posted per customer on a large loss.
    """

    loss_posts: NotNegative = 8.0
    waiting_posts_h: NotNegative = 1.0
    restored_posts: NotNegative = 4.0
    flicker_posts: NotNegative = 0.5
    missed_posts: NotNegative = 1.2
    wrong_back_posts: NotNegative = 2.5
    contagion: Annotated[float, msgspec.Meta(ge=0, le=2)] = 1.0
    damage_posts_h: NotNegative = 0.06
    everyday_posts_day: NotNegative = 0.3
    located: Share = 0.5
    wrong_places: Share = 0.015
    coordinates: Share = 0.01
    reposts: Annotated[float, msgspec.Meta(ge=0, le=0.9)] = 0.22
    threads: Share = 0.1
    replies: Share = 0.08
    channels: dict[str, NotNegative] = msgspec.field(default_factory=lambda: dict(_CHANNELS))
    late_channels: dict[str, NotNegative] = msgspec.field(
        default_factory=lambda: dict(_LATE_CHANNELS)
    )
    calm_channels: dict[str, NotNegative] = msgspec.field(
        default_factory=lambda: dict(_CALM_CHANNELS)
    )


class Voice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A language of the crowd: its share, and the Faker locale that its names come from.

    `mixed` is the share of its posts that switch to English and back (es and it only).
    """

    language: Literal["en", "it", "es"]
    locale: Word
    share: Positive = 1.0
    mixed: Share = 0.0


class NoisePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shares: of tokens that are non-standard, of posts with emoji and with hashtags."""

    tokens: Share = 0.09
    emoji: Share = 0.1
    hashtags: Share = 0.14


class TrapRates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Traps that are set all the time, each kind in posts per 1,000 background posts."""

    hypothetical: NotNegative = 1.2
    sport: NotNegative = 0.6
    game: NotNegative = 0.3
    song: NotNegative = 0.3
    show: NotNegative = 0.2
    series: NotNegative = 0.3
    sarcasm: NotNegative = 0.3
    internet: NotNegative = 0.8
    metaphor: NotNegative = 1.0
    history: NotNegative = 0.4
    planned: NotNegative = 0.2
    elsewhere: NotNegative = 0.2


TRAPS = Literal[
    "rumour", "scam", "old_photo", "late_repost", "drill", "bot_flood", "internet", "elsewhere"
]


class Trap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trap that is set at `hour`: `posts` posts within `minutes`, in or about `town`.

    Without a town one is drawn. A flood of bots comes from so many `accounts`, 0 for a new one with
    each post.
    """

    kind: TRAPS
    hour: NotNegative
    posts: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    minutes: Positive = 60.0
    town: str = ""
    accounts: Annotated[int, msgspec.Meta(ge=0)] = 0


class Utility(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The utility that people write to; `others` are utilities next to it."""

    name: Word
    handle: Word
    nicknames: tuple[str, ...] = ()
    others: tuple[str, ...] = ("Crestline Electric",)


class Outlet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A newsroom or an agency of the region; the bulletins are those of its weather service."""

    name: Word
    handle: Word
    channel: Word = "x"
    kind: Literal["newsroom", "agency", "weather"] = "newsroom"


class Inject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A post that a trainer has ready; `storm run` sends it at `hour`, or when a key is pressed.

    `labels` and `trap` are its truth; `place` is a community; `note` is for the trainer alone.
    """

    text: Word
    hour: NotNegative | None = None
    author: str = ""
    channel: Word = "x"
    place: str = ""
    labels: tuple[str, ...] = ()
    trap: str = ""
    note: str = ""


class Storm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One storm day. `scale` multiplies what people post, never what happens to the grid.

    With `first_hours` the same day is told only so far. The stream `addressed` holds of the same
    posts only those that mention the utility or answer it, and its own; `background` is the share
    of posts that mean nothing to a utility.
    """

    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]*$")]
    title: Word
    territory: Word
    starts_at: Annotated[datetime, msgspec.Meta(tz=True)]
    hours: Hours
    first_hours: Hours | None = None
    seed: int = 7
    scale: Annotated[float, msgspec.Meta(gt=0, le=1000)] = 1.0
    stream: Literal["firehose", "addressed"] = "firehose"
    background: Annotated[float, msgspec.Meta(ge=0, le=0.99)] | None = None
    tags: tuple[str, ...] = ()
    weather: WeatherPlan
    grid: GridPlan
    crowd: CrowdPlan
    noise: NoisePlan
    traps: TrapRates = TrapRates()
    utility: Utility
    voice: Annotated[tuple[Voice, ...], msgspec.Meta(min_length=1)]
    outlet: Annotated[tuple[Outlet, ...], msgspec.Meta(min_length=1)]
    inject: tuple[Inject, ...] = ()
    trap: tuple[Trap, ...] = ()
    versions: dict[str, str] = {}

    @property
    def told_hours(self) -> float:
        """How many hours of the day are told."""
        return self.hours if self.first_hours is None else self.first_hours

    @property
    def background_share(self) -> float:
        """The share of posts that mean nothing to a utility, 0 to 0.99."""
        return SHARES[self.stream] if self.background is None else self.background


def layer_random(storm: Storm, layer: str) -> random.Random:
    """The generator of one layer: layers draw apart, so that one can change without the others."""
    # A str seed goes through SHA-512, so it is the same in every process.
    return random.Random(f"{storm.seed}/{layer}")
