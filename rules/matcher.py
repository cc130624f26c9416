"""The rules of one language, ready to be held against texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from rules.compiled import core
from rules.pack import LANGUAGES, NOTHING, Pack
from rules.page import Chunk, Page, Phrases, Site
from rules.plan import Plan, Test
from rules.reader import TokenReader
from rules.reading import Reading
from rules.scan import Item, Scan
from rules.text import chunk_spans, token_spans
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
        self.plan = Plan(packs, drafts=drafts, typos=form.Typos)
        self._phrases: Phrases = form.Phrases(self.plan, LANGUAGES.index(self.language))
        self._accounts = accounts

    def matches(
        self, item: str | Item, text: str, chunks: list[Chunk], language: str, *, whole: bool
    ) -> list[Match]:
        """What fires on a text of a language, in the order of the rules.

        `chunks` are those of the text; `whole` says whether it is all that the item holds.
        """
        page = self._phrases.page(chunks, language, line_ends(text), whole=whole)
        ways, weighed = page.ways(), page.weighed()
        if not ways and not weighed:
            return []
        scan = Scan(self.plan, page, text, item, self._accounts)
        hits = self._hits(scan, ways, weighed)
        return self._told(scan, hits, text, self._phrases.readings(chunks)) if hits else []

    def _told(
        self, scan: Scan, hits: list[Hit], text: str, readings: Sequence[Reading]
    ) -> list[Match]:
        spans = WordSpans(self.plan.reader, text, readings)
        matches = []
        for test, phrase, (cost, first, last) in hits:
            rule = test.rule
            start, end = spans[scan.page.joined.get(first, first)][0], spans[last][1]
            score = float(100 - cost)
            matches.append(Match(rule.id, rule.label, phrase, text[start:end], start, end, score))
        return matches

    def laid_open(self, item: str | Item, text: str, language: str) -> tuple[Page, Scan, WordSpans]:
        """A text as `matches` reads it, in plain form: its words, and where each stands in it."""
        chunks = [Chunk(chunk, 0) for chunk in text.split()]
        phrases = Phrases(self.plan, 0)
        whole = len(text) == len(item if isinstance(item, str) else item.text)
        page = phrases.page(chunks, language, line_ends(text), whole=whole)
        scan = Scan(self.plan, page, text, item, self._accounts)
        return page, scan, WordSpans(self.plan.reader, text, phrases.readings(chunks))

    def _hits(
        self, scan: Scan, ways: dict[int, list[tuple[Site, int]]], weighed: list[int]
    ) -> list[Hit]:
        """The rules that fire, each with its best match."""
        plan = self.plan
        order: Iterable[int] = sorted({*ways, *weighed})
        if plan.prioritised:
            order = sorted(order, key=lambda rule: -plan.tests[rule].rule.priority)
        hits: list[Hit] = []
        claims: list[tuple[int, int, int]] = []  # priority, first and last word
        for number in order:
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


def line_ends(text: str) -> list[int]:
    """The numbers of the chunks of a text before which a line ends."""
    if "\n" not in text:
        return []
    return list(accumulate(len(line.split()) for line in text.split("\n")[:-1]))


def claimed(claims: Iterable[tuple[int, int, int]], priority: int, site: Site) -> bool:
    """Whether words of a match belong to a rule of higher priority."""
    _, first, last = site
    return any(
        higher > priority and begin <= last and end >= first for higher, begin, end in claims
    )


class WordSpans:
    """Where each word of a text stands in it, in code points; words count from 1."""

    def __init__(self, reader: TokenReader, text: str, readings: Sequence[Reading]) -> None:
        self._reader = reader
        self._readings = readings
        self._chunks = list(chunk_spans(text))

    def __getitem__(self, word: int) -> tuple[int, int]:
        at = word - 1
        for chunk, reading in zip(self._chunks, self._readings, strict=True):
            if at < len(reading.words):
                start, end = (
                    reading.spans[at] if reading.spans else self._within(chunk[0], reading, at)
                )
                return chunk.start() + start, chunk.start() + end
            at -= len(reading.words)
        raise IndexError(word)

    def _within(self, chunk: str, reading: Reading, at: int) -> tuple[int, int]:
        """The place of a word in a chunk whose tokens are its words, or whose one token is two."""
        spans = [match.span() for match in token_spans(chunk)]
        if len(spans) < len(reading.words):
            (start, end), cut = spans[0], self._reader.cut(chunk)
            spans = [(start, cut), (cut if cut < end else start, end)]
        return spans[at]
