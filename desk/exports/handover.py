"""What is handed over of outages, whatever the format: which ones, how sure, under which id.

Never more than the desk knows: an outage is `predicted` until an agent or the utility's own list
has confirmed it, the people who post of it are never called customers, and neither what they wrote
nor who they are leaves the desk. Ids are UUIDs of the outage's name, so that each export updates
the one before; those of an exercise differ from real ones, so that they can never be taken for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from desk.outages import OutageChange
from desk.outages.history import History, histories
from desk.territories import Community, Territory

NAMESPACE = uuid5(NAMESPACE_URL, "urn:stormdesk:outage")
"""RFC 4122 version 5: the same name gives the same UUID on every machine."""

Kind = Literal["predicted", "confirmed", "partiallyRestored", "restored", "closed"]
"""CIM's OutageStatusKind (IEC 61968-3)."""

CAUSES = {
    "lineDown": "line down",
    "poleDown": "pole down",
    "treeDown": "tree down",
    "lightingStrike": "lightning strike",
    "animal": "animal",
}
"""CIM's OutageCauseKind, spelt as there, and what it means in words."""

OVER = "over before anybody was told"
"""Why a message on an outage is not sent: nobody waits for it."""

UNVERIFIED = "Found from public posts, not verified by the utility. No customer count is known."
VERIFIED = "Found from public posts, verified by the utility. No customer count is known."


class Handed(msgspec.Struct, frozen=True):
    """An outage to be handed over, with the communities that the territory knows of it."""

    key: UUID
    history: History
    places: tuple[Community, ...]

    @property
    def last(self) -> OutageChange:
        """The state that is handed over."""
        return self.history.last

    @property
    def withdrawn(self) -> bool:
        """Whether it turned out to be none, or to be a part of another."""
        return self.last.status == "dismissed"

    @property
    def over(self) -> bool:
        """Whether it is restored or withdrawn."""
        return self.history.ended

    @property
    def verified(self) -> bool:
        """Whether an agent or the utility's own list has confirmed it."""
        return self.history.confirmed

    @property
    def kind(self) -> Kind:
        """Its status in CIM's words; what nobody has verified is `predicted` while it is open."""
        if self.withdrawn:
            return "closed"
        if self.last.status == "restored":
            return "restored"
        if not self.verified:
            return "predicted"
        return "partiallyRestored" if self.last.status == "restoring" else "confirmed"

    @property
    def names(self) -> tuple[str, ...]:
        """Its communities by name, or by id where the territory does not know them."""
        known = {place.id: place.name for place in self.places}
        return tuple(printable(known.get(name, name)) for name in self.last.communities)

    @property
    def remark(self) -> str:
        """What a reader must know of it, EXERCISE first where it is one."""
        words = VERIFIED if self.verified else UNVERIFIED
        if self.withdrawn:
            into = self.last.merged_into
            words = f"WITHDRAWN: a part of outage {into}." if into else "WITHDRAWN: not an outage."
        return f"EXERCISE. {printable(words)}" if self.last.exercise else printable(words)


class Handover(msgspec.Struct, frozen=True):
    """The outages to be handed over, by id, and how many were left out for which reason."""

    territory: Territory
    outages: tuple[Handed, ...]
    exercise: bool
    left_out: dict[str, int]


class Made(msgspec.Struct, frozen=True):
    """Documents by name, how many outages are in them, and how many were left out and why."""

    documents: dict[str, bytes]
    outages: int
    left_out: dict[str, int]


def hand_over(
    changes: Iterable[OutageChange], territory: Territory, *, suspected: bool = False
) -> Handover:
    """What is to be handed over of `changes`, which are in the order in which they were told.

    Outages that were never more than suspected stay at the desk unless `suspected`.
    """
    places = {place.id: place for place in territory.community}
    held, left = [], 0
    for history in histories(changes):
        if not (history.sure or suspected):
            left += 1
            continue
        known = tuple(places[name] for name in history.last.communities if name in places)
        held.append(Handed(_key(history.last, territory), history, known))
    return Handover(
        territory,
        tuple(sorted(held, key=lambda outage: outage.last.id)),
        any(outage.last.exercise for outage in held),
        {"only suspected (--suspected takes them in)": left} if left else {},
    )


def _key(outage: OutageChange, territory: Territory) -> UUID:
    kind = "exercise" if outage.exercise else "outage"
    return uuid5(NAMESPACE, f"{kind}/{territory.name}/{outage.id}")


def printable(text: str) -> str:
    """`text` on one line, without what could steer a terminal or break a document."""
    return "".join(char if char.isprintable() else " " for char in text).strip()


def utc(at: datetime | None) -> str | None:
    """An instant as xsd:dateTime and RFC 3339 have it, in UTC and whole seconds; None for none."""
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%S}Z"
