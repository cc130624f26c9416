"""What a storm's posts show, counted in one pass with memory that does not grow with them."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import msgspec

from simulator.realism.curve import Shape
from simulator.realism.incidents import quantile
from simulator.realism.reading import Line
from simulator.realism.sameness import digest
from simulator.storm import Storm
from simulator.truth import PostTruth, relevant

Phase = Literal["before", "rise", "after"]
PHASES: tuple[Phase, ...] = ("before", "rise", "after")
AUTHORS_MAX = 200_000
"""Authors that are followed; of more a fair part, chosen by the hashes of their names."""


class Authors:
    """Posts per author: of all, or of a fair part that is halved whenever it is too large."""

    def __init__(self, most: int = AUTHORS_MAX) -> None:
        self._most = most
        self._mask = 0
        self._posts: Counter[str] = Counter()

    def add(self, author: str) -> None:
        """Count a post of `author`."""
        if self._mask and digest(author) & self._mask:
            return
        self._posts[author] += 1
        if len(self._posts) > self._most:
            self._mask = self._mask * 2 + 1
            self._posts = Counter(
                {who: n for who, n in self._posts.items() if not digest(who) & self._mask}
            )

    def figures(self) -> tuple[float | None, float | None, float | None]:
        """Posts per author (mean), share of authors with one post, posts per author (p99)."""
        counts = list(self._posts.values())
        if not counts:
            return None, None, None
        once = counts.count(1) / len(counts)
        return sum(counts) / len(counts), once, quantile(counts, 0.99)


class Tally:
    """Counts over the posts of one storm, whose customers out have the given shape."""

    def __init__(self, storm: Storm, shape: Shape | None) -> None:
        self._storm = storm
        self._handle = storm.utility.handle
        self._at_handle = f"@{storm.utility.handle}".lower()
        self._outlets = {outlet.handle for outlet in storm.outlet}
        self._rise_s = shape.rise_from_s if shape else None
        self._peak_s = shape.peak_at_s if shape else 0.0
        self.posts = self.on_x = self.on_x_again = 0
        self.coordinates = self.background = self.outage = 0
        self.addressed = self.about = 0
        self.labels: Counter[str] = Counter()
        self.people_labelled = 0
        self.channels: dict[Phase, Counter[str]] = {phase: Counter() for phase in PHASES}
        self.authors = Authors()

    def add(self, post: Line, truth: PostTruth) -> None:
        """Count one post."""
        self.posts += 1
        self.coordinates += post.geo is not None
        self.background += not relevant(truth)
        self.outage += "outage" in truth.labels and truth.trap is None
        if post.channel == "x":
            self.on_x += 1
            self.on_x_again += post.repost_of is not None
        handle = post.author.handle if post.author else ""
        if handle == self._handle or handle in self._outlets:
            return
        self.authors.add(post.author_key)
        if post.repost_of is None:
            self._add_own(post, truth)

    def _add_own(self, post: Line, truth: PostTruth) -> None:
        """Somebody's own words: no press, no utility, no repost."""
        self.addressed += self._handle in post.mentions or self._at_handle in post.text.lower()
        if "news" in truth.labels or truth.trap is not None:
            return
        self.people_labelled += bool(truth.labels)
        self.labels.update(truth.labels)
        if truth.outage is not None:
            self.about += 1
            at_s = (post.created_at - self._storm.starts_at).total_seconds()
            self.channels[self._phase(at_s)][post.channel] += 1

    def _phase(self, at_s: float) -> Phase:
        if at_s > self._peak_s:
            return "after"
        return "before" if self._rise_s is not None and at_s < self._rise_s else "rise"

    def share_of(self, channel: str, phase: Phase) -> float | None:
        """A channel's share of people's own words on outages in a phase."""
        total = self.channels[phase].total()
        return self.channels[phase][channel] / total if total else None


class Mix(msgspec.Struct, frozen=True):
    """Channels of people's own words on outages in one phase, as shares of 0-1."""

    phase: Phase
    posts: int
    channels: dict[str, float]


def mixes(tally: Tally) -> tuple[Mix, ...]:
    """The mix of channels before customers out rise, while they do, and after the peak."""
    return tuple(
        Mix(
            phase,
            counted.total(),
            {name: n / counted.total() for name, n in counted.most_common()},
        )
        for phase, counted in tally.channels.items()
    )
