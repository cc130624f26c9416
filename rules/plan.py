"""Rules made ready for matching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial, reduce
from itertools import chain
from operator import or_

import msgspec

from rules.bits import bit_set
from rules.index import Elements, Index
from rules.language import common_words
from rules.lexicon import Lexicon
from rules.pack import (
    FACTS,
    LIMIT_DEFAULT,
    NOTHING,
    Context,
    Evidence,
    Pack,
    Rule,
)
from rules.parts import Parts
from rules.phrase import Atom, Phrase, Place
from rules.reader import TokenReader
from rules.reading import Word
from rules.text import END, LINK, MENTION, QUESTION, START
from rules.typos import Typos

_EDGES = {Atom("mark", START), Atom("mark", END)}
_EVERYDAY = 0.004  # above it a word is in every tenth post or so


class Limits(msgspec.Struct, frozen=True):
    """How far a row may be from the text: idle words, edits of a word, cost, and the language."""

    gap: int
    tolerance: int
    cost: int
    language: str


class Cues(msgspec.Struct, frozen=True):
    """A context, compiled."""

    name: str
    before: Index
    after: Index
    around: Index
    anywhere: Index
    stop: Index
    reach: int
    limits: Limits


class Weight(msgspec.Struct, frozen=True):
    """Phrases of evidence that count `points` each, with the index of their rows.

    Phrases of one word are also in the bit set `singles`: to count them needs no search; `others`
    is the index of the rest.
    """

    points: int
    phrases: tuple[Phrase, ...]
    index: Index
    singles: int
    others: Index


class Test(msgspec.Struct, frozen=True):
    """A rule, compiled: what a text must hold for it to fire.

    Of each bit set of `needed` a text must hold an element. `placed` says whether a match must be
    looked at where it stands.
    """

    rule: Rule
    limits: Limits
    all: tuple[Index, ...]
    none: Index
    near: Index
    not_near: Index
    when: tuple[Cues | str, ...]
    unless: tuple[Cues | str, ...]
    weights: tuple[Weight, ...]
    needed: tuple[int, ...]
    placed: bool


class Plan:
    """A set of rules, compiled.

    `any` is the index of the phrases of all rules, `tests` has the rules in order, `weighing` the
    numbers of those that are found by their evidence alone, `turns` says in which order all are
    looked at. Rules that are retired are left out, and so are drafts without `drafts`.
    """

    def __init__(
        self,
        packs: Sequence[Pack],
        *,
        drafts: bool = False,
        typos: type[Typos] = Typos,
        parts: type[Parts] = Parts,
    ) -> None:
        asked = {"live", "draft"} if drafts else {"live"}
        rules = [rule for pack in packs for rule in pack.rules if rule.status in asked]
        self.language = packs[0].language
        self._make_lexicon = partial(Lexicon, typos=typos, parts=parts)
        self._common = common_words()
        self._elements = Elements(self._common)
        contexts = {(each.language, each.name): each for pack in packs for each in pack.contexts}
        self._reserve(rules, contexts)
        self._tolerant = {
            atom
            for rule in rules
            for phrase in phrases_of(rule)
            for variant in phrase.variants
            for place in variant
            for atom in place
        }
        self.any = self._elements.index([rule.any for rule in rules])
        cues = {key: self._cues(context) for key, context in contexts.items()}
        self.tests: tuple[Test, ...] = tuple(self._test(rule, cues) for rule in rules)
        self.weighing = [at for at, rule in enumerate(rules) if rule.evidence and not rule.any]
        self.prioritised = any(rule.priority or rule.label == NOTHING for rule in rules)
        first = sorted(range(len(rules)), key=lambda at: -rules[at].priority)
        self.turns = {number: turn for turn, number in enumerate(first)}
        self._make_reader()

    def _reserve(self, rules: Sequence[Rule], contexts: dict[tuple[str, str], Context]) -> None:
        """Gives low numbers to what texts are searched for: their bit sets stay small."""
        reserve = self._elements.reserve
        self.question, self.link, self.mention = (
            self._elements.number(frozenset((Atom("mark", mark),)))
            for mark in (QUESTION, LINK, MENTION)
        )
        cues = [
            phrase
            for each in contexts.values()
            for phrase in chain(each.before, each.after, each.around, each.anywhere, each.stop)
        ]
        reserve(cues, keys=1)
        for rule in rules:
            reserve(asides_of(rule), keys=1)
        for rule in rules:
            reserve(phrases_of(rule))
        reserve(cues)
        self.key_elements = len(self._elements)

    @property
    def elements(self) -> tuple[Place, ...]:
        """What may stand at each element's place, by the number of the element."""
        return tuple(self._elements.numbers)

    @property
    def rarity(self) -> list[float]:
        """How frequent each element is, by its number: the smaller, the rarer."""
        return self._elements.frequency

    def telling_words(self) -> set[str]:
        """The words by which phrases of `any` are looked up, but for everyday ones."""
        places = self.elements
        return {
            atom.spelling
            for number in self.any.shelves
            if self._elements.frequency[number] < _EVERYDAY
            for atom in places[number]
            if atom.kind in ("word", "exact")
        }

    def possible(self, number: int, present: int, exact: int, language: str) -> bool:
        """Whether a text can hold what a rule needs beside its phrase, wherever it stands."""
        test = self.tests[number]
        if test.rule.languages and language not in test.rule.languages:
            return False
        if not all(mask & present for mask in test.needed):
            return False
        return not test.weights or _may_suffice(test, present, exact)

    def phrase(self, test: Test, number: int) -> Phrase:
        """The phrase of `any`, or of the evidence in place of it, that has a number."""
        if test.rule.any:
            return test.rule.any[number]
        for weight in test.weights:
            if number < len(weight.phrases):
                return weight.phrases[number]
            number -= len(weight.phrases)
        raise IndexError(number)

    def _make_reader(self) -> None:
        elements_of: dict[Atom, tuple[int, ...]] = {}
        for place, number in self._elements.numbers.items():
            for atom in place:
                elements_of[atom] = (*elements_of.get(atom, ()), number)
        self.reader = TokenReader(
            partial(self._make_lexicon, elements_of, self._common, tolerant=self._tolerant),
            elements_of,
            self.key_elements,
        )
        self.start: Word = self.reader.word({Atom("mark", START): 0})
        self.end: Word = self.reader.word({Atom("mark", END): 0})
        self.edges = self.start.elements | self.end.elements

    def _cues(self, context: Context) -> Cues:
        index = self._elements.index
        return Cues(
            context.name,
            index([context.before]),
            index([context.after]),
            index([context.around]),
            index([context.anywhere]),
            index([context.stop]),
            context.reach,
            Limits(context.gap, 0, 100 - int(LIMIT_DEFAULT), context.language),
        )

    def _weight(self, evidence: Evidence) -> Weight:
        single: set[int] = set()
        others: list[Phrase] = []
        for phrase in evidence.phrases:
            elements = [row.elements for row in self._elements.rows(phrase)]
            lone = len(elements) == len(elements[0]) == 1
            if lone and elements[0][0] not in single and not phrase.variants[0][0] & _EDGES:
                single.add(elements[0][0])
            else:
                others.append(phrase)
        index = self._elements.index([evidence.phrases])
        return Weight(
            evidence.points,
            evidence.phrases,
            index,
            bit_set(single),
            self._elements.index([others]),
        )

    def _test(self, rule: Rule, contexts: dict[tuple[str, str], Cues]) -> Test:
        index = self._elements.index
        when, unless = (
            tuple(name if name in FACTS else contexts[rule.language, name] for name in names)
            for names in (rule.when, rule.unless)
        )
        all_of, near = tuple(index([(phrase,)]) for phrase in rule.all), index([rule.near])
        needed = [each.mask for each in (*all_of, *([near] if rule.near else ()))]
        needed.extend(filter(None, map(self._told_by, when)))
        return Test(
            rule=rule,
            limits=Limits(rule.gap, rule.tolerance, int(100 - rule.limit), rule.language),
            all=all_of,
            none=index([rule.none]),
            near=near,
            not_near=index([rule.not_near]),
            when=when,
            unless=unless,
            weights=tuple(map(self._weight, rule.evidence)),
            needed=tuple(needed),
            placed=bool(rule.near or rule.not_near or rule.when or rule.unless),
        )

    def _told_by(self, context: Cues | str) -> int:
        """Elements of which a text must hold one for a context; 0 for what words don't tell."""
        if isinstance(context, str):
            told = {"question": self.question, "link": self.link, "mention": self.mention}
            return 1 << told[context] if context in told else 0
        parts = (context.before, context.after, context.around, context.anywhere)
        return reduce(or_, (index.mask for index in parts))


def phrases_of(rule: Rule) -> Iterator[Phrase]:
    """Every phrase of a rule; cues of contexts are not its own, and forgive no typo."""
    yield from rule.any
    yield from asides_of(rule)


def asides_of(rule: Rule) -> Iterator[Phrase]:
    """The phrases of a rule that are looked for whatever else a text holds."""
    yield from chain(rule.all, rule.none, rule.near, rule.not_near)
    for evidence in rule.evidence:
        yield from evidence.phrases


def _may_suffice(test: Test, present: int, exact: int) -> bool:
    """Whether a rule's evidence may come to what it needs: never too little."""
    total = 0
    for weight in test.weights:
        sure = present if weight.points > 0 else exact
        total += weight.points * (weight.singles & sure).bit_count()
    for weight in test.weights:
        if total >= test.rule.need:
            return True
        if weight.points > 0 and weight.others.mask & present:
            phrases = {phrase for _, phrase, _ in weight.others.within(present)}
            total += weight.points * len(phrases)
    return total >= test.rule.need
