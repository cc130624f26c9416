"""What the utility promises: estimates, first none at all, then revised and missed; false returns.

In a storm nobody is told a time until crews have seen the damage; on a calm day the system gives
one at once. On PG&E's outage page of January 2021 the estimate of one incident in five was changed
at least once, of one in fourteen twice or more.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate

from simulator.restoration.outage import Estimate, Outage
from simulator.storm import Storm, layer_random
from simulator.weather import STEP_S, Conditions, Exposure

AT_ONCE_S = (420.0, 2100.0)
STORMY_BEFORE_S = 6 * 3600.0
MOSTLY_BACK = 0.9
"""An estimate means that share of a large outage; the last houses are another matter."""

MOST_AHEAD_S = 7 * 86400.0
"""Nobody names a day that lies further ahead than a week."""

MOST_CAUTIOUS = 1.75
"""No estimate that is kept lies further ahead than so many times what it takes."""

LARGE = 200
MOST_REVISIONS = 6
REVISED_AT_CREW = 0.3
EARLIER_THAN_DUE = 0.6
"""Share of estimates that are moved before they pass, not after."""

ROUNDED_S = {True: 3600, False: 900}
"""In a storm promises are made by the hour, on a calm day by the quarter."""


def promised(storm: Storm, weather: Exposure, outages: tuple[Outage, ...]) -> tuple[Outage, ...]:
    """The same outages with what was said of them."""
    draw = layer_random(storm, "promises")
    blown_s = [_blown_until_s(storm, series) for series in weather.steps]
    return tuple(
        Outage(
            *outage._replace(
                etrs=tuple(_estimates(storm, blown_s[outage.zone.number], outage, draw)),
                wrong_back_s=tuple(_false_returns(storm, outage, draw)),
            )
        )
        for outage in outages
    )


def _estimates(
    storm: Storm, blown_s: float, outage: Outage, draw: random.Random
) -> Iterator[Estimate]:
    if outage.planned:
        yield Estimate(
            outage.started_s, _round_s(outage.started_s, _work_ends_s(outage, draw), 900)
        )
        return
    stormy = blown_s > outage.started_s - STORMY_BEFORE_S
    at_s = outage.started_s + AT_ONCE_S[0] + (AT_ONCE_S[1] - AT_ONCE_S[0]) * draw.random()
    if stormy:
        at_s = max(at_s, blown_s + storm.grid.etr_silence_h * 3600 * (0.5 + draw.random()))
    target_s = _mostly_back_s(outage) if outage.customers >= LARGE else outage.restored_s
    crew_s = outage.crew_s
    for _ in range(1 + MOST_REVISIONS):
        if at_s >= outage.restored_s:
            return
        left_s = max(900.0, (target_s if at_s < target_s else outage.restored_s) - at_s)
        if draw.random() < storm.grid.etr_missed:
            due_s = at_s + left_s * (0.3 + 0.6 * draw.random())
        else:
            due_s = at_s + left_s * min(MOST_CAUTIOUS, 1.05 + draw.expovariate(1 / 0.35))
        due_s = _round_s(at_s, min(due_s, at_s + MOST_AHEAD_S), ROUNDED_S[stormy])
        yield Estimate(at_s, due_s)
        if at_s < crew_s < due_s and draw.random() < REVISED_AT_CREW:
            at_s = crew_s + 600 * draw.random()
        elif due_s < outage.restored_s:
            early = draw.random() < EARLIER_THAN_DUE
            at_s = due_s + (due_s - at_s) * -0.2 * draw.random() if early else due_s
            at_s += 0 if early else 300 + 2400 * draw.random()
        else:
            return


def _work_ends_s(outage: Outage, draw: random.Random) -> float:
    """When planned work was announced to end: some of it takes longer."""
    return outage.started_s + (outage.restored_s - outage.started_s) * (0.85 + 0.3 * draw.random())


def _round_s(at_s: float, due_s: float, to_s: int) -> float:
    return max(due_s // to_s * to_s + to_s, at_s + 900)


def _blown_until_s(storm: Storm, series: tuple[Conditions, ...]) -> float:
    """When it last blew too hard for crews in a zone; before all time if never."""
    limit_kmh = storm.grid.crew_gust_limit_kmh
    last = max((n for n, here in enumerate(series) if here.gust_kmh > limit_kmh), default=-1)
    return (last + 1) * STEP_S if last >= 0 else float("-inf")


def _mostly_back_s(outage: Outage) -> float:
    wanted = MOSTLY_BACK * outage.customers
    upto = accumulate(count for _, count in outage.back)
    return next(at_s for (at_s, _), count in zip(outage.back, upto, strict=True) if count >= wanted)


def _false_returns(storm: Storm, outage: Outage, draw: random.Random) -> Iterator[float]:
    """A feeder is back, all are told so, and those behind a broken branch sit in the dark."""
    if outage.customers < 2 or draw.random() >= storm.grid.wrong_restored:
        return
    before = [back for back in outage.back if back[0] < outage.restored_s - 1800]
    if before:
        largest = max(before, key=lambda back: back[1])
        yield largest[0] + 240 + 1200 * draw.random()
    else:
        span_s = outage.restored_s - outage.started_s
        yield outage.started_s + span_s * (0.5 + 0.4 * draw.random())
