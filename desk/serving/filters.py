"""The filter language of views: words, exclusions, fuzzy words, patterns and fields.

A filter is a row of terms that must all hold. Each says of one part of a post whether it is as
wanted; `desk.serving.blocks` asks the same of many posts at a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

import msgspec
import re2  # linear time: no pattern that an agent types can hold up the desk
from rapidfuzz import fuzz, process

from desk.errors import FilterError, choices
from desk.post import LabelledPost
from desk.serving.moods import mood
from desk.serving.texts import Packed
from rules import LABELS
from rules.judge import TEXT_LETTERS_MAX


class Folded:
    """A post as filters look at it: text and author are folded once, when first asked for.

    Of a long text they look at what the rules read of it, so that none holds up the desk.
    """

    __slots__ = ("_author", "_text", "post")

    def __init__(self, post: LabelledPost) -> None:
        self.post = post
        self._text: str | None = None
        self._author: str | None = None

    @property
    def received(self) -> str:
        """The text as received, as far as it is looked at."""
        return self.post.text[:TEXT_LETTERS_MAX]

    @property
    def text(self) -> str:
        """The text without case and accents."""
        if self._text is None:
            self._text = fold(self.received)
        return self._text

    @property
    def author(self) -> str:
        """Handle and name without case and accents."""
        if self._author is None:
            author = self.post.author
            self._author = fold(f"{author.handle} {author.name}") if author else ""
        return self._author


Among = Callable[[Packed], list[int]]
"""Which of many texts fit."""


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One condition: whether `part` of a post (one of `PARTS`) fits, or with `negated` does not.

    `among` gives the numbers of those of many texts that fit, faster than one by one. To look at a
    `whole` post is slow: where one of the `hints` does not hold, it does not fit either.
    """

    part: str
    fits: Callable[[Any], bool]
    negated: bool = False
    among: Among | None = None
    hints: tuple[Term, ...] = ()

    def holds(self, seen: Folded) -> bool:
        """Whether it holds for a post."""
        return self.fits(PARTS[self.part](seen)) is not self.negated


