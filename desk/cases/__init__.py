"""Cases: conversations that an agent handles."""

from desk.cases.case import Case, CaseEvent, Mode, Side, State
from desk.cases.cases import CASES_HELD, POSTS_HELD, QUIET, TEXT_HELD, Cases

__all__ = [
    "CASES_HELD",
    "POSTS_HELD",
    "QUIET",
    "TEXT_HELD",
    "Case",
    "CaseEvent",
    "Cases",
    "Mode",
    "Side",
    "State",
]
