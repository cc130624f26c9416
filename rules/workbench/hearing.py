"""The rules of one engine over one post: which fire, which are stopped, which come near."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from rules.hits import claimed, evidence_sites
from rules.index import Row
from rules.language import UNKNOWN
from rules.matcher import Matcher
from rules.pack import NOTHING
from rules.page import Site
from rules.phrase import Phrase
from rules.plan import Test
from rules.scan import Item
from rules.workbench.findings import Fired, Missed
from rules.workbench.nearness import Alike, Partial, Phrasebook
from rules.workbench.reasons import Contexts, Reason, of_post, of_site, reasons_for
from rules.workbench.trail import Piece, View, as_written, trail_to

_WAYS_WEIGHED = 8
_CANDIDATES_MAX = 40
_TELLS_MIN = 2.0
_NEARNESS_MIN = 0.4
_LACKS = {"all": 2.0, "near": 1.5, "points": 3.0}
_STOPPED = 0.3
_OTHER_LANGUAGE = 1.0

Way = tuple[Site, int]
"""Where a phrase of a rule stands, and the phrase's number."""


class Hearing:
    """The rules of one language, to be heard on posts; `contexts` are those of all packs."""

    def __init__(self, matcher: Matcher, contexts: Contexts) -> None:
        self.matcher = matcher
        self._plan = matcher.plan
        self._contexts = contexts
        self._book = Phrasebook(matcher.plan)
        self._order = sorted(
            range(len(self._plan.tests)), key=lambda one: -self._plan.tests[one].rule.priority
        )

    def view(self, item: str | Item, text: str, language: str) -> View:
        """An item as the matcher reads it; `text` is as much of it as is read."""
        page, scan, spans = self.matcher.laid_open(item, text, language)
        return View(page, scan, spans, text, self._plan.elements)

    def judge(
        self, view: View, asked: Collection[str] | None, most: int | None, *, near: bool = True
    ) -> tuple[list[Fired], list[Missed]]:
        """The rules that fire, and the `most` nearest others (None: all), the nearest first.

        Only rules `asked` for by id are told (None: all); with `near` only those that come near,
        and would give a label.
        """
        fired: list[Fired] = []
        missed: list[tuple[Missed, Partial | None]] = []
        wordless: list[int] = []
        claims: list[tuple[int, int, int]] = []
        owners: list[str] = []
        sites = self._sites(view)
        for number in self._order:
            test = self._plan.tests[number]
            told = asked is None or test.rule.id in asked
            ways = sites.get(number) or []
            if not ways and not test.rule.any:
                ways = evidence_sites(view.page, test)
            may_miss = told and not (near and test.rule.label == NOTHING)
            if not ways:
                if may_miss:
                    wordless.append(number)
                continue
            standing = self._standing(view, test, ways, claims, owners)
            if standing and told:
                fired.append(self._fired(view, number, standing))
            elif may_miss and not standing:
                missed.append((self._stopped(view, number, ways, claims, owners), None))
        alike = self._book.alike(view)
        missed.extend(self._partial(view, set(wordless), alike, near=near))
        if near:
            missed = [each for each in missed if not each[0].rank[0] or _is_near(*each)]
        missed.sort(key=lambda each: each[0].rank)
        return fired, [self._hinted(view, alike, *each) for each in missed[:most]]

    def _sites(self, view: View) -> dict[int, list[Way]]:
        """Where the phrases of each rule stand, the best way first."""
        sites: dict[int, list[Way]] = {}
        for rule, phrase, row in self._plan.any.within(view.page.present):
            for site in view.page.sites(row, self._plan.tests[rule].limits):
                sites.setdefault(rule, []).append((site, phrase))
        return {rule: sorted(ways) for rule, ways in sites.items()}

    def _standing(
        self,
        view: View,
        test: Test,
        ways: Iterable[Way],
        claims: list[tuple[int, int, int]],
        owners: list[str],
    ) -> Way | None:
        """The match of a rule that stands, as the engine picks it; its words are claimed."""
        first: Way | None = None
        if not view.scan.holds(test):
            return None
        for site, phrase in ways:
            if claimed(claims, test.rule.priority, site) or not view.scan.fits(test, site):
                continue
            claims.append((test.rule.priority, *site[1:]))
            owners.append(test.rule.id)
            first = first or (site, phrase)
            if test.rule.label != NOTHING:
                break
        return first

    def _fired(self, view: View, number: int, way: Way) -> Fired:
        test, (site, phrase_number) = self._plan.tests[number], way
        rule = test.rule
        phrase, row = self._phrase(view, number, way)
        start, end = view.span(*site[1:])
        return Fired(
            rule.id,
            rule.label,
            self._plan.phrase(test, phrase_number).text,
            view.text[start:end],
            start,
            end,
            float(100 - site[0]),
            self._pieces(view, test, phrase, row, site),
            tuple(reasons_for(view, test, site, self._contexts)),
            rule.source,
        )

    def _stopped(
        self,
        view: View,
        number: int,
        ways: list[Way],
        claims: list[tuple[int, int, int]],
        owners: list[str],
    ) -> Missed:
        """A rule whose phrase is there: what is missing at the place that lacks least."""
        test = self._plan.tests[number]
        options = [
            [
                *of_site(view, test, way[0], self._contexts),
                *_taken(view, test, way[0], claims, owners),
            ]
            for way in ways[:_WAYS_WEIGHED]
        ]
        fewest = min(range(len(options)), key=lambda one: len(options[one]))
        reasons = (*of_post(view, test), *options[fewest])
        way = ways[fewest]
        phrase, row = self._phrase(view, number, way)
        found = self._book.tells(row)
        lacking = sum(_LACKS.get(reason.kind, _STOPPED) for reason in reasons)
        if test.weights and not test.rule.any:
            short = max(0, test.rule.need - view.page.points(test)) / test.rule.need
            found = _LACKS["points"] * (1 - short)
            lacking -= found if short else 0
        return Missed(
            test.rule.id,
            test.rule.label,
            phrase.text,
            True,
            _nearness(found, lacking),
            self._pieces(view, test, phrase, row, way[0]),
            reasons,
            test.rule.source,
        )

    def _partial(
        self, view: View, wordless: set[int], alike: Mapping[int, Alike], *, near: bool
    ) -> Iterator[tuple[Missed, Partial | None]]:
        """Rules of which no phrase is there as it must be."""
        some = [each for each in self._book.nearest(view, alike) if each[0].rule in wordless]
        some.sort(key=lambda each: -each[1] / each[0].tells)
        for written, tells in some[:_CANDIDATES_MAX]:
            wordless.discard(written.rule)
            test = self._plan.tests[written.rule]
            rule = test.rule
            partial = self._book.partial(view, test, written, tells)
            stops = tuple(of_post(view, test))
            lacking = partial.lacking + sum(_LACKS.get(stop.kind, _STOPPED) for stop in stops)
            if view.page.language not in (rule.language, UNKNOWN):
                lacking += _OTHER_LANGUAGE
            nearness = _nearness(tells, lacking)
            missing = (*partial.missing, *stops)
            phrase = written.phrase.text
            yield (
                Missed(
                    rule.id,
                    rule.label,
                    phrase,
                    False,
                    nearness,
                    partial.pieces,
                    missing,
                    rule.source,
                ),
                partial,
            )
        for number in sorted(wordless) if not near else ():
            test = self._plan.tests[number]
            rule = test.rule
            reasons = (Reason("word", "the post has no word of its phrases"), *of_post(view, test))
            yield Missed(rule.id, rule.label, "", False, 0.0, (), reasons, rule.source), None

    def _hinted(
        self, view: View, alike: Mapping[int, Alike], missed: Missed, partial: Partial | None
    ) -> Missed:
        if partial is None:
            return missed
        lacks = self._book.hints(view, partial, alike).missing
        stops = missed.missing[len(lacks) :]
        return msgspec.structs.replace(missed, missing=(*lacks, *stops))

    def _phrase(self, view: View, number: int, way: Way) -> tuple[Phrase, Row]:
        """The phrase of a way, and the variant of it that stands there."""
        test, (site, wanted) = self._plan.tests[number], way
        index = self._plan.any
        first = 0
        if not test.rule.any:
            for weight in test.weights:
                index = weight.index
                if first <= wanted < first + len(weight.phrases):
                    break
                first += len(weight.phrases)
        rows = (
            row
            for rule, phrase, row in index.within(view.page.present)
            if phrase + first == wanted and (rule == number or not test.rule.any)
        )
        row = next(row for row in rows if site in view.page.sites(row, test.limits))
        return self._plan.phrase(test, wanted), row

    def _pieces(
        self, view: View, test: Test, phrase: Phrase, row: Row, site: Site
    ) -> tuple[Piece, ...]:
        trail = trail_to(view.page, row, test.limits, site)
        return view.pieces(row.elements, as_written(phrase, row), trail)


def _taken(
    view: View,
    test: Test,
    site: Site,
    claims: Iterable[tuple[int, int, int]],
    owners: Iterable[str],
) -> Iterator[Reason]:
    """The rule of higher priority that a match shares words with."""
    for claim, owner in zip(claims, owners, strict=True):
        if claimed([claim], test.rule.priority, site):
            start, end = view.span(*claim[1:])
            said = view.text[start:end]
            message = f"\"{said}\" belongs to rule '{owner}' of priority {claim[0]}"
            yield Reason("priority", message, owner, start, end)
            return


def _nearness(found: float, lacking: float) -> float:
    return round(found / (found + lacking), 3) if found + lacking else 0.0


def _is_near(missed: Missed, partial: Partial | None) -> bool:
    tells = partial.found if partial else _TELLS_MIN
    return missed.nearness >= _NEARNESS_MIN and tells >= _TELLS_MIN
