"""Event time: the desk's clock is what its posts say, not the wall."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

MOST_AHEAD = timedelta(minutes=5)
AGREEING = 3
"""Authors who must each have been further ahead before the clock leaps to the least of them: one
wrong date or two never close every outage, and a feed of few posts does not lag behind for ever."""
FAR_BEHIND = timedelta(days=1)


class EventClock(msgspec.Struct):
    """The newest event time that posts agree on; `now` is None before the first post.

    No single post moves it ahead by more than 5 minutes; three authors who are all further ahead
    move it to the earliest of their times. It goes back only while nobody but the first author has
    been near it, and a post comes from more than a day before: then the first date was the wrong
    one. `advance` says so.
    """

    now: datetime | None = None
    first_author: str = ""
    backed: bool = False
    ahead: dict[str, datetime] = {}

    def advance(self, at: datetime, author: str) -> bool:
        """Take in a post of event time `at` (aware, UTC); whether the clock went back."""
        if self.follows(at):
            return False
        if self.now is None:
            self.now, self.first_author = at, author
            return False
        if not self.backed and author != self.first_author:
            if at < self.now - FAR_BEHIND:
                self.now, self.first_author, self.ahead = at, author, {}
                return True
            self.backed = at <= self.now + MOST_AHEAD
        if at <= self.now + MOST_AHEAD:
            self.now = max(self.now, at)
        else:
            self._leap(at, author)
        if self.ahead:
            self.ahead = {one: time for one, time in self.ahead.items() if time > self.now}
        return False

    def follows(self, at: datetime) -> bool:
        """Take in a post whose time nobody need ask its author for, as nearly all; else False."""
        if not self.backed or self.ahead:
            return False
        assert self.now is not None
        if at > self.now:
            if at > self.now + MOST_AHEAD:
                return False
            self.now = at
        return True

    def _leap(self, at: datetime, author: str) -> None:
        assert self.now is not None
        self.ahead[author] = at
        self.now += MOST_AHEAD
        if len(self.ahead) >= AGREEING:
            self.now = max(self.now, min(self.ahead.values()))
            self.backed = True
