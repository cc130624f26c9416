"""The rows of a list of cases that a screen holds: a window on an order that changes."""

from __future__ import annotations

from desk.serving.case_messages import CaseRow, CaseWindow

WINDOW_ROWS = 160
"""Rows that are watched at a time: three tall screens."""
MARGIN_ROWS = 30
"""So near to the end of the window, the next one is asked for."""


class CaseList:
    """One list at the desk: `total` cases, of which the rows of a window are at hand."""

    def __init__(self, view: int, query: str) -> None:
        self.view = view
        self.query = query
        self.total = 0
        self.told = False
        self._start = 0
        self.rows: tuple[CaseRow, ...] = ()
        self._asked: int | None = None

    def put(self, window: CaseWindow) -> None:
        """Take in the window as it is now; the rows of an older one are let go."""
        self.total, self.told = window.total, True
        self._start, self.rows = window.start, window.rows
        self._asked = None

    def row(self, index: int) -> CaseRow | None:
        """The case of this number, or None where it is not at hand."""
        at = index - self._start
        return self.rows[at] if 0 <= at < len(self.rows) else None

    def find(self, case: str) -> int | None:
        """The number of a case among the rows at hand."""
        found = (at for at, row in enumerate(self.rows, self._start) if row.id == case)
        return next(found, None)

    def ask(self, first: int, last: int) -> int | None:
        """Where the window must begin so that the rows `first` to `last` are well within it.

        None while it does already, or is on its way.
        """
        low, high = self._start, self._start + len(self.rows)
        fine_above = low == 0 or first - MARGIN_ROWS >= low
        fine_below = high >= self.total or last + MARGIN_ROWS <= high
        if not self.told or (fine_above and fine_below):
            return None
        middle = (first + last) // 2
        start = max(0, min(middle - WINDOW_ROWS // 2, self.total - WINDOW_ROWS))
        if start in (self._asked, low):
            return None
        self._asked = start
        return start
