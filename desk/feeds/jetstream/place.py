"""How far a Jetstream was read: the cursor of its feed.

`AT_US` of version 1, `SEQ AT_US HOST` of version 2: microseconds of the server's clock, and there
the sequence number, which only that host knows.
"""

from __future__ import annotations

import re

import msgspec

from desk.errors import FeedError

KEPT_US = 36 * 3_600_000_000
"""What version 1 keeps; an older cursor silently becomes the oldest that there is."""
QUIET_US = 60_000_000
"""All of Bluesky is never as quiet as that."""

_PLACE = re.compile(r"(?:(?P<seq>[0-9]{1,18}) )?(?P<at>[0-9]{1,18})(?: (?P<host>[^\s]{1,300}))?")
_SEQ = re.compile(r"\bseq ([0-9]{1,18})\b")


class Place(msgspec.Struct, frozen=True):
    """A place in a stream; numbers are 0 where they are not known."""

    at_us: int = 0
    seq: int = 0
    host: str = ""

    def __str__(self) -> str:
        if not self.at_us:
            return ""
        return f"{self.seq} {self.at_us} {self.host}" if self.seq else f"{self.at_us}"


def read_place(cursor: str | None, url: str) -> Place:
    """The place that a stored cursor of the feed `url` says.

    Raises:
        FeedError: it is none.
    """
    if not cursor:
        return Place()
    told = _PLACE.fullmatch(cursor)
    if told is None or bool(told["seq"]) != bool(told["host"]):
        raise FeedError(
            f"'{cursor[:80]}' is no cursor of {url}: it must be AT_US or SEQ AT_US HOST;"
            " use another --data folder"
        )
    return Place(int(told["at"]), int(told["seq"] or 0), told["host"] or "")


def lost_by(behind: Place, host: str, notice: str) -> int:
    """How many events are gone where `host` says from which `seq` it can go on; 1 where unknown.

    They are of all kinds: at most so many posts.
    """
    said = _SEQ.search(notice)
    if said is None or not behind.seq or behind.host != host:
        return 1
    return max(1, int(said[1]) - behind.seq - 1)


def is_gap(from_us: int, first_us: int, now_us: int) -> bool:
    """Whether version 1 has silently gone on later than it was asked to."""
    return now_us - from_us > KEPT_US and first_us - from_us > QUIET_US
