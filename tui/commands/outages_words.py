"""How listings of outages show times, places and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from desk.territories import Territory

EXERCISE = "EXERCISE"
GAP = "  "


class Words:
    """Words of a territory: places by name, times in its zone."""

    def __init__(self, territory: Territory) -> None:
        self._zone = territory.zone
        self._names = {place.id: place.name for place in territory.community}

    def place(self, communities: Sequence[str]) -> str:
        """The first community by name, and how many more there are."""
        if not communities:
            return "elsewhere"
        first = self._names.get(communities[0], communities[0])
        return first if len(communities) == 1 else f"{first} +{len(communities) - 1}"

    def time(self, at: datetime | None) -> str:
        """Day and time of day in the territory's zone; a dash for none."""
        return "-" if at is None else f"{at.astimezone(self._zone):%d %b %H:%M}"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], right: str = "") -> list[str]:
    """Lines of a table, columns apart; those whose header is a word of `right` to the right."""
    held = [list(headers), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in held) for column in range(len(headers))]
    to_right = set(right.split())
    lines = []
    for row in held:
        cells = [
            cell.rjust(width) if header in to_right else cell.ljust(width)
            for cell, width, header in zip(row, widths, headers, strict=True)
        ]
        lines.append(GAP.join(cells).rstrip())
    return lines
