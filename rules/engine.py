"""From texts to verdicts: chunks read, phrases found in them, rules that fire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import chain
from operator import attrgetter, or_

from rules.index import Filed
from rules.language import elected
from rules.pack import LANGUAGES, NOTHING, Pack
from rules.plan import Plan, Test
from rules.reading import FRAGMENT_MASK, MEMO_CHUNKS, Reading, Readings
from rules.scan import Item, Scan, Site
from rules.text import chunk_spans, token_spans
from rules.verdict import URGENCY, Match, Verdict

TEXT_LETTERS_MAX = 20_000
"""Code points of a text that are read; what stands behind them is passed over. Longer ones are no
posts, and reading them whole would hold up all others."""

Hit = tuple[Test, str, Site]
"""A rule that fires, the phrase of it that was found, and where."""

_code = attrgetter("code")
_telling = attrgetter("telling")
_anchors = attrgetter("anchors")


class Engine:
    """Rules, ready to classify; nothing that it has seen changes a verdict.

    `accounts` are the handles of the utility's own accounts, `drafts` says whether rules that are
    still drafts fire as well.
    """

    def __init__(
        self,
        packs: Sequence[Pack],
        *,
        accounts: Iterable[str] = (),
        drafts: bool = False,
        memo_chunks: int = MEMO_CHUNKS,
    ) -> None:
        self._plan = Plan(packs, drafts=drafts)
        self._readings = Readings(self._plan.reader.read, memo_chunks)
        self._accounts = frozenset(account.lstrip("@").casefold() for account in accounts)

    @property
    def remembered(self) -> int:
        """How many readings of chunks the engine holds, at most twice `memo_chunks`."""
        return self._readings.held

    def is_idle(self, word: str) -> bool:
        """Whether no phrase holds a word."""
        return not self._readings[word].elements

    def classify(self, items: Iterable[str | Item]) -> list[Verdict]:
        """One verdict for each item, in order."""
        plan, read = self._plan, self._readings.__getitem__
        bias, gate, evidence_gate = plan.bias, plan.gate, plan.evidence_gate
        verdicts = []
        for item in items:
            if isinstance(item, str):
                text, id_, lang = item, None, None
            else:
                text, id_, lang = item.text, getattr(item, "id", None), getattr(item, "lang", None)
            whole = len(text) <= TEXT_LETTERS_MAX
            if not whole:
                text = text[:TEXT_LETTERS_MAX]
            chunks = text.split()
            readings = list(map(read, chunks))
            code = sum(map(_code, readings), bias)
            language = (lang and _stated(lang)) or elected(code)
            if not code & gate:
                verdicts.append(Verdict(id_, (), language, ()))
                continue
            parts = plan.reader.parts(chunks, readings) if code & FRAGMENT_MASK else []
            telling = reduce(or_, map(_telling, readings), plan.telling_edges)
            anchors = chain(plan.edge_anchors, chain.from_iterable(map(_anchors, readings)))
            for _, word in parts:
                telling |= word.elements
                anchors = chain(anchors, word.anchors)
            rows = plan.any.under(anchors, telling)
            if rows:
                rules = {rule for rule, _, _ in rows}
                ruled_out = {
                    one for one in rules if not plan.possible(one, telling, code, language)
                }
                if ruled_out:
                    rows = [filed for filed in rows if filed[0] not in ruled_out]
            weighed = plan.weighed(code, telling) if code & evidence_gate else []
            if not rows and not weighed:
                verdicts.append(Verdict(id_, (), language, ()))
                continue
            scan = Scan(
                plan, text, readings, language, item, parts, whole=whole, accounts=self._accounts
            )
            matches = self._matches(scan, rows, weighed, text, readings)
            given = {match.label for match in matches}
            labels = tuple(sorted(given, key=URGENCY.__getitem__))
            verdicts.append(Verdict(id_, labels, language, matches))
        return verdicts

    def _matches(
        self,
        scan: Scan,
        rows: list[Filed],
        weighed: list[int],
        text: str,
        readings: Sequence[Reading],
    ) -> tuple[Match, ...]:
        hits = self._hits(scan, rows, weighed)
        if not hits:
            return ()
        spans = WordSpans(text, readings)
        matches = []
        for test, phrase, (cost, first, last) in hits:
            rule = test.rule
            start, end = spans[scan.joined.get(first, first)][0], spans[last][1]
            score = float(100 - cost)
            matches.append(Match(rule.id, rule.label, phrase, text[start:end], start, end, score))
        matches.sort(key=lambda match: (URGENCY[match.label], match.start, match.rule))
        return tuple(matches)

    def _hits(self, scan: Scan, rows: list[Filed], weighed: list[int]) -> list[Hit]:
        """The rules that fire, each with its best match."""
        plan = self._plan
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

    @property
    def plan(self) -> Plan:
        """The rules as they are compiled."""
        return self._plan

    def scan(self, item: str | Item) -> tuple[Scan, WordSpans]:
        """The words of one item as `classify` reads them, and where each stands in its text."""
        text = item if isinstance(item, str) else item.text
        lang = None if isinstance(item, str) else getattr(item, "lang", None)
        whole = len(text) <= TEXT_LETTERS_MAX
        text = text[:TEXT_LETTERS_MAX]
        chunks = text.split()
        readings = list(map(self._readings.__getitem__, chunks))
        code = sum(map(_code, readings), self._plan.bias)
        language = (lang and _stated(lang)) or elected(code)
        parts = self._plan.reader.parts(chunks, readings)
        scan = Scan(
            self._plan,
            text,
            readings,
            language,
            item,
            parts,
            whole=whole,
            accounts=self._accounts,
        )
        return scan, WordSpans(text, readings)


def evidence_sites(scan: Scan, test: Test) -> list[tuple[Site, int]]:
    """Where the evidence for a rule stands: most points first, of equals the first in the text."""
    ways = []
    number = 0
    for weight in test.weights:
        if weight.points > 0:
            for phrase, site in scan.found(weight.index, test.limits).items():
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

    def __init__(self, text: str, readings: Sequence[Reading]) -> None:
        self._text = text
        self._readings = readings
        self._chunks = [match.start() for match in chunk_spans(text)]

    def __getitem__(self, word: int) -> tuple[int, int]:
        at = word - 1
        for chunk, reading in zip(self._chunks, self._readings, strict=True):
            if at < len(reading.words):
                start, end = reading.spans[at] if reading.spans else self._token(chunk, at)
                return chunk + start, chunk + end
            at -= len(reading.words)
        raise IndexError(word)

    def _token(self, chunk: int, at: int) -> tuple[int, int]:
        spans = [match.span() for match in token_spans(self._text[chunk:].split(maxsplit=1)[0])]
        return spans[at]


def _stated(lang: object) -> str | None:
    """The language an item itself states ("en", "es-MX"), where the packs speak it."""
    if not isinstance(lang, str):
        return None
    primary = lang[:3].lower().rstrip("-_")
    return primary if primary in LANGUAGES else None
