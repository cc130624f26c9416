"""The rules of one language, ready to be held against texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import chain
from operator import attrgetter, or_

from rules.index import Filed
from rules.memo import MEMO_CHUNKS, Memo
from rules.pack import NOTHING, Pack
from rules.plan import Plan, Test
from rules.reader import TokenReader
from rules.reading import FRAGMENT_MASK, FUZZY_MASK, Reading
from rules.scan import Item, Scan, Site
from rules.text import chunk_spans, token_spans
from rules.verdict import Match

Hit = tuple[Test, str, Site]
"""A rule that fires, the phrase of it that was found, and where."""

_code = attrgetter("code")
_telling = attrgetter("telling")
_anchors = attrgetter("anchors")


class Matcher:
    """The rules of one pack's language; `accounts` and `drafts` are those of `Engine`."""

    def __init__(
        self,
        packs: Sequence[Pack],
        *,
        accounts: frozenset[str] = frozenset(),
        drafts: bool = False,
        memo_chunks: int = MEMO_CHUNKS,
    ) -> None:
        self.language = packs[0].language
        self.plan = Plan(packs, drafts=drafts)
        self.readings: Memo[Reading] = Memo(self.plan.reader.read, memo_chunks)
        self._accounts = accounts

    def read(self, chunks: Iterable[str]) -> list[Reading]:
        """The readings of the chunks of a text."""
        return list(map(self.readings.__getitem__, chunks))

    def matches(self, item: str | Item, text: str, language: str, *, whole: bool) -> list[Match]:
        """What fires on a text of a language, in the order of the rules.

        `whole` says whether `text` is all that the item holds.
        """
        chunks = text.split()
        plan = self.plan
        readings = self.read(chunks)
        code = sum(map(_code, readings), plan.bias)
        if not code & plan.gate:
            return []
        parts = plan.reader.parts(chunks, readings) if code & FRAGMENT_MASK else []
        telling = reduce(or_, map(_telling, readings), plan.telling_edges)
        anchors = chain(plan.edge_anchors, chain.from_iterable(map(_anchors, readings)))
        for _, word in parts:
            telling |= word.elements
            anchors = chain(anchors, word.anchors)
        if parts:  # the lanes know nothing of them: any evidence may suffice, and none is sure
            code |= plan.evidence_gate | FUZZY_MASK
        rows = plan.any.under(anchors, telling)
        if rows:
            rules = {rule for rule, _, _ in rows}
            possible = {one for one in rules if plan.possible(one, telling, code, language)}
            if len(possible) < len(rules):
                rows = [filed for filed in rows if filed[0] in possible]
        weighed = plan.weighed(code, telling, language) if code & plan.evidence_gate else []
        if not rows and not weighed:
            return []
        scan = Scan(
            plan, text, readings, language, item, parts, whole=whole, accounts=self._accounts
        )
        hits = self._hits(scan, rows, weighed)
        return self._told(scan, hits, text, readings) if hits else []

    def _told(
        self, scan: Scan, hits: list[Hit], text: str, readings: Sequence[Reading]
    ) -> list[Match]:
        spans = WordSpans(self.plan.reader, text, readings)
        matches = []
        for test, phrase, (cost, first, last) in hits:
            rule = test.rule
            start, end = spans[scan.joined.get(first, first)][0], spans[last][1]
            score = float(100 - cost)
            matches.append(Match(rule.id, rule.label, phrase, text[start:end], start, end, score))
        return matches

    def _hits(self, scan: Scan, rows: list[Filed], weighed: list[int]) -> list[Hit]:
        """The rules that fire, each with its best match."""
        plan = self.plan
        sites: dict[int, list[tuple[Site, int]]] = {}
        for rule, phrase, row in rows:
            limits = plan.tests[rule].limits
            if scan.may_stand(row, limits.gap):
                for site in scan.sites(row, limits):
                    sites.setdefault(rule, []).append((site, phrase))
        order: Iterable[int] = sorted({*sites, *weighed}) if weighed else sorted(sites)
        if plan.prioritised:
            order = sorted(order, key=lambda rule: -plan.tests[rule].rule.priority)
        hits: list[Hit] = []
        claims: list[tuple[int, int, int]] = []  # priority, first and last word
        for number in order:
            test = plan.tests[number]
            if not scan.holds(test):
                continue
            ways = sorted(sites[number]) if number in sites else evidence_sites(scan, test)
            for site, phrase in ways:
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

    def scan(self, item: str | Item, text: str, language: str) -> tuple[Scan, WordSpans]:
        """The words of a text as `matches` reads them, and where each stands in it."""
        chunks = text.split()
        readings = self.read(chunks)
        parts = self.plan.reader.parts(chunks, readings)
        whole = len(text) == len(item if isinstance(item, str) else item.text)
        accounts = self._accounts
        scan = Scan(
            self.plan, text, readings, language, item, parts, whole=whole, accounts=accounts
        )
        return scan, WordSpans(self.plan.reader, text, readings)


def evidence_sites(scan: Scan, test: Test) -> list[tuple[Site, int]]:
    """Where the evidence for a rule stands: most points first, of equals the first in the text."""
    ways = []
    number = 0
    for weight in test.weights:
        if weight.points > 0:
            for phrase, site in scan.every(weight.index, test.limits):
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
