"""What screens look at: the newest labelled posts, and filtered views of them with stable rows."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from sys import getsizeof

import msgspec

from desk.post import LabelledPost
from desk.serving.filters import Clock, Folded, OutageFinder, Predicate, parse_filter, span_of
from desk.serving.protocol import Page, Row, ViewChange

HELD = 50_000
"""Labelled posts held for screens; older ones stay in the store."""
HELD_BYTES = 150_000_000
"""... and the memory that they may take; 50,000 ordinary ones take some 110 MB with their folds."""
SLICE_POSTS = 1_000
SLICE_LETTERS = 250_000
"""A filter looks at so many posts, or letters, at a stretch: some milliseconds of work."""
ROW_TEXT = 400
"""Code points of a post in a row of the feed: more than the widest screen shows."""
MOST_ROWS = 500
"""Rows in one message: several screens full, and small enough to be sent within a tick."""


_encode = msgspec.json.Encoder().encode


class Held:
    """The newest labelled posts, each with a number that never changes."""

    def __init__(self, held: int = HELD, held_bytes: int = HELD_BYTES) -> None:
        self._most, self._most_bytes = held, held_bytes
        self._posts: list[Folded] = []
        self._sizes: list[int] = []
        self._bytes = 0
        self.first = 0

    @property
    def end(self) -> int:
        """One past the number of the newest post."""
        return self.first + len(self._posts)

    def extend(self, posts: Sequence[LabelledPost]) -> None:
        """Add posts; the oldest go when the room is full, until a tenth of it is free."""
        self._posts.extend(map(Folded, posts))
        sizes = [_bytes(post) for post in posts]
        self._sizes.extend(sizes)
        self._bytes += sum(sizes)
        if len(self._posts) <= self._most and self._bytes <= self._most_bytes:
            return
        most, most_bytes = 9 * self._most // 10, 9 * self._most_bytes // 10
        cut = 0
        while len(self._posts) - cut > most or self._bytes > most_bytes:
            self._bytes -= self._sizes[cut]
            cut += 1
        del self._posts[:cut], self._sizes[:cut]
        self.first += cut

    def __getitem__(self, number: int) -> Folded:
        return self._posts[number - self.first]

    def __iter__(self) -> Iterator[Folded]:
        return iter(self._posts)

    def find(self, id_: str) -> LabelledPost | None:
        """The held post of this id, the newest first."""
        return next((seen.post for seen in reversed(self._posts) if seen.post.id == id_), None)


def _bytes(post: LabelledPost) -> int:
    """About how much memory a post takes with its fold, as measured on ordinary ones."""
    return 3 * len(_encode(post)) + getsizeof(post.text)


class View:
    """The held posts for which a filter holds, numbered from 0 in the order of arrival.

    It is empty until it is filled.

    Raises:
        FilterError: the filter can't be understood.
    """

    def __init__(
        self,
        number: int,
        text: str,
        held: Held,
        names: Mapping[str, str],
        outages: OutageFinder | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.number = number
        self._holds: Predicate = parse_filter(text, dict(names), outages, clock)
        self._span = span_of(text) if clock else None
        self._clock = clock
        self._held = held
        self._names = names
        self._hits: list[int] = []
        self._seen = held.first
        self._told = 0
        self._told_first = 0
        self.first = 0

    @property
    def total(self) -> int:
        """Rows so far, those no longer held included."""
        return self.first + len(self._hits)

    async def fill(self) -> None:
        """Take in what is held, and let others have their turn in between."""
        while self.look():  # noqa: ASYNC110  no waiting for something: each turn does a slice
            await asyncio.sleep(0)

    def update(self) -> None:
        """Take in what is held at once."""
        while self.look():
            pass

    def look(self) -> bool:
        """Take in the next slice; False where nothing is left."""
        held, holds = self._held, self._holds
        begin = max(self._seen, held.first)
        end = min(begin + SLICE_POSTS, held.end)
        letters = 0
        while begin < end and letters < SLICE_LETTERS:
            seen = held[begin]
            if holds(seen):
                self._hits.append(begin)
            letters += len(seen.received)
            begin += 1
        self._seen = begin
        self._let_go()
        return begin < held.end

    def page(self, start: int, count: int) -> Page:
        """Up to `count` rows from `start`, within what is held."""
        self._let_go()
        start = min(max(start, self.first), self.total)
        end = min(start + min(max(count, 0), MOST_ROWS), self.total)
        return Page(self.number, self.first, self.total, start, self._rows(start, end))

    def tail(self, count: int) -> Page:
        """The newest `count` rows; from here on `change` tells what is new."""
        self._told, self._told_first = self.total, self.first
        return self.page(self.total - min(max(count, 0), MOST_ROWS), count)

    def change(self) -> ViewChange | None:
        """What has arrived since the last call, the oldest of many left out; None for nothing.

        That rows have grown too old for the filter is told without any.
        """
        self.update()
        if self._told == self.total and (self._span is None or self._told_first == self.first):
            return None
        self._told_first = self.first
        start = max(self._told, self.total - MOST_ROWS, self.first)
        self._told = self.total
        rows = self._rows(start, self.total)
        return ViewChange(self.number, self.first, self.total, start, rows)

    def _let_go(self) -> None:
        """Forget the rows of posts that are no longer held, or older than the filter looks back."""
        gone = bisect_left(self._hits, self._held.first)
        now = self._clock() if self._clock and self._span else None
        if now is not None and self._span is not None:
            oldest, end = now - self._span, len(self._hits)
            while gone < end and self._held[self._hits[gone]].post.created_at < oldest:
                gone += 1
        if gone:
            del self._hits[:gone]
            self.first += gone

    def _rows(self, start: int, end: int) -> tuple[Row, ...]:
        numbers = self._hits[start - self.first : end - self.first]
        return tuple(row(self._held[number].post, self._names) for number in numbers)


def row(post: LabelledPost, names: Mapping[str, str]) -> Row:
    """`post` as one line of the feed; `names` maps community ids to names."""
    author = post.author
    return Row(
        id=post.id,
        at=post.created_at,
        channel=post.channel,
        author=(author.handle or author.name or author.id) if author else "",
        place=names.get(post.location.community, "") if post.location else "",
        labels=post.labels,
        text=post.text[:ROW_TEXT],
        spans=tuple((m.start, m.end, m.label) for m in post.matches if m.start < ROW_TEXT),
        media=len(post.media),
        exercise=post.exercise,
    )
