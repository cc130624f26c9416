"""The words of texts, and where phrases stand among them: the plain form of `rules.kernel`.

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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from itertools import accumulate, chain
from operator import attrgetter, or_

from rules.bits import bits
from rules.index import Index, Row
from rules.language import UNKNOWN
from rules.memo import Memo
from rules.plan import Limits, Plan, Test
from rules.reader import Parts
from rules.reading import IDLE, Reading, Word
from rules.typos import Typos as Typos  # noqa: PLC0414 it is in the kernel as well

FORM = 2
"""Goes up, here and in `rules/kernel.pyx`, with what the rest asks of either."""
EDIT_COST = 8
IDLE_COST = 1
_NEVER = 101
_LONG_WORDS = 400

_words = attrgetter("words")
_elements = attrgetter("elements")
_exact = attrgetter("exact")

Site = tuple[int, int, int]
"""A phrase in a text: cost (100 - score), first and last word; words count from 1."""


class Chunk:
    """What stands between two blanks of a text.

    `code` is its code for `rules.tongue`; `readings` are its words in each language that it was
    read in, by the language's number.
    """

    __slots__ = ("code", "readings", "text")

    def __init__(self, text: str, code: int) -> None:
        self.text = text
        self.code = code
        self.readings: dict[int, Reading] = {}


class Phrases:
    """What the rules of one language, whose number is `tongue`, look for in texts."""

    def __init__(self, plan: Plan, tongue: int) -> None:
        self.plan = plan
        self._tongue = tongue

    def readings(self, chunks: Iterable[Chunk]) -> list[Reading]:
        """The readings of the chunks of a text."""
        tongue = self._tongue
        for chunk in chunks:
            if tongue not in chunk.readings:
                chunk.readings[tongue] = self.plan.reader.read(chunk.text)
        return [chunk.readings[tongue] for chunk in chunks]

    def page(
        self, chunks: Sequence[Chunk], language: str, line_ends: Sequence[int], *, whole: bool
    ) -> Page:
        """The words of a text of a language: see `Page`."""
        readings = self.readings(chunks)
        parts = self.plan.reader.parts([chunk.text for chunk in chunks], readings)
        return Page(self.plan, readings, language, parts, line_ends, whole=whole)


class Chunks:
    """Makes the chunks of texts, and remembers at most twice `limit` of them.

    `code_of` works out the code of a chunk; that of a plain folded word is in `known`, or 0.
    """

    def __init__(self, code_of: Callable[[str], int], known: Mapping[str, int], limit: int) -> None:
        del known  # it says nothing that `code_of` does not
        self._memo = Memo(lambda text: Chunk(text, code_of(text)), limit)

    @property
    def held(self) -> int:
        """How many chunks are remembered."""
        return self._memo.held

    def of(self, text: str) -> list[Chunk]:
        """The chunks of a text, in order."""
        return list(map(self._memo.__getitem__, text.split()))


def code(chunks: Iterable[Chunk], votes: int) -> int:
    """The codes of the chunks of a text as one: `votes` are summed, flags above them joined."""
    total = flags = 0
    for chunk in chunks:
        total += chunk.code & votes
        flags |= chunk.code
    return total & votes | flags & ~votes


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

    @cached_property
    def present(self) -> int:
        """The elements of all words as a bit set."""
        of_parts = reduce(or_, (word.elements for _, word in self._parts), self.plan.edges)
        return reduce(or_, map(_elements, self._readings), of_parts)

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
        edit_cost = EDIT_COST if self.language in (limits.language, UNKNOWN) else _NEVER
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
                    if trail[0] <= most and trail < longer.get(following, (_NEVER, 0)):
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

    def tagged(self, first: int, last: int) -> bool:
        """Whether all of these words stand in hashtags."""
        at = 1
        for reading in self._readings:
            following = at + len(reading.words)
            if not reading.tagged and at <= last and following > first:
                return False
            at = following
        return True
