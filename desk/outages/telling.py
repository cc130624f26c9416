"""What is told of an outage, and when there is something new to tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from desk.outages.change import OutageChange, PartCounts
from desk.outages.cluster import EVIDENCE_POSTS, Cluster, Part, Told, cause_named, etr_quoted
from desk.outages.extent import extent
from desk.outages.ladder import Need, confidence
from desk.territories.territory import Community

GROWTH = 1.25
"""A change worth telling: a quarter more posts or authors."""


def change_of(
    cluster: Cluster,
    said: Part,
    places: Mapping[str, Community],
    need: Need,
    *,
    by: str | None,
    exercise: bool,
) -> OutageChange:
    """The state of an outage as it was last told; `by` made the change, if a person did.

    `said` is its `whole`.
    """
    lat, lon, radius_km = extent(cluster, said, places)
    at_s = cluster.told.at_s
    etr_s = 0 if cluster.ended else etr_quoted(said, at_s)
    return OutageChange(
        id=cluster.id,
        status=cluster.status,
        at=utc(at_s),
        started_at=utc(cluster.started_s),
        communities=cluster.communities,
        lat=round(lat, 5),
        lon=round(lon, 5),
        radius_km=round(radius_km, 2),
        first_post_at=utc(said.first_s),
        posts=said.posts,
        authors=said.authors_seen,
        hazards=said.hazards,
        vulnerable=said.vulnerable,
        damage=said.damage,
        confidence=round(confidence(cluster, said, need), 3),
        cause=cause_named(said) if said.causes else None,
        etr=utc(etr_s) if etr_s else None,
        evidence=tuple([post for _, post in sorted(said.evidence)[-EVIDENCE_POSTS:]]),
        parts=_counts(cluster),
        oms=cluster.oms,
        verifying=cluster.verifying,
        unverifiable=cluster.unverifiable,
        merged_into=cluster.merged_into,
        by=by,
        exercise=exercise,
    )


def told_of(cluster: Cluster, said: Part, now_s: int) -> Told:
    """What is remembered of the change that is told now; `said` is the `whole` of it."""
    return Told(now_s, said.posts, said.authors_seen, _marks(cluster, said, now_s))


def worth_telling(cluster: Cluster, said: Part, now_s: int) -> bool:
    """Whether enough has changed since the last telling; `said` is the `whole` of it."""
    told = cluster.told
    return (
        said.posts >= GROWTH * told.posts
        or said.authors_seen >= GROWTH * told.authors
        or _marks(cluster, said, now_s) != told.marks
    )


def _marks(cluster: Cluster, said: Part, now_s: int) -> tuple[int, int, int, int, int]:
    """What is told of as soon as it changes."""
    etr_s = etr_quoted(said, now_s)
    return (said.hazards, said.vulnerable, said.damage, len(cluster.parts), etr_s)


def _counts(cluster: Cluster) -> dict[str, PartCounts]:
    """What was counted in each of several communities."""
    if len(cluster.parts) == 1:
        return {}
    return {
        name: PartCounts(part.posts, part.authors_seen, part.hazards, part.vulnerable, part.damage)
        for name, part in sorted(cluster.parts.items())
    }


def utc(at_s: int) -> datetime:
    """The aware time of so many seconds since 1970."""
    return datetime.fromtimestamp(at_s, UTC)
