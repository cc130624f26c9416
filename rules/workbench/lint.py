"""What is doubtful in packs that load: the rules work, but their author may have meant more.

Retired rules never run, so nothing about them is doubtful.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise

from rules.errors import Fault, in_order
from rules.language import frequent_words
from rules.loader import VocabularyList
from rules.pack import NOTHING, Context, Pack, Rule
from rules.phrase import Phrase, Variant, written_places

COMMON_RANKS = 500
"""A word among this many most frequent ones of a language says little alone."""

_LEADING = {
    "en": "at by from in of on to with without",
    "it": "a al alla con da di in per senza su",
    "es": "a al con de en para por sin",
}
_LED = {
    "en": "a all an any her his my no our some that the their these this your",
    "it": "gli i il l la le lo mia mio nostra nostro questa questo un una uno",
    "es": "el esta este la las los mi nuestra nuestro su tu un una",
}


def warnings(packs: Sequence[Pack], vocabularies: Sequence[VocabularyList] = ()) -> list[Fault]:
    """Every doubtful place of the packs, in order of file and place.

    `vocabularies` are those that the packs were made with (`rules.loader.load_sets`).
    """
    checks = (_repeated_phrases, _impossible, _common_words, _split_choices, _untested)
    found = [
        warning
        for pack in packs
        for rule in pack.rules
        if rule.status != "retired"
        for check in checks
        for warning in check(rule)
    ]
    found.extend(_unused_contexts(packs))
    found.extend(_unused_vocabularies(packs, vocabularies))
    return in_order(found)


def _lists(rule: Rule) -> Iterator[tuple[str, tuple[Phrase, ...]]]:
    """The rule's lists of phrases by key; those of all points are one."""
    yield from (("any", rule.any), ("all", rule.all), ("none", rule.none))
    yield from (("near", rule.near), ("not_near", rule.not_near))
    yield "points", tuple(phrase for evidence in rule.evidence for phrase in evidence.phrases)


def _repeated_phrases(rule: Rule) -> Iterator[Fault]:
    for key, phrases in _lists(rule):
        first_at: dict[Variant, Phrase] = {}
        for phrase in phrases:
            earlier = [first_at.setdefault(variant, phrase) for variant in phrase.variants]
            # A phrase that is wholly said by earlier ones; overlap in part is how people write.
            if earlier and all(one is not phrase for one in earlier):
                yield phrase.source.fault(
                    f"phrase '{phrase.text}' of '{rule.id}' is already said by '{earlier[0].text}'"
                    f" in line {earlier[0].source.line}: remove one from '{key}'"
                )


def _impossible(rule: Rule) -> Iterator[Fault]:
    """What the rule's own keys keep from ever firing."""
    excluded = {variant: phrase for phrase in rule.none for variant in phrase.variants}
    for phrase in rule.any:
        by = [excluded.get(variant) for variant in phrase.variants]
        if by and by[0] is not None and all(by):
            yield phrase.source.fault(
                f"phrase '{phrase.text}' of '{rule.id}' can never give its label: "
                f"'{by[0].text}' in 'none' says the same; remove one"
            )
    for name in rule.when:
        if name in rule.unless:
            yield rule.source.fault(
                f"rule '{rule.id}' can never fire: '{name}' is in 'when' and in 'unless'"
            )
    most = sum(one.points * len(one.phrases) for one in rule.evidence if one.points > 0)
    if most < rule.need:
        yield rule.source.fault(
            f"rule '{rule.id}' can never fire: its points come to {most} at most, "
            f"and it needs {rule.need}"
        )


def _common_words(rule: Rule) -> Iterator[Fault]:
    if rule.all or rule.near or rule.when or rule.evidence or not rule.any:
        return
    common = _most_frequent(rule.language)
    if all(_is_one_of(variant, common) for phrase in rule.any for variant in phrase.variants):
        yield rule.source.fault(
            f"rule '{rule.id}' fires on common words alone: "
            "write longer phrases, or add 'all', 'near', 'when' or points"
        )


def _is_one_of(variant: Variant, words: frozenset[str]) -> bool:
    return len(variant) == 1 and all(
        atom.kind in ("word", "exact") and atom.spelling in words for atom in variant[0]
    )


@cache
def _most_frequent(language: str) -> frozenset[str]:
    return frozenset(frequent_words(language, COMMON_RANKS))


def _split_choices(rule: Rule) -> Iterator[Fault]:
    """`out|in the dark`, which is read as 'out the dark' or 'in the dark'."""
    leading, led = _LEADING[rule.language].split(), _LED[rule.language].split()
    for phrase in (phrase for _, phrases in _lists(rule) for phrase in phrases):
        for place, following in pairwise(written_places(phrase.text)):
            first, _, others = place.partition("|")
            last = others.rpartition("|")[2]
            if first not in leading and last in leading and following in led:
                yield phrase.source.fault(
                    f"'{place} {following}' is read as '{first}' or '{last}', and then "
                    f"'{following}': if '{last} {following} …' is one choice, put it in brackets"
                )


def _untested(rule: Rule) -> Iterator[Fault]:
    if rule.label == NOTHING:  # it never matches: the rules that it holds back are its test
        return
    told = f"rule '{rule.id}' has no test"
    if not rule.tests:
        yield rule.source.fault(f"{told}: add [[rule.test]] with text and match")
    elif not any(test.match for test in rule.tests):
        yield rule.source.fault(f"{told} that matches: add one with match = true")
    elif rule.status == "live" and all(test.match for test in rule.tests):
        yield rule.source.fault(
            f"{told} of what it must not catch: add a text that comes close, with match = false"
        )


def _unused_contexts(packs: Sequence[Pack]) -> Iterator[Fault]:
    for pack in packs:
        used = {name for rule in pack.rules for name in (*rule.when, *rule.unless)}
        for context in pack.contexts:
            if context.name not in used:
                yield context.source.fault(
                    f"no rule uses context '{context.name}': name it in 'when' or 'unless', "
                    "or remove it"
                )


def _unused_vocabularies(
    packs: Sequence[Pack], vocabularies: Sequence[VocabularyList]
) -> Iterator[Fault]:
    for language in dict.fromkeys(one.language for one in vocabularies):
        known = {one.name: one for one in vocabularies if one.language == language}
        waiting = [name for pack in packs if pack.language == language for name in _named(pack)]
        used: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in known and name not in used:
                used.add(name)
                waiting.extend(_references(entry for entry, _ in known[name].entries))
        for name, one in known.items():
            if name not in used:
                yield one.source.fault(
                    f"no phrase uses vocabulary '{name}': write ${name} in one, or remove it"
                )


def _named(pack: Pack) -> Iterator[str]:
    """The vocabularies that the phrases of a pack name."""
    lists = [phrases for rule in pack.rules for _, phrases in _lists(rule)]
    lists.extend(cues for context in pack.contexts for cues in _cues(context))
    return _references(phrase.text for phrases in lists for phrase in phrases)


def _cues(context: Context) -> tuple[tuple[Phrase, ...], ...]:
    return context.before, context.after, context.around, context.anywhere, context.stop


def _references(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for part in text.replace("|", " ").split():
            if part.startswith("$"):
                yield part[1:]
