"""Outages from clusters of labelled posts, online and in event time.

A community is a cell. Posts that speak of one are heard there; enough witnesses within half an hour
make an outage of them (desk/outage_ladder.py says how many). Every decision hangs on the posts and
the event clock alone: on posts as they come, on time at the full minutes that the clock crosses. So
the same posts give the same outages at any speed and batch size, and after a restart.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain, count

import msgspec

from desk.outage import OutageChange, Status
from desk.outage_cluster import (
    REPORT,
    RESTORED,
    SEEN_POSTS,
    Cluster,
    Heard,
    Told,
    digest,
    gather,
    trend,
)
from desk.outage_evidence import hear, of_the_past, stragglers
from desk.outage_ladder import (
    STORM_OUTAGES,
    WINDOWS_S,
    Need,
    confidence,
    rung,
    settle,
    witnesses_needed,
)
from desk.outage_place import extent, overlapping
from desk.post import LabelledPost
from desk.territory import Territory

MINUTE_S = 60
CLOCK_KEY = "clock:"
"""No id of a community or an outage: those are slugs."""

LATE_S = 2 * 3600
"""How late a post may come and still count."""

HEARD_S = WINDOWS_S[-1] + LATE_S
"""How long posts of a community without an outage are kept."""

HEARD_POSTS = 200
"""Most posts kept of a community without an outage: far more than make one."""

REMEMBERED_S = 6 * 3600
"""An ended outage stays in memory this long: for screens, stragglers and late posts."""

NEIGHBOUR_START_S = 10 * 60
"""Overlapping neighbours with one cause lose power together, but for the reports' few minutes."""

GROWTH = 1.25
"""A change worth telling: a quarter more posts or authors."""


class Hearing(msgspec.Struct, tag="heard"):
    """What was heard of a community that has no outage, in the order of arrival."""

    community: str
    heard: list[Heard]


class Tick(msgspec.Struct, tag="clock"):
    """The full minute, since 1970, up to which time has passed."""

    minute: int


