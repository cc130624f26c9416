"""Outages from clusters of labelled posts, online and in event time.

A community is a cell. Posts that speak of one are heard there; enough witnesses within half an hour
make an outage of them (desk/outages/ladder.py says how many). Every decision hangs on the posts and
the event clock alone: on posts as they come, on time at the full minutes that the clock crosses. So
the same posts give the same outages at any speed and batch size, and after a restart.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain, count

from desk.outages.change import OutageChange, Status
from desk.outages.cluster import (
    REPORT,
    RESTORED,
    SEEN_POSTS,
    Cluster,
    Heard,
    Told,
    digest,
    trend,
)
from desk.outages.evidence import hear, of_the_past, stragglers
from desk.outages.extent import extent, overlapping
from desk.outages.ladder import (
    STORM_OUTAGES,
    WINDOWS_S,
    Need,
    confidence,
    rung,
    settle,
    witnesses_needed,
)
from desk.outages.memory import Memory, Tick
from desk.post import LabelledPost
from desk.territories.territory import Territory

MINUTE_S = 60
LATE_S = 2 * 3600
"""How late a post may come and still count."""

HEARD_S = WINDOWS_S[-1] + LATE_S
"""How long posts of a community without an outage are kept."""

REMEMBERED_S = 6 * 3600
"""An ended outage stays in memory this long: for screens, stragglers and late posts."""

FORGET_EVERY_S = 10 * 60

NEIGHBOUR_START_S = 10 * 60
"""Overlapping neighbours with one cause lose power together, but for the reports' few minutes."""

GROWTH = 1.25
"""A change worth telling: a quarter more posts or authors."""


