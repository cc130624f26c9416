"""Rules as the engine takes them, and where each stands in its keyword set."""

from __future__ import annotations

from typing import Literal

import msgspec

from rules.errors import Source
from rules.phrase import Phrase

LANGUAGES = ("en", "it", "es")
STATUSES = ("draft", "live", "retired")
GAP_DEFAULT, GAP_MAX = 2, 20
LIMIT_DEFAULT = 80.0
REACH_DEFAULT, REACH_MAX = 6, 50
TOLERANCE_MAX = 2
PRIORITY_MAX = 9
POINTS_MAX, NEED_MAX = 9, 99
NOTHING = "nothing"
"""The label of a rule that gives none, and keeps weaker rules from its words."""

FACTS = (
    "question",
    "exclaims",
    "hashtag",
    "headline",
    "link",
    "media",
    "mention",
    "own_account",
    "reply",
    "repost",
)
"""Contexts that need no words of a pack: the program sees them in the text or the post."""


class RuleTest(msgspec.Struct, frozen=True):
    """A text beside a rule, and whether that rule must fire on it.

    `channel` and `lang` are those of the post, where it states them; `facts` are `FACTS` that the
    text itself does not show.
    """

    text: str
    match: bool
    source: Source
    channel: str = ""
    lang: str = ""
    facts: tuple[str, ...] = ()


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """A circumstance of a match, told by cues (after ConText: Harkema et al., 2009).

    It holds where a cue of `before` stands before the match, one of `after` behind it, or one of
    `around` on either side or in it: in the same sentence, with at most `reach` words and none of
    `stop` between; or where a cue of `anywhere` stands anywhere in the post. `gap` is the most idle
    words within a cue.
    """

    name: str
    language: str
    before: tuple[Phrase, ...] = ()
    after: tuple[Phrase, ...] = ()
    around: tuple[Phrase, ...] = ()
    anywhere: tuple[Phrase, ...] = ()
    stop: tuple[Phrase, ...] = ()
    reach: int = REACH_DEFAULT
    gap: int = 0
    note: str = ""
    source: Source = Source("", 1, 1)


class Evidence(msgspec.Struct, frozen=True):
    """Phrases that each count `points` (below 0: against the rule), once, where they are found."""

    points: int
    phrases: tuple[Phrase, ...]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Gives `label` to a text that holds one phrase of `any`, every one of `all`, none of `none`.

    `near` and `not_near` are held against the `reach` words on both sides of the match, within its
    sentence. Every context of `when` must hold of the match and none of `unless`; each is a `FACTS`
    name or a `Context` of the rule's language. `evidence` must come to `need` points; without `any`
    it is itself what is found. `gap` is the most idle words between two neighbouring words of a
    phrase; `tolerance` the most edits that a word forgives; `limit` (0-100) the lowest score that
    counts. Empty `languages` or `channels` are all. Of overlapping matches only those of the
    highest `priority` stand.
    """

    id: str
    label: str
    language: str
    any: tuple[Phrase, ...] = ()
    all: tuple[Phrase, ...] = ()
    none: tuple[Phrase, ...] = ()
    near: tuple[Phrase, ...] = ()
    not_near: tuple[Phrase, ...] = ()
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    need: int = 0
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    gap: int = GAP_DEFAULT
    reach: int = REACH_DEFAULT
    tolerance: int = TOLERANCE_MAX
    limit: float = LIMIT_DEFAULT
    priority: int = 0
    status: Literal["draft", "live", "retired"] = "live"
    owner: str = ""
    note: str = ""
    tests: tuple[RuleTest, ...] = ()
    source: Source = Source("", 1, 1)


class Pack(msgspec.Struct, frozen=True):
    """All rules of one language, in the order of their files, and the contexts they name."""

    language: str
    rules: tuple[Rule, ...]
    contexts: tuple[Context, ...] = ()