class Outages:
    """The outages of a territory; `exercise` marks all of them as simulated."""

    def __init__(self, territory: Territory, *, exercise: bool = False) -> None:
        self.exercise = exercise
        self._places = {place.id: place for place in territory.community}
        self._needs: dict[bool, dict[str, Need]] = {}
        for storm in (False, True):
            need = witnesses_needed(len(territory.community), storm=storm)
            self._needs[storm] = {place.id: need(place.customers) for place in territory.community}
        self._sure = 0
        self._tick: Tick | None = None
        self._hearings: dict[str, Hearing] = {}
        self._clusters: dict[str, Cluster] = {}
        self._latest: dict[str, Cluster] = {}
        self._by_author: dict[int, set[str]] = {}
        self._overlapping: dict[str, list[str]] = {}
        self._dirty: set[str] = set()

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
        cluster = self._cluster_of(heard)
        if cluster is not None and not cluster.ended:
            self._gather(cluster, heard)
            return changes + self._review(cluster, now_s, heard)
        if heard.community in self._places and not of_the_past(heard, cluster):
            return changes + self._listen(heard, now_s)
        return changes

    def advance(self, clock: datetime) -> list[OutageChange]:
        """Let time pass up to `clock`: silence ends outages, growing ones are told of."""
        minute = int(clock.timestamp()) // MINUTE_S
        changes: list[OutageChange] = []
        tick = self._tick = self._tick or Tick(minute)
        while tick.minute < minute:
            if not self._clusters and not self._hearings:
                tick.minute = minute
                break
            tick.minute += 1
            changes += self._pass_minute(tick.minute * MINUTE_S)
        return changes

    def confirm(self, outage: str, at: datetime) -> list[OutageChange]:
        """Mark an outage as known to be real; nothing where it has ended or is unknown."""
        cluster = self._clusters.get(outage)
        if cluster is None or cluster.ended:
            return []
        cluster.confirmed = True
        status: Status = "restoring" if cluster.status == "restoring" else "confirmed"
        return [self._turn(cluster, status, int(at.timestamp()))]

    def dismiss(self, outage: str, at: datetime) -> list[OutageChange]:
        """Mark an outage as a false one; nothing where it has ended or is unknown."""
        cluster = self._clusters.get(outage)
        if cluster is None or cluster.ended:
            return []
        return [self._turn(cluster, "dismissed", int(at.timestamp()))]

    def open(self) -> list[OutageChange]:
        """The outages that have not ended, oldest first."""
        return [self._change(c) for c in self._in_order() if not c.ended]

    def rows(self, now: datetime) -> list[tuple[OutageChange, tuple[int, ...]]]:
        """All outages in memory, with posts in 12 spans of 5 minutes up to `now`, newest last."""
        now_s = int(now.timestamp())
        return [(self._change(c), trend(c, now_s)) for c in self._in_order()]

    def outage_of(self, post: LabelledPost) -> str | None:
        """The id of the outage that `post` is evidence of."""
        heard = hear(post, int(post.created_at.timestamp()))
        cluster = None if heard is None else self._cluster_of(heard)
        if heard is None or cluster is None or not cluster.first_s <= heard.at_s:
            return None
        return None if cluster.ended and heard.at_s > cluster.turned_s else cluster.id

    def dirty(self) -> dict[str, bytes | None]:
        """What changed in memory since the last call: pieces to be stored under their keys.

        A piece that is None is to be deleted.
        """
        held: dict[str, msgspec.Struct | None] = {
            key: self._clusters.get(key) or self._hearings.get(key) for key in sorted(self._dirty)
        }
        self._dirty.clear()
        held[CLOCK_KEY] = self._tick
        encode = msgspec.json.encode
        return {key: None if piece is None else encode(piece) for key, piece in held.items()}

    def restore(self, pieces: Iterable[bytes]) -> None:
        """Go on from the pieces that were stored; to be called once, before the first post."""
        for data in pieces:
            match msgspec.json.decode(data, type=Cluster | Hearing | Tick):
                case Cluster() as cluster:
                    self._clusters[cluster.id] = cluster
                case Hearing() as hearing:
                    self._hearings[hearing.community] = hearing
                case Tick() as tick:
                    self._tick = tick
        self._index()

    def _in_order(self) -> list[Cluster]:
        return sorted(self._clusters.values(), key=lambda c: (c.started_s, c.id))

    def _cluster_of(self, heard: Heard) -> Cluster | None:
        """The outage that a post is about: its community's, or else the one its author is in."""
        if heard.community:
            return self._latest.get(heard.community)
        named = (self._clusters[name] for name in self._by_author.get(heard.author, ()))
        own = [c for c in named if not c.ended and heard.author in c.authors]
        return max(own, key=lambda c: (c.last_s, c.id), default=None)

    def _gather(self, cluster: Cluster, heard: Heard) -> None:
        if gather(cluster, heard):
            self._dirty.add(cluster.id)
            if heard.author in cluster.authors:
                self._by_author.setdefault(heard.author, set()).add(cluster.id)

    def _listen(self, heard: Heard, now_s: int) -> list[OutageChange]:
        """Hear a post of a community without an outage, which may now have one."""
        community = heard.community
        held = self._hearings.setdefault(community, Hearing(community, [])).heard
        if any(heard.post == other.post for other in held):
            return []
        held.append(heard)
        del held[:-HEARD_POSTS]
        self._dirty.add(community)
        past = self._latest.get(community)
        status, span = rung(held, heard.at_s, self._need([community]), stragglers(past, now_s))
        if status is None:
            return []
        del self._hearings[community]
        cluster, new = self._open(community, span)
        passed_over = [digest(other.post) for other in held if other not in span]
        cluster.seen = [*passed_over, *cluster.seen][:SEEN_POSTS]
        for item in span:
            self._gather(cluster, item)
        if new:
            return [self._turn(cluster, status, now_s)]
        return self._review(cluster, now_s, heard)

    def _open(self, community: str, span: list[Heard]) -> tuple[Cluster, bool]:
        """The outage for the posts of `span`, and whether it is new or a neighbour's."""
        started_s = min(heard.at_s for heard in span if heard.kind == REPORT)
        for name in self._neighbours(community):
            near = self._latest.get(name)
            if near and not near.ended and abs(near.started_s - started_s) <= NEIGHBOUR_START_S:
                near.communities = sorted({*near.communities, community})
                self._latest[community] = near
                return near, False
        first = f"o-{community}-{_utc(started_s):%Y%m%dT%H%M}"
        numbered = (f"{first}-{number}" for number in count(2))
        id_ = next(name for name in chain([first], numbered) if name not in self._clusters)
        cluster = Cluster(
            id=id_, communities=[community], started_s=started_s, first_s=started_s, last_s=0
        )
        self._clusters[id_] = self._latest[community] = cluster
        return cluster, True

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
        for cluster in self._in_order():
            if cluster.ended:
                self._forget(cluster, now_s)
                continue
            status = settle(cluster, now_s)
            if status != cluster.status or _worth_telling(cluster):
                changes.append(self._turn(cluster, status, now_s))
        for community, hearing in list(self._hearings.items()):
            kept = [heard for heard in hearing.heard if heard.at_s > now_s - HEARD_S]
            if len(kept) < len(hearing.heard):
                hearing.heard = kept
                self._dirty.add(community)
            if not kept:
                del self._hearings[community]
        return changes

    def _forget(self, cluster: Cluster, now_s: int) -> None:
        if now_s - cluster.turned_s > REMEMBERED_S:
            del self._clusters[cluster.id]
            self._dirty.add(cluster.id)
            self._index()

    def _index(self) -> None:
        """Make the look-ups anew; a live outage goes before the ended ones of its community."""
        self._latest.clear()
        self._by_author.clear()
        for cluster in sorted(self._clusters.values(), key=lambda c: (not c.ended, c.turned_s)):
            self._latest.update(dict.fromkeys(cluster.communities, cluster))
            for author in cluster.authors:
                self._by_author.setdefault(author, set()).add(cluster.id)
        self._count_sure()

    def _count_sure(self) -> None:
        live = (cluster for cluster in self._clusters.values() if not cluster.ended)
        self._sure = sum(cluster.status != "suspected" for cluster in live)

    def _need(self, communities: list[str]) -> Need:
        """What makes an outage of these communities likely: what the largest of them needs."""
        needs = self._needs[self._sure >= STORM_OUTAGES]
        return max(needs[name] for name in communities)

    def _turn(self, cluster: Cluster, status: Status, now_s: int) -> OutageChange:
        """Give `cluster` its status, and tell of it."""
        if status != cluster.status or not cluster.turned_s:
            cluster.status = status
            cluster.turned_s = now_s
            self._count_sure()
        cluster.told = Told(now_s, cluster.posts, cluster.authors_seen, cluster.marks)
        self._dirty.add(cluster.id)
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
