"""Rows of a report: words, how they look, and what each opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from desk.reports.answers import Times

EXERCISE = "EXERCISE"
BARS = " ▁▂▃▄▅▆▇█"
Look = Literal["head", "text", "quiet", "alarm"]


class Row(NamedTuple):
    """One line; `kind` and `opens` say what enter opens: a case or an outage, say.

    `kind` is case, outage, post, filter, announcement, look_alike, or set for a setting; `ref` is
    its id for readers elsewhere, such as `case:c-x-17`: on the screen enter opens it.
    """

    words: str
    look: Look = "text"
    kind: str = ""
    opens: str = ""
    ref: str = ""

    @property
    def whole(self) -> str:
        """The words with the id, for print and copies."""
        return f"{self.words}  [{self.ref}]" if self.ref else self.words


GAP = Row("")


def title(kind: str, territory: str, *, exercise: bool) -> Row:
    """The first row of a report."""
    mark = f"{EXERCISE}  " if exercise else ""
    return Row(f"{mark}{kind} · {territory}", "head")


class Clock:
    """Times on the wall of a zone, with the day where it is not that of `today`."""

    def __init__(self, zone: str, today: datetime) -> None:
        self._zone = ZoneInfo(zone)
        self._today = today.astimezone(self._zone).date()

    def __call__(self, at: datetime | None) -> str:
        """The time of day, such as 18:05 or Thu 18:05."""
        if at is None:
            return "-"
        local = at.astimezone(self._zone)
        return f"{local:%H:%M}" if local.date() == self._today else f"{local:%a %H:%M}"

    def full(self, at: datetime) -> str:
        """Day and time with the name of the zone."""
        return f"{at.astimezone(self._zone):%a %d %b %Y %H:%M %Z}"


def minutes(value: float | None) -> str:
    """A length of time, such as 4.5 min or 3 h 10."""
    if value is None:
        return "-"
    if value < 100:
        return f"{value:.1f} min" if value < 10 else f"{value:.0f} min"
    return f"{int(value) // 60} h {int(value) % 60:02}"


def times(figures: Times) -> str:
    """Mean, median and 90th percentile of how long something took."""
    if not figures.count:
        return "none"
    return (
        f"mean {minutes(figures.mean_min)}, median {minutes(figures.median_min)},"
        f" 90 % within {minutes(figures.p90_min)} ({figures.count:,})"
    )


def spark(counts: Sequence[int]) -> str:
    """Counts as a line of bars; the highest is full, what is not 0 is seen."""
    most = max(counts, default=0)
    if not most:
        return BARS[0] * len(counts)
    return "".join(BARS[-(-8 * count // most)] if count else BARS[0] for count in counts)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> list[Row]:
    """Rows of a table; the first `left` columns to the left, figures to the right."""
    held = [list(headers), *(list(row) for row in rows)]
    widths = [max(len(row[at]) for row in held) for at in range(len(headers))]
    lines = []
    for row in held:
        cells = [
            cell.ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return [Row(lines[0], "quiet"), *map(Row, lines[1:])]
