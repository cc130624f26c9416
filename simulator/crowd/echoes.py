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
READERS = 900
"""How many of a community pass on what others write, in each channel."""

SHARES_FEEDS = ("x", "facebook", "x", "bluesky")
"""Where people pass on what they have read in an outlet's feed."""


class Echoes:
    """Whoever shares a post of somebody else."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "echoes")
        share = scene.storm.crowd.reposts
        self._each = share / (1 - share)
        self._recent: deque[tuple[Told, float]] = deque(maxlen=HELD)
        self._told = 0

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """As many as a share of what the last block told."""
        told, self._told = self._told, 0
        for _ in range(poisson(told * self._each, self._draw)):
            yield from_s + (to_s - from_s) * self._draw.random(), "repost", 0

    def heard(self, told: Told, at_s: float) -> None:  # noqa: ARG002 - Listener
        """Remember what is worth sharing."""
        post = told.post
        if post.repost_of or (told.truth.trap is not None and told.truth.outage is None):
            return  # a trap spreads as its own file says
        self._told += 1
        if not told.truth.labels or post.reply_to or post.geo or post.place:
            # Where a post was sent from is not passed on, so a truth that leans on it would lie.
            return
        weight = max(LIKELY.get(label, 0.3) for label in told.truth.labels)
        self._recent.append((told, weight))

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:  # noqa: ARG002 - Writer
        """One of the recent posts again, by another author."""
        if not self._recent:
            return None
        draw = self._draw
        tries = [self._recent[int(draw.random() * len(self._recent))] for _ in range(3)]
        told = max(tries, key=lambda item: item[1])[0]
        place = self._scene.town(draw.random())
        number = int(READERS * draw.random() ** 2)
        return reposted(self._scene, told, place, number)


def reposted(scene: Scene, told: Told, place: int, number: int) -> Draft:
    """`told` again, by person `number` of a community; the labels are those of what it says."""
    post, truth = told.post, told.truth
    # Only outlets have feeds: people share what they read there, with its link, elsewhere.
    channel = SHARES_FEEDS[number % len(SHARES_FEEDS)] if post.channel == "rss" else post.channel
    person = scene.people.person(place, channel, number)
    text = post.text
    if channel != post.channel:
        text = f"{text} {post.url}" if post.url and post.url not in text else text
    elif channel == "x" and post.author is not None:
        text = f"RT @{post.author.handle}: {text}"
    outage = scene.outage_of(truth.outage)
    return Draft(
        person.author,
        channel,
        text,
        post.lang or "",
        truth.labels,
        outage.number if outage else None,
        truth.community,
        truth.located,
        truth.trap,
        repost_of=post.id,
        mentions=post.mentions,
        media=post.media,
        url=post.url,
        addressed=scene.addressed(post),
    )
