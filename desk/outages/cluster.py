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


class Part(msgspec.Struct, kw_only=True):
    """What is known of an outage in one of its communities, which it reached at `started_s`.

    `authors` maps a hash to when that author last said that power is back (0: never); it holds the
    `KNOWN_AUTHORS` smallest hashes, a fair sample of all. `lat_sum` and `lon_sum` are weighted by
    `weight_sum`. The newest post that is no repost came at `voice_s`; the newest report of an
    outage, and word that power is back, at `report_s` and `restored_s`.
    """

    started_s: int
    first_s: int
    last_s: int = 0
    voice_s: int = 0
    report_s: int = 0
    restored_s: int = 0
    posts: int = 0
    authors_seen: int = 0
    hazards: int = 0
    vulnerable: int = 0
    damage: int = 0
    authors: dict[int, int] = {}
    recent: list[Sighting] = []
    slots: list[tuple[int, int]] = []
    evidence: list[tuple[int, str]] = []
    causes: dict[str, int] = {}
    lat_sum: float = 0.0
    lon_sum: float = 0.0
    weight_sum: float = 0.0
    levels: list[tuple[int, int]] = []
    peak: float = 0.0


class Cluster(msgspec.Struct, kw_only=True, tag="outage"):
    """Posts that make one outage, in parts by community; `seen` holds digests of posts.

    `turned_s` is when the status last changed. What people said of it: it is `confirmed` or was
    `dismissed`, `verifying` is checking it, `oms` is its id in the utility's own list; its posts
    now belong to the outage `merged_into`.
    """

    id: str
    parts: dict[str, Part]
    status: Status = "suspected"
    confirmed: bool = False
    dismissed: bool = False
    verifying: str | None = None
    oms: str | None = None
    merged_into: str | None = None
    turned_s: int = 0
    seen: list[int] = []
    told: Told = Told(0, 0, 0, (0, 0, 0, 0))

    @property
    def ended(self) -> bool:
        """Whether the outage is over."""
        return self.status in ENDED

    @property
    def communities(self) -> tuple[str, ...]:
        """Ids of the communities that it has reached."""
        return tuple(sorted(self.parts))

    @property
    def started_s(self) -> int:
        """When the first of its communities was reached."""
        return min(part.started_s for part in self.parts.values())

    @property
    def whole(self) -> Part:
        """All parts as one; with one part, that part itself."""
        if len(self.parts) == 1:
            return next(iter(self.parts.values()))
        return together(self.parts.values())


def cause_named(part: Part) -> str | None:
    """The cause that most of its posts name."""
    return max(part.causes, key=lambda name: (part.causes[name], name), default=None)


def digest(text: str) -> int:
    """A number of 63 bits that stands for `text`, the same on every machine; never `ECHO`."""
    raw = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw, "big") >> 1 or 1


def gather(cluster: Cluster, heard: Heard) -> Part | None:
    """Add one post to the evidence, in the part that is returned; None where a copy is there."""
    copy = digest(heard.post)
    if copy in cluster.seen:
        return None
    cluster.seen.append(copy)
    del cluster.seen[:-SEEN_POSTS]
    part = _part_of(cluster, heard)
    part.evidence.append((heard.at_s, heard.post))
    del part.evidence[:-EVIDENCE_POSTS]
    part.posts += 1
    part.hazards += heard.hazard
    part.vulnerable += heard.vulnerable
    part.damage += heard.damage
    if heard.cause:
        part.causes[heard.cause] = part.causes.get(heard.cause, 0) + 1
    if heard.weight:
        part.lat_sum += heard.lat * heard.weight
        part.lon_sum += heard.lon * heard.weight
        part.weight_sum += heard.weight
    part.first_s = min(part.first_s, heard.at_s)
    part.last_s = max(part.last_s, heard.at_s)
    _count_slot(part, heard.at_s)
    if heard.kind != DAMAGE:
        _remember(part, heard)
    return part


def _part_of(cluster: Cluster, heard: Heard) -> Part:
    """Where a post belongs: in its community, or where its author has been heard."""
    here = cluster.parts.get(heard.community)
    known = (part for part in cluster.parts.values() if heard.author in part.authors)
    return here or next(known, None) or next(iter(cluster.parts.values()))


