"""What really happened: outages, and the meaning of each post. Hidden from the desk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache

import msgspec

from desk.post import Post

LABELS = (
    "hazard",
    "vulnerable",
    "outage",
    "restored",
    "damage",
    "etr",
    "complaint",
    "billing",
    "service",
    "praise",
    "news",
)
"""Every label in order of urgency, written here again: a storm never looks at rules/."""

CAUSES = ("lineDown", "poleDown", "treeDown", "lightingStrike", "animal")
"""Causes in the words of the CIM (IEC 61968-3), with its own spelling of `lightingStrike`."""

UTILITY_CAUSES = (*CAUSES, "vehicle", "equipment", "planned")
"""Causes as the utility writes them down, who knows more than can be seen from the street."""


class OutageTruth(msgspec.Struct, frozen=True):
    """A line of outages.jsonl; `cause` is one of CAUSES, or None where nothing is to be seen.

    That is a collapse of the system, a device that failed within, and planned work.
    """

    id: str
    started_at: datetime
    restored_at: datetime
    communities: tuple[str, ...]
    lat: float
    lon: float
    customers: int
    cause: str | None


class IncidentTruth(msgspec.Struct, frozen=True):
    """A line of incidents.jsonl: one failed device; `behind` is the incident upstream that hid it.

    `outage` is the line of outages.jsonl that it belongs to; `cause` is one of UTILITY_CAUSES, or
    None for a collapse. `customers` hang on the device: some may have been out before.
    """

    id: str
    outage: str
    device: str
    started_at: datetime
    restored_at: datetime
    community: str
    customers: int
    cause: str | None
    behind: str | None


class PostTruth(msgspec.Struct, frozen=True):
    """A line of truth.jsonl; `located` when the post itself says where, however it does."""

    id: str
    labels: tuple[str, ...]
    outage: str | None
    community: str | None
    located: bool
    trap: str | None


class Told(msgspec.Struct, frozen=True, gc=False):
    """A post together with what it means."""

    post: Post
    truth: PostTruth


_RANK = {label: rank for rank, label in enumerate(LABELS)}


_NEWS = ("news",)


def relevant(truth: PostTruth) -> bool:
    """Whether a post means something to a utility: it has a label of its own, or an outage.

    Traps are none, nor is news on something else.
    """
    labels = truth.labels
    return truth.outage is not None or bool(labels and truth.trap is None and labels != _NEWS)


def in_order(labels: Iterable[str]) -> tuple[str, ...]:
    """`labels` in the order of LABELS, each once."""
    return _ordered(tuple(labels))


@cache
def _ordered(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(labels), key=_RANK.__getitem__))
