"""Layers of the map beside the outages: where people speak of dangers, risks and damage."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

from desk.outages.cluster import digest
from desk.post import LabelledPost
from desk.serving.outage_messages import PlaceCount

LAYERS = ("hazard", "vulnerable", "damage")
SPOKEN_S = 6 * 3600
"""A tree on a road is hardly spoken of for longer; event time."""
VOICES_HELD = 50_000
"""People remembered, each with a place and a layer; those that spoke longest ago go first."""


class Layers:
    """Counts people, not posts: one who posts fifty times counts once. Reposts count nothing."""

    def __init__(self, held: int = VOICES_HELD) -> None:
        self._held = held
        self._voices: OrderedDict[tuple[str, str, int], int] = OrderedDict()

    def take(self, posts: Iterable[LabelledPost]) -> None:
        """Take in posts as they come."""
        for post in posts:
            spoken = [layer for layer in LAYERS if layer in post.labels]
            if not spoken or post.location is None or post.repost_of is not None:
                continue
            at_s, author = int(post.created_at.timestamp()), digest(post.author_key)
            for layer in spoken:
                voice = (post.location.community, layer, author)
                self._voices[voice] = max(at_s, self._voices.get(voice, at_s))
                self._voices.move_to_end(voice)
        while len(self._voices) > self._held:
            self._voices.popitem(last=False)

    def counts(self, now: datetime) -> tuple[PlaceCount, ...]:
        """The communities that anybody has spoken of up to `now`, by id."""
        since_s = int(now.timestamp()) - SPOKEN_S
        while self._voices and next(iter(self._voices.values())) <= since_s:
            self._voices.popitem(last=False)
        found: dict[str, dict[str, int]] = {}
        for (community, layer, _), at_s in self._voices.items():
            if at_s > since_s:
                layers = found.setdefault(community, dict.fromkeys(LAYERS, 0))
                layers[layer] += 1
        return tuple(PlaceCount(name, *found[name].values()) for name in sorted(found))
