"""How the desk stands against what comes in, in words and figures."""

from __future__ import annotations

from collections.abc import Iterator

from desk.reports.overload import Overload
from tui.reports.rows import GAP, Clock, Row, title

LEVELS = {
    "quiet": "nobody waits",
    "holding": "it holds",
    "behind": "behind, but it clears",
    "overloaded": "OVERLOADED",
    "unknown": "not known yet",
}


def overload_rows(stands: Overload, territory: str, zone: str, *, exercise: bool) -> list[Row]:
    """The sentence, and the figures that it is made of."""
    return list(_overload(stands, territory, zone, exercise=exercise))


def _overload(stands: Overload, territory: str, zone: str, *, exercise: bool) -> Iterator[Row]:
    clock = Clock(zone, stands.at)
    yield title("How the desk stands", territory, exercise=exercise)
    yield Row(f"{clock.full(stands.at)}, by the last {stands.window_min} minutes", "quiet")
    yield GAP
    yield Row(stands.words, "alarm")
    yield GAP
    figures = (
        ("stands", LEVELS[stands.level]),
        ("mode", stands.mode),
        ("wait for an answer", f"{stands.backlog:,}, {stands.late:,} of them late"),
        ("come in", f"{stands.arrivals:,.1f} an hour"),
        ("settled", f"{stands.answers:,.1f} an hour"),
        ("agents there now", f"{stands.agents:,}"),
        ("pace of an agent", _an_hour(stands.pace)),
        ("the backlog grows by", _grows(stands)),
        ("it is gone", _gone(stands, clock)),
        ("agents to hold it", _count(stands.to_hold)),
        ("agents to clear it in an hour", _count(stands.to_clear)),
    )
    for name, value in figures:
        yield Row(f"  {name:30} {value}")
    if stands.skipped:
        yield GAP
        yield Row("Left for later by the mode", "head")
        for label, count in stands.skipped:
            yield Row(f"  {label:30} {count:,}", "text", "filter", f"label:{label} state:new")
    yield GAP
    yield Row(
        "An agent counts as there for a quarter of an hour after each act. Answers to many at once"
        " are no pace. docs/operations.md has the method.",
        "quiet",
    )


def _grows(stands: Overload) -> str:
    chance = f", give or take {stands.spread:,.0f}" if stands.spread else ""
    return _an_hour(stands.grows) + chance


def _gone(stands: Overload, clock: Clock) -> str:
    if stands.grows is None:
        return "not known yet"
    if stands.clears_first is None or stands.clears_last is None:
        return "not at this pace, as far as can be told" if stands.backlog else "now"
    return f"from {clock(stands.clears_first)} to {clock(stands.clears_last)}"


def _an_hour(value: float | None) -> str:
    return "not known yet" if value is None else f"{value:,.1f} an hour"


def _count(value: int | None) -> str:
    return "not known yet" if value is None else f"{value:,}"
