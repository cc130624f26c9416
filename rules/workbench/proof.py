"""The tests beside the rules: which of them do not hold."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rules.engine import Engine
from rules.pack import Pack, Rule, RuleTest
from rules.verdict import Match


class Failure(msgspec.Struct, frozen=True):
    """A test that does not hold, with everything that fired on its text."""

    rule: Rule
    test: RuleTest
    fired: tuple[Match, ...]

    def __str__(self) -> str:
        """One line: place, what was expected, and what happened instead."""
        wanted = "fires" if self.test.match else "does not fire"
        own = next((match for match in self.fired if match.rule == self.rule.id), None)
        if own:
            instead = f"it fired: '{own.phrase}' on '{own.text}' ({own.score:g})"
        elif self.fired:
            others = ", ".join(f"{match.rule} ({match.label})" for match in self.fired)
            instead = f"it did not; fired: {others}"
        else:
            instead = "nothing fired"
        return f"{self.test.source}: '{self.rule.id}' {wanted} on '{self.test.text}', but {instead}"


def failures(packs: Sequence[Pack], engine: Engine) -> list[Failure]:
    """Tests that do not hold, in the order of the rules; `engine` must be made of `packs`."""
    cases = [(rule, test) for pack in packs for rule in pack.rules for test in rule.tests]
    verdicts = engine.classify([test.text for _, test in cases])
    return [
        Failure(rule, test, verdict.matches)
        for (rule, test), verdict in zip(cases, verdicts, strict=True)
        if any(match.rule == rule.id for match in verdict.matches) != test.match
    ]
