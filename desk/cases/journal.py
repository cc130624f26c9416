"""The journal of cases: what was done to them and what happened by itself, kept for good."""

from __future__ import annotations

from datetime import datetime

from desk.cases.case import CaseEvent, Side


class Journal:
    """Lines that are still to be stored, each with the number of its deed (0: of none)."""

    def __init__(self) -> None:
        self._events: list[tuple[int, CaseEvent]] = []
        self._undone: list[int] = []

    def note(
        self,
        case: str,
        at: datetime,
        by: str,
        kind: str,
        words: str,
        *,
        side: Side = "desk",
        deed: int = 0,
    ) -> None:
        """Write a line; an empty `case` is the desk, an empty `by` time or the customer."""
        event = CaseEvent(case=case, at=at, by=by, kind=kind, words=words, side=side)
        self._events.append((deed, event))

    def undo(self, deed: int) -> None:
        """The lines of a deed say from now on that it was taken back."""
        self._undone.append(deed)

    def written(self) -> tuple[list[tuple[int, CaseEvent]], list[int]]:
        """The lines since the last call, and the numbers of deeds that were taken back."""
        written = self._events, self._undone
        self._events, self._undone = [], []
        return written
