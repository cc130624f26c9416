"""Macros found by what an agent types, and put in order by how well they fit a case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, utils

from desk.outages import ENDED
from desk.places.words import plain
from desk.replies.reply import Facts
from desk.settings.macros import Macro
from rules.verdict import URGENCY

LEAST_SCORE = 60.0
"""Of 100: below, a macro has not been meant."""

TEXT_SHARE = 0.85
"""What is found in the text of a macro is less sure than in its title or id."""

CUED_CHARS = 2_000
WORD = re.compile(r"[^\W_]+")

Fit = tuple[int, int, int, bool, int]


def found(macros: Iterable[Macro], query: str, lang: str, mode: str) -> list[tuple[Macro, float]]:
    """The macros that `query` may mean with their scores, 0-100; all at 100 where it is empty."""
    wanted = utils.default_process(query[:200])
    if not wanted:
        return [(macro, 100.0) for macro in macros]
    scored = [(macro, _score(macro, wanted, lang, mode)) for macro in macros]
    return [(macro, score) for macro, score in scored if score >= LEAST_SCORE]


def _score(macro: Macro, wanted: str, lang: str, mode: str) -> float:
    heads = (macro.title, macro.id.replace("-", " "), " ".join(macro.labels))
    score = max(_near(wanted, head) for head in heads)
    return round(max(score, TEXT_SHARE * _near(wanted, macro.written(lang, mode))), 1)


def _near(wanted: str, words: str) -> float:
    """How near each typed word comes to a word of `words`, its begin being enough; 0-100."""
    there = utils.default_process(words).split()
    if not there:
        return 0.0
    typed = wanted.split()
    return sum(max(_alike(word, other) for other in there) for word in typed) / len(typed)


def _alike(word: str, other: str) -> float:
    if other.startswith(word):
        return 100.0
    cut = other[: len(word) + 1]
    return max(fuzz.ratio(word, other), fuzz.ratio(word, cut)) if len(word) > 2 else 0.0


def fits(macro: Macro, facts: Facts, channel: str, mode: str) -> bool:
    """Whether a macro may be used in a channel, in a mode, with what is known of the outage."""
    if macro.channels and channel and channel not in macro.channels:
        return False
    if macro.modes and mode not in macro.modes:
        return False
    return all(_holds(when, facts) for when in macro.when)


def _holds(when: str, facts: Facts) -> bool:
    over = facts.status in ENDED
    match when:
        case "outage":
            return facts.outage is not None and not over
        case "no-outage":
            return facts.outage is None or over
        case "etr":
            return facts.etr is not None
        case "no-etr":
            return facts.etr is None
        case _:
            return facts.status == "restored"


def cued(macro: Macro, text: str) -> bool:
    """Whether a post speaks of what a macro is for, by the begins of its words."""
    words = f" {' '.join(WORD.findall(plain(text[:CUED_CHARS])))}"
    return any(f" {plain(cue)}" in words for cues in macro.cues.values() for cue in cues)


def fit(macro: Macro, labels: Sequence[str], *, loop: bool, gaps: int, about: bool = False) -> Fit:
    """How well a macro that may be used fits a case; the less the better.

    First those without a gap, and what closes the loop where that is due; then the labels, the most
    urgent one first, and those that are `about` what was written; what asks for more of the outage
    is more exact, for none of them the least.
    """
    shared = [URGENCY[label] for label in labels if label in macro.labels]
    rank = min(shared, default=len(URGENCY) + bool(macro.labels))
    return (
        int(bool(gaps)),
        int(macro.loop != loop),
        rank,
        not about,
        -sum(1 if when == "no-outage" else 2 for when in macro.when),
    )
