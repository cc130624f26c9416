"""What a desk and its screens say of outages beyond the list: one opened, acts, layers of the map.

Part of the protocol (desk/serving/protocol.py). A screen that shows one outage asks for it again
when its row of the list changes; what people do to an outage reaches every screen with the ticks.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from desk.outages import OutageChange

ActKind = Literal["verify", "confirm", "unverifiable", "dismiss", "merge", "split", "undo"]
SPAN_S = 300
"""Seconds of one span of a series."""


class PlaceCount(msgspec.Struct, frozen=True, array_like=True):
    """How many people speak of dangers, of people at risk, and of damage outside the network.

    Of one community, in the last hours of event time, whether it has an outage or not.
    """

    community: str
    hazards: int
    vulnerable: int
    damage: int


class Act(msgspec.Struct, frozen=True, tag="act", omit_defaults=True):
    """What a person does to an outage, `by` their name.

    `into` is the outage that a merge joins; `communities` leave in a split. The answer is `Acted`,
    or `Refused` with `outage`.
    """

    kind: ActKind
    outage: str
    by: str
    into: str | None = None
    communities: tuple[str, ...] = ()


class Acted(msgspec.Struct, frozen=True, tag="acted"):
    """An act was done and stored; `changes` are the outages as they are now."""

    act: Act
    changes: tuple[OutageChange, ...]


class ReadOutage(msgspec.Struct, frozen=True, tag="read_outage"):
    """The outage of this id, whole."""

    id: str


class OutagePart(msgspec.Struct, frozen=True, array_like=True):
    """What was posted of one community of an outage."""

    community: str
    posts: int
    authors: int
    hazards: int
    vulnerable: int
    damage: int


class Series(msgspec.Struct, frozen=True):
    """Posts in spans of `SPAN_S` from `begins_at` on: reports, dangers, words that power is back.

    A post that reports an outage and tells of a danger counts in both; the three are equally long.
    """

    begins_at: datetime
    reports: tuple[int, ...]
    hazards: tuple[int, ...]
    restored: tuple[int, ...]


class Near(msgspec.Struct, frozen=True, array_like=True):
    """An open outage and how far its middle is from another's."""

    id: str
    km: float


class OutageDetail(msgspec.Struct, frozen=True, tag="outage_detail"):
    """One outage, in answer to `ReadOutage`; `outage` is None where the desk does not know it.

    `history` holds the changes of note, the oldest first: of the status, and what people did.
    `near` are those it could be merged with, the nearest first. `held` counts the posts of `series`
    and of the filter `outage:ID`: the newest, that the desk holds for screens.
    """

    id: str
    outage: OutageChange | None
    place: str = ""
    parts: tuple[OutagePart, ...] = ()
    history: tuple[OutageChange, ...] = ()
    series: Series | None = None
    near: tuple[Near, ...] = ()
    held: int = 0
