"""The filter language of views: words, exclusions, fuzzy words, patterns and fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

import re2  # linear time: no pattern that an agent types can hold up the desk
from rapidfuzz import fuzz, process

from desk.errors import FilterError, choices
from desk.post import LabelledPost
from rules import LABELS
from rules.engine import TEXT_LETTERS_MAX


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


Predicate = Callable[[Folded], bool]
OutageFinder = Callable[[str], Callable[[LabelledPost], bool]]
"""Whether a post speaks of the outage of an id; raises FilterError for an unknown one."""

Clock = Callable[[], datetime | None]
"""Event time at the desk; None before its first post."""

FIELDS = ("label", "channel", "place", "author", "lang", "rule", "has", "outage", "since")
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
) -> Predicate:
    """A predicate that holds where every term of `text` does; an empty text holds for all.

    A term of empty quotes, such as one that is being typed, is no term. `names`
    maps community ids to names, for `place:`; `outages` finds those of `outage:`; `clock` gives
    event time, to which `since:` counts: without one it holds for every post.

    Raises:
        FilterError: an unknown label, field or outage, or a pattern that can't be read.
    """
    known = names or {}, outages or _no_outage, clock or _no_clock
    found = (_term(match, *known) for match in _TERM.finditer(text))
    terms = [term for term in found if term]
    if not terms:
        return lambda _: True
    if len(terms) == 1:
        return terms[0]
    return lambda seen: all(term(seen) for term in terms)


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


def _no_outage(_id: str) -> Callable[[LabelledPost], bool]:
    """No post speaks of any, where nobody knows outages."""
    return lambda _: False


def _term(
    term: re.Match[str], names: dict[str, str], outages: OutageFinder, clock: Clock
) -> Predicate | None:
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
    return (lambda seen: not found(seen)) if negated else found


def fold(text: str) -> str:
    """`text` without case and accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def _plain(value: str) -> Predicate:
    wanted = fold(value)
    if not wanted:
        raise FilterError("'!' needs a word behind it, such as !internet")
    return lambda seen: wanted in seen.text or wanted in seen.author


def _fuzzy(value: str) -> Predicate:
    wanted = fold(value)
    if len(wanted) < 3:
        raise FilterError(f"'~{value}' is too short to be fuzzy: at least three letters")
    return lambda seen: fuzz.partial_ratio(wanted, seen.text, score_cutoff=FUZZY_LIMIT) > 0


def _pattern(value: str) -> Predicate:
    try:
        search = re2.compile(value, _OPTIONS).search
    except re2.error as error:
        reason = error.args[0] if error.args else error
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
        raise FilterError(f"can't read the pattern 're:{value}': {said}") from None
    return lambda seen: search(seen.received) is not None


def _field(field: str, value: str, names: dict[str, str]) -> Predicate:
    wanted = fold(value)
    if not wanted:
        raise FilterError(f"'{field}:' needs a value, such as {field}:{_EXAMPLES[field]}")
    if field == "label":
        label = _label(wanted)
        return lambda seen: label in seen.post.labels
    if field == "has":
        if wanted not in ("media", "place", "geo"):
            raise FilterError(
                f"unknown 'has:{value}': {choices(wanted, ('media', 'place', 'geo'))}"
            )
        return lambda seen: bool(
            seen.post.location if wanted == "place" else getattr(seen.post, wanted)
        )
    if field == "author":
        return lambda seen: wanted in seen.author
    read = _READERS[field]
    if field == "place":
        return lambda seen: wanted in fold(names.get(place := read(seen.post), place))
    return lambda seen: wanted in fold(read(seen.post))


def _outage(value: str, outages: OutageFinder) -> Predicate:
    if not value:
        raise FilterError(f"'outage:' needs an id, such as outage:{_EXAMPLES['outage']}")
    speaks = outages(value)
    return lambda seen: speaks(seen.post)


def _span(value: str) -> timedelta:
    read = _SPAN.fullmatch(value.lower())
    if read is None:
        raise FilterError(
            f"can't read 'since:{value}': write how long ago, such as since:15m, since:6h, since:2d"
        )
    return timedelta(seconds=int(read[1]) * _UNITS_S[read[2]])


def _since(span: timedelta, clock: Clock) -> Predicate:
    def holds(seen: Folded) -> bool:
        now = clock()
        return now is None or seen.post.created_at >= now - span

    return holds


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
_READERS: dict[str, Callable[[LabelledPost], str]] = {
    "channel": lambda post: post.channel,
    "place": lambda post: post.location.community if post.location else "",
    "lang": lambda post: post.lang or "",
    "rule": lambda post: " ".join(match.rule for match in post.matches),
}
