"""The house of cases: the queue, lists of cases, one that is open, and what people do to them."""

from __future__ import annotations

from desk.cases import Case
from desk.pipeline import Outcome
from desk.serving.case_messages import CaseRow
from desk.serving.house import Desk, Guest, Visit

QUEUE_SHOWN = 100


class CaseDesk:
    """Cases as screens see them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.queue_version = 0

    def visit(self, guest: Guest) -> CaseVisit:
        """A new screen has come."""
        return CaseVisit(self, guest)

    def took(self, outcome: Outcome) -> None:
        """A batch, or what somebody did, has led to `outcome`."""
        if outcome.cases:
            self.queue_version += 1

    def begin_again(self) -> None:
        """The feed has begun again, and everything before is forgotten."""
        self.queue_version += 1

    def queue(self) -> tuple[CaseRow, ...]:
        """The head of the queue of cases, most urgent first."""
        return tuple(map(self._row, self._desk.pipeline.cases.queue(QUEUE_SHOWN)))

    def _row(self, case: Case) -> CaseRow:
        return CaseRow(
            id=case.id,
            opened_at=case.opened_at,
            updated_at=case.updated_at,
            channel=case.channel,
            author=case.author,
            place=self._desk.names.get(case.community or "", ""),
            labels=case.labels,
            posts=case.posts,
            text=case.text,
        )


class CaseVisit(Visit):
    """One screen at the house of cases."""

    def __init__(self, house: CaseDesk, guest: Guest) -> None:
        self._house = house
        self._guest = guest
