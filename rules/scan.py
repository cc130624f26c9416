"""The words of one text, and where the phrases of rules stand in them.

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
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from itertools import accumulate, chain
from operator import attrgetter, or_
from typing import Protocol

from rules.facts import exclaims, is_headline
from rules.index import Index, Row
from rules.language import UNKNOWN
from rules.plan import Cues, Limits, Plan, Test
from rules.reader import Parts
from rules.reading import IDLE, Reading, Word
from rules.text import PICTURE_HOSTS, tokens

EDIT_COST = 8
IDLE_COST = 1
_NEVER = 101
_LONG_WORDS = 400

_words = attrgetter("words")
_elements = attrgetter("elements")

Site = tuple[int, int, int]
"""A phrase in a text: cost (100 - score), first and last word; words count from 1."""


class Item(Protocol):
    """Anything with a text.

    Where an item has them, `id` (for the verdict), `lang`, `channel`, `media`, `mentions`,
    `account`, `reply_to` and `repost_of` are used as well.
    """

    @property
    def text(self) -> str:
        """What was written, as received."""
        ...


class Scan:
    """The words of one text between <start> and <end>, and where each element stands.

    `parts` are its words that were written in two: the second part stands for the whole. Of a text
    that is not read `whole` nobody knows the end: nothing stands there.
    """

    def __init__(
        self,
        plan: Plan,
        text: str,
        readings: Sequence[Reading],
        language: str,
        item: str | Item,
        parts: Parts,
        *,
        whole: bool = True,
        accounts: frozenset[str] = frozenset(),
    ) -> None:
        self.language = language
        self._plan = plan
        self._text = text
        self._readings = readings
        self._item = item
        self._accounts = accounts
        self._parts = parts
        within = chain.from_iterable(map(_words, readings))
        self.words: list[Word] = [plan.start, *within, plan.end if whole else IDLE]
        self.joined: dict[int, int] = {}
        for place, word in parts:
            self.words[place] = plan.reader.either(word, self.words[place])
            self.joined[place] = place - 1
        self._places: dict[int, list[int]] = {}
        self._same: dict[int, tuple[Word, list[int]]] = {}
        self._cues: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._facts: dict[str, bool] = {}

    @cached_property
    def present(self) -> int:
        """The elements of all words as a bit set."""
        of_parts = reduce(or_, (word.elements for _, word in self._parts), self._plan.edges)
        return reduce(or_, map(_elements, self._readings), of_parts)

    @cached_property
    def exact(self) -> int:
        """The elements of all words that need no edit."""
        return reduce(or_, (word.exact for word in self.words))

    @cached_property
    def _breaks(self) -> list[int]:
        """The words before which sentences end."""
        breaks: list[int] = []
        at = 1
        for reading in self._readings:
            if reading.ends:
                breaks.extend(at + end for end in reading.ends)
            at += len(reading.words)
        if "\n" in self._text:
            breaks = sorted({*breaks, *self._line_breaks()})
        return breaks

    def _line_breaks(self) -> list[int]:
        """A line's end is a sentence's end."""
        counts = list(accumulate((len(reading.words) for reading in self._readings), initial=1))
        chunks = accumulate(len(line.split()) for line in self._text.split("\n")[:-1])
        return [counts[min(chunk, len(counts) - 1)] for chunk in chunks]

    # --- phrases ----------------------------------------------------------------------------------

    def may_stand(self, row: Row, gap: int) -> bool:
        """Whether the neighbours of the rarest word of a row stand near it: by chance few do."""
        elements, at = row.elements, row.anchor
        words = self.words
        if self.joined:
            gap += 1  # the first part of a word written in two is not idle
        before = elements[at - 1] if at else None
        after = elements[at + 1] if at + 1 < len(elements) else None
        for place in self._standing(elements[at]):
            near = range(max(0, place - gap - 1), place)
            if before is not None and not any(before in words[one] for one in near):
                continue
            near = range(place + 1, min(len(words), place + gap + 2))
            if after is None or any(after in words[one] for one in near):
                return True
        return False

    def sites(self, row: Row, limits: Limits) -> list[Site]:
        """The cheapest way to each place where a row of elements ends in the text."""
        words = self.words
        gap, tolerance, most = limits.gap, limits.tolerance, limits.cost
        edit_cost = EDIT_COST if self.language in (limits.language, UNKNOWN) else _NEVER
        last = len(words) - 1
        first, *others = row.elements
        # place of the newest element → the cheapest trail that ends there: (cost, first place)
        trails: dict[int, tuple[int, int]] = {}
        for place in self._standing(first):
            edits = words[place][first]
            if edits * edit_cost <= most and edits <= tolerance:
                if not others and edits > words[place].lone_edits:
                    continue
                trails[place] = (edits * edit_cost, place)
        for element in others:
            longer: dict[int, tuple[int, int]] = {}
            standing = self._standing(element)
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
        """Whether one of an index's rows stands in the text."""
        if not index.mask & self.present:
            return False
        return any(
            self.may_stand(row, limits.gap) and self.sites(row, limits)
            for _, _, row in index.within(self.present)
        )

    def found(self, index: Index, limits: Limits) -> dict[int, Site]:
        """The phrases of an index that stand in the text, by number, each with its best site."""
        best: dict[int, Site] = {}
        if index.mask & self.present:
            for _, phrase, row in index.within(self.present):
                for site in self.sites(row, limits) if self.may_stand(row, limits.gap) else ():
                    if phrase not in best or site < best[phrase]:
                        best[phrase] = site
        return best

    def every(self, index: Index, limits: Limits) -> Iterator[tuple[int, Site]]:
        """Each phrase of an index that stands in the text, by number, with each of its sites."""
        for _, phrase, row in index.within(self.present):
            if self.may_stand(row, limits.gap):
                for site in self.sites(row, limits):
                    yield phrase, site

    def _standing(self, element: int) -> list[int]:
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

    # --- circumstances ----------------------------------------------------------------------------

    def holds(self, test: Test) -> bool:
        """Whether the post as a whole lets a rule fire, wherever its phrase stands."""
        rule, limits = test.rule, test.limits
        if rule.languages and self.language not in rule.languages:
            return False
        if rule.channels and getattr(self._item, "channel", None) not in rule.channels:
            return False
        if not all(self.has(index, limits) for index in test.all):
            return False
        if self.has(test.none, limits):
            return False
        return not test.weights or self.points(test) >= rule.need

    def points(self, test: Test) -> int:
        """What the evidence of a rule comes to."""
        total = 0
        for weight in test.weights:
            count = (weight.singles & self.exact).bit_count()
            doubtful = weight.singles & self.present & ~self.exact
            while doubtful:
                element = doubtful & -doubtful
                doubtful ^= element
                number = element.bit_length() - 1
                row = Row((number,), (number,), element, 0)
                count += bool(self.sites(row, test.limits))
            total += weight.points * (count + len(self.found(weight.others, test.limits)))
        return total

    def fits(self, test: Test, site: Site) -> bool:
        """Whether a match may stand where it does: what is near it, and its contexts."""
        rule = test.rule
        if rule.near and not self.is_near(test.near, test.limits, rule.reach, site):
            return False
        if rule.not_near and self.is_near(test.not_near, test.limits, rule.reach, site):
            return False
        return all(self.applies(one, site) for one in test.when) and not any(
            self.applies(one, site) for one in test.unless
        )

    def applies(self, context: Cues | str, site: Site) -> bool:
        """Whether a context, or a fact by its name, holds of a match."""
        if isinstance(context, str):
            return self._fact(context, site)
        if self._all_sites(context.anywhere, context.limits):
            return True
        _, first, last = site
        reach = context.reach
        for _, end in self._all_sites(context.before, context.limits):
            if end < first and self._linked(end, first, reach, context):
                return True
        for begin, _ in self._all_sites(context.after, context.limits):
            if begin > last and self._linked(last, begin, reach, context):
                return True
        for begin, end in self._all_sites(context.around, context.limits):
            if begin <= last and end >= first:
                return True
            before = end < first
            if self._linked(*((end, first) if before else (last, begin)), reach, context):
                return True
        return False

    def is_near(self, index: Index, limits: Limits, reach: int, site: Site) -> bool:
        """Whether a phrase of an index stands beside a match or shares words with it."""
        _, first, last = site
        for begin, end in self._all_sites(index, limits):
            if begin <= last and end >= first:
                return True
            before = end < first
            if self._linked(*((end, first) if before else (last, begin)), reach, None):
                return True
        return False

    def _linked(self, place: int, following: int, reach: int, context: Cues | None) -> bool:
        """Whether two places lie in one sentence, within reach, with no stop word between."""
        if following - place - 1 > reach or self.parted(place, following):
            return False
        if context is None or not context.stop.mask & self.present:
            return True
        stops = self._all_sites(context.stop, context.limits)
        return not any(place < begin and end < following for begin, end in stops)

    def _all_sites(self, index: Index, limits: Limits) -> list[tuple[int, int]]:
        """First and last word of everything an index finds in the text."""
        if not index.mask & self.present:
            return []
        key = id(index), limits.gap
        sites = self._cues.get(key)
        if sites is None:
            sites = [
                (first, last)
                for _, _, row in index.within(self.present)
                if self.may_stand(row, limits.gap)
                for _, first, last in self.sites(row, limits)
            ]
            self._cues[key] = sites
        return sites

    def _fact(self, name: str, site: Site) -> bool:
        if name == "question":
            return self._asked(site)
        if name == "hashtag":
            return self._tagged(site)
        if name not in self._facts:
            self._facts[name] = self._post_fact(name)
        return self._facts[name]

    def _asked(self, site: Site) -> bool:
        """Whether the sentence of a match holds a question mark."""
        places = self._standing(self._plan.question)
        _, first, last = site
        return any(
            not self.parted(min(place, last), max(place, last))
            or not self.parted(min(place, first), max(place, first))
            for place in places
        )

    def _tagged(self, site: Site) -> bool:
        at = 1
        for reading in self._readings:
            following = at + len(reading.words)
            if not reading.tagged and at <= site[2] and following > site[1]:
                return False
            at = following
        return True

    def _post_fact(self, name: str) -> bool:
        item, text = self._item, self._text
        if name == "headline":
            return is_headline(text)
        if name == "exclaims":
            return exclaims(text)
        if name == "link":
            return bool(self._standing(self._plan.link))
        if name == "mention":
            return bool(self._standing(self._plan.mention))
        if name == "media":
            return bool(getattr(item, "media", None)) or any(host in text for host in PICTURE_HOSTS)
        if name == "reply":
            return bool(getattr(item, "reply_to", None))
        if name == "repost":
            return bool(getattr(item, "repost_of", None)) or text.startswith("RT @")
        return bool(getattr(item, "account", None)) or self._mentions_own()

    def _mentions_own(self) -> bool:
        if not self._accounts:
            return False
        named = {
            str(one).lstrip("@").casefold() for one in getattr(self._item, "mentions", ()) or ()
        }
        named |= {token[1:].casefold() for token in tokens(self._text) if token[0] == "@"}
        return not self._accounts.isdisjoint(named)
