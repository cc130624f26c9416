"""What keeps a reply or an announcement from being taken."""

from __future__ import annotations

from typing import Literal

from desk.errors import DeskError
from desk.replies.reply import Facts, Problem

Refusal = Literal[
    "stale", "voice", "length", "channel", "taken", "approval", "answered", "role", "unknown"
]
"""Why: what was known has changed, the text is not in order, it is too long, nobody can be answered
there, somebody else is at it, a lead must agree first, it was said already, not allowed, not known.
"""


class ReplyError(DeskError):
    """A reply or announcement that was not taken: nothing has changed, and nothing was sent."""

    def __init__(
        self,
        kind: Refusal,
        reason: str,
        problems: tuple[Problem, ...] = (),
        facts: Facts | None = None,
    ) -> None:
        super().__init__(reason)
        self.kind: Refusal = kind
        self.problems = problems
        self.facts = facts
