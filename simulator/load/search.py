"""The highest rate at which a promise holds: a ramp shows where to look, steps say where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from simulator.load.report import Run
from simulator.load.shapes import Hold, Ramp, Shape

Probe = Callable[[str, Shape], Run]
"""Throws a shape at the system; a run that can't hold any more may be cut."""

LOWEST = 50.0
CEILING = 200_000.0
RAMP_S = 14.0
CLOSE = 1.06
"""The search ends when the lowest rate that failed is so near the highest that held."""
MOST_PROBES = 10
WIDER = 1.3


class Found(NamedTuple):
    """The highest rate that held, the lowest that did not (None: none), and all runs."""

    rate: float | None
    failed: float | None
    runs: list[Run]


def ramped(probe: Probe, within_ms: float, step_s: float, stopped: Callable[[], bool]) -> Found:
    """Search from where a ramp's latencies first go beyond `within_ms`."""
    run = probe("ramp", Ramp(LOWEST, CEILING, RAMP_S))
    if stopped():
        return Found(None, None, [run])
    found = stepped(probe, knee(run, within_ms), step_s, stopped)
    return Found(found.rate, found.failed, [run, *found.runs])


def knee(ramp: Run, within_ms: float) -> float:
    """The rate at which a ramp bent: the last that was still met in time, or what was achieved."""
    best = LOWEST
    for sample in ramp.samples:
        if sample.p99_ms is None or sample.p99_ms > within_ms:
            break
        best = max(best, sample.achieved)
    return best


def stepped(probe: Probe, guess: float, step_s: float, stopped: Callable[[], bool]) -> Found:
    """Search with steps of `step_s` seconds: widen around a guess until enclosed, then halve."""
    low: float | None = None
    high: float | None = None
    runs: list[Run] = []
    rate = max(LOWEST, guess)
    while len(runs) < MOST_PROBES and not stopped():
        run = probe(f"step {rate:,.0f}/s", Hold(rate, step_s))
        if stopped():
            break
        runs.append(run)
        if run.held:
            low = rate
        else:
            high = rate
            if rate <= LOWEST:
                break
        if low is not None and high is not None and high <= low * CLOSE:
            break
        if high is None:
            rate *= WIDER
        elif low is None:
            rate = max(LOWEST, rate / WIDER)
        else:
            rate = (low * high) ** 0.5
    return Found(low, high, runs)
