"""Cases: conversations that an agent handles."""

from desk.cases.action import CaseAction, CaseDone
from desk.cases.case import Case, CaseEvent, Mode, Side, State
from desk.cases.cases import CASES_HELD, PAST, QUIET, Cases, Changes
from desk.cases.joining import POSTS_HELD, TEXT_HELD

__all__ = [
    "CASES_HELD",
    "PAST",
    "POSTS_HELD",
    "QUIET",
    "TEXT_HELD",
    "Case",
    "CaseAction",
    "CaseDone",
    "CaseEvent",
    "Cases",
    "Changes",
    "Mode",
    "Side",
    "State",
]
