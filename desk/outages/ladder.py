"""When a cluster of reports climbs or falls a rung: suspected, likely, restoring, restored.

Pure: a cluster, its need of witnesses and a time in, a status out. Thresholds to rise and to fall
lie apart, so that an outage near one of them does not flap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import exp

from desk.outages.change import Status
from desk.outages.cluster import REPORT, RESTORED, Cluster, Part, S, Sighting, since
from desk.outages.witnesses import densest, most, weigh

WINDOWS_S = (10 * 60, 3600, 6 * 3600, 24 * 3600)
"""Witnesses of a large outage speak up within minutes, those of a small one over hours or a day."""

SUSPECTED_WINDOW_S = 30 * 60

FALSE_ALARMS_PER_DAY = 0.25
"""Allowed over the whole territory: one false outage in four calm days."""

FEWEST_WITNESSES = 3
"""Below it one household with two accounts could make an outage."""

WITNESSES_MORE, MOST_MORE = 1, 2
"""... and each longer window asks for at least one more, up to two: errors of a day are less
independent than Poisson has it, such as two people who answer one post."""

ANNOUNCED_S, ANNOUNCED_WITNESSES = 6 * 3600, 3
"""Within so long of a headline that counts customers without power, it and two people are enough
wherever and whenever they speak up: who counts customers knows."""

LEAST_LIKELY = min(FEWEST_WITNESSES, ANNOUNCED_WITNESSES)
"""Fewer witnesses make no outage likely, wherever they speak up."""

SUSPECTED_WITNESSES = 2
SUSPECTED_SILENCE_S = 2 * 3600
SUSPECTED_CONFIDENCE = 0.49
"""A suspected outage is never shown as more likely than not."""

VOICES_S = 30 * 60
"""Voices for and against restoration are compared over this span."""

RESTORING_VOICES = 2
RESTORED_RATIO = 3
"""An outage is over when three times as many say that power is back as still report it gone:
large ones come back in parts, and the first part's thanks drown the others' complaints."""

OWN_SHARE = 0.5
"""... or when half of all its own authors have said so."""

DWELL_S = 15 * 60
"""A status between likely and restored holds this long at least: no flapping."""

REPORTS_SILENCE_S = 30 * 60
"""While power is coming back, so long without a report of its lack means that it is back."""

SILENCE_S = (6 * 3600, 12 * 3600)
"""Silence ends an outage: people go quiet long before power is back, and sleep, so hours; half of
the outages of a real wind storm lasted over 3.3 hours, a tenth over 31."""

SILENCE_GAPS = 10
"""... and within these bounds after ten times the usual gap between its posts."""

Need = tuple[tuple[int, int], ...]
"""Pairs of a window in seconds and the witnesses that make an outage likely within it."""


def witnesses_needed(communities: int) -> Callable[[float], Need]:
    """How many witnesses make an outage likely where so many false authors a second are usual.

    False authors come as a Poisson process. In a day each of the `communities` gets two overlapping
    windows of each length all along; the need is the least count that chance reaches in fewer than
    the allowed false alarms of all these windows.
    """
    windows = sum(2 * 24 * 3600 / window_s for window_s in WINDOWS_S) * max(communities, 1)

    def need(per_s: float) -> Need:
        needs = []
        for longer, window_s in enumerate(WINDOWS_S):
            least = rare(per_s * window_s, FALSE_ALARMS_PER_DAY / windows)
            more = min(WITNESSES_MORE * longer, MOST_MORE)
            needs.append((window_s, max(least, FEWEST_WITNESSES + more)))
        return tuple(needs)

    return need


def need_announced(need: Need) -> Need:
    """`need` of a place where a headline has counted customers without power."""
    return tuple(
        (window_s, min(least, ANNOUNCED_WITNESSES) if window_s <= ANNOUNCED_S else least)
        for window_s, least in need
    )


def fell_silent(cluster: Cluster) -> bool:
    """Whether an outage was never more than suspected, and nothing but silence dismissed it."""
    return cluster.status == "dismissed" and not cluster.dismissed and cluster.merged_into is None


def rare(mean: float, allowed: float) -> int:
    """The least count that a Poisson variable reaches with at most the `allowed` chance."""
    term, count, above = exp(-mean), 0, 1.0
    while above > allowed and count < 1000:
        above -= term
        count += 1
        term *= mean / count
    return count


def too_few(sightings: Iterable[Sighting]) -> bool:
    """Whether so few report an outage that there is none, whatever a place needs."""
    return len({seen.author for seen in sightings if seen.kind == REPORT}) < SUSPECTED_WITNESSES


def rung(
    sightings: Iterable[S], around_s: int, need: Need, more: float = 0
) -> tuple[Status | None, list[S]]:
    """What the witnesses around a time make of a place, and the span in which they speak.

    None is less than an outage. At least two witnesses must report one, and all but one of those
    that are needed: dangers alone are none, and of a storm's photographs there are many.
    `more` witnesses are needed where an outage has just ended.
    """
    held = list(sightings)
    most_witnesses, most_reports = most(held)
    if most_reports < SUSPECTED_WITNESSES + more:
        return None, []
    for window_s, fewest in need:
        if most_witnesses < fewest + more:
            continue
        span = densest(held, around_s, window_s)
        witnesses, reports = weigh(span)
        if witnesses >= fewest + more and reports >= max(fewest - 1, SUSPECTED_WITNESSES) + more:
            return "likely", span
    span = densest(held, around_s, SUSPECTED_WINDOW_S)
    if weigh(span)[1] >= SUSPECTED_WITNESSES + more:
        return "suspected", span
    return None, []


def confidence(cluster: Cluster, said: Part, need: Need) -> float:
    """How sure the desk is, in 0-1: a half with just the authors it needs, 1 when confirmed.

    `said` is its `whole`.
    """
    if cluster.confirmed:
        return 1.0
    sure: float = 1 - 0.5 ** (said.authors_seen / need[0][1])
    return min(sure, SUSPECTED_CONFIDENCE) if cluster.status == "suspected" else sure


def voices(said: Part, now_s: int) -> tuple[int, int]:
    """Authors whose last word of late is that power is back, and those who still lack it."""
    late = since(said, now_s - VOICES_S + 1)
    last = {seen.author: seen.kind == RESTORED for seen in late}
    back = sum(last.values())
    return back, len(last) - back


def silence_s(said: Part, *, confirmed: bool) -> int:
    """How long nobody must speak of an outage until it is taken to be over; reposts are nobody."""
    gap_s = (said.last_s - said.first_s) // max(said.posts - 1, 1)
    shortest_s, longest_s = SILENCE_S
    limit_s = min(max(SILENCE_GAPS * gap_s, shortest_s), longest_s)
    return 2 * limit_s if confirmed else limit_s


def settle(cluster: Cluster, said: Part, now_s: int) -> Status:
    """The status of a published outage at `now_s`, as voices of restoration and silence have it.

    `said` is its `whole`.
    """
    status = cluster.status
    if status == "suspected":
        return "dismissed" if now_s - said.voice_s > SUSPECTED_SILENCE_S else status
    quiet_s = now_s - said.voice_s
    if quiet_s > SILENCE_S[0] and quiet_s > silence_s(said, confirmed=cluster.confirmed):
        return "restored"
    if now_s - cluster.turned_s < DWELL_S:
        return status
    if status == "restoring":
        return _settle_restoring(said, now_s, confirmed=cluster.confirmed)
    if said.restored_s <= now_s - VOICES_S:
        return status
    back, gone = voices(said, now_s)
    return "restoring" if back >= RESTORING_VOICES and (back >= gone or _most(said)) else status


def restored_parts(cluster: Cluster, now_s: int) -> list[str]:
    """The communities of an outage that are restored while others still report its lack."""
    if len(cluster.parts) == 1 or now_s - cluster.turned_s < DWELL_S:
        return []
    over = [
        name
        for name, part in cluster.parts.items()
        if part.restored_s > part.report_s
        and _settle_restoring(part, now_s, confirmed=False) == "restored"
    ]
    others = [part for name, part in cluster.parts.items() if name not in over]
    goes_on = any(part.report_s > now_s - VOICES_S for part in others)
    return over if goes_on else []


def _settle_restoring(said: Part, now_s: int, *, confirmed: bool) -> Status:
    quiet_s = now_s - said.report_s
    if quiet_s > REPORTS_SILENCE_S or (quiet_s > DWELL_S and _most(said)):
        return "restored"
    back, gone = voices(said, now_s)
    if back >= RESTORING_VOICES and back >= RESTORED_RATIO * gone:
        return "restored"
    if gone > RESTORED_RATIO * back:
        return "confirmed" if confirmed else "likely"
    return "restoring"


def _most(said: Part) -> bool:
    """Whether half of an outage's own authors have said that power is back."""
    own = len(said.authors) - list(said.authors.values()).count(0)
    return own >= RESTORING_VOICES and own >= OWN_SHARE * len(said.authors)
