"""Filtered views of what is held: rows with a number that stays, the newest found first.

A view is told at once with the newest rows that fit; older posts are looked at after that, slice by
slice, while the desk goes on. So how many rows there are is known last, and the oldest row's number
falls until then.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from desk.post import LabelledPost
from desk.serving.filters import Clock, OutageFinder, parse_filter, span_of
from desk.serving.held import Held, Search, in_turns
from desk.serving.protocol import Page, Row, ViewChange

ROW_TEXT = 400
"""Code points of a post in a row of the feed: more than the widest screen shows."""
MOST_ROWS = 500
"""Rows in one message: several screens full, and small enough to be sent within a tick."""
OPENING_S = 0.01
"""So much CPU a view is looked for before what was found is told: after that a person would wait.
The rest follows with the ticks. By the wall's clock a busy desk told a page without any rows."""


class View:
    """The held posts for which a filter holds, oldest first; it is empty until it is looked for.

    The number of a row is fixed when it is first told: as if all posts that were not looked at
    till then fitted too.

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
        wanted = parse_filter(text, dict(names), outages, clock)
        self._all = not wanted.terms
        self._span = span_of(text) if clock else None
        self._clock = clock
        self._held = held
        self._names = names
        self._search = Search(held, wanted)
        # those that were there when the view was opened, the newest first; and those since
        self._older, self._newer = array("Q"), array("Q")
        self._base: int | None = None
        self._gone = 0
        self._found = 0
        self._told: tuple[int, int, bool] | None = None
        self._wanted = 0

    @property
    def counting(self) -> bool:
        """Whether older posts are still to be looked at."""
        return self._held.loading if self._all else self._search.counting

    @property
    def first(self) -> int:
        """The number of the oldest row so far."""
        return self._held.first if self._all else self._start + self._gone - len(self._older)

    @property
    def total(self) -> int:
        """One past the number of the newest row."""
        if self._all:  # more may have gone than was looked at so far
            return max(self._search.high, self._held.first)
        return self._start + self._gone + len(self._newer)

    @property
    def _start(self) -> int:
        """The number of the first row that came after the view was opened."""
        if self._base is None:
            held = self._held
            unseen = self._search.low - (0 if held.loading else held.first)
            self._base = max(0, unseen) + len(self._older)
        return self._base

    def open(self, count: int) -> None:
        """Look for the newest `count` rows, for as long as a person does not notice.

        In one turn: between two of them the desk may take in a batch of posts, which takes longer.
        """
        until_s = time.thread_time() + OPENING_S
        held, more = self._held, True
        while more and time.thread_time() < until_s:
            rows = held.end - held.first if self._all else len(self._older)
            more = rows < count and self.look_back()

    async def catch_up(self) -> None:
        """Take in what has come, and let others have their turn in between."""
        await in_turns(self.look)

    def update(self) -> None:
        """Take in everything at once."""
        while self.look() or self.look_back():
            pass

    def look(self) -> bool:
        """Take in the next slice of what has come; False where nothing is left."""
        search = self._search
        if self._all:
            search.high = self._held.end
        elif search.behind:
            found = search.newer()
            self._newer.extend(found)
            self._found += len(found)
        return search.behind

    def look_back(self) -> bool:
        """Look at the next slice of older posts; False where none are left."""
        if self._all:
            return self._held.load()
        if self.counting:
            found = self._search.older()
            found.reverse()
            self._older.extend(found)
            self._found += len(found)
        return self.counting

    def page(self, start: int, count: int) -> Page:
        """Up to `count` rows from `start`, within what is held and found."""
        self._let_go()
        first, total = self.first, self.total
        start = min(max(start, first), total)
        end = min(start + min(max(count, 0), MOST_ROWS), total)
        rows = self._rows(start, end)
        return Page(self.number, first, total, start, rows, self.found, self.counting)

    def tail(self, count: int) -> Page:
        """The newest `count` rows; from here on `change` tells what is new."""
        if self._all:
            self.look()
        self._wanted = min(max(count, 0), MOST_ROWS)
        page = self.page(self.total - self._wanted, count)
        self._told = page.total, page.first, page.counting
        return page

    def change(self) -> ViewChange | None:
        """What has arrived since the last call, the oldest of many left out; None for nothing.

        Older rows that were found are told until there are as many as the screen asked for, so that
        it need not ask once more; that there are others, or rows have grown too old for the filter,
        is told without any.
        """
        while self.look():
            pass
        self._let_go()
        total, first, counting = now = self.total, self.first, self.counting
        told_total, told_first, told_counting = self._told or (0, first, True)
        grown = first < told_first or counting is not told_counting
        if total == told_total and not grown and (self._span is None or first == told_first):
            return None
        self._told = now
        start = max(told_total, total - MOST_ROWS, first)
        if first < told_first and told_total - told_first < self._wanted:
            start = min(start, max(first, total - self._wanted))
        rows = self._rows(start, total)
        return ViewChange(self.number, first, total, start, rows, self.found, counting)

    @property
    def found(self) -> int:
        """How many rows that is, those that were let go since it was opened included."""
        if not self._all:
            return self._found
        self._lowest = min(self._lowest, self._held.first)
        return self._search.high - self._lowest

    _lowest = 1 << 62

    def place_of(self, number: int) -> int | None:
        """The row of the post of this number; None where the view does not have it."""
        if self._all:
            return number if self.first <= number < self.total else None
        at = bisect_left(self._newer, number)
        if at < len(self._newer) and self._newer[at] == number:
            return self._start + self._gone + at
        at = bisect_left(self._older, -number, key=lambda each: -each)
        if at < len(self._older) and self._older[at] == number:
            return self._start - 1 - at
        return None

    def _let_go(self) -> None:
        """Forget the rows of posts that are no longer held, or older than the filter looks back."""
        first = self._held.first
        older, newer = self._older, self._newer
        oldest_s = self._oldest_s()
        while older and (older[-1] < first or self._held.at_s(older[-1]) < oldest_s):
            older.pop()
        if older:
            return
        gone = bisect_left(newer, first)
        while gone < len(newer) and self._held.at_s(newer[gone]) < oldest_s:
            gone += 1
        if gone:
            del newer[:gone]
            self._gone += gone

    def _oldest_s(self) -> float:
        """From when on posts stay in a view that looks back; seconds since 1970."""
        now = self._clock() if self._clock and self._span else None
        return (now - self._span).timestamp() if now and self._span else float("-inf")

    def _rows(self, start: int, end: int) -> tuple[Row, ...]:
        return tuple(row(post, self._names) for post in self._held.posts(self._numbers(start, end)))

    def _numbers(self, start: int, end: int) -> Sequence[int]:
        """The posts of the rows `start` to `end`."""
        if self._all:
            return range(start, end)
        base, older, newer = self._start, self._older, self._newer
        begin = base + self._gone
        below = [older[base - 1 - at] for at in range(start, min(end, base))]
        return [*below, *newer[max(0, start - begin) : max(0, end - begin)]]


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
        repost=post.repost_of is not None,
    )
