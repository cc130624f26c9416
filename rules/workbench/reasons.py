"""Why a rule does not fire although its phrase is found: what it lacks, and what stops it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from rules.errors import listed
from rules.index import Index
from rules.pack import Context
from rules.page import Page, Site
from rules.phrase import Phrase
from rules.plan import Cues, Limits, Test
from rules.workbench.trail import View

Kind = Literal[
    "word",
    "order",
    "gap",
    "sentence",
    "typo",
    "score",
    "all",
    "none",
    "near",
    "not_near",
    "when",
    "unless",
    "points",
    "language",
    "channel",
    "priority",
    "status",
]
STOPS = frozenset(
    ("none", "not_near", "unless", "when", "language", "channel", "priority", "status")
)
"""What keeps a rule from firing whose phrases are all there."""

_PHRASES_TOLD = 3
_PHRASE_LETTERS_TOLD = 48
_FACT_HOLDS = {
    "question": "its sentence has a question mark",
    "exclaims": "the post has an exclamation mark",
    "hashtag": "all its words stand in hashtags",
    "headline": "the post reads like a title: most of its longer words begin with a capital",
    "link": "the post has a link",
    "media": "the post has a picture or film",
    "mention": "the post has an @account",
    "own_account": "the post came to, or names, an account of the utility's own",
    "reply": "the post answers another",
    "repost": "the post repeats another",
}
_FACT_LACKS = {
    "question": "its sentence has no question mark",
    "exclaims": "the post has no exclamation mark",
    "hashtag": "not all its words stand in hashtags",
    "headline": "the post reads like no title: too few of its longer words begin with a capital, "
    "or all are in capitals",
    "link": "the post has no link",
    "media": "the post has no picture or film",
    "mention": "the post has no @account",
    "own_account": "the post neither came to nor names an account of the utility's own",
    "reply": "the post answers no other",
    "repost": "the post repeats no other",
}

Contexts = Mapping[tuple[str, str], Context]
"""Contexts by language and name."""


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that a rule lacks, or that stops it or lets it fire; `message` is for people.

    `phrase` is the phrase or cue that it is about; `start` and `end` are where that stands in the
    text, in code points, half-open.
    """

    kind: Kind
    message: str
    phrase: str = ""
    start: int | None = None
    end: int | None = None


def of_post(view: View, test: Test) -> Iterator[Reason]:
    """What of the post as a whole keeps a rule from firing; nothing where `Scan.holds`."""
    rule = test.rule
    if rule.languages and view.page.language not in rule.languages:
        read = ", ".join(rule.languages)
        yield Reason("language", f"the post is in '{view.page.language}', the rule reads {read}")
    channel = getattr(view.scan.item, "channel", None)
    if rule.channels and channel not in rule.channels:
        said = f"comes from '{channel}'" if channel else "names no channel"
        yield Reason("channel", f"the post {said}, the rule reads {', '.join(rule.channels)}")
    for phrase, index in zip(rule.all, test.all, strict=True):
        if not view.page.has(index, test.limits):
            yield Reason("all", f"the post lacks '{brief(phrase.text)}'", phrase.text)
    for reason in _standing(view, rule.none, test.none, test.limits):
        yield msgspec.structs.replace(reason, kind="none")
    if test.weights and view.page.points(test) < rule.need:
        yield points(view, test)


def of_site(view: View, test: Test, site: Site, contexts: Contexts) -> Iterator[Reason]:
    """What keeps a match from standing where it does; nothing where `Scan.fits`."""
    rule, scan = test.rule, view.scan
    if rule.near and not scan.page.is_near(test.near, test.limits, rule.reach, site):
        told = listed([f"'{brief(phrase.text)}'" for phrase in rule.near], _PHRASES_TOLD)
        words = "1 word" if rule.reach == 1 else f"{rule.reach} words"
        yield Reason("near", f"none of {told} stands within {words} of it")
    if rule.not_near and scan.page.is_near(test.not_near, test.limits, rule.reach, site):
        yield _beside(view, test, test.not_near, rule.not_near, "not_near", site)
    for one in test.when:
        if not scan.applies(one, site):
            yield Reason("when", _not_so(one), _name(one))
    for one in test.unless:
        if scan.applies(one, site):
            yield holding(view, one, site, contexts, "unless")


def reasons_for(view: View, test: Test, site: Site, contexts: Contexts) -> Iterator[Reason]:
    """What beside its phrase a rule that fires needed, and found."""
    rule, limits = test.rule, test.limits
    for phrase, index in zip(rule.all, test.all, strict=True):
        for reason in _standing(view, [phrase], index, limits):
            yield msgspec.structs.replace(reason, kind="all")
    if rule.near:
        yield _beside(view, test, test.near, rule.near, "near", site)
    for one in test.when:
        yield holding(view, one, site, contexts, "when")
    if test.weights:
        yield points(view, test)


