"""An outage as the utility's own outage management system (OMS) has it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

OmsStatus = Literal["predicted", "confirmed", "partiallyRestored", "restored", "closed"]
"""CIM's OutageStatusKind (IEC 61968-3): `predicted` is not verified by anybody."""

OVER = ("restored", "closed")


class OmsOutage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A line of the list; times are aware UTC, `communities` ids of the territory.

    `started_at` is when the power went, as far as the utility knows: where `start_known` is False
    the list has only the time at which it was reported. `recorded_at` is when the utility came to
    know, None where the list does not say. `customers` are the utility's own number; `crews` is
    what it says of its crews there: how many, or how far they are.
    """

    id: str
    started_at: datetime
    restored_at: datetime | None = None
    lat: float
    lon: float
    communities: tuple[str, ...] = ()
    customers: int | None = None
    cause: str | None = None
    status: OmsStatus = "confirmed"
    etr: datetime | None = None
    updated_at: datetime | None = None
    recorded_at: datetime | None = None
    start_known: bool = True
    crews: str | None = None
    exercise: bool = False

    @property
    def verified(self) -> bool:
        """Whether the utility is sure of it; what its own system predicts is no proof."""
        return self.status != "predicted"

    @property
    def known_at(self) -> datetime:
        """When the utility knew of it, as far as the list tells."""
        return self.recorded_at or self.started_at


def as_known(one: OmsOutage, at: datetime) -> OmsOutage | None:
    """What the utility knew of an incident at `at`: not its end where that came later.

    None where it did not know of it yet.
    """
    if one.known_at > at:
        return None
    if one.restored_at is None or one.restored_at <= at:
        return one
    return msgspec.structs.replace(one, restored_at=None, status="confirmed")
