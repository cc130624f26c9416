"""Labels, and what the rules say of one post."""

from __future__ import annotations

import msgspec

LABELS = (
    "hazard",
    "vulnerable",
    "outage",
    "restored",
    "damage",
    "etr",
    "complaint",
    "billing",
    "service",
    "praise",
    "news",
)
"""Every label, in order of urgency, which is also the order of printing; `news` is the voice."""

URGENCY = {label: rank for rank, label in enumerate(LABELS)}


# Neither can be part of a cycle (gc=False): the collector need not look at the thousands of them.
class Match(msgspec.Struct, frozen=True, gc=False):
    """One phrase found in a text.

    `start` and `end` count code points of the text as received, half-open; `text` is that slice.
    `score` is 100 for an exact match and falls with edits and gaps to the rule's own limit.
    """

    rule: str
    label: str
    phrase: str
    text: str
    start: int
    end: int
    score: float


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """The labels of a post, in order of urgency, with the matches that gave them.

    `lang` is en, it, es or und.
    """

    id: str | int | None
    labels: tuple[str, ...]
    lang: str
    matches: tuple[Match, ...]
