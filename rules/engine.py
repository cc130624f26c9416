"""From texts to verdicts: tokens, phrases found in them, rules that fire.

A phrase is found where its elements stand in order with no more than the rule's `gap` idle words
between two neighbours. Its score is

    100 - 8 for each edit - 1 for each idle word

so 100 is exact (case, accents, drawn-out letters and hashtags cost nothing), and the default limit
of 80 forgives two edits, or one edit and twelve idle words. Links, mentions, numbers and question
marks count as words; <start> and <end> allow no gap beside them. In a text of another known
language than the rule's, nothing is taken for a typo: there it is more likely that language's word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import chain
from operator import attrgetter, or_
from typing import Protocol

from rules.language import UNKNOWN, elected
from rules.pack import LANGUAGES, Pack, Rule
from rules.plan import Filed, Index, Plan, Row
from rules.reading import MEMO_TOKENS, Reading, Readings, Word
from rules.text import token_spans, tokens
from rules.verdict import URGENCY, Match, Verdict

EDIT_COST = 8
IDLE_COST = 1
_NEVER = 101
_LONG_WORDS = 400

TEXT_LETTERS_MAX = 20_000
"""Code points of a text that are read; what stands behind them is passed over. Longer ones are no
posts, and reading them whole would hold up all others."""

Found = tuple[int, int, int]
"""A phrase in a text: cost (100 - score), first and last word; words count from 1."""


class Item(Protocol):
    """Anything with a text; `id` and `lang` are used where an item has them."""

    @property
    def text(self) -> str:
        """What was written, as received."""
        ...


class Engine:
    """Rules, ready to classify; nothing that it has seen changes a verdict."""

    def __init__(self, packs: Sequence[Pack], *, memo_tokens: int = MEMO_TOKENS) -> None:
        self._plan = Plan(packs)
        self._readings = Readings(self._plan.reader.read, memo_tokens)

    @property
    def remembered(self) -> int:
        """How many readings of tokens the engine holds, at most twice `memo_tokens`."""
        return self._readings.held

    def classify(self, items: Iterable[str | Item]) -> list[Verdict]:
        """One verdict for each item, in order."""
        return [self._verdict(item) for item in items]

    def _verdict(self, item: str | Item) -> Verdict:
        if isinstance(item, str):
            text, id_, lang = item, None, None
        else:
            text, id_, lang = item.text, getattr(item, "id", None), getattr(item, "lang", None)
        whole = len(text) <= TEXT_LETTERS_MAX
        if not whole:
            text = text[:TEXT_LETTERS_MAX]
        readings = list(map(self._readings.__getitem__, tokens(text)))
        language = _stated(lang) or elected(sum(map(attrgetter("votes"), readings)))
        anchors = set(chain.from_iterable(map(attrgetter("anchors"), readings)))
        if not anchors:
            return Verdict(id_, (), language, ())
        scan = _Scan(self._plan, readings, language, whole=whole)
        matches = self._matches(text, readings, anchors, scan)
        given = {match.label for match in matches}
        return Verdict(id_, tuple(sorted(given, key=URGENCY.__getitem__)), language, matches)

    def _matches(
        self, text: str, readings: list[Reading], anchors: set[int], scan: _Scan
    ) -> tuple[Match, ...]:
        fired = [
            (rule, phrase, found)
            for rule, (phrase, found) in scan.candidates(self._plan, anchors).items()
            if self._holds(scan, rule)
        ]
        if not fired:
            return ()
        spans = _word_spans(text, readings, max(last for _, _, (_, _, last) in fired))
        matches = []
        for index, phrase, (cost, first, last) in fired:
            rule = self._plan.rules[index]
            start, end = spans[first - 1][0], spans[last - 1][1]
            written = rule.any[phrase].text
            score = float(100 - cost)
            matches.append(Match(rule.id, rule.label, written, text[start:end], start, end, score))
        matches.sort(key=lambda match: (URGENCY[match.label], match.start, match.rule))
        return tuple(matches)

    def _holds(self, scan: _Scan, index: int) -> bool:
        """Whether every `all` and no `none` of a rule is found."""
        plan, rule = self._plan, self._plan.rules[index]
        return all(scan.has(each, rule) for each in plan.all[index]) and not scan.has(
            plan.none[index], rule
        )


class _Scan:
    """The words of one text between <start> and <end>, and where each element stands.

    Of a text that is not read `whole` nobody knows the end: nothing stands there.
    """

    def __init__(
        self, plan: Plan, readings: list[Reading], language: str, *, whole: bool = True
    ) -> None:
        self._language = language
        within = chain.from_iterable(map(attrgetter("words"), readings))
        self._words: list[Word] = [plan.start, *within, plan.end if whole else {}]
        self._present = reduce(or_, map(attrgetter("elements"), readings), plan.edges)
        self._places: dict[int, list[int]] = {}
        self._same: dict[int, tuple[Word, list[int]]] = {}

    def candidates(self, plan: Plan, anchors: set[int]) -> dict[int, tuple[int, Found]]:
        """The best phrase of `any` for each rule that has one: highest score, then the first."""
        best: dict[int, tuple[Found, int]] = {}
        for rule, phrase, row in self.within(plan.any, anchors):
            found = self.find(row, plan.rules[rule])
            if found and (rule not in best or (found, phrase) < best[rule]):
                best[rule] = found, phrase
        return {rule: (phrase, found) for rule, (found, phrase) in sorted(best.items())}

    def has(self, index: Index, rule: Rule) -> bool:
        """Whether one of an index's rows stands in the text, under the limits of `rule`."""
        present = self._present
        if not index.any_bit & present:
            return False
        anchors = [anchor for bit, anchor in index.bits if bit & present]
        return any(self.find(row, rule) for _, _, row in self.within(index, anchors))

    def within(self, index: Index, anchors: Iterable[int]) -> Iterator[Filed]:
        """The rows under `anchors` of an index of which the text has every element."""
        present = self._present
        for anchor in anchors:
            for second, rows in index.shelves[anchor]:
                if second & present:
                    for filed in rows:
                        if filed[2].needs & present == filed[2].needs:
                            yield filed

    def _standing(self, element: int) -> list[int]:
        """The places where an element stands."""
        places = self._places
        if element not in places:
            if len(self._words) > _LONG_WORDS:
                found = (at for word, at in self._distinct() if element in word)
                places[element] = sorted(chain.from_iterable(found))
            else:
                places[element] = [at for at, word in enumerate(self._words) if element in word]
        return places[element]

    def _distinct(self) -> Iterable[tuple[Word, list[int]]]:
        """Each word and all its places: of a long text's words most are the same few."""
        if not self._same:
            for at, word in enumerate(self._words):
                self._same.setdefault(id(word), (word, []))[1].append(at)
        return self._same.values()

    def find(self, row: Row, rule: Rule) -> Found | None:
        """The cheapest way, then the first, in which a row of elements stands in the text."""
        words = self._words
        gap, most, last = rule.gap, 100 - rule.limit, len(words) - 1
        edit_cost = EDIT_COST if self._language in (rule.language, UNKNOWN) else _NEVER
        first, *others = row.elements
        # place of the newest element → the cheapest trail that ends there: (cost, first place)
        trails = {
            place: (cost, place)
            for place in self._standing(first)
            if (cost := words[place][first] * edit_cost) <= most
        }
        for element in others:
            longer: dict[int, tuple[int, int]] = {}
            for place, (cost, begin) in trails.items():
                for following in range(place + 1, min(place + gap + 1 if place else 1, last) + 1):
                    edits = words[following].get(element)
                    if edits is None or (following == last and following > place + 1):
                        continue
                    idle = following - place - 1
                    trail = cost + edits * edit_cost + idle * IDLE_COST, begin or following
                    if trail[0] <= most and trail < longer.get(following, (_NEVER, 0)):
                        longer[following] = trail
            if not longer:
                return None
            trails = longer
        ends = ((cost, begin, min(end, last - 1)) for end, (cost, begin) in trails.items())
        return min(ends, default=None)


def _stated(lang: object) -> str | None:
    """The language an item itself states ("en", "es-MX"), where the packs speak it."""
    if not isinstance(lang, str):
        return None
    primary = lang[:3].lower().rstrip("-_")
    return primary if primary in LANGUAGES else None


def _word_spans(text: str, readings: list[Reading], count: int) -> list[tuple[int, int]]:
    """The spans of the first words in the text, `count` at least, in code points."""
    spans: list[tuple[int, int]] = []
    for token, reading in zip(token_spans(text), readings, strict=True):
        if len(spans) >= count:
            break
        if reading.cuts is None:
            spans.append(token.span())
        else:
            at = token.start()
            spans.extend((at + begin, at + end) for begin, end in reading.cuts)
    return spans
