"""One outage whole: which of the held posts speak of it, when, and of what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from desk.outages import ENDED, OutageChange
from desk.outages.evidence import hear
from desk.post import LabelledPost
from desk.serving.filters import Filter, speaks_of
from desk.serving.held import Held, Search, in_turns
from desk.serving.outage_messages import SPAN_S, Series

SPANS_MOST = 7 * 24 * 3600 // SPAN_S
"""A week: of a longer outage the newest spans are told."""

EARLIER_S = 24 * 3600
"""So much before the first post that an outage is told with, no post speaks of it."""

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

    def at_place(self, community: str) -> bool:
        """Whether posts of a community may; of none: ''."""
        outage = self._known(self._id)
        return outage is not None and (not community or community in outage.communities)

    def at_time(self, at_s: float) -> bool:
        """Whether posts of a time may, in seconds since 1970: some are dated before the first."""
        outage = self._known(self._id)
        return outage is not None and at_s >= outage.first_post_at.timestamp() - EARLIER_S

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
        self._held = held
        self._search = Search(held, Filter([speaks_of(belongs)]))
        self._spans: dict[int, list[int]] = {}

    def holds_for(self, outage: OutageChange) -> bool:
        """Whether posts that were looked at would still be told apart the same way."""
        known = self.outage
        return (outage.communities, outage.status in ENDED) == (
            known.communities,
            known.status in ENDED,
        )

    async def fill(self) -> None:
        """Take in what is held, and let others have their turn in between."""
        await in_turns(self._look)

    def _look(self) -> bool:
        """Take in the next slice; False where nothing is left."""
        search = self._search
        found = search.newer() if search.behind else search.older() if search.counting else []
        for post in self._held.posts(found):
            self._count(post)
        return search.behind or search.counting

    def _count(self, post: LabelledPost) -> None:
        labels = post.labels
        restored = "restored" in labels
        said = ("outage" in labels and not restored, "hazard" in labels, restored)
        self.posts += 1
        if any(said):
            span = self._spans.setdefault(int(post.created_at.timestamp()) // SPAN_S, [0, 0, 0])
            span[:] = [count + told for count, told in zip(span, said, strict=True)]

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
