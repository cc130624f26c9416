"""The filter language of views: words, exclusions, fuzzy words, patterns and fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import re2  # linear time: no pattern that an agent types can hold up the desk
from rapidfuzz import fuzz, process

from desk.errors import FilterError, choices
from desk.post import LabelledPost
from rules import LABELS

Predicate = Callable[[LabelledPost], bool]

FIELDS = ("label", "channel", "place", "author", "lang", "rule", "has")
SYNTAX = (
    'words, "a phrase", !not, ~fuzzy, re:pattern, label:hazard, place:durham, channel:x, author:…'
)
FUZZY_LIMIT = 80
"""Lowest rapidfuzz partial_ratio (0-100) at which a `~word` counts as found."""

_TERM = re.compile(r'(?=\S)(!?)(~|[A-Za-z]+:)?+(?:"([^"]*)"?|(\S*))')
_OPTIONS = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.log_errors = False


def parse_filter(text: str, names: dict[str, str] | None = None) -> Predicate:
    """A predicate that holds where every term of `text` does; an empty text holds for all.

    `names` maps community ids to names, for `place:`.

    Raises:
        FilterError: an unknown label or field, or a pattern that can't be read.
    """
    terms = [_term(match, names or {}) for match in _TERM.finditer(text)]
    if not terms:
        return lambda _: True
    if len(terms) == 1:
        return terms[0]
    return lambda post: all(term(post) for term in terms)


def _term(term: re.Match[str], names: dict[str, str]) -> Predicate:
    negated, prefix, quoted, bare = term.groups()
    value = quoted if quoted is not None else bare or ""
    prefix = (prefix or "").lower()
    if prefix in ("", "~"):
        found = _fuzzy(value) if prefix else _plain(value)
    elif prefix == "re:":
        found = _pattern(value)
    elif prefix[:-1] in FIELDS:
        found = _field(prefix[:-1], value, names)
    else:
        nearest = process.extractOne(prefix[:-1], FIELDS, score_cutoff=75)
        if nearest:
            raise FilterError(f"unknown field '{prefix}': {choices(prefix[:-1], FIELDS)}")
        found = _plain(prefix + value)  # a clock time or an address, not a field
    return (lambda post: not found(post)) if negated else found


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
    return lambda post: wanted in fold(post.text) or wanted in fold(_author(post))


def _fuzzy(value: str) -> Predicate:
    wanted = fold(value)
    if len(wanted) < 3:
        raise FilterError(f"'~{value}' is too short to be fuzzy: at least three letters")
    return lambda post: fuzz.partial_ratio(wanted, fold(post.text), score_cutoff=FUZZY_LIMIT) > 0


def _pattern(value: str) -> Predicate:
    try:
        search = re2.compile(value, _OPTIONS).search
    except re2.error as error:
        reason = error.args[0] if error.args else error
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
        raise FilterError(f"can't read the pattern 're:{value}': {said}") from None
    return lambda post: search(post.text) is not None


def _field(field: str, value: str, names: dict[str, str]) -> Predicate:
    wanted = fold(value)
    if not wanted:
        raise FilterError(f"'{field}:' needs a value, such as {field}:{_EXAMPLES[field]}")
    if field == "label":
        label = _label(wanted)
        return lambda post: label in post.labels
    if field == "has":
        if wanted not in ("media", "place", "geo"):
            raise FilterError(
                f"unknown 'has:{value}': {choices(wanted, ('media', 'place', 'geo'))}"
            )
        return lambda post: bool(post.location if wanted == "place" else getattr(post, wanted))
    read = _READERS[field]
    if field == "place":
        return lambda post: wanted in fold(names.get(place := read(post), place))
    return lambda post: wanted in fold(read(post))


def _label(wanted: str) -> str:
    begun = [label for label in LABELS if label.startswith(wanted)]
    if len(begun) != 1:
        raise FilterError(f"unknown label '{wanted}': {choices(wanted, LABELS)}")
    return begun[0]


def _author(post: LabelledPost) -> str:
    return f"{post.author.handle} {post.author.name}" if post.author else ""


_EXAMPLES = dict(
    zip(FIELDS, ("hazard", "x", "durham", "name", "es", "en-outage", "media"), strict=True)
)
_READERS: dict[str, Callable[[LabelledPost], str]] = {
    "channel": lambda post: post.channel,
    "place": lambda post: post.location.community if post.location else "",
    "author": _author,
    "lang": lambda post: post.lang or "",
    "rule": lambda post: " ".join(match.rule for match in post.matches),
}
