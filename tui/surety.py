"""How sure a label is, in words: how far its phrase is above the limit of its rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rules import Match
from rules.pack import LIMIT_DEFAULT
from rules.page import EDIT_COST

EXACT = 100.0
BARELY = "only just"
"""One slip of the keys more, and it would be no such label."""


def surety(match: Match, limits: Mapping[str, float]) -> str:
    """How sure one phrase makes its label; `limits` are those of rules with one of their own."""
    if match.score >= EXACT:
        return "sure: these very words"
    margin = match.score - limits.get(match.rule, LIMIT_DEFAULT)
    if margin < EDIT_COST:
        return f"{BARELY}: one more slip, and it would not be"
    slips = int(margin // EDIT_COST)
    return f"nearly sure: it bears {slips} more slip{'' if slips == 1 else 's'}"


def score_words(match: Match, limits: Mapping[str, float]) -> str:
    """The figures behind it."""
    limit = limits.get(match.rule, LIMIT_DEFAULT)
    return f"{match.score:.3g} of 100, from {limit:g} on it counts"


def barely(matches: Iterable[Match], limits: Mapping[str, float]) -> list[str]:
    """The labels that no match makes surer than only just, in the order of the matches."""
    best: dict[str, float] = {}
    for match in matches:
        margin = match.score - limits.get(match.rule, LIMIT_DEFAULT)
        sure = EXACT if match.score >= EXACT else margin
        best[match.label] = max(sure, best.get(match.label, sure))
    return [label for label, margin in best.items() if margin < EDIT_COST]
