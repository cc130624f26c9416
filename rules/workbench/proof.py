"""The tests beside the rules: which of them do not hold."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rules.engine import Engine
from rules.pack import Pack, Rule, RuleTest
from rules.verdict import Match

PHRASE_TOLD = 100
"""Letters of a phrase that a failing test tells; some hold hundreds of words."""


class Failure(msgspec.Struct, frozen=True):
    """A test that does not hold, with everything that fired on its text."""

    rule: Rule
    test: RuleTest
    fired: tuple[Match, ...]

    def __str__(self) -> str:
        """One line: place, what was expected, and what happened instead."""
        wanted = "is to fire" if self.test.match else "is not to fire"
        own = next((match for match in self.fired if match.rule == self.rule.id), None)
        if own:
            instead = f"it fired: '{_brief(own.phrase)}' on '{own.text}' ({own.score:g})"
        elif self.fired:
            others = ", ".join(f"{match.rule} ({match.label})" for match in self.fired)
            instead = f"it did not; fired: {others}"
        else:
            instead = "nothing fired"
        return f"{self.test.source}: '{self.rule.id}' {wanted} on '{self.test.text}', but {instead}"


class Example(msgspec.Struct, frozen=True):
    """The post that a test speaks of: its text, and what stands beside it."""

    text: str
    channel: str | None
    lang: str | None
    media: bool
    account: bool
    reply_to: bool
    repost_of: bool


def example(test: RuleTest) -> Example:
    """The post of a test."""
    facts = test.facts
    return Example(
        test.text,
        test.channel or None,
        test.lang or None,
        "media" in facts,
        "own_account" in facts,
        "reply" in facts,
        "repost" in facts,
    )


def proofs(packs: Sequence[Pack]) -> list[tuple[Rule, RuleTest]]:
    """The tests of all rules but the retired ones, in order."""
    return [
        (rule, test)
        for pack in packs
        for rule in pack.rules
        if rule.status != "retired"
        for test in rule.tests
    ]


def failures(packs: Sequence[Pack], engine: Engine) -> list[Failure]:
    """Tests that do not hold, in the order of the rules; `engine` must be made of `packs`.

    Rules that do not run in `engine` because they are drafts are tested with all drafts at work;
    the others are not, so that a draft can't break them.
    """
    cases = proofs(packs)
    running = {test.rule.id for matcher in engine.matchers for test in matcher.plan.tests}
    verdicts = iter(engine.classify([example(test) for rule, test in cases if rule.id in running]))
    drafts = [example(test) for rule, test in cases if rule.id not in running]
    draft_verdicts = iter(Engine(packs, drafts=True).classify(drafts) if drafts else ())
    found = []
    for rule, test in cases:
        verdict = next(verdicts if rule.id in running else draft_verdicts)
        if any(match.rule == rule.id for match in verdict.matches) != test.match:
            found.append(Failure(rule, test, verdict.matches))
    return found


def _brief(phrase: str) -> str:
    """A phrase, of which a long row of choices is cut."""
    return phrase if len(phrase) <= PHRASE_TOLD else f"{phrase[: PHRASE_TOLD - 1]}…"
