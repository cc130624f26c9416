"""Round values for axes, and numbers as axes write them."""

from __future__ import annotations

import math
from collections.abc import Sequence

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
SMALLEST = 1e-9
"""An axis of less than this is one of nothing."""
HOUR_STEPS = (0.25, 0.5, 1, 2, 3, 4, 6, 12, 24, 48, 96)


def round_ticks(high: float, count: int = 5, low: float = 0.0) -> list[float]:
    """About `count` round values from at most `low` to at least `high`, evenly apart."""
    span = high - low
    if not SMALLEST < span < math.inf:
        return [low, low + 1.0]
    rough = span / max(1, count)
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(size * magnitude for size in STEPS if size * magnitude >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    # Rounded, or 3 * 0.1 would be written with all its digits.
    return [round(number * step, 12) for number in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten from at most `low` to at least `high`, both above 0."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def hour_step(hours: float, count: int) -> float:
    """How many hours apart at most `count` + 1 ticks stand, as clocks are read."""
    fitting = (step for step in HOUR_STEPS if hours / step <= count)
    return next(fitting, math.ceil(hours / count / 24) * 24.0)


def figure(value: float) -> str:
    """`value` as an axis writes it: 0.25, 40, 1,500, 250k, 1.2M."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            unit = 1e3 if sign == "k" else size
            return f"{_plain(value / unit)}{sign}"
    return _plain(value)


def _plain(value: float) -> str:
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 9)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def figures(values: Sequence[float]) -> list[str]:
    """The names of an axis's ticks."""
    return [figure(value) for value in values]
