"""Which rules fire on a text, and where: the plain form of `rules.kernel.hits`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.chunks import Chunk, Cut
from rules.pack import NOTHING
from rules.page import Page, Site
from rules.plan import Plan, Test
from rules.reader import TokenReader
from rules.scan import Item, Scan
from rules.text import token_spans
from rules.verdict import Match

Hit = tuple[Test, str, Site]
"""A rule that fires, the phrase of it that was found, and where."""


class Phrases:
    """What the rules of one language, whose number is `tongue`, find in texts.

    `accounts` are the handles of the utility's own accounts.
    """

    def __init__(self, plan: Plan, tongue: int, accounts: frozenset[str] = frozenset()) -> None:
        self.plan = plan
        self._tongue = tongue
        self._accounts = accounts

    def matches(self, item: str | Item, cut: Cut, language: str, *, whole: bool) -> Sequence[Match]:
        """What fires on an item, whose text of a language was cut, in the order of the rules.

        `whole` says that the text was not shortened: see `Page`.
        """
        scan = self.scan(item, cut, language, whole=whole)
        hits = self._hits(scan)
        return self._matches(scan.page, hits, cut) if hits else ()

    def scan(self, item: str | Item, cut: Cut, language: str, *, whole: bool) -> Scan:
        """The text of an item under the rules."""
        tongue, reader = self._tongue, self.plan.reader
        for chunk in cut.chunks:
            if tongue not in chunk.readings:
                chunk.readings[tongue] = reader.read(chunk.text)
        readings = [chunk.readings[tongue] for chunk in cut.chunks]
        parts = reader.parts([chunk.text for chunk in cut.chunks], readings)
        page = Page(self.plan, readings, language, parts, cut.line_ends, whole=whole)
        return Scan(self.plan, page, cut.text, item, self._accounts)

    def tells(self, tag: str) -> bool:
        """Whether a hashtag holds an element by which phrases are looked up."""
        anchors = self.plan.any.shelves.keys()
        return not all(map(anchors.isdisjoint, self.plan.reader.read(tag).words))

    def _hits(self, scan: Scan) -> list[Hit]:
        """The rules that fire, each with its best match."""
        plan = self.plan
        ways, weighed = scan.page.ways(), scan.page.weighed()
        hits: list[Hit] = []
        claims: list[tuple[int, int, int]] = []  # priority, first and last word
        for number in sorted({*ways, *weighed}, key=plan.turns.__getitem__):
            test = plan.tests[number]
            if not scan.holds(test):
                continue
            stands = sorted(ways[number]) if number in ways else evidence_sites(scan.page, test)
            for site, phrase in stands:
                if (claims and claimed(claims, test.rule.priority, site)) or (
                    test.placed and not scan.fits(test, site)
                ):
                    continue
                if plan.prioritised:
                    claims.append((test.rule.priority, *site[1:]))
                if test.rule.label != NOTHING:
                    hits.append((test, plan.phrase(test, phrase).text, site))
                    break
        return hits

    def _matches(self, page: Page, hits: list[Hit], cut: Cut) -> list[Match]:
        spans = WordSpans(self.plan.reader, page, cut)
        matches = []
        for test, phrase, (cost, first, last) in hits:
            rule = test.rule
            start, end = spans[page.joined.get(first, first)][0], spans[last][1]
            text, score = cut.text[start:end], float(100 - cost)
            matches.append(Match(rule.id, rule.label, phrase, text, start, end, score))
        return matches


def laid_open(
    plan: Plan, item: str | Item, text: str, language: str, accounts: frozenset[str]
) -> tuple[Page, Scan, WordSpans]:
    """A text in plain form: its words, what rules are told of it, and where each word stands."""
    cut = Cut(text, [Chunk(chunk, 0) for chunk in text.split()])
    whole = len(text) == len(item if isinstance(item, str) else item.text)
    scan = Phrases(plan, 0, accounts).scan(item, cut, language, whole=whole)
    return scan.page, scan, WordSpans(plan.reader, scan.page, cut)


def evidence_sites(page: Page, test: Test) -> list[tuple[Site, int]]:
    """Where the evidence for a rule stands: most points first, of equals the first in the text."""
    ways = []
    number = 0
    for weight in test.weights:
        if weight.points > 0:
            for phrase, site in page.every(weight.index, test.limits):
                ways.append((-weight.points, site[1], site, number + phrase))
        number += len(weight.phrases)
    return [(site, phrase) for _, _, site, phrase in sorted(ways)]


def claimed(claims: Iterable[tuple[int, int, int]], priority: int, site: Site) -> bool:
    """Whether words of a match belong to a rule of higher priority."""
    _, first, last = site
    return any(
        higher > priority and begin <= last and end >= first for higher, begin, end in claims
    )


class WordSpans:
    """Where each word of a page stands in its text, in code points; words count from 1."""

    def __init__(self, reader: TokenReader, page: Page, cut: Cut) -> None:
        self._reader = reader
        self._page = page
        self._cut = cut

    def __getitem__(self, word: int) -> tuple[int, int]:
        number, at = self._page.chunk_of(word)
        begin, stop = self._cut.span(number)
        spans = self._page.spans(number)
        if not spans:
            chunk, words = self._cut.text[begin:stop], self._page.words_in(number)
            spans = spans_within(self._reader, chunk, words)
        start, end = spans[at]
        return begin + start, begin + end


def spans_within(reader: TokenReader, chunk: str, words: int) -> list[tuple[int, int]]:
    """Where the words of a chunk stand: they are its tokens, or its one token is two."""
    spans = [match.span() for match in token_spans(chunk)]
    if len(spans) < words:
        (start, end), cut = spans[0], reader.cut(chunk)
        spans = [(start, cut), (cut if cut < end else start, end)]
    return spans
