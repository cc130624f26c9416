"""People who name the town next to the one they mean: a large outage seems to reach its neighbours.

Of many thousands who post about a lost city, some name the suburb, or a friend's town. So a place
beside a large open outage needs more witnesses than chance makes of those mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from desk.outages.cluster import SLOT_S, Cluster, Part
from desk.outages.ground import NEAREST, Ground
from desk.outages.ladder import Need, rare

MISTAKEN_SHARE = 0.02
"""Of the reporters of a place, so many name one next to it; an estimate."""

ALLOWED = 0.002
"""The chance at which mistakes alone may make an outage of a place beside a large one."""

SLOTS_KEPT_S = 3600
"""Reports are counted by the time of day for so long; over more, all authors count."""


class NextDoor:
    """What leaks out of the outages of the nearest places of each."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def need(
        self,
        communities: Iterable[str],
        need: Need,
        latest: Callable[[str], Cluster | None],
        now_s: int,
    ) -> Need:
        """`need` of an outage in these communities, and more where mistakes alone could make it.

        `latest` knows the newest outage of a community.
        """
        own = set(communities)
        parts = []
        for name in sorted({near for one in own for near in self._ground.near(one)} - own):
            cluster = latest(name)
            if cluster is not None and cluster.sure_s and cluster.status != "dismissed":
                over_s = cluster.turned_s if cluster.ended else now_s
                parts.append((cluster.parts[name], over_s))
        if not parts:
            return need
        share = MISTAKEN_SHARE / NEAREST

        def leaked(window_s: int) -> float:
            said = (_said(p, window_s, now_s) for p, over_s in parts if over_s > now_s - window_s)
            return share * sum(said)

        return tuple(
            (window_s, max(least, rare(leaked(window_s), ALLOWED))) for window_s, least in need
        )


def _said(part: Part, window_s: int, now_s: int) -> int:
    """How many have reported an outage within a window up to `now_s`."""
    if window_s > SLOTS_KEPT_S:
        return part.authors_seen
    since = (now_s - window_s) // SLOT_S
    return sum(count for slot, count in part.reports.items() if slot >= since)
