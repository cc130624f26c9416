"""Rules made ready for matching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial, reduce
from itertools import chain
from operator import or_

import msgspec

from rules.bits import bit_set, bits
from rules.index import Elements, Index
from rules.language import LANE, LANE_BITS, common_words
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
from rules.phrase import Atom, Phrase, Place
from rules.reader import TokenReader
from rules.reading import (
    ANCHOR_LANE,
    ANCHOR_MASK,
    ANCHORS_NEEDED,
    EVIDENCE_LANE,
    FUZZY_MASK,
    Word,
)
from rules.text import END, LINK, MENTION, QUESTION, START

_EDGES = {Atom("mark", START), Atom("mark", END)}
PROMISE_NEEDED = 24
"""What a text must promise to hold any phrase; small, for the longest text must fit a lane."""
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
    looked at where it stands; `gate` is the top bit of the lane that counts the rule's evidence, 0
    for a rule that is found by its `any`.
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
    gate: int


class Plan:
    """A set of rules, compiled.

    `any` is the index of the phrases of all rules, `tests` has the rules in order. Rules that are
    retired are left out, and so are drafts without `drafts`.
    """

    def __init__(self, packs: Sequence[Pack], *, drafts: bool = False) -> None:
        asked = {"live", "draft"} if drafts else {"live"}
        rules = [rule for pack in packs for rule in pack.rules if rule.status in asked]
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
        tests = [self._test(rule, cues) for rule in rules]
        self.bias = ((1 << LANE_BITS - 1) - ANCHORS_NEEDED) << ANCHOR_LANE * LANE_BITS
        self.evidence_gate = 0
        self._needs: list[tuple[int, int]] = []
        weights: dict[int, int] = {}
        for number, test in enumerate(tests):
            if test.rule.evidence and not test.rule.any:
                tests[number] = self._gated(test, weights)
        self.gate = self.evidence_gate | 1 << (ANCHOR_LANE + 1) * LANE_BITS - 1
        self.tests: tuple[Test, ...] = tuple(tests)
        self._weighing = [(number, test) for number, test in enumerate(tests) if test.gate]
        self.prioritised = any(test.rule.priority or test.rule.label == NOTHING for test in tests)
        self._make_reader(weights)

    def _reserve(self, rules: Sequence[Rule], contexts: dict[tuple[str, str], Context]) -> None:
        """Gives low numbers to what every post is held against: its bit sets stay small."""
        reserve = self._elements.reserve
        self.question, self.link, self.mention = (
            self._elements.number(frozenset((Atom("mark", mark),)))
            for mark in (QUESTION, LINK, MENTION)
        )
        asked_for = {(rule.language, name) for rule in rules for name in rule.when}
        for rule in rules:
            reserve(rule.any)
            reserve((*rule.near, *rule.all), keys=1)
            for evidence in rule.evidence:
                reserve(evidence.phrases)
        for key, context in contexts.items():
            if key in asked_for:
                parts = (context.before, context.after, context.around, context.anywhere)
                reserve(chain(*parts), keys=1)
        self.telling_elements = len(self._elements)
        for rule in rules:
            reserve((*rule.all, *rule.none, *rule.near, *rule.not_near))
        for context in contexts.values():
            cues = (context.before, context.after, context.around, context.anywhere, context.stop)
            reserve(chain(*cues))
        self.key_elements = len(self._elements)

    def _gated(self, test: Test, weights: dict[int, int]) -> Test:
        """A rule that is found by its evidence, with a lane that counts it."""
        lane = EVIDENCE_LANE + self.evidence_gate.bit_count()
        gate = 1 << (lane + 1) * LANE_BITS - 1
        self.bias += ((1 << LANE_BITS - 1) - test.rule.need) << lane * LANE_BITS
        self.evidence_gate |= gate
        self._needs.append((lane * LANE_BITS, test.rule.need))
        self._weigh(test, lane, weights)
        return msgspec.structs.replace(test, gate=gate)

    @property
    def elements(self) -> tuple[Place, ...]:
        """What may stand at each element's place, by the number of the element."""
        return tuple(self._elements.numbers)

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

    def promise(self, code: int) -> int:
        """What a chunk whose reading has a code promises: a text needs `PROMISE_NEEDED` in all.

        Never too little: it counts the anchors, and that evidence of which most would suffice.
        """
        promised = (code & ANCHOR_MASK) * PROMISE_NEEDED // ANCHORS_NEEDED
        if code >> EVIDENCE_LANE * LANE_BITS:
            points = max(
                -(-(code >> lane & LANE) * PROMISE_NEEDED // need) for lane, need in self._needs
            )
            promised += points
        return min(promised, PROMISE_NEEDED)

    def weighed(self, code: int, telling: int, language: str) -> list[int]:
        """The numbers of rules without `any` whose evidence may suffice in a text."""
        sure = not code & FUZZY_MASK
        return [
            number
            for number, test in self._weighing
            if test.gate & code
            and (not test.rule.languages or language in test.rule.languages)
            and _may_suffice(test, telling, sure=sure)
        ]

    def possible(self, number: int, telling: int, code: int, language: str) -> bool:
        """Whether a text can hold what a rule needs beside its phrase, wherever it stands."""
        test = self.tests[number]
        if test.rule.languages and language not in test.rule.languages:
            return False
        if not all(mask & telling for mask in test.needed):
            return False
        return not test.weights or _may_suffice(test, telling, sure=not code & FUZZY_MASK)

    def phrase(self, test: Test, number: int) -> Phrase:
        """The phrase of `any`, or of the evidence in place of it, that has a number."""
        if test.rule.any:
            return test.rule.any[number]
        return [phrase for weight in test.weights for phrase in weight.phrases][number]

    def _make_reader(self, weights: dict[int, int]) -> None:
        elements_of: dict[Atom, tuple[int, ...]] = {}
        for place, number in self._elements.numbers.items():
            for atom in place:
                elements_of[atom] = (*elements_of.get(atom, ()), number)
        self.reader = TokenReader(
            partial(Lexicon, elements_of, self._common, tolerant=self._tolerant),
            elements_of,
            weights,
            self._anchors(),
            frozenset(self.any.shelves),
            self.telling_elements,
            self.key_elements,
        )
        self.start: Word = self.reader.word({Atom("mark", START): 0})
        self.end: Word = self.reader.word({Atom("mark", END): 0})
        self.edges = self.start.elements | self.end.elements
        self.edge_anchors = tuple(number for number in self.any.shelves if self.edges >> number & 1)
        self.telling_edges = self.edges & (1 << self.telling_elements) - 1

    def _anchors(self) -> dict[int, int]:
        """What words count in the gate: a rare one is enough, of two everyday ones both must be.

        Where a rule's phrase has none but everyday words, and something else that the rule needs
        is rarer, that counts in their place.
        """
        frequency, places = self._elements.frequency, self.elements
        counts: dict[int, int] = {}

        def count(number: int, points: int) -> None:
            counts[number] = max(counts.get(number, 0), points)

        for number, shelf in self.any.shelves.items():
            if frequency[number] < _EVERYDAY:
                count(number, ANCHORS_NEEDED)
                continue
            for other, rows in shelf.rows.items():
                if places[other] & _EDGES:  # an edge is no word that a gate could count
                    count(number, ANCHORS_NEEDED)
                    continue
                for rule in {rule for rule, _, _ in rows}:
                    instead = self._rarest_need(self.tests[rule], frequency[number])
                    if instead:
                        for one in bits(instead):
                            count(one, ANCHORS_NEEDED)
                    else:
                        count(number, ANCHORS_NEEDED if other == number else 1)
                        count(other, 1)
        return counts

    def _rarest_need(self, test: Test, below: float) -> int:
        """The bit set of `needed` that is rarest in posts, 0 where none is rarer than `below`."""
        totals = [
            (sum(self._elements.frequency[one] for one in bits(mask)), mask) for mask in test.needed
        ]
        total, mask = min(totals, default=(below, 0))
        return mask if total < below else 0

    def _weigh(self, test: Test, lane: int, weights: dict[int, int]) -> None:
        """Counts the points of evidence at the rarest element of each phrase, never too few."""
        for weight in test.weights:
            for number, shelf in weight.index.shelves.items() if weight.points > 0 else ():
                phrases = {phrase for rows in shelf.rows.values() for _, phrase, _ in rows}
                points = weight.points * len(phrases) << lane * LANE_BITS
                weights[number] = weights.get(number, 0) + points

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
            gate=0,
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
    yield from chain(rule.any, rule.all, rule.none, rule.near, rule.not_near)
    for evidence in rule.evidence:
        yield from evidence.phrases


def _may_suffice(test: Test, telling: int, *, sure: bool) -> bool:
    """Whether a rule's evidence may come to what it needs, with words that may be typos or not."""
    total = 0
    for weight in test.weights:
        if weight.points > 0 or sure:
            total += weight.points * (weight.singles & telling).bit_count()
    for weight in test.weights:
        if total >= test.rule.need:
            return True
        if weight.points > 0 and weight.others.mask & telling:
            phrases = {phrase for _, phrase, _ in weight.others.within(telling)}
            total += weight.points * len(phrases)
    return total >= test.rule.need
