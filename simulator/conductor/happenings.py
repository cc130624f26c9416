"""What happens in the truth of a storm, as a trainer reads it: one line an event, in time order."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from simulator.restoration import Outage
from simulator.stream import StormDay

LEAST_CUSTOMERS = 50
"""A smaller outage is hardly written about, and makes no line of its own."""
LEAST_ESTIMATED = 500
"""... and an estimate for fewer customers neither."""
LEAST_FLICKERED = 5_000
"""Lights dip everywhere in a thunderstorm: only a dip of so many is an event."""


class Happening(NamedTuple):
    """One event at second `at_s`; `outage` is the number of the true outage that it is part of.

    `kind` is loss, back, estimate, overdue, wrong, flicker, bulletin or trap; `trap` is the kind of
    a trap. `place` is the name of a community, or empty.
    """

    at_s: float
    kind: str
    place: str
    words: str
    outage: int | None = None
    trap: str | None = None


def happenings(day: StormDay) -> list[Happening]:
    """Every event of the hours that are told that makes a line, in time order."""
    end_s = day.storm.told_hours * 3600
    found = [
        *(event for outage in day.true_outages for event in _of_outage(outage)),
        *_flickers(day),
        *_bulletins(day),
        *_traps(day),
    ]
    return sorted(event for event in found if event.at_s < end_s)


def _of_outage(outage: Outage) -> Iterator[Happening]:
    if outage.customers < LEAST_CUSTOMERS:
        return
    place, number = outage.zone.community.name, outage.number
    kind = "planned work" if outage.planned else outage.cause or ""
    words = f"{outage.customers:,} out {kind}".rstrip()
    yield Happening(outage.started_s, "loss", place, words, number)
    words = f"{outage.customers:,} back"
    yield Happening(outage.restored_s, "back", place, words, number)
    for at_s in outage.wrong_back_s:
        yield Happening(at_s, "wrong", place, "said back, is not", number)
    if outage.customers < LEAST_ESTIMATED:
        return
    for turn, estimate in enumerate(outage.etrs):
        told = f"within {_span(estimate.due_s - estimate.at_s)}"
        words = f"{told}, revised" if turn else told
        yield Happening(estimate.at_s, "estimate", place, words, number)
    for estimate, after in zip(outage.etrs, (*outage.etrs[1:], None), strict=False):
        revised = after is not None and after.at_s <= estimate.due_s
        if estimate.due_s < outage.restored_s and not revised:
            yield Happening(estimate.due_s, "overdue", place, "promise missed", number)


def _span(span_s: float) -> str:
    hours, minutes = divmod(max(0, round(span_s / 60)), 60)
    return f"{hours}h{minutes:02d}" if hours else f"{minutes}m"


def _flickers(day: StormDay) -> Iterator[Happening]:
    names = {zone.number: zone.community.name for zone in day.zones}
    for flicker in day.flickers:
        if flicker.customers >= LEAST_FLICKERED:
            words = f"{flicker.customers:,} for a moment"
            yield Happening(flicker.at_s, "flicker", names[flicker.zone], words)


def _bulletins(day: StormDay) -> Iterator[Happening]:
    names = {zone.number: zone.community.name for zone in day.zones}
    for bulletin in day.bulletins:
        if bulletin.at_s < 0:
            continue
        places = list(dict.fromkeys(names[zone] for zone in bulletin.zones))
        place = places[0] if len(places) == 1 else f"{len(places)} places" if places else ""
        gust = f", gusts to {bulletin.gust_kmh:.0f} km/h" if bulletin.hazard == "wind" else ""
        words = f"{bulletin.hazard} {bulletin.kind.replace('_', ' ')}{gust}"
        yield Happening(bulletin.at_s, "bulletin", place, words)


def _traps(day: StormDay) -> Iterator[Happening]:
    for trap in day.storm.trap:
        words = f"{trap.kind.replace('_', ' ')}, {trap.posts:,} posts"
        yield Happening(trap.hour * 3600, "trap", trap.town, words, trap=trap.kind)


class Curve:
    """Customers without power over the whole day."""

    def __init__(self, day: StormDay) -> None:
        steps: Counter[float] = Counter()
        for outage in day.true_outages:
            for at_s, customers in outage.lost:
                steps[at_s] += customers
            for at_s, customers in outage.back:
                steps[at_s] -= customers
        self._times = sorted(steps)
        self._out = list(accumulate(steps[at_s] for at_s in self._times))

    def at(self, at_s: float) -> int:
        """Customers without power at a second of the day."""
        index = bisect_right(self._times, at_s)
        return self._out[index - 1] if index else 0

    def highest(self, from_s: float, to_s: float) -> int:
        """The most customers without power at once between two seconds."""
        low, high = bisect_right(self._times, from_s), bisect_right(self._times, to_s)
        return max(self.at(from_s), max(self._out[low:high], default=0))