def points(view: View, test: Test) -> Reason:
    """What the evidence of a rule comes to, phrase by phrase."""
    told = []
    for weight in test.weights:
        for _, site in sorted(view.page.found(weight.index, test.limits).items()):
            said = f'"{view.said(*site[1:])}" {weight.points:+}'
            told.append((weight.points, said))
    told.sort(key=lambda one: -one[0])
    listing = ", ".join(said for _, said in told)
    total = sum(each for each, _ in told)
    return Reason("points", f"{total} of {test.rule.need}: {listing or 'no phrase of them stands'}")


def _standing(
    view: View, phrases: Sequence[Phrase], index: Index, limits: Limits
) -> Iterator[Reason]:
    """Each phrase of a list that stands in the text."""
    for number, (_, first, last) in sorted(view.page.found(index, limits).items()):
        text = phrases[number].text
        start, end = view.span(first, last)
        yield Reason("none", _stands(view.text[start:end], text), text, start, end)


def _beside(
    view: View,
    test: Test,
    index: Index,
    phrases: Sequence[Phrase],
    kind: Literal["near", "not_near"],
    site: Site,
) -> Reason:
    """The phrase of `near` or `not_near` that stands nearest to a match."""
    found = sites_of(view.page, index, test.limits)
    number, first, last = min(
        (one for one in found if linked(view.page, one[1:], site, test.rule.reach, ())),
        key=lambda one: (_distance(one[1:], site), one),
    )
    start, end = view.span(first, last)
    said, text = view.text[start:end], phrases[number].text
    return Reason(kind, _stands(said, text, " near it"), text, start, end)


def brief(phrase: str) -> str:
    """A phrase as written, cut where it lists many alternatives."""
    return phrase if len(phrase) <= _PHRASE_LETTERS_TOLD else f"{phrase[:_PHRASE_LETTERS_TOLD]}…"


def _stands(said: str, phrase: str, where: str = "") -> str:
    as_written = said.casefold() == phrase.casefold()
    return f'"{said}" stands{where or " in the post"}' + (
        "" if as_written else f" ('{brief(phrase)}')"
    )


def _name(context: Cues | str) -> str:
    return context if isinstance(context, str) else context.name


def _not_so(context: Cues | str) -> str:
    if isinstance(context, str):
        return f"{context}: {_FACT_LACKS[context]}"
    return f"{context.name}: none of its cues stands where it counts"


def holding(
    view: View,
    context: Cues | str,
    site: Site,
    contexts: Contexts,
    kind: Literal["when", "unless"],
) -> Reason:
    """What says that a context holds of a match: the fact, or the nearest cue."""
    if isinstance(context, str):
        return Reason(kind, f"{context}: {_FACT_HOLDS[context]}", context)
    written = contexts[context.limits.language, context.name]
    stops = [each[1:] for each in sites_of(view.page, context.stop, context.limits)]
    ways = []
    for side, where, index in (
        ("before", "before", context.before),
        ("after", "behind", context.after),
        ("around", "around", context.around),
        ("anywhere", "somewhere with", context.anywhere),
    ):
        for number, first, last in sites_of(view.page, index, context.limits):
            cue = first, last
            if (side == "before" and last >= site[1]) or (side == "after" and first <= site[2]):
                continue
            if side == "anywhere" or linked(view.page, cue, site, context.reach, stops):
                ways.append((side == "anywhere", _distance(cue, site), side, where, number, cue))
    *_, side, where, number, (first, last) = min(ways)
    phrases: tuple[Phrase, ...] = getattr(written, side)
    start, end = view.span(first, last)
    message = f'{context.name}: "{view.text[start:end]}" stands {where} "{view.said(*site[1:])}"'
    return Reason(kind, message, phrases[number].text, start, end)


def sites_of(page: Page, index: Index, limits: Limits) -> list[tuple[int, int, int]]:
    """Phrase number, first and last word of everything that an index finds in a text."""
    if not index.mask & page.present:
        return []
    return [
        (phrase, first, last)
        for _, phrase, row in index.within(page.present)
        for _, first, last in page.sites(row, limits)
    ]


def _distance(cue: tuple[int, int], site: Site) -> int:
    return max(site[1] - cue[1], cue[0] - site[2], 0)


def linked(
    page: Page,
    cue: tuple[int, int],
    site: Site,
    reach: int,
    stops: Iterable[tuple[int, int]],
) -> bool:
    """Whether a cue shares words with a match, or stands within reach of it in its sentence."""
    distance = _distance(cue, site)
    if not distance:
        return True
    low, high = (cue[1], site[1]) if cue[1] < site[1] else (site[2], cue[0])
    return (
        distance - 1 <= reach
        and not page.parted(low, high)
        and not any(low < begin and end < high for begin, end in stops)
    )
