"""Records of feeds that were no posts, as they are kept for a look; nothing secret is in them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from desk.feeds import MOST_RAW_BYTES, Fault
from desk.secret import masked, masked_bytes

MOST_KEPT = 1_000
"""Of a feed, the newest."""
MOST_PLACE, MOST_REASON = 200, 500
"""Characters of these that are kept."""
NEWEST = "SELECT at, place, reason, raw FROM faults WHERE feed = ? ORDER BY seq DESC LIMIT ?"
"""The newest of a feed in its store, the newest first."""


class KeptFault(NamedTuple):
    """A record of a feed that was no post: when by the desk's clock ('' before any), where, why.

    `raw` is the record as it came, cut; all of it is as hostile as a post.
    """

    at: str
    place: str
    reason: str
    raw: bytes


def kept(fault: Fault, at: datetime | None) -> KeptFault:
    """What is kept of `fault`, which came when the desk's clock stood at `at`."""
    return KeptFault(
        at.isoformat() if at else "",
        _whole(masked(fault.place)[:MOST_PLACE]),
        _whole(masked(fault.reason)[:MOST_REASON]),
        masked_bytes(fault.raw)[:MOST_RAW_BYTES],
    )


def _whole(text: str) -> str:
    """`text` without halves of surrogate pairs, which no file can hold."""
    return text.encode("utf-8", "replace").decode()
