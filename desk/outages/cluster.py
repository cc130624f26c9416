"""A cluster of posts that is an outage: what is remembered of it, and how evidence adds up.

Times are whole seconds since 1970-01-01T00:00:00Z. The struct is the cluster's whole memory: saved
and read back, it goes on as if nothing had happened. Its size is bounded whatever is posted.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import TypeVar

import msgspec

from desk.outages.change import ENDED, Status

REPORT, SUPPORT, RESTORED, DAMAGE = range(4)
"""What a post says of its place: power is out; a danger, or when is it back; it is back; damage
outside the network, which is counted but witnesses nothing."""

ECHO = 0
"""All headlines and reposts of a cluster together count as this one author."""

KNOWN_AUTHORS = 256
"""Authors counted exactly; above it their number is estimated with an error of about 6 %."""

RECENT_SIGHTINGS = 200
"""Sightings kept one by one: more than any decision needs."""

SEEN_POSTS = 256
"""Posts remembered to notice a second copy; the intake has removed nearly all of them before."""

EVIDENCE_POSTS = 20
SLOT_S = 300
SLOTS = 12


class Sighting(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """That an author said something of the place at `at_s`; `kind` is REPORT, SUPPORT, …."""

    at_s: int
    author: int
    kind: int


class Heard(Sighting, array_like=True, frozen=True, gc=False):
    """A post as evidence. `weight` is how well it knows its position, 0 where it names none."""

    post: str
    community: str
    lat: float
    lon: float
    weight: float
    hazard: bool
    vulnerable: bool
    damage: bool
    cause: str | None
    repost: bool


S = TypeVar("S", bound=Sighting)


class Told(msgspec.Struct, array_like=True, frozen=True):
    """What the last published change said: the next one must say something else."""

    at_s: int
    posts: int
    authors: int
    marks: tuple[int, int, int, int]


class Cluster(msgspec.Struct, kw_only=True, tag="outage"):
    """Posts that make one outage; it began in the community `home`.

    `authors` maps a hash to when that author last said that power is back (0: never); it holds the
    `KNOWN_AUTHORS` smallest hashes, a fair sample of all. `lat_sum` and `lon_sum` are weighted by
    `weight_sum`. `turned_s` is when the status last changed. The newest post that
    is no repost came at `voice_s`; the newest report of an outage, and word that power is
    back, at `report_s` and `restored_s`.
    """

    id: str
    home: str
    communities: list[str]
    status: Status = "suspected"
    confirmed: bool = False
    started_s: int
    first_s: int
    last_s: int
    voice_s: int = 0
    report_s: int = 0
    restored_s: int = 0
    turned_s: int = 0
    posts: int = 0
    authors_seen: int = 0
    hazards: int = 0
    vulnerable: int = 0
    damage: int = 0
    authors: dict[int, int] = {}
    recent: list[Sighting] = []
    slots: list[tuple[int, int]] = []
    seen: list[int] = []
    evidence: list[str] = []
    causes: dict[str, int] = {}
    lat_sum: float = 0.0
    lon_sum: float = 0.0
    weight_sum: float = 0.0
    told: Told = Told(0, 0, 0, (0, 0, 0, 0))

    @property
    def ended(self) -> bool:
        """Whether the outage is over."""
        return self.status in ENDED

    @property
    def cause(self) -> str | None:
        """The cause that most of its posts name."""
        return max(self.causes, key=lambda name: (self.causes[name], name), default=None)

    @property
    def marks(self) -> tuple[int, int, int, int]:
        """What is told of as soon as it changes."""
        return (self.hazards, self.vulnerable, self.damage, len(self.communities))


def digest(text: str) -> int:
    """A number of 63 bits that stands for `text`, the same on every machine; never `ECHO`."""
    raw = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw, "big") >> 1 or 1


def gather(cluster: Cluster, heard: Heard) -> bool:
    """Add one post to the evidence; False where a copy of it is there already."""
    copy = digest(heard.post)
    if copy in cluster.seen:
        return False
    cluster.seen.append(copy)
    del cluster.seen[:-SEEN_POSTS]
    cluster.evidence.append(heard.post)
    del cluster.evidence[:-EVIDENCE_POSTS]
    cluster.posts += 1
    cluster.hazards += heard.hazard
    cluster.vulnerable += heard.vulnerable
    cluster.damage += heard.damage
    if heard.cause:
        cluster.causes[heard.cause] = cluster.causes.get(heard.cause, 0) + 1
    if heard.weight:
        cluster.lat_sum += heard.lat * heard.weight
        cluster.lon_sum += heard.lon * heard.weight
        cluster.weight_sum += heard.weight
    cluster.first_s = min(cluster.first_s, heard.at_s)
    cluster.last_s = max(cluster.last_s, heard.at_s)
    _count_slot(cluster, heard.at_s)
    if heard.kind != DAMAGE:
        _remember(cluster, heard)
    return True


def _remember(cluster: Cluster, heard: Heard) -> None:
    _count_author(cluster, heard.author, heard.at_s if heard.kind == RESTORED else 0)
    if not heard.repost:
        cluster.voice_s = max(cluster.voice_s, heard.at_s)
    if heard.kind == REPORT:
        cluster.report_s = max(cluster.report_s, heard.at_s)
    elif heard.kind == RESTORED:
        cluster.restored_s = max(cluster.restored_s, heard.at_s)
    cluster.recent.append(Sighting(heard.at_s, heard.author, heard.kind))
    if len(cluster.recent) >= 2 * RECENT_SIGHTINGS:
        cluster.recent = in_order(cluster.recent)[-RECENT_SIGHTINGS:]


def _count_author(cluster: Cluster, author: int, restored_s: int) -> None:
    """Count `author` once, however often seen.

    Distinct count in bounded memory by the k smallest hashes: Bar-Yossef et al., "Counting
    distinct elements in a data stream", RANDOM 2002.
    """
    authors = cluster.authors
    if author in authors or len(authors) < KNOWN_AUTHORS:
        authors[author] = max(authors.get(author, 0), restored_s)
        cluster.authors_seen = max(cluster.authors_seen, len(authors))
        return
    largest = max(authors)
    if author < largest:
        del authors[largest]
        authors[author] = restored_s
        estimate = int((KNOWN_AUTHORS - 1) * (1 << 63) / max(authors))
        cluster.authors_seen = max(cluster.authors_seen, estimate)


def _count_slot(cluster: Cluster, at_s: int) -> None:
    counts = dict(cluster.slots)
    slot = at_s // SLOT_S
    counts[slot] = counts.get(slot, 0) + 1
    oldest = max(counts) - SLOTS
    cluster.slots = [(key, count) for key, count in counts.items() if key > oldest]


def trend(cluster: Cluster, now_s: int) -> tuple[int, ...]:
    """Posts in the `SLOTS` spans of five minutes up to `now_s`, newest last."""
    counts = dict(cluster.slots)
    newest = now_s // SLOT_S
    return tuple(counts.get(slot, 0) for slot in range(newest - SLOTS + 1, newest + 1))


def in_order(sightings: Iterable[S]) -> list[S]:
    """`sightings` by time; the order of arrival makes no difference."""
    return sorted(sightings, key=lambda seen: (seen.at_s, seen.author, seen.kind))
