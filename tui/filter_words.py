"""A filter as a person sees it, term by term: how a key adds a term to it, or takes one away."""

from __future__ import annotations

import re

_TERM = re.compile(r'(?=\S)!?(?:~|[A-Za-z]+:)?+(?:"[^"]*"?|\S*)')
MEDIA = "has:media"
SINCE = "since:"
NO_HEADLINES = "!only:news"
"""Leaves out posts that are a medium's voice and say nothing of supply, dangers or the utility."""
_SAYS_WHICH = re.compile(r"label:|!?only:", re.IGNORECASE)


def terms(query: str) -> list[str]:
    """The terms of a filter, as the desk reads them (desk/serving/filters.py)."""
    return _TERM.findall(query)


def toggled(query: str, term: str) -> str:
    """`query` with `term`, or without it where it has it."""
    found = terms(query)
    if any(each.lower() == term for each in found):
        return " ".join(each for each in found if each.lower() != term)
    return " ".join([*found, term])


def looking_back(query: str, span: str) -> str:
    """`query` over the last `span`, such as 15m; over all time where that is empty."""
    others = [each for each in terms(query) if not each.lower().startswith(SINCE)]
    return " ".join([*others, f"{SINCE}{span}"] if span else others)


def has(query: str, term: str) -> bool:
    """Whether a filter has this term."""
    return any(each.lower() == term for each in terms(query))


def without_headlines(query: str) -> str:
    """`query` without headlines on other matters, unless it says itself which labels it wants."""
    found = terms(query)
    if any(_SAYS_WHICH.match(each) for each in found):
        return query
    return " ".join([*found, NO_HEADLINES])
