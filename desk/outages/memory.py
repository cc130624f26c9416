"""All that is remembered of outages, by what it is looked up by, and kept in pieces by a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, count

import msgspec

from desk.outages.agenda import Agenda, stirs
from desk.outages.change import Status
from desk.outages.cluster import ECHO, REPORT, SLOT_S, Cluster, Heard, Part, Sighting, gather
from desk.outages.copies import Copies
from desk.outages.rates import HourOf, Rates

SLOT_MIN = SLOT_S // 60
CLOCK_KEY, RATES_KEY = "clock:", "rates:"
"""No ids of a community or an outage: those are slugs."""

DEEDS = 1000
"""Actions that can be taken back, over all outages; older ones stand."""

HEARD_POSTS = 200
"""Most posts kept of a community without an outage: far more than make one."""


SPARE_AUTHORS = 10_000


class Hearing(msgspec.Struct, tag="heard"):
    """What was heard of a community that has no outage, in the order of arrival.

    Nothing of it is older than `oldest_s`.
    """

    community: str
    heard: list[Heard]
    oldest_s: int = 0


class Tick(msgspec.Struct, tag="clock"):
    """The full minute, since 1970, up to which time has passed."""

    minute: int


class Marks(msgspec.Struct, frozen=True):
    """What people have said of an outage, its status then, and since when it had it."""

    status: Status
    turned_s: int
    confirmed: bool
    dismissed: bool
    verifying: str | None
    oms: str | None
    unverifiable: str | None = None


class Deed(msgspec.Struct, frozen=True, tag="deed"):
    """An action that can be taken back: the outages it touched as they were `before`.

    `moved` are the communities that went from the first of them to the second.
    """

    number: int
    kind: str
    before: dict[str, Marks]
    moved: tuple[str, ...]


class Memory:
    """Outages and what may become one; `tick` is None before the first post.

    `lessons` goes up whenever the rates change.

    Whatever is looked up follows from the pieces that are saved, so a restart changes nothing.
    """

    def __init__(self) -> None:
        self.tick: Tick | None = None
        self.clusters: dict[str, Cluster] = {}
        self.hearings: dict[str, Hearing] = {}
        self.rates = Rates()
        self.lessons = 0
        self.agenda = Agenda()
        self._copies: dict[str, Copies] = {}
        self._deeds: dict[int, Deed] = {}
        self._latest: dict[str, Cluster] = {}
        self._by_author: dict[int, tuple[str, ...]] = {}  # a set of one is four times as large
        self._most_authors = SPARE_AUTHORS
        # outages of whose authors some may not be found by themselves yet
        self._unlisted: set[str] = set()
        self._dirty: set[str] = set()
        self._order: list[Cluster] | None = None

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
        named = (self.clusters.get(name) for name in self._by_author.get(heard.author, ()))
        own = [c for c in named if c and not c.ended and _knows(c, heard.author)]
        return max(own, key=lambda c: (c.whole.last_s, c.id), default=None)

    def to_look_at(self, now_s: int) -> list[Cluster]:
        """The open outages of which something may be new by now, oldest first."""
        known = (self.clusters.get(name) for name in self.agenda.take(now_s))
        found = [cluster for cluster in known if cluster is not None and not cluster.ended]
        if len(found) > 1:
            found.sort(key=lambda cluster: (cluster.started_s, cluster.id))
        return found

    def begin(self, parts: dict[str, Part], at_s: int, status: Status) -> Cluster:
        """Remember a new outage of these parts; its id tells its first community and start."""
        home, part = next(iter(parts.items()))
        first = f"o-{home}-{datetime.fromtimestamp(part.started_s, UTC):%Y%m%dT%H%M}"
        names = chain([first], (f"{first}-{number}" for number in count(2)))
        id_ = next(name for name in names if name not in self.clusters)
        cluster = Cluster(id=id_, parts=parts, status=status, turned_s=at_s)
        self.clusters[id_] = cluster
        self.join(cluster, {})
        return cluster

    def join(self, cluster: Cluster, parts: Mapping[str, Part]) -> None:
        """Let an outage reach over more communities, and be the live one of all its own."""
        cluster.parts.update(parts)
        self._latest.update(dict.fromkeys(cluster.parts, cluster))
        self._order = None
        self._unlisted.add(cluster.id)
        self.turned(cluster)

    def gather(self, cluster: Cluster, heard: Heard, bands: Sequence[int] = ()) -> None:
        """Add a post to the evidence of an outage; by the `bands` of its text, as its first's."""
        if bands and heard.copy not in cluster.seen:
            heard = self._voiced(heard, bands)
        minute = self.tick.minute if self.tick is not None else 0
        part = gather(cluster, heard, minute // SLOT_MIN)
        if part is not None:
            self._dirty.add(cluster.id)
            if stirs(cluster, part, heard, 60 * minute):
                self.agenda.touch(cluster.id)
            author = heard.author
            known = self._by_author.get(author)
            if (known is None or cluster.id not in known) and author != ECHO:
                self._list_author(author, cluster, part)

    def _list_author(self, author: int, cluster: Cluster, part: Part) -> None:
        if author in part.authors:
            self._by_author[author] = (*self._by_author.get(author, ()), cluster.id)

    def flooding(self, communities: Iterable[str]) -> set[int]:
        """The authors whose texts are floods about these communities: they witness nothing."""
        known = (self._copies.get(name) for name in communities)
        return {author for copies in known if copies for author in copies.flooding()}

    def _voiced(self, heard: Heard, bands: Sequence[int]) -> Heard:
        if not bands or heard.author == ECHO:
            return heard
        copies = self._copies.setdefault(heard.community, Copies(heard.community))
        voice = copies.voice(bands, heard.author, heard.at_s)
        self._dirty.add(_copies_key(heard.community))
        return heard if voice == heard.author else msgspec.structs.replace(heard, author=voice)

    def turned(self, cluster: Cluster) -> None:
        """Note that an outage has changed."""
        self._dirty.add(cluster.id)
        self.agenda.touch(cluster.id)

    def hear(self, heard: Heard, bands: Sequence[int]) -> list[Heard]:
        """All that is heard of a community, with this post as the last; nothing if it is a copy."""
        community = heard.community
        hearing = self.hearings.get(community)
        if hearing is None:
            hearing = self.hearings[community] = Hearing(community, [], heard.at_s)
        held = hearing.heard
        if any(heard.post == other.post for other in held):
            return []
        held.append(self._voiced(heard, bands))
        hearing.oldest_s = min(hearing.oldest_s, heard.at_s)
        del held[:-HEARD_POSTS]
        self._dirty.add(community)
        return held

    def unhear(self, community: str) -> list[Heard]:
        """Forget, and return, what was heard of a community: it has become an outage."""
        hearing = self.hearings.pop(community, None)
        self._dirty.add(community)
        return hearing.heard if hearing else []

    def listen(self, hour: int) -> None:
        """Let an hour pass for what is learned of false reports."""
        self.rates.listen(hour)
        self.lessons += 1
        self._dirty.add(RATES_KEY)

    def note(self, kind: str, outages: Iterable[Cluster], moved: tuple[str, ...] = ()) -> None:
        """Keep what an action is about to change."""
        before = {
            c.id: Marks(
                *(c.status, c.turned_s, c.confirmed, c.dismissed, c.verifying, c.oms),
                unverifiable=c.unverifiable,
            )
            for c in outages
        }
        deed = Deed(max(self._deeds, default=0) + 1, kind, before, moved)
        self._deeds[deed.number] = deed
        self._dirty.add(_deed_key(deed.number))
        if len(self._deeds) > DEEDS:
            self.forget_deed(self._deeds[min(self._deeds)])

    def last_deed(self, outage: str) -> Deed | None:
        """The newest action on an outage that can be taken back."""
        return max(
            (deed for deed in self._deeds.values() if outage in deed.before),
            key=lambda deed: deed.number,
            default=None,
        )

    def forget_deed(self, deed: Deed) -> None:
        """Let go of an action: it was taken back, or can no longer be."""
        del self._deeds[deed.number]
        self._dirty.add(_deed_key(deed.number))

    def forget(self, heard_before_s: int, ended_before_s: int, hour_of: HourOf) -> None:
        """Let go of posts heard, and of outages ended, before these times; learn from the false."""
        self._forget_heard(heard_before_s, hour_of)
        self._forget_texts(heard_before_s)
        self._forget_ended(ended_before_s, hour_of)

    def _forget_heard(self, before_s: int, hour_of: HourOf) -> None:
        for community, hearing in list(self.hearings.items()):
            if hearing.oldest_s > before_s:
                continue
            kept = [heard for heard in hearing.heard if heard.at_s > before_s]
            if len(kept) < len(hearing.heard):
                self._learn_from(community, hearing.heard, before_s, hour_of)
                hearing.heard = kept
                self._dirty.add(community)
            hearing.oldest_s = min((heard.at_s for heard in kept), default=0)
            if not kept:
                del self.hearings[community]

    def _forget_texts(self, before_s: int) -> None:
        for community, copies in list(self._copies.items()):
            if copies.forget(before_s):
                self._dirty.add(_copies_key(community))
            if not copies.texts:
                del self._copies[community]
                self._dirty.add(_copies_key(community))

    def _forget_ended(self, before_s: int, hour_of: HourOf) -> None:
        ended = [c for c in self.clusters.values() if c.ended and c.turned_s < before_s]
        for cluster in ended:
            del self.clusters[cluster.id]
            self._dirty.add(cluster.id)
            if cluster.status == "dismissed" and cluster.merged_into is None:
                for community, part in cluster.parts.items():
                    self._learn_from(community, part.recent, part.last_s, hour_of)
        if ended:
            gone = [d for d in self._deeds.values() if not d.before.keys() <= self.clusters.keys()]
            for deed in gone:
                self.forget_deed(deed)
            self._forget_authors(ended)
            self._index_communities()

    def _learn_from(
        self, community: str, sightings: Iterable[Sighting], until_s: int, hour_of: HourOf
    ) -> None:
        """Count who reported an outage, up to `until_s`, where there was none."""
        false = {
            seen.author: seen.at_s
            for seen in sightings
            if seen.kind == REPORT and seen.author != ECHO and seen.at_s <= until_s
        }
        self.lessons += bool(false)
        for at_s in false.values():
            self.rates.learn(community, hour_of(at_s))
        self._dirty.add(RATES_KEY)

    def dirty(self) -> dict[str, bytes | None]:
        """What changed since the last call: pieces to be stored under their keys.

        A piece that is None is to be deleted.
        """
        held = {key: self._piece(key) for key in sorted(self._dirty)}
        self._dirty.clear()
        held[CLOCK_KEY] = self.tick
        encode = msgspec.json.encode
        return {key: None if piece is None else encode(piece) for key, piece in held.items()}

    def _piece(self, key: str) -> msgspec.Struct | None:
        kind, found, name = key.partition(":")
        if not found:
            return self.clusters.get(key) or self.hearings.get(key)
        if kind == "copies":
            return self._copies.get(name)
        return self._deeds.get(int(name)) if kind == "deed" else self.rates

    def restore(self, pieces: Iterable[bytes]) -> None:
        """Remember the pieces that were stored."""
        for data in pieces:
            match msgspec.json.decode(data, type=Cluster | Copies | Deed | Hearing | Rates | Tick):
                case Cluster() as cluster:
                    for part in cluster.parts.values():
                        part.recent.sort()  # earlier versions kept them as they came
                    self.clusters[cluster.id] = cluster
                    self.agenda.touch(cluster.id)
                case Copies() as copies:
                    self._copies[copies.community] = copies
                case Rates() as rates:
                    self.rates = rates
                    self.lessons += 1
                case Deed() as deed:
                    self._deeds[deed.number] = deed
                case Hearing() as hearing:
                    self.hearings[hearing.community] = hearing
                case Tick() as tick:
                    self.tick = tick
        self.index()

    def index(self) -> None:
        """Make the look-ups anew."""
        self._index_communities()
        self._by_author.clear()
        self._unlisted = set(self.clusters)
        self._list_authors()
        self._most_authors = 2 * len(self._by_author) + SPARE_AUTHORS

    def _index_communities(self) -> None:
        """Find the outage of each community: a live one goes before those that have ended."""
        self._latest.clear()
        self._order = None
        for cluster in sorted(self.clusters.values(), key=lambda c: (not c.ended, c.turned_s)):
            self._latest.update(dict.fromkeys(cluster.parts, cluster))

    def _list_authors(self) -> None:
        for name in self._unlisted & self.clusters.keys():
            for author in _authors(self.clusters[name]):
                known = self._by_author.get(author, ())
                if name not in known:
                    self._by_author[author] = (*known, name)
        self._unlisted.clear()

    def _forget_authors(self, gone: Iterable[Cluster]) -> None:
        self._list_authors()
        for cluster in gone:
            for author in _authors(cluster) & self._by_author.keys():
                named = tuple(name for name in self._by_author[author] if name != cluster.id)
                if named:
                    self._by_author[author] = named
                else:
                    del self._by_author[author]
        if len(self._by_author) > self._most_authors:  # an outage knows a sample of its authors
            self.index()


def _authors(cluster: Cluster) -> set[int]:
    return {one for part in cluster.parts.values() for one in part.authors} - {ECHO}


def _knows(cluster: Cluster, author: int) -> bool:
    return any(author in part.authors for part in cluster.parts.values())


def _copies_key(community: str) -> str:
    return f"copies:{community}"


def _deed_key(number: int) -> str:
    return f"deed:{number}"