class Filter:
    """All of some terms; without any it holds for every post."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(sorted(terms, key=lambda term: _COST.index(term.part)))
        """The quickest first."""

    def __call__(self, seen: Folded) -> bool:
        """Whether every term holds for a post."""
        return all(term.holds(seen) for term in self.terms)


class Speaks(Protocol):
    """Whether a post speaks of one outage; what is not so by its place or time is not at all."""

    def __call__(self, post: LabelledPost, /) -> bool:
        """Whether `post` does."""
        ...

    def at_place(self, community: str) -> bool:
        """Whether posts of a community may; of none: ''."""
        ...

    def at_time(self, at_s: float) -> bool:
        """Whether posts of a time may, in seconds since 1970."""
        ...


OutageFinder = Callable[[str], Speaks]
"""Whether a post speaks of the outage of an id; raises FilterError for an unknown one."""

PARTS: dict[str, Callable[[Folded], Any]] = {
    "label": lambda seen: seen.post.labels,
    "channel": lambda seen: seen.post.channel,
    "place": lambda seen: seen.post.location.community if seen.post.location else "",
    "lang": lambda seen: seen.post.lang or "",
    "rule": lambda seen: " ".join(match.rule for match in seen.post.matches),
    "has": lambda seen: tuple(name for name in HAS if HAS[name](seen.post)),
    "at": lambda seen: seen.post.created_at.timestamp(),
    "author": lambda seen: seen.author,
    "words": lambda seen: (seen.text, seen.author),
    "text": lambda seen: seen.text,
    "received": lambda seen: seen.received,
    "whole": lambda seen: seen.post,
}
"""What terms look at: of some parts there are few different ones among many posts; `at` is in
seconds since 1970."""
HAS: dict[str, Callable[[LabelledPost], object]] = {
    "media": lambda post: post.media,
    "place": lambda post: post.location,
    "geo": lambda post: post.geo,
    "repost": lambda post: post.repost_of,
}
_COST = tuple(PARTS)

Clock = Callable[[], datetime | None]
"""Event time at the desk; None before its first post."""

FIELDS = (
    *("label", "only", "mood", "channel", "place", "author", "lang", "rule", "has", "outage"),
    "since",
)
FUZZY_LIMIT = 80
"""Lowest rapidfuzz partial_ratio (0-100) at which a `~word` counts as found."""

_TERM = re.compile(r'(?=\S)(!?)(~|[A-Za-z]+:)?+(?:"([^"]*)"?|(\S*))')
_SPAN = re.compile(r"([1-9]\d{0,3})([smhd])")
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_OPTIONS = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.log_errors = False


def parse_filter(
    text: str,
    names: dict[str, str] | None = None,
    outages: OutageFinder | None = None,
    clock: Clock | None = None,
) -> Filter:
    """The filter that `text` means; an empty text holds for all.

    A term of empty quotes, such as one that is being typed, is no term. `names`
    maps community ids to names, for `place:`; `outages` finds those of `outage:`; `clock` gives
    event time, to which `since:` counts: without one it holds for every post.

    Raises:
        FilterError: an unknown label, field or outage, or a pattern that can't be read.
    """
    known = names or {}, outages, clock or _no_clock
    found = (_term(match, *known) for match in _TERM.finditer(text))
    return Filter([term for term in found if term])


def terms_of(text: str) -> Iterator[tuple[bool, str, str]]:
    """The terms of a filter as they are written: excluded or not, field (`~` or ''), value."""
    for match in _TERM.finditer(text):
        negated, prefix, quoted, bare = match.groups()
        if quoted != "" or prefix:
            value = quoted if quoted is not None else bare or ""
            yield bool(negated), (prefix or "").lower().removesuffix(":"), value


def span_of(text: str) -> timedelta | None:
    """How far back a filter looks from the desk's clock: its shortest `since:`, None without one.

    Raises:
        FilterError: a span can't be read.
    """
    spans = [
        _span(match[3] if match[3] is not None else match[4])
        for match in _TERM.finditer(text)
        if (match[2] or "").lower() == "since:" and not match[1]
    ]
    return min(spans, default=None)


def _no_clock() -> None:
    """No event time, where there is no desk."""


def _term(
    term: re.Match[str], names: dict[str, str], outages: OutageFinder | None, clock: Clock
) -> Term | None:
    negated, prefix, quoted, bare = term.groups()
    if quoted == "" and not prefix:
        return None
    value = quoted if quoted is not None else bare or ""
    prefix = (prefix or "").lower()
    if prefix in ("", "~"):
        found = _fuzzy(value) if prefix else _plain(value)
    elif prefix == "re:":
        found = _pattern(value)
    elif prefix == "outage:":
        found = _outage(value, outages)
    elif prefix == "since:":
        if negated:
            raise FilterError("'since:' can't be excluded: a view looks back from now")
        found = _since(_span(value), clock)
    elif prefix[:-1] in FIELDS:
        found = _field(prefix[:-1], value, names)
    else:
        nearest = process.extractOne(prefix[:-1], FIELDS, score_cutoff=75)
        if nearest:
            raise FilterError(f"unknown field '{prefix}': {choices(prefix[:-1], FIELDS)}")
        found = _plain(prefix + value)  # a clock time or an address, not a field
    return msgspec.structs.replace(found, negated=bool(negated))


def fold(text: str) -> str:
    """`text` without case and accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def _plain(value: str) -> Term:
    wanted = fold(value)
    if not wanted:
        raise FilterError("'!' needs a word behind it, such as !internet")
    return Term(
        part="words",
        fits=lambda words: any(wanted in each for each in words),
        among=lambda texts: texts.find(wanted),
    )


def _fuzzy(value: str) -> Term:
    wanted = fold(value)
    if len(wanted) < 3:
        raise FilterError(f"'~{value}' is too short to be fuzzy: at least three letters")
    return Term(
        part="text",
        fits=lambda text: fuzz.partial_ratio(wanted, text, score_cutoff=FUZZY_LIMIT) > 0,
        among=lambda texts: texts.like(wanted, FUZZY_LIMIT),
    )


