"""Reposts: people pass on what they have just read, headlines and warnings first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from simulator.draft import Draft, Scene
from simulator.odds import poisson
from simulator.storm import layer_random
from simulator.truth import Told

HELD = 120
LIKELY = {"news": 5.0, "hazard": 3.0, "vulnerable": 3.0, "damage": 2.0, "outage": 1.0, "etr": 0.4}


class Echoes:
    """Whoever shares a post of somebody else."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "echoes")
        self._recent: deque[tuple[Told, float]] = deque(maxlen=HELD)
        self._told = 0

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """As many as a share of what the last block told."""
        told, self._told = self._told, 0
        for _ in range(poisson(told * self._scene.storm.crowd.reposts, self._draw)):
            yield from_s + (to_s - from_s) * self._draw.random(), "repost", 0

    def heard(self, told: Told) -> None:
        """Remember what is worth sharing."""
        post = told.post
        if not told.truth.labels or post.repost_of or post.reply_to or post.geo or post.place:
            # Where a post was sent from is not passed on, so a truth that leans on it would lie.
            return
        self._told += 1
        weight = max(LIKELY.get(label, 0.3) for label in told.truth.labels)
        self._recent.append((told, weight))

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:  # noqa: ARG002 - Writer
        """One of the recent posts again, by another author."""
        if not self._recent:
            return None
        draw = self._draw
        tries = [self._recent[int(draw.random() * len(self._recent))] for _ in range(3)]
        original = max(tries, key=lambda item: item[1])[0]
        post, truth = original
        places = len(self._scene.territory.community)
        place = int(draw.random() * places)
        person = self._scene.people.person(place, post.channel, int(draw.random() * 400))
        text = post.text
        if post.channel == "x" and post.author is not None:
            text = f"RT @{post.author.handle}: {text}"
        number = None if truth.outage is None else int(truth.outage.rpartition("-")[2]) - 1
        return Draft(
            person.author,
            post.channel,
            text,
            post.lang or "",
            truth.labels,
            number,
            truth.community,
            truth.located,
            truth.trap,
            repost_of=post.id,
            mentions=post.mentions,
            media=post.media,
            url=post.url,
        )