def together(parts: Iterable[Part]) -> Part:
    """What is known of several parts, as of one."""
    parts = list(parts)
    whole = Part(
        started_s=min(part.started_s for part in parts),
        first_s=min(part.first_s for part in parts),
    )
    slots: dict[int, int] = {}
    for part in parts:
        for name in _SUMMED:
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
        for name in _LATEST:
            setattr(whole, name, max(getattr(whole, name), getattr(part, name)))
        for cause, count in part.causes.items():
            whole.causes[cause] = whole.causes.get(cause, 0) + count
        for slot, count in part.slots:
            slots[slot] = slots.get(slot, 0) + count
        for author, restored_s in part.authors.items():
            whole.authors[author] = max(whole.authors.get(author, 0), restored_s)
    whole.slots = sorted(slots.items())
    whole.recent = in_order(seen for part in parts for seen in part.recent)
    whole.evidence = sorted(post for part in parts for post in part.evidence)[-EVIDENCE_POSTS:]
    fewest = max(part.authors_seen for part in parts)
    if any(len(part.authors) == KNOWN_AUTHORS for part in parts):
        kept = sorted(whole.authors)[:KNOWN_AUTHORS]
        whole.authors = {author: whole.authors[author] for author in kept}
        whole.authors_seen = max(fewest, _estimate(kept[-1]))
    else:
        whole.authors_seen = len(whole.authors)
    return whole


_SUMMED = ("posts", "hazards", "vulnerable", "damage", "lat_sum", "lon_sum", "weight_sum")
_LATEST = ("last_s", "voice_s", "report_s", "restored_s")


def _remember(part: Part, heard: Heard) -> None:
    count_author(part, heard.author, heard.at_s if heard.kind == RESTORED else 0)
    if not heard.repost:
        part.voice_s = max(part.voice_s, heard.at_s)
    if heard.kind == REPORT:
        part.report_s = max(part.report_s, heard.at_s)
    elif heard.kind == RESTORED:
        part.restored_s = max(part.restored_s, heard.at_s)
    part.recent.append(Sighting(heard.at_s, heard.author, heard.kind))
    if len(part.recent) >= 2 * RECENT_SIGHTINGS:
        part.recent = in_order(part.recent)[-RECENT_SIGHTINGS:]


def count_author(part: Part, author: int, restored_s: int) -> None:
    """Count `author` once, however often seen.

    Distinct count in bounded memory by the k smallest hashes: Bar-Yossef et al., "Counting
    distinct elements in a data stream", RANDOM 2002.
    """
    authors = part.authors
    if author in authors or len(authors) < KNOWN_AUTHORS:
        authors[author] = max(authors.get(author, 0), restored_s)
        part.authors_seen = max(part.authors_seen, len(authors))
        return
    largest = max(authors)
    if author < largest:
        del authors[largest]
        authors[author] = restored_s
        part.authors_seen = max(part.authors_seen, _estimate(max(authors)))


def _estimate(largest: int) -> int:
    """How many authors there are when the `KNOWN_AUTHORS` smallest hashes end with this one."""
    return int((KNOWN_AUTHORS - 1) * (1 << 63) / largest)


def _count_slot(part: Part, at_s: int) -> None:
    counts = dict(part.slots)
    slot = at_s // SLOT_S
    counts[slot] = counts.get(slot, 0) + 1
    oldest = max(counts) - SLOTS
    part.slots = [(key, count) for key, count in counts.items() if key > oldest]


def trend(part: Part, now_s: int) -> tuple[int, ...]:
    """Posts in the `SLOTS` spans of five minutes up to `now_s`, newest last."""
    counts = dict(part.slots)
    newest = now_s // SLOT_S
    return tuple(counts.get(slot, 0) for slot in range(newest - SLOTS + 1, newest + 1))


def in_order(sightings: Iterable[S]) -> list[S]:
    """`sightings` by time; the order of arrival makes no difference."""
    return sorted(sightings, key=lambda seen: (seen.at_s, seen.author, seen.kind))
