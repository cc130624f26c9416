"""The rules engine on simulated posts beside real ones: is the simulator as hard as the world?

F1 depends on how many posts carry a label and how hard the rest is, and a firehose holds other
posts than a labelled set. So each label is scored twice: on the sampled posts as they come, and at
the mix of the real set. For that, posts are sorted by three things (has the label; has another
one; holds a word of the supply), and each simulated post weighs as much as makes the simulated
shares those of the real set (post-stratification). Both sides give the engine text and language,
and nothing else; reposts are left out, as the real set holds each text once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from rules import LABELS, Engine
from rules.workbench.score import Row

SUPPORT_MIN = 30
"""Below this support, on either side, a label's figures are too few to compare."""

NEAR = 0.07
"""How far F1 for `outage` may lie from that on real posts."""

_SUPPLY = re.compile(
    r"power|outage|electric|blackout|lights?\b|transformer|luz|apag|corriente|eléctric|luce\b"
    r"|corrente|elettric|black-out",
    re.IGNORECASE,
)

Cell = tuple[bool, bool, bool, bool]
"""Has the label, has another one, holds a word of the supply; and whether the engine says so."""


class Beside(msgspec.Struct, frozen=True):
    """One label on both sides: F1 and how many posts have it; None where that is none.

    `difference` is F1 at the real mix less F1 on real posts.
    """

    label: str
    simulated_support: int
    real_support: int
    simulated: float | None
    simulated_at_real_mix: float | None
    real: float | None
    difference: float | None
    enough: bool


class Hearing:
    """What the engine says of posts, counted label by label and cell by cell."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.posts = 0
        self.cells: dict[str, Counter[Cell]] = {label: Counter() for label in LABELS}

    def add(self, rows: Sequence[Row]) -> None:
        """Let the engine read some posts."""
        for row, verdict in zip(rows, self._engine.classify(rows), strict=True):
            self.posts += 1
            supply = _SUPPLY.search(row.text) is not None
            for label, cells in self.cells.items():
                has = label in row.labels
                cells[has, len(row.labels) > has, supply, label in verdict.labels] += 1


def beside(simulated: Hearing, real: Hearing) -> tuple[Beside, ...]:
    """Every label on both sides, in order of urgency."""
    made = []
    for label in LABELS:
        mine, theirs = simulated.cells[label], real.cells[label]
        support, real_support = _support(mine), _support(theirs)
        at_mix, real_f1 = _f1(_at_mix_of(mine, theirs)), _f1(theirs)
        made.append(
            Beside(
                label,
                support,
                real_support,
                _f1(mine),
                at_mix,
                real_f1,
                None if at_mix is None or real_f1 is None else at_mix - real_f1,
                min(support, real_support) >= SUPPORT_MIN,
            )
        )
    return tuple(made)


def fitting(rows: Iterable[Row], language: str) -> tuple[list[Row], bool]:
    """The real posts in a storm's language, if enough of them say `outage`; else all of them.

    The second is whether they are those of the storm's language.
    """
    every = list(rows)
    same = [row for row in every if row.lang == language]
    if sum("outage" in row.labels for row in same) >= SUPPORT_MIN:
        return same, True
    return every, False


def _support(cells: Counter[Cell]) -> int:
    return sum(count for cell, count in cells.items() if cell[0])


def _at_mix_of(cells: Counter[Cell], model: Counter[Cell]) -> dict[Cell, float]:
    """`cells` weighed so that its strata are as frequent as those of `model`.

    A stratum that one side lacks is left out.
    """
    mine: Counter[tuple[bool, ...]] = Counter()
    theirs: Counter[tuple[bool, ...]] = Counter()
    for cell, count in cells.items():
        mine[cell[:3]] += count
    for cell, count in model.items():
        theirs[cell[:3]] += count
    return {cell: count * theirs[cell[:3]] / mine[cell[:3]] for cell, count in cells.items()}


def _f1(cells: Counter[Cell] | dict[Cell, float]) -> float | None:
    hits = sum(count for cell, count in cells.items() if cell[0] and cell[3])
    false = sum(count for cell, count in cells.items() if not cell[0] and cell[3])
    missed = sum(count for cell, count in cells.items() if cell[0] and not cell[3])
    return 2 * hits / (2 * hits + false + missed) if hits + missed else None
