"""What is being written at this screen, case by case, until the desk keeps it: no word is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from desk.replies.reply import Problem
from desk.serving.reply_messages import Drafted, SaveDraft


@dataclass
class Typed:
    """The answer to one case as it stands in the reply.

    `macro` and `title` name what was taken in, `filled` its words; `seen` is the version of the
    facts that the agent has seen. `told` is the text that the desk was told last, `kept` the one
    that it has said to hold. `problems`, `stale` and `refusal` are what it has said of it.
    """

    case: str
    text: str = ""
    macro: str = ""
    title: str = ""
    filled: str = ""
    seen: str = ""
    told: str = ""
    told_seen: str = ""
    kept: str = ""
    judged: str = ""
    problems: tuple[Problem, ...] = ()
    stale: str = ""
    refusal: str = ""

    @property
    def dirty(self) -> bool:
        """Whether the desk does not hold what stands here."""
        return self.text != self.kept

    def problems_now(self) -> tuple[Problem, ...]:
        """What is wrong with the text, so long as it is the one that was judged."""
        return self.problems if self.text == self.judged else ()


class Drafts:
    """What was typed, by case; it outlives the link, the desk, and the screen of cases."""

    def __init__(self) -> None:
        self._typed: dict[str, Typed] = {}

    def of(self, case: str) -> Typed:
        """What stands in the reply of a case, empty where nothing does."""
        return self._typed.setdefault(case, Typed(case))

    def __iter__(self) -> Iterator[Typed]:
        return iter(tuple(self._typed.values()))

    def to_save(self, case: str, by: str) -> SaveDraft | None:
        """What to tell the desk of a case; None where it was told already."""
        typed = self.of(case)
        if typed.text == typed.told and typed.seen == typed.told_seen:
            return None
        typed.told, typed.told_seen = typed.text, typed.seen
        return SaveDraft(case, by, typed.text, macro=typed.macro, seen=typed.seen)

    def drafted(self, drafted: Drafted) -> None:
        """The desk keeps what it was told last."""
        typed = self.of(drafted.case)
        typed.kept = typed.judged = typed.told
        typed.problems, typed.stale = drafted.problems, drafted.stale
        typed.refusal = ""

    def lost(self) -> None:
        """The link is gone: whatever the desk has not said to hold is to be told again."""
        for typed in self._typed.values():
            typed.told = typed.kept

    def clear(self, case: str) -> None:
        """The reply has gone out: nothing stands in it."""
        self._typed.pop(case, None)

    def forget_empty(self) -> None:
        """Let go of cases in which nothing is written."""
        for case, typed in tuple(self._typed.items()):
            if not (typed.text or typed.kept or typed.told):
                del self._typed[case]
