"""Where earlier posts were about: what a thread and an author's posts tell of a new one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

import msgspec

from desk.post import LabelledPost, Location, Post

REMEMBERED = 50_000
"""Labelled posts that are remembered, the newest; located or not, they take some 10 MB."""

ALIKE = 5_000
"""Different locations that are known to be held already."""

HALF_LIFE_S = 3 * 86_400
"""After so long an author may well be somewhere else; half as sure, and so on."""

LOOKED_AT = 8
"""Earlier posts of an author that count, the newest."""

ACTIVE_S, ACTIVE_AUTHORS, ACTIVE_SURE = 2 * 3600, 3, 0.9
"""A place is astir when so many authors were surely located near it within so long."""

OWN = frozenset({"coordinates", "place", "zip", "street", "landmark", "text"})
"""Sources of a location that a post tells itself; what was only inferred proves nothing."""

THREAD, HISTORY = 0.95, 0.87
LEAST = 0.4
"""Below this confidence an author's earlier posts say nothing any more."""


class Seen(msgspec.Struct, frozen=True, gc=False):
    """A remembered post that had a location; `author` is 0 where it tells nothing of them.

    `text` is the hash of what it says.
    """

    key: int
    author: int
    location: Location
    at: datetime
    text: int


class Memory:
    """The locations of the newest labelled posts, by post and by author.

    Posts without a label are left out: in storms 17 of 1,800 answers hang on one that has a place,
    and to locate them all would be most of the work.

    What it knows hangs on these posts and their order alone, so that it is the same again after
    the newest of a store were given to it once more. Posts and authors are known by their hash:
    their names would take as much as all the rest.
    """

    def __init__(self) -> None:
        self._order: deque[Seen | None] = deque()
        self._posts: dict[int, Seen] = {}
        self._authors: dict[int, list[Seen]] = {}  # a deque of one is six times as large
        self._heard: dict[str, deque[Seen]] = {}
        self._locations: dict[Location, Location] = {}

    def remember(self, post: LabelledPost) -> None:
        """Take in a labelled post with its location; the oldest is forgotten for it."""
        seen = None
        if post.location is not None:
            own = post.location.source in OWN and post.repost_of is None
            author = hash(post.author_key) if own and post.author is not None else 0
            location = self._alike(post.location)
            key = hash((post.channel, post.id))
            seen = Seen(key, author, location, post.created_at, hash(post.text))
            self._posts[seen.key] = seen
            if author:
                self._authors.setdefault(author, []).append(seen)
                self._heard.setdefault(post.location.community, deque()).append(seen)
        self._order.append(seen)
        if len(self._order) > REMEMBERED:
            self._forget(self._order.popleft())

    def _alike(self, location: Location) -> Location:
        """The same location as it is held already, for most are one of some thousand."""
        if len(self._locations) >= ALIKE:
            self._locations.clear()
        return self._locations.setdefault(location, location)

    def _forget(self, seen: Seen | None) -> None:
        if seen is None:
            return
        if self._posts.get(seen.key) is seen:
            del self._posts[seen.key]
        if seen.author:
            posts = self._authors[seen.author]
            del posts[0]  # posts are forgotten in the order in which they came
            if not posts:
                del self._authors[seen.author]
            self._heard[seen.location.community].popleft()

    def answered(self, post: Post) -> Seen | None:
        """The located post that this one answers or repeats."""
        key = post.repost_of or post.reply_to
        return self._posts.get(hash((post.channel, key))) if key else None

    def repeated(self, post: Post) -> Seen | None:
        """The located post that this one repeats word for word, with "RT @name:" before it or not.

        What else stands there may name another place.
        """
        seen = self.answered(post) if post.repost_of is not None else None
        if seen is None:
            return None
        text = post.text
        if hash(text) == seen.text:
            return seen
        again = text.startswith("RT @") and hash(text.partition(": ")[2]) == seen.text
        return seen if again else None

    def knows(self, author: str) -> bool:
        """Whether the author was found in the territory before."""
        return hash(author) in self._authors

    def is_astir(self, communities: Iterable[str], at: datetime) -> bool:
        """Whether several authors were surely located in one of them about then."""
        authors: set[int] = set()
        for community in communities:
            for seen in islice(reversed(self._heard.get(community, ())), LOOKED_AT):
                recent = abs((at - seen.at).total_seconds()) <= ACTIVE_S
                if recent and seen.location.confidence >= ACTIVE_SURE:
                    authors.add(seen.author)
            if len(authors) >= ACTIVE_AUTHORS:
                return True
        return False

    def home(self, author: str, at: datetime) -> tuple[Location, float] | None:
        """Where an author's earlier posts were about, with a confidence that fades with time.

        Nothing where they speak of different places as a newsroom's do.
        """
        before = self._authors.get(hash(author))
        if before is None:
            return None
        if len(before) == 1:
            age_s = abs((at - before[0].at).total_seconds())
            confidence = HISTORY * 0.5 ** (age_s / HALF_LIFE_S)
            return (before[0].location, confidence) if confidence >= LEAST else None
        weights: dict[str, float] = {}
        last: dict[str, Seen] = {}
        for seen in islice(reversed(before), LOOKED_AT):
            place = seen.location.community
            age_s = abs((at - seen.at).total_seconds())
            weights[place] = weights.get(place, 0.0) + 0.5 ** (age_s / HALF_LIFE_S)
            last.setdefault(place, seen)
        place = max(weights, key=lambda one: (weights[one], one))
        share = weights[place] / sum(weights.values())
        if share < 0.75:
            return None
        age_s = abs((at - last[place].at).total_seconds())
        confidence = HISTORY * share * 0.5 ** (age_s / HALF_LIFE_S)
        return (last[place].location, confidence) if confidence >= LEAST else None
