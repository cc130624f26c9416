"""What was told of an outage from first to last, in a few facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from desk.outages.change import ENDED, OutageChange


class History(msgspec.Struct, frozen=True):
    """An outage: its last change, and when the desk first said what of it by itself.

    `suspected_at` is when it was first told of at all, `likely_at` when the posts made the desk
    sure of it, None where others were before; `confirmed` says whether an agent or the utility's
    list has verified it.
    """

    last: OutageChange
    communities: tuple[str, ...]
    first_post_at: datetime
    suspected_at: datetime | None
    likely_at: datetime | None
    confirmed: bool

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.last.status in ENDED

    @property
    def ended_at(self) -> datetime | None:
        """When it was over; None while it is open."""
        return self.last.at if self.ended else None

    @property
    def sure(self) -> bool:
        """Whether it was ever more than suspected."""
        return self.likely_at is not None or self.confirmed


def histories(changes: Iterable[OutageChange]) -> list[History]:
    """One history for each outage of `changes`, which are in the order in which they were told."""
    told: dict[str, list[OutageChange]] = {}
    for change in changes:
        told.setdefault(change.id, []).append(change)
    return [_history(of_one) for of_one in told.values()]


def _history(changes: list[OutageChange]) -> History:
    own = [change for change in changes if change.by is None]
    confirmed = False
    for change in changes:
        if change.status in ("suspected", "likely", "dismissed"):
            confirmed = False
        elif change.status == "confirmed":
            confirmed = True
    return History(
        last=changes[-1],
        communities=tuple(sorted({name for change in changes for name in change.communities})),
        first_post_at=min(change.first_post_at for change in changes),
        suspected_at=min((change.at for change in own), default=None),
        likely_at=min((change.at for change in own if change.status == "likely"), default=None),
        confirmed=confirmed,
    )
