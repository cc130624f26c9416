"""One outage whole: which of the held posts speak of it, when, of what, and of which community."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from desk.outages import ENDED, OutageChange
from desk.outages.evidence import hear
from desk.post import LabelledPost
from desk.serving.outage_messages import SPAN_S, OutagePart, Series
from desk.serving.views import SLICE_POSTS, Held

SPANS_MOST = 7 * 24 * 3600 // SPAN_S
"""A week: of a longer outage the newest spans are told."""
AUTHORS_KNOWN = 2_000
"""Authors of one community counted one by one; more are told as so many."""

KnownOutage = Callable[[str], OutageChange | None]
"""The outage of an id as it is now."""
OutageOf = Callable[[LabelledPost], str | None]
"""The outage that a post is evidence of, as far as it still tells."""


class Belongs:
    """Whether a post speaks of the outage `id_`, as the desk sees it now."""

    def __init__(self, id_: str, known: KnownOutage, outage_of: OutageOf) -> None:
        self._id = id_
        self._known = known
        self._outage_of = outage_of

    def __call__(self, post: LabelledPost) -> bool:
        """Whether `post` does; of an outage that others have followed, its span tells."""
        outage = self._known(self._id)
        if outage is None:
            return False
        place = post.location
        if place is not None and place.community not in outage.communities:
            return False
        found = self._outage_of(post)
        if found is not None:
            return found == self._id
        if post.id in outage.evidence:
            return True
        if place is None or hear(post, int(post.created_at.timestamp())) is None:
            return False
        ended = outage.status in ENDED and post.created_at > outage.at
        return outage.first_post_at <= post.created_at and not ended


class Dossier:
    """What the held posts say of one outage; filled as they come, so asking again costs little."""

    def __init__(self, outage: OutageChange, belongs: Belongs, held: Held) -> None:
        self.outage = outage
        self.posts = 0
        self._belongs = belongs
        self._held = held
        self._seen = held.first
        self._spans: dict[int, list[int]] = {}
        self._parts: dict[str, list[int]] = {}
        self._authors: dict[str, set[str]] = {}

    def holds_for(self, outage: OutageChange) -> bool:
        """Whether posts that were looked at would still be told apart the same way."""
        known = self.outage
        return (outage.communities, outage.status in ENDED) == (
            known.communities,
            known.status in ENDED,
        )

    async def fill(self) -> None:
        """Take in what is held, and let others have their turn in between."""
        while self._look():  # noqa: ASYNC110  no waiting for something: each turn does a slice
            await asyncio.sleep(0)

    def _look(self) -> bool:
        """Take in the next slice; False where nothing is left."""
        held = self._held
        begin = max(self._seen, held.first)
        end = min(begin + SLICE_POSTS, held.end)
        for number in range(begin, end):
            post = held[number].post
            if self._belongs(post):
                self._count(post)
        self._seen = end
        return end < held.end

    def _count(self, post: LabelledPost) -> None:
        labels = post.labels
        restored = "restored" in labels
        said = ("outage" in labels and not restored, "hazard" in labels, restored)
        self.posts += 1
        if any(said):
            span = self._spans.setdefault(int(post.created_at.timestamp()) // SPAN_S, [0, 0, 0])
            span[:] = [count + told for count, told in zip(span, said, strict=True)]
        if post.location is None:
            return
        community = post.location.community
        part = self._parts.setdefault(community, [0, 0, 0, 0])
        part[0] += 1
        if post.repost_of is None:
            for at, label in enumerate(("hazard", "vulnerable", "damage"), 1):
                part[at] += label in labels
        authors = self._authors.setdefault(community, set())
        if len(authors) < AUTHORS_KNOWN:
            authors.add(post.author_key)

    def parts(self) -> tuple[OutagePart, ...]:
        """What was posted of each community, the one most spoken of first."""
        found = [
            OutagePart(name, part[0], len(self._authors[name]), *part[1:])
            for name, part in self._parts.items()
        ]
        silent = [name for name in self.outage.communities if name not in self._parts]
        found += [OutagePart(name, 0, 0, 0, 0, 0) for name in silent]
        return tuple(sorted(found, key=lambda part: (-part.posts, part.community)))

    def series(self, until: datetime) -> Series | None:
        """Posts by kind since the first one; those dated after `until` count as from then."""
        if not self._spans:
            return None
        last = int(until.timestamp()) // SPAN_S
        first = max(min(last, *self._spans), last - SPANS_MOST + 1)
        counts = [[0, 0, 0] for _ in range(first, last + 1)]
        for at, said in self._spans.items():
            if at >= first:
                span = counts[min(at, last) - first]
                span[:] = [count + told for count, told in zip(span, said, strict=True)]
        reports, hazards, restored = zip(*counts, strict=True)
        return Series(datetime.fromtimestamp(first * SPAN_S, UTC), reports, hazards, restored)