def _pattern(value: str) -> Term:
    try:
        pattern = re2.compile(value, _OPTIONS)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
        raise FilterError(f"can't read the pattern 're:{value}': {said}") from None
    lines = _of_lines(value)
    return Term(
        part="received",
        fits=lambda text: pattern.search(text) is not None,
        among=lambda texts: texts.search(pattern, lines),
    )


def _of_lines(value: str) -> Any:  # noqa: ANN401  re2 has no types
    """The pattern for a text of many lines: it is found wherever it is found in one of them.

    None where that can't be told: for patterns that look at the ends of the whole text.
    """
    if _WHOLE_TEXT.search(value):
        return None
    try:
        return re2.compile(f"(?m:{value})", _OPTIONS)
    except re2.error:
        return None


_WHOLE_TEXT = re.compile(r"\\[AzQC]|\(\?[a-zA-Z]*-")


def _field(field: str, value: str, names: dict[str, str]) -> Term:
    wanted = fold(value)
    if not wanted:
        raise FilterError(f"'{field}:' needs a value, such as {field}:{_EXAMPLES[field]}")
    if field == "label":
        label = _label(wanted)
        return Term(part="label", fits=lambda labels: label in labels)
    if field == "only":
        alone = (_label(wanted),)
        return Term(part="label", fits=lambda labels: labels == alone)
    if field == "mood":
        return Term(part="label", fits=mood(wanted))
    if field == "has":
        if wanted not in HAS:
            raise FilterError(f"unknown 'has:{value}': {choices(wanted, tuple(HAS))}")
        return Term(part="has", fits=lambda has: wanted in has)
    if field == "author":
        return Term(
            part="author",
            fits=lambda author: wanted in author,
            among=lambda texts: texts.find(wanted),
        )
    if field == "place":
        return Term(
            part="place", fits=_known(lambda place: wanted in fold(names.get(place, place)))
        )
    return Term(part=field, fits=_known(lambda said: wanted in fold(said)))


def _known(fits: Callable[[str], bool]) -> Callable[[str], bool]:
    """`fits`, which remembers what it said: the same few values come again and again."""
    return lru_cache(maxsize=4096)(fits)


def _outage(value: str, outages: OutageFinder | None) -> Term:
    if not value:
        raise FilterError(f"'outage:' needs an id, such as outage:{_EXAMPLES['outage']}")
    if outages is None:
        return Term(part="whole", fits=lambda _: False)
    return speaks_of(outages(value))


def speaks_of(speaks: Speaks) -> Term:
    """The posts that speak of an outage."""
    hints = (Term(part="place", fits=speaks.at_place), Term(part="at", fits=speaks.at_time))
    return Term(part="whole", fits=speaks, hints=hints)


def _span(value: str) -> timedelta:
    read = _SPAN.fullmatch(value.lower())
    if read is None:
        raise FilterError(
            f"can't read 'since:{value}': write how long ago, such as since:15m, since:6h, since:2d"
        )
    return timedelta(seconds=int(read[1]) * _UNITS_S[read[2]])


def _since(span: timedelta, clock: Clock) -> Term:
    def holds(at_s: float) -> bool:
        now = clock()
        return now is None or at_s >= (now - span).timestamp()

    return Term(part="at", fits=holds)


def _label(wanted: str) -> str:
    begun = [label for label in LABELS if label.startswith(wanted)]
    if len(begun) != 1:
        raise FilterError(f"unknown label '{wanted}': {choices(wanted, LABELS)}")
    return begun[0]


_EXAMPLES = dict(
    zip(
        FIELDS,
        (
            "hazard",
            "news",
            "angry",
            "x",
            "durham",
            "name",
            "es",
            "en-outage",
            "media",
            "o-durham-20240501T1210",
            "15m",
        ),
        strict=True,
    )
)
