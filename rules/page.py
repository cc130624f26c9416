"""The words of texts, and where phrases stand among them: the plain form of `rules.kernel.pages`.

A phrase is found where its elements stand in order with no more than `gap` idle words between two
neighbours; over the end of a sentence only words that stand side by side belong together. Its
score is

    100 - 8 for each edit - 1 for each idle word

so 100 is exact (case, accents, drawn-out letters and hashtags cost nothing), and the default limit
of 80 forgives two edits, or one edit and twelve idle words. Links, mentions, numbers and question
marks count as words; <start> and <end> allow no gap beside them. In a text of another known
language than the rule's, nothing is taken for a typo: there it is more likely that language's word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, reduce
from itertools import accumulate, chain
from operator import attrgetter, or_

from rules.bits import bits
from rules.index import Index, Row
from rules.language import UNKNOWN
from rules.plan import Cues, Limits, Plan, Test
from rules.reader import Parts
from rules.reading import IDLE, Reading, Word

EDIT_COST = 8
IDLE_COST = 1
NEVER = 101
"""A cost that no limit allows."""
_LONG_WORDS = 400

_words = attrgetter("words")
_elements = attrgetter("elements")
_exact = attrgetter("exact")

Site = tuple[int, int, int]
"""A phrase in a text: cost (100 - score), first and last word; words count from 1."""


class Page:
    """The words of one text between <start> and <end>, and where each element stands.

    `parts` are its words that were written in two: the second part stands for the whole. Of a text
    that is not read `whole` nobody knows the end: nothing stands there. `line_ends` are the numbers
    of the chunks before which a line ends.
    """

    def __init__(
        self,
        plan: Plan,
        readings: Sequence[Reading],
        language: str,
        parts: Parts,
        line_ends: Sequence[int],
        *,
        whole: bool = True,
    ) -> None:
        self.language = language
        self.plan = plan
        self._readings = readings
        self._parts = parts
        self._line_ends = line_ends
        within = chain.from_iterable(map(_words, readings))
        self.words: list[Word] = [plan.start, *within, plan.end if whole else IDLE]
        self.joined: dict[int, int] = {}
        for place, word in parts:
            self.words[place] = plan.reader.either(word, self.words[place])
            self.joined[place] = place - 1
        self._places: dict[int, list[int]] = {}
        self._same: dict[int, tuple[Word, list[int]]] = {}
        self._cues: dict[int, list[tuple[int, int]]] = {}

    @cached_property
    def present(self) -> int:
        """The elements of all words as a bit set."""
        present: int = reduce(or_, map(_elements, self.words), self.plan.edges)
        return present

    @cached_property
    def exact(self) -> int:
        """The elements of all words that need no edit."""
        exact: int = reduce(or_, map(_exact, self.words))
        return exact

    @cached_property
    def _breaks(self) -> list[int]:
        """The words before which sentences end; a line's end is a sentence's end."""
        breaks: list[int] = []
        at = 1
        for reading in self._readings:
            if reading.ends:
                breaks.extend(at + end for end in reading.ends)
            at += len(reading.words)
        if self._line_ends:
            counts = list(accumulate((len(each.words) for each in self._readings), initial=1))
            breaks = sorted({*breaks, *(counts[chunk] for chunk in self._line_ends)})
        return breaks

    # --- what may fire ----------------------------------------------------------------------------

    def ways(self) -> dict[int, list[tuple[Site, int]]]:
        """Where phrases of `any` stand: for the number of a rule, sites with the phrase's number.

        Only of rules that can find in the text what else they need.
        """
        plan, present = self.plan, self.present
        found: dict[int, list[tuple[Site, int]]] = {}
        possible: dict[int, bool] = {}
        for rule, phrase, row in plan.any.within(present):
            if rule not in possible:
                possible[rule] = plan.possible(rule, present, self.exact, self.language)
            if possible[rule]:
                limits = plan.tests[rule].limits
                for site in self.sites(row, limits):
                    found.setdefault(rule, []).append((site, phrase))
        return found

    def weighed(self) -> list[int]:
        """The numbers of the rules without `any` whose evidence comes to what they need."""
        plan = self.plan
        return [
            number
            for number in plan.weighing
            if plan.possible(number, self.present, self.exact, self.language)
            and self.points(plan.tests[number]) >= plan.tests[number].rule.need
        ]

    def points(self, test: Test) -> int:
        """What the evidence of a rule comes to."""
        total = 0
        for weight in test.weights:
            count = (weight.singles & self.exact).bit_count()
            for number in bits(weight.singles & self.present & ~self.exact):
                row = Row((number,), (number,), 1 << number, 0)
                count += bool(self.sites(row, test.limits))
            others = {phrase for phrase, _ in self.every(weight.others, test.limits)}
            total += weight.points * (count + len(others))
        return total

    # --- what else a rule asks for ----------------------------------------------------------------

    def holds(self, test: Test) -> bool:
        """Whether the text as a whole lets a rule fire, wherever its phrase stands."""
        rule, limits = test.rule, test.limits
        if rule.languages and self.language not in rule.languages:
            return False
        if not all(self.has(index, limits) for index in test.all):
            return False
        if self.has(test.none, limits):
            return False
        return not test.weights or self.points(test) >= rule.need

    def fits(self, test: Test, site: Site, fact: Callable[[str, Site], bool]) -> bool:
        """Whether a match may stand where it does: what is near it, and its contexts.

        `fact` tells those that are facts, by their names.
        """

        def applies(context: Cues | str) -> bool:
            if isinstance(context, str):
                return fact(context, site)
            return self.applies(context, site)

        rule = test.rule
        if rule.near and not self.is_near(test.near, test.limits, rule.reach, site):
            return False
        if rule.not_near and self.is_near(test.not_near, test.limits, rule.reach, site):
            return False
        return all(map(applies, test.when)) and not any(map(applies, test.unless))

    def applies(self, context: Cues, site: Site) -> bool:
        """Whether a context holds of a match."""
        if self._spots(context.anywhere, context.limits):
            return True
        _, first, last = site
        reach = context.reach
        for _, end in self._spots(context.before, context.limits):
            if end < first and self._linked(end, first, reach, context):
                return True
        for begin, _ in self._spots(context.after, context.limits):
            if begin > last and self._linked(last, begin, reach, context):
                return True
        return self._beside(context.around, context.limits, reach, site, context)

    def is_near(self, index: Index, limits: Limits, reach: int, site: Site) -> bool:
        """Whether a phrase of an index stands beside a match or shares words with it."""
        return self._beside(index, limits, reach, site, None)

    def _beside(
        self, index: Index, limits: Limits, reach: int, site: Site, context: Cues | None
    ) -> bool:
        _, first, last = site
        for begin, end in self._spots(index, limits):
            if begin <= last and end >= first:
                return True
            before = end < first
            if self._linked(*((end, first) if before else (last, begin)), reach, context):
                return True
        return False

    def _linked(self, place: int, following: int, reach: int, context: Cues | None) -> bool:
        """Whether two places lie in one sentence, within reach, with no stop word between."""
        if following - place - 1 > reach or self.parted(place, following):
            return False
        if context is None:
            return True
        stops = self._spots(context.stop, context.limits)
        return not any(place < begin and end < following for begin, end in stops)

    def _spots(self, index: Index, limits: Limits) -> list[tuple[int, int]]:
        """First and last word of everything an index finds in the text: looked for once."""
        spots = self._cues.get(id(index))  # an index belongs to one rule or context: one's limits
        if spots is None:
            spots = self._cues[id(index)] = [site[1:] for _, site in self.every(index, limits)]
        return spots

    # --- phrases ----------------------------------------------------------------------------------

    def _may_stand(self, row: Row, gap: int) -> bool:
        """Whether the neighbours of the rarest word of a row stand near it: by chance few do."""
        elements, at = row.elements, row.anchor
        words = self.words
        if self.joined:
            gap += 1  # the first part of a word written in two is not idle
        before = elements[at - 1] if at else None
        after = elements[at + 1] if at + 1 < len(elements) else None
        for place in self.standing(elements[at]):
            near = range(max(0, place - gap - 1), place)
            if before is not None and not any(before in words[one] for one in near):
                continue
            near = range(place + 1, min(len(words), place + gap + 2))
            if after is None or any(after in words[one] for one in near):
                return True
        return False

    def sites(self, row: Row, limits: Limits) -> list[Site]:
        """The cheapest way to each place where a row of elements ends in the text."""
        if not self._may_stand(row, limits.gap):
            return []
        words = self.words
        gap, tolerance, most = limits.gap, limits.tolerance, limits.cost
        edit_cost = EDIT_COST if self.language in (limits.language, UNKNOWN) else NEVER
        last = len(words) - 1
        first, *others = row.elements
        # place of the newest element → the cheapest trail that ends there: (cost, first place)
        trails: dict[int, tuple[int, int]] = {}
        for place in self.standing(first):
            edits = words[place][first]
            if edits * edit_cost <= most and edits <= tolerance:
                if not others and edits > words[place].lone_edits:
                    continue
                trails[place] = (edits * edit_cost, place)
        for element in others:
            longer: dict[int, tuple[int, int]] = {}
            standing = self.standing(element)
            for place, (cost, begin) in trails.items():
                reach = place + gap + 1 if place else 1
                for following in standing[bisect_left(standing, place + 1) :]:
                    idle = self.idle_between(place, following)
                    if place + 1 + idle > reach:
                        break
                    edits = words[following][element]
                    if edits > tolerance or (
                        idle and (following == last or self.parted(place, following))
                    ):
                        continue
                    trail = cost + edits * edit_cost + idle * IDLE_COST, begin or following
                    if trail[0] <= most and trail < longer.get(following, (NEVER, 0)):
                        longer[following] = trail
            if not longer:
                return []
            trails = longer
        return [(cost, begin, min(end, last - 1)) for end, (cost, begin) in trails.items()]

    def idle_between(self, place: int, following: int) -> int:
        """How many idle words stand between two; the first part of one written in two is none."""
        idle = following - place - 1
        return idle - 1 if idle and following in self.joined else idle

    def has(self, index: Index, limits: Limits) -> bool:
        """Whether a phrase of an index stands in the text."""
        return any(True for _ in self.every(index, limits))

    def found(self, index: Index, limits: Limits) -> dict[int, Site]:
        """The phrases of an index that stand in the text, by number, each with its best site."""
        best: dict[int, Site] = {}
        for phrase, site in self.every(index, limits):
            best[phrase] = min(site, best.get(phrase, site))
        return best

    def every(self, index: Index, limits: Limits) -> Iterator[tuple[int, Site]]:
        """Each phrase of an index that stands in the text, by number, with each of its sites."""
        for _, phrase, row in index.within(self.present):
            for site in self.sites(row, limits):
                yield phrase, site

    def standing(self, element: int) -> list[int]:
        """The places where an element stands, in order."""
        places = self._places.get(element)
        if places is None:
            if len(self.words) > _LONG_WORDS:
                found = [place for word, at in self._distinct() if element in word for place in at]
                places = sorted(found)
            else:
                places = [at for at, word in enumerate(self.words) if element in word]
            self._places[element] = places
        return places

    def _distinct(self) -> Iterable[tuple[Word, list[int]]]:
        """Each word and all its places: of a long text's words most are the same few."""
        if not self._same:
            for at, word in enumerate(self.words):
                self._same.setdefault(id(word), (word, []))[1].append(at)
        return self._same.values()

    def parted(self, place: int, following: int) -> bool:
        """Whether a sentence ends between two words."""
        breaks = self._breaks
        at = bisect_left(breaks, place + 1)
        return at < len(breaks) and breaks[at] <= following

    def spans(self, number: int) -> Sequence[tuple[int, int]]:
        """Where the words of a chunk stand in it, or nothing; chunks count from 0."""
        return self._readings[number].spans

    def words_in(self, number: int) -> int:
        """How many words a chunk has."""
        return len(self._readings[number].words)

    def chunk_of(self, place: int) -> tuple[int, int]:
        """The number of the chunk that a word stands in, and the number of the word in it."""
        place -= 1
        for number, reading in enumerate(self._readings):
            if place < len(reading.words):
                return number, place
            place -= len(reading.words)
        raise IndexError(place)

    def tagged(self, first: int, last: int) -> bool:
        """Whether all of these words stand in hashtags."""
        at = 1
        for reading in self._readings:
            following = at + len(reading.words)
            if not reading.tagged and at <= last and following > first:
                return False
            at = following
        return True
