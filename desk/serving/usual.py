"""How many people report an outage now, against what is usual at this hour of the day.

What is usual is what the clusters of outages are held against (desk/outages/rates.py): learned of
days without an outage, by part of the day, and assumed until then. As Downdetector has it, each
person counts once, and it is told in three levels of which the upper two must last.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from desk.outages import Outages
from desk.outages.cluster import digest
from desk.outages.ladder import rare
from desk.post import LabelledPost

HOUR_S = 3600
LASTS_S = 10 * 60
"""So long it is more than usual before that is said; event time."""
MORE, FAR_MORE = 1e-2, 1e-6
"""How seldom chance alone brings so many in an hour (Poisson)."""
HELD = 50_000
"""People remembered."""

Level = Literal["usual", "more", "far more"]


class Usual(msgspec.Struct, frozen=True):
    """People who reported an outage of a known place in the last hour, and how many usually do.

    `heard_days` were listened to at this time of day; of none, `usual` is assumed.
    """

    people: int
    usual: float
    heard_days: int
    level: Level


class Reporters:
    """Who has reported an outage within the last hour of event time; reposts are nobody."""

    def __init__(self) -> None:
        self._voices: OrderedDict[int, int] = OrderedDict()
        self._above_s: dict[Level, int] = {}

    def take(self, posts: Iterable[LabelledPost]) -> None:
        """Take in posts as they come."""
        for post in posts:
            if "outage" in post.labels and post.location is not None and post.repost_of is None:
                author = digest(post.author_key)
                at_s = int(post.created_at.timestamp())
                self._voices[author] = max(at_s, self._voices.get(author, at_s))
                self._voices.move_to_end(author)
        while len(self._voices) > HELD:
            self._voices.popitem(last=False)

    def against(self, outages: Outages, now: datetime) -> Usual:
        """How it stands at `now`."""
        now_s = int(now.timestamp())
        while self._voices and next(iter(self._voices.values())) <= now_s - HOUR_S:
            self._voices.popitem(last=False)
        people = sum(1 for at_s in self._voices.values() if at_s > now_s - HOUR_S)
        usual, days = outages.usual(now)
        return Usual(people, round(usual, 1), days, self._level(people, usual, now_s))

    def _level(self, people: int, usual: float, now_s: int) -> Level:
        found: Level = "usual"
        levels: tuple[tuple[Level, float], ...] = (("more", MORE), ("far more", FAR_MORE))
        for level, chance in levels:
            if people < rare(usual, chance):
                self._above_s.pop(level, None)
            elif now_s - self._above_s.setdefault(level, now_s) >= LASTS_S:
                found = level
        return found
