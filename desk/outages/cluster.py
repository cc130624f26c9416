"""A cluster of posts that is an outage: what is remembered of it, and how evidence adds up.

Times are whole seconds since 1970-01-01T00:00:00Z. The struct is the cluster's whole memory: saved
and read back, it goes on as if nothing had happened. Its size is bounded whatever is posted.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from desk.outages.change import ENDED, Status
from desk.outages.onset import FRESH_S, LASTING_S

REPORT, SUPPORT, RESTORED, DAMAGE = range(4)
"""What a post says of its place: power is out; a danger, or when is it back; it is back; damage
outside the network, which is counted but witnesses nothing."""

ECHO = 0
"""All headlines and reposts of a cluster together count as this one author."""

LIKELY = ("likely", "confirmed", "restoring")
"""What an open outage is of which the desk is sure."""

KNOWN_AUTHORS = 256
"""At least so many authors are known; of more their number is estimated, within some 6 %."""

RECENT_SIGHTINGS = 200
"""Sightings kept one by one: more than any decision needs."""

SEEN_POSTS = 256
"""At least so many posts are remembered to notice a second copy; the intake has removed nearly all
of them before."""

EVIDENCE_POSTS = 20
READ_A_MINUTE = 5
"""Posts of a community that are read for the times they tell: work stays bounded in the largest
outage."""

QUOTES = 15
"""People whose quoted times of restoration are remembered, the newest."""

QUOTED_S = 6 * 3600
"""What somebody was told so long ago is no estimate any more."""

FEWEST_QUOTES = 2
SLOT_S = 300
SLOTS = 12

HALF_LIFE_SLOTS = 72
"""What an outage once had counts half after six hours: much of it is back by then."""

FADING = 0.5 ** (1 / HALF_LIFE_SLOTS)


class Sighting(msgspec.Struct, array_like=True, frozen=True, gc=False, order=True):
    """That an author said something of the place at `at_s`; `kind` is REPORT, SUPPORT, …."""

    at_s: int
    author: int
    kind: int


class Heard(Sighting, array_like=True, frozen=True, gc=False):
    """A post as evidence. `weight` is how well it knows its position, 0 where it names none.

    `copy` is the digest of its id; `etr_s` the time of restoration that it quotes, `onset_s` when
    it says that power went, 0 without. `announced` are the customers that a headline counts, 1
    where it counts those who still are without.
    """

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
    copy: int
    etr_s: int = 0
    onset_s: int = 0
    announced: int = 0


S = TypeVar("S", bound=Sighting)


class Told(msgspec.Struct, array_like=True, frozen=True):
    """What the last published change said: the next one must say something else."""

    at_s: int
    posts: int
    authors: int
    marks: tuple[int, int, int, int, int]


class Part(msgspec.Struct, kw_only=True):
    """What is known of an outage in one of its communities, which it reached at `started_s`.

    `recent` is in order of time.

    `authors` maps a hash to when that author last said that power is back (0: never); of many
    it holds those with a hash up to `largest`, a fair sample of all. `lat_sum` and `lon_sum` are
    weighted by `weight_sum`. The newest post that is no repost came at `voice_s`; the newest report
    of an outage, word that power is back, and an announcement at `report_s`, `restored_s` and
    `announced_s`; the most customers announced are `announced_most`. `quotes` maps an
    author to when they wrote of a time of restoration, and which. By spans of five minutes `slots`
    counts posts, `reports` those that report an outage, and of those that were read `fresh` and
    `lasting` who has just lost power and who lacks it for long. `peak` is the most reports in ten
    minutes (desk/outages/waves.py) as of the slot `faded`; of the minute `read_at`, `read` posts
    were read for times.
    """

    started_s: int
    first_s: int
    last_s: int = 0
    voice_s: int = 0
    report_s: int = 0
    restored_s: int = 0
    announced_s: int = 0
    announced_most: int = 0
    posts: int = 0
    authors_seen: int = 0
    hazards: int = 0
    vulnerable: int = 0
    damage: int = 0
    authors: dict[int, int] = {}
    recent: list[Sighting] = []
    slots: dict[int, int] = {}
    reports: dict[int, int] = {}
    fresh: dict[int, int] = {}
    lasting: dict[int, int] = {}
    evidence: list[tuple[int, str]] = []
    causes: dict[str, int] = {}
    quotes: dict[int, tuple[int, int]] = {}
    lat_sum: float = 0.0
    lon_sum: float = 0.0
    weight_sum: float = 0.0
    largest: int = 0
    peak: float = 0.0
    faded: int = 0
    read_at: int = 0
    read: int = 0


class Cluster(msgspec.Struct, kw_only=True, tag="outage"):
    """Posts that make one outage, in parts by community; `seen` holds digests of posts.

    `turned_s` is when the status last changed, `sure_s` when it first was more than suspected.
    What people said of it: it is `confirmed` or was `dismissed`, `verifying` is checking it,
    `unverifiable` could not find out, `oms` is its id in the utility's own list; its posts now
    belong to the outage `merged_into`.
    """

    id: str
    parts: dict[str, Part]
    status: Status = "suspected"
    confirmed: bool = False
    dismissed: bool = False
    verifying: str | None = None
    unverifiable: str | None = None
    oms: str | None = None
    merged_into: str | None = None
    turned_s: int = 0
    sure_s: int = 0
    seen: dict[int, int] = {}
    told: Told = Told(0, 0, 0, (0, 0, 0, 0, 0))

    @property
    def ended(self) -> bool:
        """Whether the outage is over."""
        return self.status in ENDED

    @property
    def has_peaks(self) -> bool:
        """Whether it is remembered how many reports there were: while it is open, and likely."""
        return self.status in LIKELY

    @property
    def communities(self) -> tuple[str, ...]:
        """Ids of the communities that it has reached."""
        return tuple(sorted(self.parts))

    @property
    def started_s(self) -> int:
        """When the first of its communities was reached."""
        return min([part.started_s for part in self.parts.values()])

    @property
    def whole(self) -> Part:
        """All parts as one; with one part, that part itself."""
        if len(self.parts) == 1:
            return next(iter(self.parts.values()))
        return together(self.parts.values())


def cause_named(part: Part) -> str | None:
    """The cause that most of its posts name."""
    return max(part.causes, key=lambda name: (part.causes[name], name), default=None)


def may_read(part: Part, now_s: int) -> bool:
    """Whether one more post of this minute is read for a time of restoration."""
    minute = now_s // 60
    if part.read_at != minute:
        part.read_at, part.read = minute, 0
    elif part.read >= READ_A_MINUTE:
        return False
    part.read += 1
    return True


def turn(cluster: Cluster, status: Status, at_s: int) -> None:
    """Give an outage another status."""
    if status == cluster.status:
        return
    slot = at_s // SLOT_S
    for part in cluster.parts.values():
        if cluster.has_peaks:
            fade(part, slot)
        elif cluster.ended:
            part.peak = 0.0  # most of it is back
        part.faded = slot
    cluster.status = status
    cluster.turned_s = at_s


def fade(part: Part, slot: int) -> None:
    """Bring `peak` up to a slot: what was counted up to now fades, or is more than there was."""
    reports, peak = part.reports.get, part.peak
    for at in range((part.faded or slot) + 1, slot + 1):
        before = reports(at - 3, 0) + reports(at - 4, 0)
        peak *= FADING
        if before > peak:
            peak = before
    part.peak, part.faded = peak, slot


def newest_of(seen: dict[int, int]) -> dict[int, int]:
    """`seen` without the posts that came first, where it holds more than it must."""
    return dict(list(seen.items())[-SEEN_POSTS:])


def etr_quoted(part: Part, now_s: int) -> int:
    """The time of restoration that most people quote of late, in seconds since 1970; 0: none.

    Times that have passed are none any more; of two that as many quote, the newer word counts.
    """
    if len(part.quotes) < FEWEST_QUOTES:
        return 0
    votes: dict[int, tuple[int, int]] = {}
    for at_s, etr_s in part.quotes.values():
        if etr_s > now_s and at_s > now_s - QUOTED_S:
            count, newest_s = votes.get(etr_s, (0, 0))
            votes[etr_s] = (count + 1, max(newest_s, at_s))
    best = max(votes, key=lambda etr_s: (*votes[etr_s], etr_s), default=0)
    return best if best and votes[best][0] >= FEWEST_QUOTES else 0


def digest(text: str) -> int:
    """A number of 61 bits that stands for `text`, the same on every machine; never `ECHO`.

    The bytes as a number modulo a prime, spread by a factor (Karp and Rabin, "Efficient randomized
    pattern-matching algorithms", 1987): a third of the time of a cryptographic hash, which would
    be no safer without a secret.
    """
    return int.from_bytes(text.encode("utf-8", "surrogatepass")) * _SPREAD % _PRIME or 1


_PRIME = (1 << 61) - 1
_SPREAD = 0x1D8AF066F8F36D91


def gather(cluster: Cluster, heard: Heard, slot: int) -> Part | None:
    """Add one post to the evidence, in the part that is returned; None where a copy is there.

    `slot` is the span of five minutes that it is now.
    """
    seen = cluster.seen
    if heard.copy in seen:
        return None
    seen[heard.copy] = heard.at_s
    if len(seen) >= 2 * SEEN_POSTS:
        cluster.seen = newest_of(seen)
    part = cluster.parts.get(heard.community) or _part_of(cluster, heard)
    at_s = heard.at_s
    part.evidence.append((at_s, heard.post))
    if len(part.evidence) >= 2 * EVIDENCE_POSTS:
        del part.evidence[:-EVIDENCE_POSTS]
    part.posts += 1
    _count(part.slots, at_s)
    if at_s < part.first_s:
        part.first_s = at_s
    if at_s > part.last_s:
        part.last_s = at_s
    weight = heard.weight
    if weight:
        part.lat_sum += heard.lat * weight
        part.lon_sum += heard.lon * weight
        part.weight_sum += weight
    if heard.onset_s:
        _date(part, heard)
    if heard.announced:
        part.announced_s = max(part.announced_s, at_s)
        part.announced_most = max(part.announced_most, heard.announced)
    if heard.hazard or heard.vulnerable or heard.damage or heard.cause or heard.etr_s:
        _mark(part, heard)
    if heard.kind != DAMAGE:
        if part.faded != slot and cluster.status in LIKELY:
            fade(part, slot)
        _remember(part, heard)
    return part


def _count(counts: dict[int, int], at_s: int) -> None:
    """Count one more in its span of five minutes; the oldest spans go."""
    slot = at_s // SLOT_S
    if slot in counts:
        counts[slot] += 1
        return
    counts[slot] = 1
    if len(counts) > 2 * SLOTS:
        oldest = max(counts) - SLOTS
        for old in [key for key in counts if key <= oldest]:
            del counts[old]


def _date(part: Part, heard: Heard) -> None:
    """Count who has just lost power, and who lacks it for long."""
    if heard.kind != REPORT or heard.repost:
        return
    without_s = heard.at_s - heard.onset_s
    if without_s <= FRESH_S:
        _count(part.fresh, heard.at_s)
    elif without_s >= LASTING_S:
        _count(part.lasting, heard.at_s)


def _mark(part: Part, heard: Heard) -> None:
    part.hazards += heard.hazard
    part.vulnerable += heard.vulnerable
    part.damage += heard.damage
    if heard.cause:
        part.causes[heard.cause] = part.causes.get(heard.cause, 0) + 1
    if heard.etr_s:
        part.quotes[heard.author] = max(
            part.quotes.get(heard.author, (0, 0)), (heard.at_s, heard.etr_s)
        )
        if len(part.quotes) > QUOTES:
            del part.quotes[min(part.quotes, key=lambda author: part.quotes[author])]


def _part_of(cluster: Cluster, heard: Heard) -> Part:
    """Where a post without a place belongs: where its author has been heard."""
    known = (part for part in cluster.parts.values() if heard.author in part.authors)
    return next(known, None) or next(iter(cluster.parts.values()))


def together(parts: Iterable[Part]) -> Part:
    """What is known of several parts, as of one."""
    parts = list(parts)
    whole = Part(
        started_s=min(part.started_s for part in parts),
        first_s=min(part.first_s for part in parts),
    )
    for part in parts:
        for name in _SUMMED:
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
        for name in _LATEST:
            setattr(whole, name, max(getattr(whole, name), getattr(part, name)))
        for cause, count in part.causes.items():
            whole.causes[cause] = whole.causes.get(cause, 0) + count
        for slot, count in part.slots.items():
            whole.slots[slot] = whole.slots.get(slot, 0) + count
        whole.quotes |= part.quotes
        for author, restored_s in part.authors.items():
            whole.authors[author] = max(whole.authors.get(author, 0), restored_s)
    whole.recent = sorted(seen for part in parts for seen in part.recent)
    whole.evidence = [post for part in parts for post in part.evidence]
    largest = min((part.largest for part in parts if part.largest), default=0)
    whole.authors_seen = len(whole.authors)
    if largest:
        whole.largest = largest
        whole.authors = {one: at_s for one, at_s in whole.authors.items() if one <= largest}
        whole.authors_seen = _estimate(len(whole.authors), largest)
    return whole


def joined(one: Part, other: Part, slot: int) -> Part:
    """Two parts of one community as one that goes on from the span of five minutes `slot`."""
    fade(one, slot)
    fade(other, slot)
    whole = together((one, other))
    for name in ("reports", "fresh", "lasting"):
        counts = getattr(whole, name)
        for part in (one, other):
            for at, count in getattr(part, name).items():
                counts[at] = counts.get(at, 0) + count
    whole.evidence.sort()
    whole.peak, whole.faded = max(one.peak, other.peak), slot
    return whole


_SUMMED = ("posts", "hazards", "vulnerable", "damage", "lat_sum", "lon_sum", "weight_sum")
_LATEST = ("last_s", "voice_s", "report_s", "restored_s", "announced_s", "announced_most")


def _remember(part: Part, heard: Heard) -> None:
    at_s, author, kind = heard.at_s, heard.author, heard.kind
    authors = part.authors
    if author not in authors or kind == RESTORED:
        count_author(part, author, at_s if kind == RESTORED else 0)
    if at_s > part.voice_s and not heard.repost:
        part.voice_s = at_s
    if kind == REPORT:
        if not heard.repost:
            _count(part.reports, at_s)
        if at_s > part.report_s:
            part.report_s = at_s
    elif kind == RESTORED and at_s > part.restored_s:
        part.restored_s = at_s
    recent, seen = part.recent, Sighting(at_s, author, kind)
    if recent and at_s <= recent[-1].at_s and seen < recent[-1]:
        insort(recent, seen)
    else:
        recent.append(seen)
    if len(recent) >= 2 * RECENT_SIGHTINGS:
        del recent[:-RECENT_SIGHTINGS]


def count_author(part: Part, author: int, restored_s: int) -> None:
    """Count `author` once, however often seen.

    Distinct count in bounded memory by a sample of the smallest hashes: Flajolet, "On adaptive
    sampling", Computing 43, 1990.
    """
    authors = part.authors
    if author in authors:
        authors[author] = max(authors[author], restored_s)
        return
    if part.largest and author > part.largest:
        return
    authors[author] = restored_s
    if len(authors) >= 2 * KNOWN_AUTHORS:
        kept = sorted(authors)[:KNOWN_AUTHORS]
        part.authors = {one: authors[one] for one in kept}
        part.largest = kept[-1]
    counted = _estimate(len(part.authors), part.largest) if part.largest else len(authors)
    if counted > part.authors_seen:
        part.authors_seen = counted


def _estimate(known: int, largest: int) -> int:
    """How many authors there are when so many have hashes up to the `largest` that is kept."""
    return int(known * _PRIME / largest)


def trend(part: Part, now_s: int) -> tuple[int, ...]:
    """Posts in the `SLOTS` spans of five minutes up to `now_s`, newest last."""
    counts = part.slots
    newest = now_s // SLOT_S
    return tuple(counts.get(slot, 0) for slot in range(newest - SLOTS + 1, newest + 1))


def since(said: Part, at_s: int) -> list[Sighting]:
    """What was said at `at_s` or later."""
    return said.recent[bisect_left(said.recent, Sighting(at_s, ECHO, REPORT)) :]


def in_order(sightings: Iterable[S]) -> list[S]:
    """`sightings` by time; the order of arrival makes no difference."""
    return sorted(sightings, key=lambda seen: (seen.at_s, seen.author, seen.kind))
