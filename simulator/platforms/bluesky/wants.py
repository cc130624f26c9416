"""What a client of Jetstream asks for: filters, and from where; each version in its own words.

After the server itself: bluesky-social/jetstream at 9a30defd, internal/subscribe.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

import msgspec
from multidict import MultiMapping

from simulator.errors import SimulatorError
from simulator.platforms.bluesky.wire import EVENTS, Event
from simulator.platforms.stage import Stage

TIMES_FROM = 1_000_000_000_000_000
"""Cursors from here on are microseconds, smaller ones sequence numbers."""
LOOKBACK_S = 36 * 3600.0
MOST_COLLECTIONS = 100
MOST_DIDS = 10_000
KINDS = ("commit", "identity", "account", "sync")

_NSID = re.compile(
    r"[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
    r"\.[a-zA-Z][a-zA-Z0-9]{0,62}"
)
_DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]{1,2000}")


class UnwantedError(SimulatorError):
    """A request that is refused: `name` is its error's name in version 2."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class Wants(NamedTuple):
    """Filters; an empty one lets everything through."""

    collections: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    dids: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    most_bytes: int = 0

    def __call__(self, event: Event) -> bool:
        """Whether an event is wanted: names and accounts pass the filter of collections."""
        if self.dids and event.did not in self.dids:
            return False
        if self.kinds and event.kind not in self.kinds:
            return False
        if event.kind != "commit" or not (self.collections or self.prefixes):
            return True
        return event.collection in self.collections or event.collection.startswith(self.prefixes)


class Update(msgspec.Struct, rename={"collections": "wantedCollections", "dids": "wantedDids"}):
    """The payload of an `options_update` of version 1."""

    collections: list[str] | None = None
    dids: list[str] | None = None
    most_bytes: int = msgspec.field(default=0, name="maxMessageSizeBytes")


class Start(NamedTuple):
    """Where a stream begins: the post's number, what is left out before it, and a word on that."""

    number: int
    from_seq: int = 0
    from_us: int = 0
    notice: tuple[str, str] | None = None


def wants_v1(query: MultiMapping[str]) -> Wants:
    """The filters of a query of version 1.

    Raises:
        UnwantedError: a collection or DID is none, or there are too many.
    """
    size = query.get("maxMessageSizeBytes", "")
    most = int(size) if re.fullmatch(r"\+?[0-9]{1,10}", size) else 0
    return updated(
        Update(
            query.getall("wantedCollections", []),
            query.getall("wantedDids", []),
            most if most < 1 << 32 else 0,
        )
    )


def updated(update: Update) -> Wants:
    """The filters of an update; errors as of `wants_v1`."""
    collections, prefixes = _collections(update.collections or [])
    return Wants(
        collections, prefixes, _dids(update.dids or []), most_bytes=max(0, update.most_bytes)
    )


def wants_v2(query: MultiMapping[str]) -> Wants:
    """The filters of a query of version 2.

    Raises:
        UnwantedError: something in it is of version 1, or can't be.
    """
    for old in ("wantedCollections", "wantedDids", "requireHello"):
        if old in query:
            raise UnwantedError("InvalidRequest", f"{old} is a /subscribe (v1) parameter")
    kinds = frozenset(filter(None, query.getall("kinds", [])))
    for kind in sorted(kinds):
        if kind not in KINDS:
            raise UnwantedError("InvalidRequest", f"unknown kind: {kind}")
    collections, prefixes = _collections(list(filter(None, query.getall("collections", []))))
    if (collections or prefixes) and kinds and "commit" not in kinds:
        raise UnwantedError("InvalidRequest", "collections can't apply: kinds excludes commit")
    size = query.get("maxMessageSizeBytes", "0")
    if not re.fullmatch(r"[0-9]{1,10}", size) or int(size) >= 1 << 32:
        raise UnwantedError("InvalidRequest", f"invalid maxMessageSizeBytes: {size}")
    dids = _dids(list(filter(None, query.getall("dids", []))))
    return Wants(collections, prefixes, dids, kinds, int(size))


def _collections(values: list[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    prefixes = {value.removesuffix("*") for value in values if value.endswith(".*")}
    whole = {value for value in values if not value.endswith(".*")}
    for value in sorted(whole):
        if not _NSID.fullmatch(value):
            raise UnwantedError("InvalidRequest", f"invalid options: invalid collection: {value}")
    if len(whole) + len(prefixes) > MOST_COLLECTIONS:
        raise UnwantedError(
            "InvalidRequest", f"invalid options: too many wanted collections: > {MOST_COLLECTIONS}"
        )
    return frozenset(whole), tuple(sorted(prefixes))


def _dids(values: list[str]) -> frozenset[str]:
    dids = frozenset(values)
    for value in sorted(dids):
        if not _DID.fullmatch(value):
            raise UnwantedError("InvalidRequest", f"invalid options: invalid DID: {value}")
    if len(dids) > MOST_DIDS:
        raise UnwantedError(
            "InvalidRequest", f"invalid options: too many wanted DIDs: > {MOST_DIDS}"
        )
    return dids


def start(stage: Stage, cursor: str, version: int, lookback_s: float = LOOKBACK_S) -> Start:
    """Where a stream begins that asks for `cursor`.

    Raises:
        UnwantedError: it is none, or of version 2 and older than what is kept.
    """
    if not cursor:
        return Start(stage.end)
    if not re.fullmatch(r"[0-9]{1,18}", cursor):
        raise UnwantedError("InvalidRequest", f"subscribe: invalid cursor: {cursor!r}")
    asked, now = int(cursor), stage.now()
    floor = first_at(stage, now.timestamp() - lookback_s)
    if asked < TIMES_FROM:
        return _by_seq(stage, asked, floor, version)
    if asked > now.timestamp() * 1e6:
        return Start(stage.end)
    number = first_at(stage, asked / 1e6 - 1e-3)
    if number < floor:
        seq = floor * EVENTS + 1
        message = f"requested timestamp cursor below retention floor; starting at seq {seq}"
        return Start(floor, notice=("OutdatedCursor", message))
    return Start(number, from_us=asked)


def _by_seq(stage: Stage, asked: int, floor: int, version: int) -> Start:
    number = max(0, asked - 1) // EVENTS
    if number >= stage.end and asked > 0:
        notice = f"requested seq cursor {asked} is beyond this archive's next seq"
        return Start(stage.end, notice=("FutureCursor", f"{notice}; starting at the live tip"))
    if number >= floor:
        return Start(number, from_seq=asked)
    if version == 2:
        least = floor * EVENTS + 1
        raise UnwantedError("CursorTooOld", f"seq cursor {asked} is below the floor seq {least}")
    return Start(floor)


def first_at(stage: Stage, at_s: float) -> int:
    """The number of the first post at a second of the epoch or later."""
    second = at_s - stage.storm.starts_at.timestamp()
    return bisect_left(range(stage.end), second, key=stage.conductor.reel.second)


def newer_than(start_: Start, event: Event) -> bool:
    """Whether an event comes at or after the start of a stream."""
    return event.seq >= start_.from_seq and event.at_us >= start_.from_us
