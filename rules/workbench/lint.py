"""What is doubtful in packs that load: the rules work, but their author may have meant more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.errors import Fault, Source, in_order
from rules.pack import Pack, Rule
from rules.phrase import Phrase, Variant


def warnings(packs: Sequence[Pack]) -> list[Fault]:
    """Every doubtful place of the packs, in order of file and place."""
    found = [
        warning
        for pack in packs
        for rule in pack.rules
        for check in (_repeated_phrases, _excluded_phrases, _untested)
        for warning in check(rule)
    ]
    return in_order(found)


def _repeated_phrases(rule: Rule) -> Iterator[Fault]:
    for key, phrases in (("any", rule.any), ("all", rule.all), ("none", rule.none)):
        first_at: dict[Variant, Phrase] = {}
        for phrase in phrases:
            earlier = [first_at.setdefault(variant, phrase) for variant in phrase.variants]
            # A phrase that is wholly said by earlier ones; overlap in part is how people write.
            if earlier and all(one is not phrase for one in earlier):
                yield phrase.source.fault(
                    f"phrase '{phrase.text}' of '{rule.id}' is already said by '{earlier[0].text}'"
                    f" in line {earlier[0].source.line}: remove one from '{key}'"
                )


def _excluded_phrases(rule: Rule) -> Iterator[Fault]:
    excluded = {variant: phrase for phrase in rule.none for variant in phrase.variants}
    for phrase in rule.any:
        by = [excluded.get(variant) for variant in phrase.variants]
        if by and by[0] is not None and all(by):
            yield phrase.source.fault(
                f"phrase '{phrase.text}' of '{rule.id}' can never give its label: "
                f"'{by[0].text}' in 'none' says the same; remove one"
            )


def _untested(rule: Rule) -> Iterator[Fault]:
    source: Source = rule.source
    if not rule.tests:
        yield source.fault(f"rule '{rule.id}' has no test: add [[rule.test]] with text and match")
    elif not any(test.match for test in rule.tests):
        yield source.fault(f"rule '{rule.id}' has no test that matches: add one with match = true")
