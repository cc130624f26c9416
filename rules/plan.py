"""Rules made ready for matching: rows of numbered elements, filed by their rarest one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rules.language import LANE_BITS, CommonWords, common_words
from rules.lexicon import Lexicon
from rules.pack import FACTS, LIMIT_DEFAULT, NOTHING, TOLERANCE_MAX, Evidence, Pack, Rule
from rules.phrase import Atom, Phrase, Place
from rules.reader import TokenReader, bit_set
from rules.reading import ANCHOR_LANE, ANCHORS_NEEDED, EVIDENCE_LANE, FUZZY_MASK, Word
from rules.text import END, LINK, MENTION, QUESTION, START

# Guesses, against words at about 1/rank: a wrong one costs time, never a match.
_MARK_FREQUENCY = 0.1
_STEM_FREQUENCY = 0.002
_EVERYWHERE = 100.0
_EDGES = {Atom("mark", START), Atom("mark", END)}
_EVERYDAY = 0.004  # above it a word is in every tenth post or so


class Row(msgspec.Struct, frozen=True):
    """One variant of a phrase: its elements in order; `needs` are the same as a bit set.

    `anchor` is the place of the rarest one.
    """

    elements: tuple[int, ...]
    needs: int
    anchor: int


Filed = tuple[int, int, Row]
"""Index of a rule, index of a phrase in one of its lists, and one row of that phrase."""


class Shelf(msgspec.Struct, frozen=True):
    """Rows of one anchor under their next rarest element; `mask` has the bits of those."""

    mask: int
    rows: dict[int, list[Filed]]


class Index(msgspec.Struct, frozen=True):
    """Rows under their anchor, the rarest element, so that few a text are looked at."""

    mask: int
    shelves: dict[int, Shelf]

    def within(self, present: int) -> list[Filed]:
        """The rows of which `present`, a bit set of elements, has every element."""
        return self.under(bits(self.mask & present), present)

    def under(self, anchors: Iterable[int], present: int) -> list[Filed]:
        """The same, where the anchors in `present` are known."""
        found: list[Filed] = []
        for anchor in anchors:
            shelf = self.shelves[anchor]
            seconds = shelf.mask & present
            if seconds:
                for second in bits(seconds):
                    for filed in shelf.rows[second]:
                        needs = filed[2].needs
                        if needs & present == needs:
                            found.append(filed)
        return found


def bits(numbers: int) -> Iterator[int]:
    """The numbers of a bit set, the highest first."""
    while numbers:
        number = numbers.bit_length() - 1
        yield number
        numbers ^= 1 << number


class Limits(msgspec.Struct, frozen=True):
    """How far a row may be from the text: idle words, edits of a word, cost, and the language."""

    gap: int
    tolerance: int
    cost: int
    language: str


class Cues(msgspec.Struct, frozen=True):
    """A context, compiled; equal contexts have equal numbers."""

    number: int
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

    `placed` says whether a match must be looked at where it stands; `gate` is the top bit of the
    lane that counts the rule's evidence, 0 for a rule that is found by its `any`.
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
    placed: bool
    gate: int


class Plan:
    """A set of rules, compiled.

    An element is the set of atoms that may stand at one place of a phrase; equal ones are one.
    `any` is the index of the phrases of all rules, `tests` has the rules in order. Rules that are
    retired are left out, and so are drafts without `drafts`.
    """

    def __init__(self, packs: Sequence[Pack], *, drafts: bool = False) -> None:
        asked = {"live", "draft"} if drafts else {"live"}
        rules = [rule for pack in packs for rule in pack.rules if rule.status in asked]
        self._numbers: dict[Place, int] = {}
        self._common = common_words()
        self._frequency: list[float] = []
        # First, so that the numbers which every post is held against are the low ones.
        self.any = self._index([rule.any for rule in rules])
        weights_of = {rule.id: tuple(map(self._weight, rule.evidence)) for rule in rules}
        self.telling_elements = len(self._numbers)
        contexts = self._cues(packs)
        lane = EVIDENCE_LANE
        self.bias = ((1 << LANE_BITS - 1) - ANCHORS_NEEDED) << ANCHOR_LANE * LANE_BITS
        self.evidence_gate = 0
        weights: dict[int, int] = {}
        tests = []
        for rule in rules:
            gate = 0
            test = self._test(rule, contexts, weights_of[rule.id])
            if rule.evidence and not rule.any:
                gate = 1 << (lane + 1) * LANE_BITS - 1
                self.bias += ((1 << LANE_BITS - 1) - rule.need) << lane * LANE_BITS
                self._weigh(test, lane, weights)
                lane += 1
                test = msgspec.structs.replace(test, gate=gate)
            self.evidence_gate |= gate
            tests.append(test)
        self.gate = self.evidence_gate | 1 << (ANCHOR_LANE + 1) * LANE_BITS - 1
        self.tests: tuple[Test, ...] = tuple(tests)
        self._weighing = [(number, test) for number, test in enumerate(tests) if test.gate]
        self.prioritised = any(test.rule.priority or test.rule.label == NOTHING for test in tests)
        self.question, self.link, self.mention = (
            self._number(frozenset((Atom("mark", mark),))) for mark in (QUESTION, LINK, MENTION)
        )
        self._make_reader(weights)

    @property
    def elements(self) -> tuple[Place, ...]:
        """What may stand at each element's place, by the number of the element."""
        return tuple(self._numbers)

    def weighed(self, code: int, telling: int) -> list[int]:
        """The numbers of rules without `any` whose evidence may suffice in a text."""
        sure = not code & FUZZY_MASK
        return [
            number
            for number, test in self._weighing
            if test.gate & code and _most(test, telling, sure=sure) >= test.rule.need
        ]

    def phrase(self, test: Test, number: int) -> Phrase:
        """The phrase of `any`, or of the evidence in place of it, that has a number."""
        if test.rule.any:
            return test.rule.any[number]
        return [phrase for weight in test.weights for phrase in weight.phrases][number]

    def _make_reader(self, weights: dict[int, int]) -> None:
        elements_of: dict[Atom, tuple[int, ...]] = {}
        for place, number in self._numbers.items():
            for atom in place:
                elements_of[atom] = (*elements_of.get(atom, ()), number)
        common = self._common
        self.reader = TokenReader(
            Lexicon(elements_of, common),
            common,
            elements_of,
            weights,
            self._anchors(),
            frozenset(self.any.shelves),
            self.telling_elements,
        )
        self.start: Word = self.reader.word({Atom("mark", START): 0})
        self.end: Word = self.reader.word({Atom("mark", END): 0})
        self.edges = bit_set((*self.start, *self.end))
        self.edge_anchors = tuple(number for number in self.any.shelves if self.edges >> number & 1)
        self.telling_edges = self.edges & (1 << self.telling_elements) - 1

    def _anchors(self) -> dict[int, int]:
        """What words count in the gate: an anchor is enough, of two everyday ones both must be."""
        counts: dict[int, int] = {}
        for number, shelf in self.any.shelves.items():
            for other in shelf.rows:
                alone = other == number or self._frequency[number] < _EVERYDAY
                counts[number] = max(counts.get(number, 0), ANCHORS_NEEDED if alone else 1)
                if not alone:
                    counts[other] = max(counts.get(other, 0), 1)
        return counts

    def _weigh(self, test: Test, lane: int, weights: dict[int, int]) -> None:
        """Counts the points of evidence at the rarest element of each phrase, never too few."""
        for weight in test.weights:
            for number, shelf in weight.index.shelves.items() if weight.points > 0 else ():
                phrases = {phrase for rows in shelf.rows.values() for _, phrase, _ in rows}
                points = weight.points * len(phrases) << lane * LANE_BITS
                weights[number] = weights.get(number, 0) + points

    def _cues(self, packs: Sequence[Pack]) -> dict[tuple[str, str], Cues]:
        """The contexts of all packs by language and name."""
        contexts = [context for pack in packs for context in pack.contexts]
        return {
            (context.language, context.name): Cues(
                number,
                context.name,
                self._index([context.before]),
                self._index([context.after]),
                self._index([context.around]),
                self._index([context.anywhere]),
                self._index([context.stop]),
                context.reach,
                Limits(context.gap, TOLERANCE_MAX, 100 - int(LIMIT_DEFAULT), context.language),
            )
            for number, context in enumerate(contexts)
        }

    def _weight(self, evidence: Evidence) -> Weight:
        single: set[int] = set()
        others: list[Phrase] = []
        for phrase in evidence.phrases:
            elements = [row.elements for row in self._rows(phrase)]
            lone = len(elements) == len(elements[0]) == 1
            if lone and elements[0][0] not in single and not phrase.variants[0][0] & _EDGES:
                single.add(elements[0][0])
            else:
                others.append(phrase)
        index = self._index([evidence.phrases])
        return Weight(
            evidence.points, evidence.phrases, index, bit_set(single), self._index([others])
        )

    def _test(
        self, rule: Rule, contexts: dict[tuple[str, str], Cues], weights: tuple[Weight, ...]
    ) -> Test:
        limits = Limits(rule.gap, rule.tolerance, int(100 - rule.limit), rule.language)
        when, unless = (
            tuple(name if name in FACTS else contexts[rule.language, name] for name in names)
            for names in (rule.when, rule.unless)
        )
        return Test(
            rule=rule,
            limits=limits,
            all=tuple(self._index([(phrase,)]) for phrase in rule.all),
            none=self._index([rule.none]),
            near=self._index([rule.near]),
            not_near=self._index([rule.not_near]),
            when=when,
            unless=unless,
            weights=weights,
            placed=bool(rule.near or rule.not_near or rule.when or rule.unless),
            gate=0,
        )

    def _index(self, rules: Iterable[Sequence[Phrase]]) -> Index:
        """The index of the phrases of rules."""
        filed: dict[int, dict[int, list[Filed]]] = {}
        for rule, phrases in enumerate(rules):
            for number, phrase in enumerate(phrases):
                for row in self._rows(phrase):
                    anchor, *others = sorted(set(row.elements), key=self._frequency.__getitem__)
                    shelf = filed.setdefault(anchor, {})
                    second = others[0] if others else anchor
                    shelf.setdefault(second, []).append((rule, number, row))
        shelves = {anchor: Shelf(bit_set(seconds), seconds) for anchor, seconds in filed.items()}
        return Index(bit_set(shelves), shelves)

    def _rows(self, phrase: Phrase) -> Iterable[Row]:
        for variant in phrase.variants:
            elements = tuple(map(self._number, variant))
            rarest = min(range(len(elements)), key=lambda at: self._frequency[elements[at]])
            yield Row(elements, bit_set(elements), rarest)

    def _number(self, place: Place) -> int:
        number = self._numbers.setdefault(place, len(self._numbers))
        if number == len(self._frequency):
            self._frequency.append(sum(_frequency(atom, self._common) for atom in place))
        return number


def _most(test: Test, telling: int, *, sure: bool) -> int:
    """The most points that a rule's evidence may come to, with words that may be typos or not."""
    total = 0
    for weight in test.weights:
        if weight.points > 0:
            total += weight.points * (weight.singles & telling).bit_count()
            if weight.others.mask & telling:
                phrases = {phrase for _, phrase, _ in weight.others.within(telling)}
                total += weight.points * len(phrases)
        elif sure:
            total += weight.points * (weight.singles & telling).bit_count()
    return total


def _frequency(atom: Atom, common: CommonWords) -> float:
    if atom.kind == "mark":
        return _EVERYWHERE if atom.spelling in (START, END) else _MARK_FREQUENCY
    if atom.kind == "stem":
        return _STEM_FREQUENCY
    return common.frequency(atom.spelling)
