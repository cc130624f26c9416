"""Whether the memory of a system under load stays flat, told by the tenths of a run."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.load.report import Sample

PARTS = 10
FLAT = 0.10
"""Memory is flat where it grows by no more than this from the middle of a run to its end."""
SHORT_S = 60.0
"""In a shorter run words, people and places are still being met for the first time."""


def tenths_mb(samples: Sequence[Sample], role: str | None = None) -> list[float]:
    """Mean memory in each tenth of a run's time, of the system or of one role of its processes.

    Nothing where a tenth has no sample, or where nothing is known of the role.
    """
    if not samples:
        return []
    end_s = samples[-1].at_s
    found: list[list[float]] = [[] for _ in range(PARTS)]
    for sample in samples:
        part = min(PARTS - 1, int(PARTS * sample.at_s / end_s))
        if role is None:
            found[part].append(sample.memory_mb)
        elif role in sample.memory:
            found[part].append(sample.memory[role])
    if not all(found):
        return []
    return [round(sum(each) / len(each), 1) for each in found]


def growth(samples: Sequence[Sample]) -> float | None:
    """By what share memory grew in the second half of a run; None where that can't be told."""
    if not samples or samples[-1].at_s < SHORT_S:
        return None
    means = tenths_mb(samples)
    before = means[PARTS // 2 - 1] if means else 0.0
    return round(means[-1] / before - 1, 4) if before else None
