"""When a cluster of reports climbs or falls a rung: suspected, likely, restoring, restored.

Pure: a cluster, its need of witnesses and a time in, a status out. Thresholds to rise and to fall
lie apart, so that an outage near one of them does not flap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp

from desk.outage import Status
from desk.outage_cluster import RESTORED, Cluster, Sighting, in_order, weigh

WINDOW_S = 30 * 60
"""Witnesses of one outage speak up within half an hour, or it is too small to tell from noise."""

FALSE_AUTHORS_PER_10K_CUSTOMERS_HOUR = 0.02
"""Authors who seem to report an outage of a place on a day without one: of 10,000 customers some
3,000 post, about one public post a day each; a few in 100,000 fool the rules and name the place."""

FALSE_ALARMS_PER_DAY = 0.25
"""Allowed over the whole territory: one false outage in four calm days."""

FEWEST_WITNESSES = 3
"""Below it one household with two accounts could make an outage."""

SUSPECTED_WITNESSES = 2
SUSPECTED_SILENCE_S = 60 * 60

SUSPECTED_CONFIDENCE = 0.49
"""A suspected outage is never shown as more likely than not."""

RESTORED_SPAN_S = 45 * 60
"""Voices for and against restoration are compared over this span."""

RESTORING_VOICES = 2
RESTORED_VOICES = 3
RESTORED_RATIO = 2
"""An outage is over when twice as many say that power is back as still report it gone."""

OWN_SHARE = 0.5
"""... or when half of all its own authors have said so."""

RESTORING_SILENCE_S = 45 * 60
SILENCE_S = (2 * 3600, 5 * 3600)
"""Silence ends an outage: people go quiet long before power is back, so hours, not minutes."""

SILENCE_GAPS = 10
"""... and within these bounds after ten times the usual gap between its posts."""


def witnesses_needed(communities: int) -> Callable[[int], int]:
    """How many witnesses make an outage likely in a community of so many customers.

    False authors come as a Poisson process whose mean grows with the customers. In a day each of
    the `communities` gets two overlapping windows each `WINDOW_S`; the need is the least count that
    chance reaches in fewer than `FALSE_ALARMS_PER_DAY` of all these windows.
    """
    windows = 2 * 24 * 3600 / WINDOW_S * max(communities, 1)
    allowed = FALSE_ALARMS_PER_DAY / windows

    def need(customers: int) -> int:
        mean = FALSE_AUTHORS_PER_10K_CUSTOMERS_HOUR * customers / 10_000 * WINDOW_S / 3600
        term, count, above = exp(-mean), 0, 1.0
        while above > allowed and count < 1000:
            above -= term
            count += 1
            term *= mean / count
        return max(count, FEWEST_WITNESSES)

    return need


def rung(span: Sequence[Sighting], need: int) -> Status | None:
    """What the witnesses of one span of `WINDOW_S` make of it; None is less than an outage.

    At least two of them must report an outage: dangers alone are none.
    """
    witnesses, reports = weigh(span)
    if reports < SUSPECTED_WITNESSES:
        return None
    return "likely" if witnesses >= need else "suspected"


def confidence(cluster: Cluster, need: int) -> float:
    """How sure the desk is, in 0-1: a half with just the authors it needs, 1 when confirmed."""
    if cluster.confirmed:
        return 1.0
    sure: float = 1 - 0.5 ** (cluster.authors_seen / need)
    return min(sure, SUSPECTED_CONFIDENCE) if cluster.status == "suspected" else sure


def voices(cluster: Cluster, now_s: int) -> tuple[int, int]:
    """Authors whose last word of late is that power is back, and those who still lack it."""
    last = {
        seen.author: seen.kind == RESTORED
        for seen in in_order(cluster.recent)
        if seen.at_s > now_s - RESTORED_SPAN_S
    }
    back = sum(last.values())
    return back, len(last) - back


def silence_s(cluster: Cluster) -> int:
    """How long nobody must speak of an outage until it is taken to be over."""
    gap_s = (cluster.last_s - cluster.first_s) // max(cluster.posts - 1, 1)
    shortest_s, longest_s = SILENCE_S
    limit_s = min(max(SILENCE_GAPS * gap_s, shortest_s), longest_s)
    return 2 * limit_s if cluster.confirmed else limit_s


def settle(cluster: Cluster, now_s: int, need: int) -> Status:
    """The status of a published outage at `now_s`, as voices of restoration and silence have it."""
    status = cluster.status
    if status == "suspected":
        return "dismissed" if now_s - cluster.last_s > SUSPECTED_SILENCE_S else status
    if now_s - cluster.last_s > silence_s(cluster):
        return "restored"
    if status == "restoring" and now_s - cluster.report_s > RESTORING_SILENCE_S:
        return "restored"
    if cluster.restored_s <= now_s - RESTORED_SPAN_S and status != "restoring":
        return status
    back, gone = voices(cluster, now_s)
    own = sum(at_s > 0 for at_s in cluster.authors.values())
    most = own >= RESTORING_VOICES and own >= OWN_SHARE * len(cluster.authors)
    if (back >= RESTORED_VOICES and back >= RESTORED_RATIO * gone) or (most and back > gone):
        return "restored"
    if status == "restoring":
        lit = gone < max(need, RESTORED_RATIO * back)
        return status if lit else "confirmed" if cluster.confirmed else "likely"
    if back >= RESTORING_VOICES and RESTORED_RATIO * back >= gone:
        return "restoring"
    return status
