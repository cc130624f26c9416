"""What screens look at: the newest labelled posts, and filtered views of them with stable rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desk.post import LabelledPost
from desk.serving.filters import Predicate, parse_filter
from desk.serving.protocol import Page, Row, ViewChange

HELD = 50_000
"""Labelled posts held for screens, about 100 MB; older ones stay in the store."""
ROW_TEXT = 400
"""Code points of a post in a row of the feed: more than the widest screen shows."""
MOST_ROWS = 500
"""Rows in one message: several screens full, and small enough to be sent within a tick."""


class Held:
    """The newest labelled posts, each with a number that never changes."""

    def __init__(self, held: int = HELD) -> None:
        self._held = held
        self._posts: list[LabelledPost] = []
        self.first = 0

    @property
    def end(self) -> int:
        """One past the number of the newest post."""
        return self.first + len(self._posts)

    def extend(self, posts: Sequence[LabelledPost]) -> None:
        """Add posts; the oldest tenth goes when the room is full."""
        self._posts.extend(posts)
        if len(self._posts) > self._held:
            cut = max(self._held // 10, len(self._posts) - self._held)
            del self._posts[:cut]
            self.first += cut

    def __getitem__(self, number: int) -> LabelledPost:
        return self._posts[number - self.first]

    def find(self, id_: str) -> LabelledPost | None:
        """The held post of this id, the newest first."""
        return next((post for post in reversed(self._posts) if post.id == id_), None)


class View:
    """The held posts for which a filter holds, numbered from 0 in the order of arrival.

    Raises:
        FilterError: the filter can't be understood.
    """

    def __init__(self, number: int, text: str, held: Held, names: Mapping[str, str]) -> None:
        self.number = number
        self._holds: Predicate = parse_filter(text, dict(names))
        self._held = held
        self._names = names
        self._hits: list[int] = []
        self._seen = held.first
        self._told = 0
        self.first = 0
        self.update()

    @property
    def total(self) -> int:
        """Rows so far, those no longer held included."""
        return self.first + len(self._hits)

    def update(self) -> None:
        """Take in what has arrived since, and let go what is no longer held."""
        held = self._held
        begin = max(self._seen, held.first)
        holds = self._holds
        self._hits.extend(number for number in range(begin, held.end) if holds(held[number]))
        self._seen = held.end
        if self._hits and self._hits[0] < held.first:
            gone = sum(1 for number in self._hits if number < held.first)
            del self._hits[:gone]
            self.first += gone

    def page(self, start: int, count: int) -> Page:
        """Up to `count` rows from `start`, within what is held."""
        start = min(max(start, self.first), self.total)
        end = min(start + min(max(count, 0), MOST_ROWS), self.total)
        return Page(self.number, self.first, self.total, start, self._rows(start, end))

    def tail(self, count: int) -> Page:
        """The newest `count` rows; from here on `change` tells what is new."""
        self._told = self.total
        return self.page(self.total - min(max(count, 0), MOST_ROWS), count)

    def change(self) -> ViewChange | None:
        """What has arrived since the last call, the oldest of many left out; None for nothing."""
        self.update()
        if self._told == self.total:
            return None
        start = max(self._told, self.total - MOST_ROWS, self.first)
        self._told = self.total
        rows = self._rows(start, self.total)
        return ViewChange(self.number, self.first, self.total, start, rows)

    def _rows(self, start: int, end: int) -> tuple[Row, ...]:
        numbers = self._hits[start - self.first : end - self.first]
        return tuple(row(self._held[number], self._names) for number in numbers)


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
