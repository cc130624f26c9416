"""Which stage gave way first, from what every process and stage used while it happened."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.load.report import Sample, Saturation

FULL = 0.85
"""A process that uses so much of a core has nothing left: the rest is waiting for its turn."""
MACHINE_FULL = 0.9


def first_to_saturate(samples: Sequence[Sample], cores: int, processes: int) -> Saturation | None:
    """What was full in the second half of a run that did not hold its promise."""
    late = [sample for sample in samples if sample.cores][len(samples) // 2 :]
    if not late:
        return None
    used = _mean([sample.cores for sample in late])
    used.pop("test", None)  # it only looks on
    others = sum(sample.others for sample in late) / len(late)
    stages = _mean([sample.stages for sample in late])
    spread = {"rules": float(processes)}
    fullest = max(used, key=lambda role: used[role] / spread.get(role, 1.0))
    full = used[fullest] / spread.get(fullest, 1.0)
    whole = sum(used.values())
    inside = _within(fullest, used, stages)
    named = inside or fullest
    if full >= FULL:
        words = f"the process of {fullest} uses {full:.2f} of a core"
    elif whole + others >= MACHINE_FULL * cores:
        words = f"all {cores} cores are in use; {fullest} uses {used[fullest]:.2f} of them"
        words += f", work outside the test {others:.2f}"
    else:
        words = (
            f"no process is full ({fullest} uses {full:.2f} of a core, all together {whole:.2f} of"
            f" {cores}): other work on the machine, or waiting"
        )
    if inside:
        words += f", {stages[inside]:.2f} of it in {inside}"
    return Saturation(named, round(full, 2), words)


def _within(role: str, used: dict[str, float], stages: dict[str, float]) -> str | None:
    """The stage that takes most of a process, where it has several."""
    own = {stage: cores for stage, cores in stages.items() if cores > 0}
    if "rules" in used:  # they have processes of their own
        own.pop("rules", None)
    if role not in ("pipeline", "server") or not own:
        return None
    rest = used[role] - sum(own.values())
    return max(own, key=lambda stage: own[stage]) if rest < max(own.values()) else None


def _mean(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    names = {name for row in rows for name in row}
    return {name: sum(row.get(name, 0.0) for row in rows) / len(rows) for name in names}
