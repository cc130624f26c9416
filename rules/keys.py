"""The keys of the rule language: what each takes, and what it means.

The parser (`rules.keyword_set`) checks by these tables; the JSON Schema (`rules.workbench.schema`)
is made of them, and the page for rule authors is held to them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from rules.language import UNKNOWN
from rules.pack import (
    GAP_DEFAULT,
    GAP_MAX,
    LANGUAGES,
    LIMIT_DEFAULT,
    NEED_MAX,
    NOTHING,
    POINTS_MAX,
    PRIORITY_MAX,
    REACH_DEFAULT,
    REACH_MAX,
    STATUSES,
    TOLERANCE_MAX,
)
from rules.verdict import LABELS


class Form(NamedTuple):
    """How a name must be spelled, and what to say where it is not."""

    pattern: str
    fault: str


class Key(NamedTuple):
    """One key of a keyword set: what it takes and what it means.

    `choices` (or `form`) bind a text, or each text of a list; `low` and `high` a number; `noun`
    is what one of the choices is called in a fault.
    """

    name: str
    kind: Literal[
        "text", "flag", "whole", "number", "texts", "phrases", "points", "tables", "named"
    ]
    means: str
    needed: bool = False
    choices: tuple[str, ...] = ()
    form: Form | None = None
    low: int = 0
    high: int = 0
    default: float | str | None = None
    noun: str = ""


NAME = Form(r"[A-Za-z][A-Za-z0-9_-]*", "begin with a letter, then letters, digits, _ or -")
POINTS = Form(
    rf"-?[1-{POINTS_MAX}]", f"give a whole number from -{POINTS_MAX} to {POINTS_MAX}, not 0"
)
_ID = Form(r"[A-Za-z0-9][A-Za-z0-9._-]*", "can't be an id: use letters, digits, '-', '_' and '.'")
_CHANNEL = Form(r"[^\sA-Z]+", "is no channel: write one word in lower case, such as 'facebook'")
SPOKEN = (*LANGUAGES, UNKNOWN)
"""What the language of a post may be."""
TOLD_FACTS = ("media", "own_account", "reply", "repost")
"""The facts that a test must state: its text does not show them."""

FILE_KEYS = (
    Key("language", "text", "the language of the whole file", needed=True, choices=LANGUAGES),
    Key("vocabulary", "named", "lists of words, each under a name; for all files of the language"),
    Key("context", "named", "a circumstance that rules can ask for; for all files of the language"),
    Key("rule", "tables", "begins a rule"),
)
RULE_KEYS = (
    Key(
        "id",
        "text",
        "its own name: letters, digits, `-`, `_`, `.`; once in all sets",
        needed=True,
        form=_ID,
    ),
    Key(
        "label",
        "text",
        f"the label that it gives, or `{NOTHING}`",
        needed=True,
        choices=(*LABELS, NOTHING),
    ),
    Key("any", "phrases", "phrases; one must be found (needed where there are no points)"),
    Key("all", "phrases", "phrases; every one must be found too, anywhere in the post"),
    Key(
        "none",
        "phrases",
        "phrases; where one is found, anywhere in the post, the rule does not fire",
    ),
    Key("near", "phrases", "phrases; one must stand near the match, in its sentence"),
    Key("not_near", "phrases", "phrases; none may stand near the match, in its sentence"),
    Key("when", "texts", "contexts; all must hold of the match", noun="context"),
    Key("unless", "texts", "contexts; none may hold of the match", noun="context"),
    Key("points", "points", "phrases by the points that each gives, or takes where below 0"),
    Key(
        "need",
        "whole",
        "the points that must come together; goes with points",
        low=1,
        high=NEED_MAX,
    ),
    Key(
        "languages",
        "texts",
        "a list; only posts in these languages count",
        choices=SPOKEN,
        noun="language",
    ),
    Key(
        "channels",
        "texts",
        "a list, in lower case; only posts from these channels count",
        form=_CHANNEL,
        noun="channel",
    ),
    Key(
        "gap",
        "whole",
        "the most idle words between two neighbouring words of a phrase; 0 means side by side",
        high=GAP_MAX,
        default=GAP_DEFAULT,
    ),
    Key(
        "reach",
        "whole",
        "the most words between the match and what `near` and `not_near` look for",
        high=REACH_MAX,
        default=REACH_DEFAULT,
    ),
    Key(
        "tolerance",
        "whole",
        "the most typing errors (edits) that one word forgives",
        high=TOLERANCE_MAX,
        default=TOLERANCE_MAX,
    ),
    Key(
        "limit",
        "number",
        "the lowest score that counts; 100 means exact and side by side",
        low=1,
        high=100,
        default=LIMIT_DEFAULT,
    ),
    Key(
        "priority",
        "whole",
        f"of matches that overlap only the highest stand (1 without it for `{NOTHING}`)",
        high=PRIORITY_MAX,
        default=0,
    ),
    Key(
        "status",
        "text",
        "`live` works; `draft` is tested but gives no label yet; `retired` never runs",
        choices=STATUSES,
        default="live",
    ),
    Key("owner", "text", "who answers for the rule"),
    Key("note", "text", "words for the next author"),
    Key("test", "tables", "begins a test of the rule above"),
)
CONTEXT_KEYS = (
    Key("before", "phrases", "cues (phrases) before the match, in its sentence"),
    Key("after", "phrases", "cues behind the match, in its sentence"),
    Key("around", "phrases", "cues on either side of the match or in it, in its sentence"),
    Key("anywhere", "phrases", "cues anywhere in the post"),
    Key("stop", "phrases", "words that end a cue's reach where they stand in between"),
    Key(
        "reach",
        "whole",
        "the most words between the match and a cue",
        high=REACH_MAX,
        default=REACH_DEFAULT,
    ),
    Key("gap", "whole", "the most idle words within a cue", high=GAP_MAX, default=0),
    Key("note", "text", "words for the next author"),
)
CUES = ("before", "after", "around", "anywhere")
MAY_BE_EMPTY = ("all", "none", "near", "not_near", *CUES, "stop")
"""Lists of phrases that may hold nothing; `any` and points may not."""
TEST_KEYS = (
    Key("text", "text", "what somebody posts", needed=True),
    Key("match", "flag", "true where this rule must fire on it, else false", needed=True),
    Key("channel", "text", "the channel that it comes from"),
    Key("lang", "text", "the language that the post itself states"),
    Key("facts", "texts", "a list of what the text does not show", choices=TOLD_FACTS, noun="fact"),
)
