"""Two load reports side by side: what became better, and what became worse than is tolerated."""

from __future__ import annotations

import msgspec

from simulator.errors import LoadError
from simulator.load.memory import FLAT, growth
from simulator.load.report import Plan, Report, Run
from simulator.load.wish import Wish

TOLERANCE = 0.15
"""Two runs on a machine that does nothing else differ by about so much."""
LEAST_MS = 10.0
"""Latencies that differ by less are the same."""
LEAST_F1 = 0.01
"""Labels do not hang on speed: so much may another storm or seed bring."""


class Ratio(msgspec.Struct, frozen=True):
    """One figure of both reports; `ratio` is new to old, None where either has none."""

    name: str
    old: float | None
    new: float | None
    ratio: float | None
    worse: bool


def comparable(old: Plan, wish: Wish) -> None:
    """Refuse a test whose report could not be held against the old one.

    Raises:
        LoadError: it will measure something else.
    """
    same = {"target": wish.target, "shape": wish.shape, "processes": wish.processes}
    for name, asked in {**same, "slo": str(wish.promise)}.items():
        was = getattr(old, name)
        if was != asked:
            raise LoadError(
                f"--compare: the old report is of {name} '{was}', this test of '{asked}': only"
                " the same can be compared"
            )


def compare(old: Report, new: Report, tolerance: float = TOLERANCE) -> list[Ratio]:
    """Every figure of two reports that are comparable."""
    shown_old, shown_new = told_of(old), told_of(new)
    rows = [_more("rate", _rate(old, shown_old), _rate(new, shown_new), tolerance)]
    for name in ("label", "outage", "screen"):
        for percentile in ("p50", "p99"):
            was_ms = getattr(getattr(shown_old, name, None), percentile, None)
            is_ms = getattr(getattr(shown_new, name, None), percentile, None)
            rows.append(
                _less(f"post to {name} {percentile} ms", was_ms, is_ms, tolerance, LEAST_MS)
            )
    rows.append(_less("memory MB", old.memory_mb[2], new.memory_mb[2], tolerance, 1.0))
    rows.append(_growth(shown_old, shown_new))
    rows.append(_less("recovered s", old.recovered_s, new.recovered_s, tolerance, 2.0))
    rows.append(_less("lost posts", float(old.lost), float(new.lost), 0.0, 0.0))
    f1_worse = _both(old.macro_f1, new.macro_f1) and new.macro_f1 < old.macro_f1 - LEAST_F1  # type: ignore[operator]
    rows.append(_row("macro F1", old.macro_f1, new.macro_f1, worse=bool(f1_worse)))
    return [row for row in rows if row.old is not None or row.new is not None]


def told_of(report: Report) -> Run | None:
    """The run whose latencies a report is about: the record second, the best, or else the last."""
    if report.plan.shape == "record" and report.overload is not None:
        return report.overload
    if report.best is not None:
        return report.best
    if report.overload is not None:
        return report.overload
    return report.runs[-1] if report.runs else None


def _rate(report: Report, shown: Run | None) -> float | None:
    if report.plan.shape == "record":
        return report.overload.achieved if report.overload else None
    return report.rate if report.rate is not None else (shown.achieved if shown else None)


def _growth(old: Run | None, new: Run | None) -> Ratio:
    was, now = (growth(run.samples) if run is not None else None for run in (old, new))
    worse = now is not None and now > FLAT and (was is None or was <= FLAT)
    was, now = (None if each is None else round(100 * each, 1) for each in (was, now))
    return Ratio("memory growth %", was, now, None, worse)


def _more(name: str, old: float | None, new: float | None, tolerance: float) -> Ratio:
    worse = old is not None and (new is None or new < old * (1 - tolerance))
    return _row(name, old, new, worse=worse)


def _less(name: str, old: float | None, new: float | None, tolerance: float, least: float) -> Ratio:
    if old is None:
        return _row(name, old, new, worse=False)
    worse = new is None or new > max(old * (1 + tolerance), old + least)
    return _row(name, old, new, worse=worse)


def _row(name: str, old: float | None, new: float | None, *, worse: bool) -> Ratio:
    ratio = round(new / old, 3) if old and new is not None else None
    return Ratio(name, old, new, ratio, worse)


def _both(old: float | None, new: float | None) -> bool:
    return old is not None and new is not None
