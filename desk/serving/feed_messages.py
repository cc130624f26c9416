"""What a desk and its screens say of feeds: the records that were no posts."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from desk.faults import KeptFault

MOST_TOLD = 200
"""Records told in one answer."""


class ReadFaults(msgspec.Struct, frozen=True, tag="read_faults"):
    """The newest records of a feed that were no posts."""

    feed: str


class FaultRow(msgspec.Struct, frozen=True):
    """Such a record: when by the desk's clock ('' before any), where in the feed, why.

    `raw` is the record as it came, at most 4 KiB, with codes for bytes that are no UTF-8; it is as
    hostile as a post.
    """

    at: str
    place: str
    reason: str
    raw: str


class FaultsTold(msgspec.Struct, frozen=True, tag="faults"):
    """The newest records of `feed` that were no posts, the newest first."""

    feed: str
    faults: tuple[FaultRow, ...]


def told(feed: str, faults: Iterable[KeptFault]) -> FaultsTold:
    """What is told of records that were kept."""
    return FaultsTold(
        feed,
        tuple(
            FaultRow(each.at, each.place, each.reason, each.raw.decode("utf-8", "backslashreplace"))
            for each in faults
        ),
    )
