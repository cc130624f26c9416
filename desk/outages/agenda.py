"""Which outages to look at in a minute: those that were posted of, and those whose time has come.

To look at every outage in every minute would be most of the work of a storm day, and nearly all
of it would find nothing new.
"""

from __future__ import annotations

from heapq import heappop, heappush

from desk.outages.cluster import (
    QUOTED_S,
    REPORT,
    RESTORED,
    SLOT_S,
    Cluster,
    Heard,
    Part,
    since,
)
from desk.outages.ladder import (
    DWELL_S,
    REPORTS_SILENCE_S,
    SILENCE_S,
    SUSPECTED_SILENCE_S,
    VOICES_S,
    silence_s,
)
from desk.outages.telling import GROWTH
from desk.outages.waves import CITY_RATIO, FEWEST_REPORTERS, SETTLED_S, lately

NEVER_S = 1 << 60

NEAR_WAVE = 0.9 * CITY_RATIO
"""Fewer than so many times an outage's most reports are no wave, nor any once those have faded for
the two spans of five minutes in which the reports count."""


class Agenda:
    """The ids of outages to be looked at; those of which nothing is known are passed over."""

    def __init__(self) -> None:
        self._touched: set[str] = set()
        self._due: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []
        self.touch = self._touched.add

    def put(self, outage: str, at_s: int) -> None:
        """Let an outage be looked at as soon as it is `at_s`, and not before if nobody posts."""
        self._touched.discard(outage)
        self._due[outage] = at_s
        heappush(self._heap, (at_s, outage))

    def take(self, now_s: int) -> set[str]:
        """The outages to be looked at now; each is to be put on the agenda again."""
        found = self._touched.copy()
        self._touched.clear()
        heap, due = self._heap, self._due
        while heap and heap[0][0] <= now_s:
            at_s, outage = heappop(heap)
            if due.get(outage) == at_s:
                found.add(outage)
        for outage in found:
            due.pop(outage, None)
        return found


def stirs(cluster: Cluster, part: Part, heard: Heard, now_s: int) -> bool:
    """Whether a post, just counted in `part`, may change what a look at its outage would find.

    Nearly none of a large outage does: it is one more of many. What time alone changes is on the
    agenda since the last look, and no post brings it nearer.
    """
    told, kind = cluster.told, heard.kind
    if (
        cluster.status in ("suspected", "restoring")
        or len(cluster.parts) > 1
        or part.posts >= GROWTH * told.posts
        or part.authors_seen >= GROWTH * told.authors
    ):
        return True
    if heard.hazard or heard.vulnerable or heard.damage or heard.etr_s:
        return True
    if kind == RESTORED or part.restored_s > now_s - VOICES_S:
        return True
    if now_s - part.voice_s > SILENCE_S[0]:
        return True
    # a wave now, or one once the outage's most has faded
    level = lately(part, now_s) if kind == REPORT else 0
    return level >= FEWEST_REPORTERS and level >= NEAR_WAVE * part.peak


def next_look(cluster: Cluster, said: Part, now_s: int) -> int:
    """When time alone may next change an outage: too early now and then, and never too late.

    `said` is its `whole`.
    """
    looks = [_quotes_end(said, now_s), cluster.turned_s + DWELL_S]
    parts = cluster.parts.values()
    if len(parts) > 1 and any(part.restored_s > part.report_s for part in parts):
        looks.append(now_s + 1)
    if cluster.status == "suspected":
        looks.append(said.voice_s + SUSPECTED_SILENCE_S + 1)
    else:
        # more posts make the silence that ends it shorter, by as much as its bound
        looks.append(said.voice_s + SILENCE_S[0] + 1)
        looks.append(said.voice_s + silence_s(said, confirmed=cluster.confirmed) + 1)
        looks += [_wave_may_tell(part, now_s, cluster.sure_s) for part in parts]
        if cluster.status == "restoring":
            looks += [said.report_s + DWELL_S + 1, said.report_s + REPORTS_SILENCE_S + 1]
        if cluster.status == "restoring" or said.restored_s > now_s - VOICES_S:
            looks.append(_voice_fades(said, now_s))
    return min([at_s for at_s in looks if at_s > now_s], default=NEVER_S)


def _quotes_end(said: Part, now_s: int) -> int:
    """When the first of the quoted times that still count no longer does."""
    if not said.quotes:
        return NEVER_S
    ends = (min(etr_s, at_s + QUOTED_S) for at_s, etr_s in said.quotes.values())
    return min((end_s for end_s in ends if end_s > now_s), default=NEVER_S)


def _voice_fades(said: Part, now_s: int) -> int:
    """When the oldest of the voices that are compared is one no more."""
    late = since(said, now_s - VOICES_S + 1)
    return late[0].at_s + VOICES_S if late else NEVER_S


def _wave_may_tell(part: Part, now_s: int, sure_s: int) -> int:
    """When reports that are no wave yet may be one, held against what was before them."""
    if lately(part, now_s) < FEWEST_REPORTERS:
        return NEVER_S
    slot = now_s // SLOT_S
    settled_s = max(sure_s, part.started_s) + SETTLED_S
    boundary_s = (slot + 1) * SLOT_S
    return min(settled_s, boundary_s) if settled_s > now_s else boundary_s
