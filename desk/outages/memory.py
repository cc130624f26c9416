"""All that is remembered of outages, by what it is looked up by, and kept in pieces by a store."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from desk.outages.cluster import ECHO, Cluster, Heard, gather

CLOCK_KEY = "clock:"
"""No id of a community or an outage: those are slugs."""

HEARD_POSTS = 200
"""Most posts kept of a community without an outage: far more than make one."""


class Hearing(msgspec.Struct, tag="heard"):
    """What was heard of a community that has no outage, in the order of arrival."""

    community: str
    heard: list[Heard]


class Tick(msgspec.Struct, tag="clock"):
    """The full minute, since 1970, up to which time has passed."""

    minute: int


class Memory:
    """Outages and what may become one; `tick` is None before the first post.

    Whatever is looked up follows from the pieces that are saved, so a restart changes nothing.
    """

    def __init__(self) -> None:
        self.tick: Tick | None = None
        self.clusters: dict[str, Cluster] = {}
        self.hearings: dict[str, Hearing] = {}
        self._latest: dict[str, Cluster] = {}
        self._by_author: dict[int, set[str]] = {}
        self._dirty: set[str] = set()
        self._sure: int | None = None
        self._order: list[Cluster] | None = None

    @property
    def sure(self) -> int:
        """How many outages are open and more than suspected."""
        if self._sure is None:
            live = (cluster for cluster in self.clusters.values() if not cluster.ended)
            self._sure = sum(cluster.status != "suspected" for cluster in live)
        return self._sure

    def in_order(self) -> list[Cluster]:
        """The outages, oldest first."""
        if self._order is None:
            self._order = sorted(self.clusters.values(), key=lambda c: (c.started_s, c.id))
        return self._order

    def latest(self, community: str) -> Cluster | None:
        """The live outage of a community, or else the one that ended last."""
        return self._latest.get(community)

    def outage_of(self, heard: Heard) -> Cluster | None:
        """The outage that a post is about: its community's, or else a live one of its author."""
        if heard.community:
            return self._latest.get(heard.community)
        named = (self.clusters[name] for name in self._by_author.get(heard.author, ()))
        own = [c for c in named if not c.ended and heard.author in c.authors]
        return max(own, key=lambda c: (c.last_s, c.id), default=None)

    def open(self, cluster: Cluster) -> None:
        """Remember a new outage, the live one of its communities from now on."""
        self.clusters[cluster.id] = cluster
        self._latest.update(dict.fromkeys(cluster.communities, cluster))
        self._order = None
        self.turned(cluster)

    def join(self, cluster: Cluster, community: str) -> None:
        """Let an outage reach over one community more."""
        cluster.communities = sorted({*cluster.communities, community})
        self._latest[community] = cluster
        self._dirty.add(cluster.id)

    def gather(self, cluster: Cluster, heard: Heard) -> None:
        """Add a post to the evidence of an outage."""
        if gather(cluster, heard):
            self._dirty.add(cluster.id)
            if heard.author in cluster.authors and heard.author != ECHO:
                self._by_author.setdefault(heard.author, set()).add(cluster.id)

    def turned(self, cluster: Cluster) -> None:
        """Note that an outage has changed, perhaps its status."""
        self._dirty.add(cluster.id)
        self._sure = None

    def hear(self, heard: Heard) -> list[Heard]:
        """All that is heard of a community, with this post as the last; nothing if it is a copy."""
        community = heard.community
        held = self.hearings.setdefault(community, Hearing(community, [])).heard
        if any(heard.post == other.post for other in held):
            return []
        held.append(heard)
        del held[:-HEARD_POSTS]
        self._dirty.add(community)
        return held

    def unhear(self, community: str) -> None:
        """Forget what was heard of a community: it has become an outage."""
        del self.hearings[community]
        self._dirty.add(community)

    def forget(self, heard_before_s: int, ended_before_s: int) -> None:
        """Let go of posts heard, and of outages ended, before these times."""
        for community, hearing in list(self.hearings.items()):
            kept = [heard for heard in hearing.heard if heard.at_s > heard_before_s]
            if len(kept) < len(hearing.heard):
                hearing.heard = kept
                self._dirty.add(community)
            if not kept:
                del self.hearings[community]
        ended = [c.id for c in self.clusters.values() if c.ended and c.turned_s < ended_before_s]
        for name in ended:
            del self.clusters[name]
        if ended:
            self._dirty.update(ended)
            self._index()

    def dirty(self) -> dict[str, bytes | None]:
        """What changed since the last call: pieces to be stored under their keys.

        A piece that is None is to be deleted.
        """
        held: dict[str, msgspec.Struct | None] = {
            key: self.clusters.get(key) or self.hearings.get(key) for key in sorted(self._dirty)
        }
        self._dirty.clear()
        held[CLOCK_KEY] = self.tick
        encode = msgspec.json.encode
        return {key: None if piece is None else encode(piece) for key, piece in held.items()}

    def restore(self, pieces: Iterable[bytes]) -> None:
        """Remember the pieces that were stored."""
        for data in pieces:
            match msgspec.json.decode(data, type=Cluster | Hearing | Tick):
                case Cluster() as cluster:
                    self.clusters[cluster.id] = cluster
                case Hearing() as hearing:
                    self.hearings[hearing.community] = hearing
                case Tick() as tick:
                    self.tick = tick
        self._index()

    def _index(self) -> None:
        """Make the look-ups anew; a live outage goes before the ended ones of its community."""
        self._latest.clear()
        self._by_author.clear()
        self._sure = self._order = None
        for cluster in sorted(self.clusters.values(), key=lambda c: (not c.ended, c.turned_s)):
            self._latest.update(dict.fromkeys(cluster.communities, cluster))
            for author in cluster.authors.keys() - {ECHO}:
                self._by_author.setdefault(author, set()).add(cluster.id)
