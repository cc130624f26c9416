"""An outage as the desk tells it: one change of a cluster of reports."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Status = Literal["suspected", "likely", "confirmed", "restoring", "restored", "dismissed"]
ENDED = ("restored", "dismissed")


class OutageChange(
    msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="type", tag="outage"
):
    """The state of an outage after a change, at event time `at`; the line that `tail` prints.

    `communities` are ids of the territory; `posts` and `authors` count evidence, never customers;
    `confidence` lies in 0-1; `evidence` holds post ids, the newest last.
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
    exercise: bool = False
