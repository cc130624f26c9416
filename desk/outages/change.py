"""An outage as the desk tells it: one change of a cluster of reports."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Status = Literal["suspected", "likely", "confirmed", "restoring", "restored", "dismissed"]
ENDED = ("restored", "dismissed")


class PartCounts(msgspec.Struct, frozen=True):
    """What was counted of an outage in one community."""

    posts: int
    authors: int
    hazards: int
    vulnerable: int
    damage: int


class OutageChange(
    msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="type", tag="outage"
):
    """The state of an outage after a change, at event time `at`; the line that `tail` prints.

    `communities` are ids of the territory; `posts` and `authors` count evidence, never customers;
    `confidence` lies in 0-1; `evidence` holds post ids, the newest last.

    An outage of several communities counts in `parts` each of them by itself. Of what people do to
    it: `by` made this change (an agent's name, or "oms"), `verifying` is checking it,
    `unverifiable` could not find out whether it is real, `oms` is its id in the utility's own list,
    its posts have gone to the outage `merged_into`.
    """

    id: str
    status: Status
    at: datetime
    started_at: datetime
    communities: tuple[str, ...]
    lat: float
    lon: float
    radius_km: float
    first_post_at: datetime
    posts: int
    authors: int
    hazards: int
    vulnerable: int
    damage: int
    confidence: float
    cause: str | None = None
    etr: datetime | None = None
    evidence: tuple[str, ...]
    parts: dict[str, PartCounts] = {}
    oms: str | None = None
    verifying: str | None = None
    unverifiable: str | None = None
    merged_into: str | None = None
    by: str | None = None
    exercise: bool = False
