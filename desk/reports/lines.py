"""Lines of a handover, and how each is marked against the one before and the lines above.

The marks are those of CrisisFACTS (2023) for summaries: what stands there already is redundant,
what is told late has lagged.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Kind = Literal["", "case", "outage", "announcement", "look_alike", "filter"]
"""What a line opens; a filter is one of cases."""
Mark = Literal["new", "changed", "same", "redundant", "lagged"]


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: `id` is the same in every handover; it opens the `kind` of thing `opens`.

    What it tells began at `since`, where that is known; lines with the same `tells` tell the same.
    """

    id: str
    words: str
    mark: Mark = "new"
    kind: Kind = ""
    opens: str = ""
    print: str = ""
    since: datetime | None = None
    tells: str = ""


class Section(msgspec.Struct, frozen=True):
    """Lines on one matter, the most urgent first; `total` counts those that are left out too."""

    name: str
    title: str
    total: int
    lines: tuple[Line, ...]


class Note(msgspec.Struct, frozen=True):
    """What somebody wants the next shift to know."""

    id: str
    at: datetime
    by: str
    text: str


class Kept(msgspec.Struct, frozen=True):
    """A handover that was kept: when, by whom, and what stood in it."""

    at: datetime
    by: str
    lines: tuple[Line, ...]


class Marks:
    """Marks lines in their order, against the handover that was kept last and the lines above."""

    def __init__(self, kept: Kept | None) -> None:
        self._before = {line.id: line for line in kept.lines} if kept else {}
        self._kept_at = kept.at if kept else None
        self._told: set[str] = set()

    def put(self, line: Line) -> Line:
        """The line with its mark."""
        known = self._before.get(line.id)
        mark: Mark = "changed"
        if line.tells in self._told:
            mark = "redundant"
        elif known is None:
            late = self._kept_at and line.since and line.since < self._kept_at
            mark = "lagged" if late else "new"
        elif known.print == line.print:
            mark = "same"
        if line.tells:
            self._told.add(line.tells)
        return msgspec.structs.replace(line, mark=mark)
