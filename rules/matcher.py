"""The rules of one language, ready to be held against texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.chunks import Chunk, Cut
from rules.compiled import core
from rules.pack import LANGUAGES, NOTHING, Pack
from rules.page import Found, Page, Phrases, Site
from rules.plan import Plan, Test
from rules.reader import TokenReader
from rules.scan import Item, Scan
from rules.text import token_spans
from rules.verdict import Match

Hit = tuple[Test, str, Site]
"""A rule that fires, the phrase of it that was found, and where."""


class Matcher:
    """The rules of one pack's language; `accounts` and `drafts` are those of `Engine`."""

    def __init__(
        self,
        packs: Sequence[Pack],
        *,
        accounts: frozenset[str] = frozenset(),
        drafts: bool = False,
        compiled: bool | None = None,
    ) -> None:
        self.language = packs[0].language
        form = core(compiled=compiled)
        self.plan = Plan(packs, drafts=drafts, typos=form.Typos, parts=form.Parts)
        phrases: Phrases = form.Phrases(self.plan, LANGUAGES.index(self.language))
        self.candidates = phrases.candidates
        self._accounts = accounts

    def told(self, item: str | Item, cut: Cut, candidates: Found) -> list[Match]:
        """What fires of the `candidates` of an item's text, in the order of the rules."""
        page, ways, weighed = candidates
        scan = Scan(self.plan, page, cut.text, item, self._accounts)
        hits = self._hits(scan, ways, weighed)
        return self._told(page, hits, cut) if hits else []

    def _told(self, page: Page, hits: list[Hit], cut: Cut) -> list[Match]:
        spans = WordSpans(self.plan.reader, page, cut)
        matches = []
        for test, phrase, (cost, first, last) in hits:
            rule = test.rule
            start, end = spans[page.joined.get(first, first)][0], spans[last][1]
            text, score = cut.text[start:end], float(100 - cost)
            matches.append(Match(rule.id, rule.label, phrase, text, start, end, score))
        return matches

    def laid_open(self, item: str | Item, text: str, language: str) -> tuple[Page, Scan, WordSpans]:
        """A text as `candidates` reads it, in plain form: its words, and where each stands."""
        cut = Cut(text, [Chunk(chunk, 0) for chunk in text.split()])
        whole = len(text) == len(item if isinstance(item, str) else item.text)
        page = Phrases(self.plan, 0).page(cut, language, whole=whole)
        scan = Scan(self.plan, page, text, item, self._accounts)
        return page, scan, WordSpans(self.plan.reader, page, cut)

    def _hits(
        self, scan: Scan, ways: dict[int, list[tuple[Site, int]]], weighed: list[int]
    ) -> list[Hit]:
        """The rules that fire, each with its best match."""
        plan = self.plan
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
        spans = self._page.spans(number) or self._within(self._cut.text[begin:stop], number)
        start, end = spans[at]
        return begin + start, begin + end

    def _within(self, chunk: str, number: int) -> list[tuple[int, int]]:
        """Where the words of a chunk stand: they are its tokens, or its one token is two."""
        spans = [match.span() for match in token_spans(chunk)]
        if len(spans) < self._page.words_in(number):
            (start, end), cut = spans[0], self._reader.cut(chunk)
            spans = [(start, cut), (cut if cut < end else start, end)]
        return spans