class Outages:
    """The outages of a territory; `exercise` marks all of them as simulated."""

    def __init__(self, territory: Territory, *, exercise: bool = False) -> None:
        self.exercise = exercise
        self._places = {place.id: place for place in territory.community}
        self._needs: dict[bool, dict[str, Need]] = {}
        for storm in (False, True):
            need = witnesses_needed(len(territory.community), storm=storm)
            self._needs[storm] = {place.id: need(place.customers) for place in territory.community}
        self._overlapping: dict[str, list[str]] = {}
        self._memory = Memory()

    def observe(self, post: LabelledPost, clock: datetime) -> list[OutageChange]:
        """Count `post` as evidence, and tell what changed.

        `clock` is the desk's event clock, which never goes back. A post from after it counts as
        from now; one that is older than `LATE_S` comes too late to matter.
        """
        changes = self.advance(clock)
        now_s = int(clock.timestamp())
        heard = hear(post, now_s)
        if heard is None or heard.at_s <= now_s - LATE_S:
            return changes
        cluster = self._memory.outage_of(heard)
        if cluster is not None and not cluster.ended:
            self._memory.gather(cluster, heard)
            return changes + self._review(cluster, now_s, heard)
        if heard.community in self._places and not of_the_past(heard, cluster):
            return changes + self._listen(heard, now_s)
        return changes

    def advance(self, clock: datetime) -> list[OutageChange]:
        """Let time pass up to `clock`: silence ends outages, growing ones are told of."""
        minute = int(clock.timestamp()) // MINUTE_S
        changes: list[OutageChange] = []
        memory = self._memory
        tick = memory.tick = memory.tick or Tick(minute)
        while tick.minute < minute:
            if not memory.clusters and not memory.hearings:
                tick.minute = minute
                break
            tick.minute += 1
            changes += self._pass_minute(tick.minute * MINUTE_S)
        return changes

    def confirm(self, outage: str, at: datetime) -> list[OutageChange]:
        """Mark an outage as known to be real; nothing where it has ended or is unknown."""
        cluster = self._memory.clusters.get(outage)
        if cluster is None or cluster.ended:
            return []
        cluster.confirmed = True
        status: Status = "restoring" if cluster.status == "restoring" else "confirmed"
        return [self._turn(cluster, status, int(at.timestamp()))]

    def dismiss(self, outage: str, at: datetime) -> list[OutageChange]:
        """Mark an outage as a false one; nothing where it has ended or is unknown."""
        cluster = self._memory.clusters.get(outage)
        if cluster is None or cluster.ended:
            return []
        return [self._turn(cluster, "dismissed", int(at.timestamp()))]

    def open(self) -> list[OutageChange]:
        """The outages that have not ended, oldest first."""
        return [self._change(c) for c in self._memory.in_order() if not c.ended]

    def rows(self, now: datetime) -> list[tuple[OutageChange, tuple[int, ...]]]:
        """All outages in memory, with posts in 12 spans of 5 minutes up to `now`, newest last."""
        now_s = int(now.timestamp())
        return [(self._change(c), trend(c, now_s)) for c in self._memory.in_order()]

    def outage_of(self, post: LabelledPost) -> str | None:
        """The id of the outage that `post` is evidence of."""
        heard = hear(post, int(post.created_at.timestamp()))
        cluster = None if heard is None else self._memory.outage_of(heard)
        if heard is None or cluster is None or not cluster.first_s <= heard.at_s:
            return None
        return None if cluster.ended and heard.at_s > cluster.turned_s else cluster.id

    def dirty(self) -> dict[str, bytes | None]:
        """What changed in memory since the last call: pieces to be stored under their keys.

        A piece that is None is to be deleted.
        """
        return self._memory.dirty()

    def restore(self, pieces: Iterable[bytes]) -> None:
        """Go on from the pieces that were stored; to be called once, before the first post."""
        self._memory.restore(pieces)

    def _listen(self, heard: Heard, now_s: int) -> list[OutageChange]:
        """Hear a post of a community without an outage, which may now have one."""
        memory, community = self._memory, heard.community
        held = memory.hear(heard)
        more = stragglers(memory.latest(community), now_s)
        status, span = rung(held, heard.at_s, self._need([community]), more)
        if status is None:
            return []
        memory.unhear(community)
        started_s = min(heard.at_s for heard in span if heard.kind == REPORT)
        near = self._neighbour(community, started_s)
        cluster = near or self._new(community, started_s)
        passed_over = [digest(other.post) for other in held if other not in span]
        cluster.seen = [*passed_over, *cluster.seen][-SEEN_POSTS:]
        for item in span:
            memory.gather(cluster, item)
        return self._review(cluster, now_s, heard) if near else [self._turn(cluster, status, now_s)]

    def _neighbour(self, community: str, started_s: int) -> Cluster | None:
        """The outage of an overlapping neighbour that began together with this one, joined."""
        for name in self._neighbours(community):
            near = self._memory.latest(name)
            if near is None or near.ended or near.home != name:
                continue
            if abs(near.started_s - started_s) <= NEIGHBOUR_START_S:
                self._memory.join(near, community)
                return near
        return None

    def _new(self, community: str, started_s: int) -> Cluster:
        first = f"o-{community}-{_utc(started_s):%Y%m%dT%H%M}"
        names = chain([first], (f"{first}-{number}" for number in count(2)))
        cluster = Cluster(
            id=next(name for name in names if name not in self._memory.clusters),
            home=community,
            communities=[community],
            started_s=started_s,
            first_s=started_s,
            last_s=0,
        )
        self._memory.open(cluster)
        return cluster

    def _neighbours(self, community: str) -> list[str]:
        if community not in self._overlapping:
            place = self._places[community]
            self._overlapping[community] = overlapping(place, self._places.values())
        return self._overlapping[community]

    def _review(self, cluster: Cluster, now_s: int, heard: Heard) -> list[OutageChange]:
        """See whether a post changes an outage's status."""
        status = cluster.status
        if status == "suspected":
            status = rung(cluster.recent, heard.at_s, self._need(cluster.communities))[0] or status
        elif heard.kind == RESTORED:
            status = settle(cluster, now_s)
        return [] if status == cluster.status else [self._turn(cluster, status, now_s)]

    def _pass_minute(self, now_s: int) -> list[OutageChange]:
        changes = []
        for cluster in self._memory.in_order():
            if cluster.ended:
                continue
            status = settle(cluster, now_s)
            if status != cluster.status or _worth_telling(cluster):
                changes.append(self._turn(cluster, status, now_s))
        if now_s % FORGET_EVERY_S == 0:
            self._memory.forget(now_s - HEARD_S, now_s - REMEMBERED_S)
        return changes

    def _need(self, communities: list[str]) -> Need:
        """What makes an outage of these communities likely: what the largest of them needs."""
        needs = self._needs[self._memory.sure >= STORM_OUTAGES]
        return max(needs[name] for name in communities)

    def _turn(self, cluster: Cluster, status: Status, now_s: int) -> OutageChange:
        """Give `cluster` its status, and tell of it."""
        if status != cluster.status or not cluster.turned_s:
            cluster.status = status
            cluster.turned_s = now_s
        cluster.told = Told(now_s, cluster.posts, cluster.authors_seen, cluster.marks)
        self._memory.turned(cluster)
        return self._change(cluster)

    def _change(self, cluster: Cluster) -> OutageChange:
        lat, lon, radius_km = extent(cluster, self._places)
        return OutageChange(
            id=cluster.id,
            status=cluster.status,
            at=_utc(cluster.told.at_s),
            started_at=_utc(cluster.started_s),
            communities=tuple(cluster.communities),
            lat=round(lat, 5),
            lon=round(lon, 5),
            radius_km=round(radius_km, 2),
            first_post_at=_utc(cluster.first_s),
            posts=cluster.posts,
            authors=cluster.authors_seen,
            hazards=cluster.hazards,
            vulnerable=cluster.vulnerable,
            damage=cluster.damage,
            confidence=round(confidence(cluster, self._need(cluster.communities)), 3),
            cause=cluster.cause,
            evidence=tuple(cluster.evidence),
            exercise=self.exercise,
        )


def _utc(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)


def _worth_telling(cluster: Cluster) -> bool:
    told = cluster.told
    return (
        cluster.marks != told.marks
        or cluster.posts >= GROWTH * told.posts
        or cluster.authors_seen >= GROWTH * told.authors
    )
