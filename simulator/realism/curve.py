"""Customers out over time: how they rise, how high, how wide, and what is left days later."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from simulator.stream import StormDay

STEP_S = 600.0
TENTH, HALF = 0.1, 0.5
TAILS_H = (24, 48, 72)

Curve = Sequence[tuple[float, float]]
"""(second, customers out), in order of time."""


class Shape(msgspec.Struct, frozen=True):
    """A curve in figures; hours, and shares of the peak. What the curve does not reach is None.

    The rise runs from the last moment below a tenth of the peak to the peak, the width from the
    last moment below half of it before to the first one after.
    """

    peak: float
    peak_at_s: float
    rise_from_s: float | None
    rise_h: float | None
    width_h: float | None
    tails: dict[int, float | None]


def curve_of(day: StormDay) -> list[tuple[float, float]]:
    """Customers out every ten minutes, until the last of the day's outages is over.

    Behind the day's end nothing new fails, so what is out there is what the day has left.
    """
    last_s = max((outage.restored_s for outage in day.true_outages), default=0.0)
    end_s = max(last_s + STEP_S, day.storm.hours * 3600)
    return [(at * STEP_S, day.customers_out(at * STEP_S)) for at in range(int(end_s / STEP_S) + 1)]


def shape(curve: Curve) -> Shape | None:
    """The shape of a curve, or None if nothing is ever out."""
    peak_at_s, peak = max(curve, key=lambda point: point[1], default=(0.0, 0.0))
    if peak <= 0:
        return None
    before = [point for point in curve if point[0] <= peak_at_s]
    after = [point for point in curve if point[0] >= peak_at_s]

    def last_below(share: float) -> float | None:
        return next((at for at, out in reversed(before) if out < share * peak), None)

    rise_from_s, half_from_s = last_below(TENTH), last_below(HALF)
    half_to_s = next((at for at, out in after if out < HALF * peak), None)
    return Shape(
        peak,
        peak_at_s,
        rise_from_s,
        None if rise_from_s is None else (peak_at_s - rise_from_s) / 3600,
        None if half_from_s is None or half_to_s is None else (half_to_s - half_from_s) / 3600,
        {hours: _tail(after, peak_at_s + hours * 3600, peak) for hours in TAILS_H},
    )


def _tail(after: Curve, at_s: float, peak: float) -> float | None:
    """The share of the peak at `at_s`, of the point nearest to it, at most three hours away."""
    gap_s, out = min((abs(at - at_s), out) for at, out in after)
    if gap_s <= 3 * 3600:
        return out / peak
    # All is back before: a curve that has come down to nothing stays there.
    return 0.0 if after[-1][1] == 0 else None
