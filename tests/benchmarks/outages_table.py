"""The score of every method as tables: each day, each storm, all together, and the goals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from desk.outages.score import Percentiles, Score, Tally

PRODUCT, ORACLE = "stormdesk", "oracle"
ALL = "all"
CALM = "calm"

HEAD = (
    "storm", "seed", "method", "true", "told", "precision", "recall", "f1", "delay p50", "p90 min",
    "error p50", "p90 km", "false/day",
)  # fmt: skip

SHARE_MIN = 0.95
BELOW_ORACLE_MAX = 0.03
DELAY_MAX_MIN = 6.0
BEHIND_ORACLE_MAX_MIN = 2.0


class Result(msgspec.Struct, frozen=True):
    """What a method told of one day; `cpu_s` without making and labelling the posts."""

    storm: str
    seed: int
    method: str
    tally: Tally
    cpu_s: float


class Row(msgspec.Struct, frozen=True):
    """A line of the table; `storm` or `seed` None is all of them together."""

    storm: str | None
    seed: int | None
    method: str
    score: Score


class Must(msgspec.Struct, frozen=True):
    """A goal, and whether it is reached; None where there was nothing to measure."""

    what: str
    reached: float | None
    met: bool


def rows(results: Sequence[Result]) -> list[Row]:
    """A line for each day and method, then each storm's days together, then all but calm ones."""
    told = [Row(r.storm, r.seed, r.method, r.tally.score()) for r in results]
    methods = list(dict.fromkeys(r.method for r in results))
    storms = list(dict.fromkeys(r.storm for r in results))
    for storm in [*storms, None]:
        for method in methods:
            part = [
                r.tally
                for r in results
                if r.method == method and (r.storm == storm or (storm is None and r.storm != CALM))
            ]
            if part:
                told.append(Row(storm, None, method, together(part).score()))
    return told


def together(tallies: Sequence[Tally]) -> Tally:
    """The counts of several days as if they were one."""
    first, *others = tallies
    return sum(others, first)


def musts(told: Sequence[Row]) -> list[Must]:
    """The goals over all storms."""
    whole = {row.method: row.score for row in told if row.storm is None}
    ours, best = whole.get(PRODUCT), whole.get(ORACLE)
    if ours is None:
        return []
    found = [
        _at_least("precision", ours.precision, SHARE_MIN),
        _at_least("recall", ours.recall, SHARE_MIN),
        _at_most("delay p50, min", ours.detection_delay_min.p50, DELAY_MAX_MIN),
    ]
    if best is not None:
        for name in ("precision", "recall"):
            below = _less(getattr(best, name), getattr(ours, name))
            found.append(_at_most(f"{name} below the oracle's", below, BELOW_ORACLE_MAX))
        behind = _less(ours.detection_delay_min.p50, best.detection_delay_min.p50)
        found.append(_at_most("delay p50 behind the oracle's, min", behind, BEHIND_ORACLE_MAX_MIN))
    return found


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else round(one - other, 4)


def _at_least(what: str, reached: float | None, needed: float) -> Must:
    return Must(f"{what} >= {needed:g}", reached, reached is not None and reached >= needed)


def _at_most(what: str, reached: float | None, allowed: float) -> Must:
    return Must(f"{what} <= {allowed:g}", reached, reached is not None and reached <= allowed)


def as_lines(told: Sequence[Row], goals: Sequence[Must]) -> Iterator[str]:
    """The tables as text: days, storms, and goals."""
    for title, part in (
        ("each day", [row for row in told if row.seed is not None]),
        ("all seeds together", [row for row in told if row.seed is None]),
    ):
        yield title
        yield from table(
            HEAD,
            [_cells(row) for row in part],
        )
        yield ""
    yield from _against_oracle(told)
    for goal in goals:
        answer = "reached" if goal.met else "NOT reached"
        yield f"must: {goal.what}: {answer}, {_shown(goal.reached)}"


def _against_oracle(told: Sequence[Row]) -> Iterator[str]:
    """What the desk is behind or ahead of itself with an oracle's eyes."""
    scores = {(row.storm, row.seed, row.method): row.score for row in told}
    cells = []
    for (storm, seed, method), ours in scores.items():
        best = scores.get((storm, seed, ORACLE))
        if method != PRODUCT or best is None:
            continue
        differences = [
            _less(ours.precision, best.precision),
            _less(ours.recall, best.recall),
            _less(ours.f1, best.f1),
            _less(ours.detection_delay_min.p50, best.detection_delay_min.p50),
            _less(ours.detection_delay_min.p90, best.detection_delay_min.p90),
            _less(ours.location_error_km.p50, best.location_error_km.p50),
            _less(ours.false_per_day, best.false_per_day),
        ]
        shown = ("-" if each is None else f"{each:+.3g}" for each in differences)
        cells.append((storm or ALL, ALL if seed is None else str(seed), *shown))
    if cells:
        yield f"{PRODUCT} less {ORACLE}"
        head = ("storm", "seed", "precision", "recall", "f1", "delay p50", "p90 min")
        yield from table((*head, "error p50 km", "false/day"), cells)
        yield ""


def _cells(row: Row) -> tuple[str, ...]:
    score = row.score
    return (
        row.storm or ALL,
        ALL if row.seed is None else str(row.seed),
        row.method,
        str(score.true_outages),
        str(score.predicted),
        *(_shown(share) for share in (score.precision, score.recall, score.f1)),
        *_both(score.detection_delay_min),
        *_both(score.location_error_km),
        _shown(score.false_per_day),
    )


def _both(values: Percentiles) -> tuple[str, str]:
    return _shown(values.p50, 1), _shown(values.p90, 1)


def _shown(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def table(head: Sequence[str], cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns in line, the names to the left and the numbers to the right."""
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    named = [column in ("storm", "method", "trap") for column in head]
    for row in (head, *cells):
        yield "  ".join(
            cell.ljust(width) if name else cell.rjust(width)
            for cell, width, name in zip(row, widths, named, strict=True)
        )
