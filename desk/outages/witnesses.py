"""Who witnesses an outage, how much they count together, and when most of them spoke up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desk.outages.cluster import REPORT, RESTORED, SUPPORT, S, Sighting, in_order

SUPPORT_WEIGHT = 0.5
"""A witness who speaks only of a danger or asks for the ETR: most, but not all, have no power."""


SAID_S = 5 * 60


def said_before(seen: Sighting, others: Iterable[Sighting]) -> bool:
    """Whether its author has said the same within minutes: then it makes nobody surer.

    A flood of one voice is so passed over without weighing all that was said before.
    """
    at_s, author, kind = seen.at_s, seen.author, seen.kind
    return any(
        other.author == author and other.kind == kind and 0 <= at_s - other.at_s <= SAID_S
        for other in others
    )


def weigh(sightings: Sequence[Sighting]) -> tuple[float, int]:
    """How much the witnesses among `sightings` count, and how many of them report an outage.

    `sightings` are in order of time. An author counts once, with the strongest thing said; one
    whose last word is that power is back is no witness.
    """
    best: dict[int, int] = {}
    for seen in sightings:
        if seen.kind == RESTORED:
            best[seen.author] = RESTORED
        else:
            best[seen.author] = min(seen.kind, best.get(seen.author, SUPPORT))
    reports = sum(kind == REPORT for kind in best.values())
    support = sum(kind == SUPPORT for kind in best.values())
    return reports + SUPPORT_WEIGHT * support, reports


def most(sightings: Iterable[Sighting]) -> tuple[float, int]:
    """What `weigh` says of no span of `sightings` can be more: all authors, with all they said."""
    kinds = {(seen.author, seen.kind) for seen in sightings if seen.kind != RESTORED}
    reporters = {author for author, kind in kinds if kind == REPORT}
    others = {author for author, _ in kinds} - reporters
    return len(reporters) + SUPPORT_WEIGHT * len(others), len(reporters)


def densest(sightings: Iterable[S], around_s: int, window_s: int) -> list[S]:
    """The heaviest span of `window_s` seconds among those that hold `around_s`, in order.

    The span slides on from sighting to sighting, so that one author who posts all day costs as
    much work as there are posts, not as their square.
    """
    near = in_order(seen for seen in sightings if abs(seen.at_s - around_s) <= window_s)
    scales = _Scales()
    best, heaviest = slice(0), -1.0
    begin = end = 0
    for first_s in sorted({seen.at_s for seen in near if seen.at_s <= around_s}):
        while near[begin].at_s < first_s:
            scales.take_off(near[begin])
            begin += 1
        while end < len(near) and near[end].at_s <= first_s + window_s:
            scales.put_on(near[end])
            end += 1
        if scales.weight > heaviest:
            best, heaviest = slice(begin, end), scales.weight
    return near[best]


class _Scales:
    """What `weigh` says of a span, while sightings come in at its end and leave at its begin."""

    def __init__(self) -> None:
        self.weight = 0.0
        # for each author: sightings that a later word of restoration cancels, reports, the others
        self._said: dict[int, list[int]] = {}

    def put_on(self, seen: Sighting) -> None:
        said = self._said.setdefault(seen.author, [0, 0, 0])
        before = _weight(said)
        if seen.kind == RESTORED:
            said[:] = sum(said) + 1, 0, 0
        else:
            said[1 if seen.kind == REPORT else 2] += 1
        self.weight += _weight(said) - before

    def take_off(self, seen: Sighting) -> None:
        said = self._said[seen.author]
        before = _weight(said)
        if said[0]:
            said[0] -= 1  # the cancelled ones are the author's oldest
        else:
            said[1 if seen.kind == REPORT else 2] -= 1
        self.weight += _weight(said) - before


def _weight(said: Sequence[int]) -> float:
    _, reports, others = said
    return 1.0 if reports else SUPPORT_WEIGHT if others else 0.0
