"""Rules as the engine takes them, and where each stands in its keyword set."""

from __future__ import annotations

import msgspec

from rules.errors import Source
from rules.phrase import Phrase

LANGUAGES = ("en", "it", "es")
GAP_DEFAULT, GAP_MAX = 2, 20
LIMIT_DEFAULT = 80.0


class RuleTest(msgspec.Struct, frozen=True):
    """A text beside a rule, and whether that rule must fire on it."""

    text: str
    match: bool
    source: Source


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Gives `label` to a text that holds one phrase of `any`, every one of `all`, none of `none`.

    `gap` is the most idle words between two neighbouring words of a phrase; `limit` (0-100) the
    lowest score that counts.
    """

    id: str
    label: str
    language: str
    any: tuple[Phrase, ...]
    all: tuple[Phrase, ...] = ()
    none: tuple[Phrase, ...] = ()
    gap: int = GAP_DEFAULT
    limit: float = LIMIT_DEFAULT
    note: str = ""
    tests: tuple[RuleTest, ...] = ()
    source: Source = Source("", 1, 1)


class Pack(msgspec.Struct, frozen=True):
    """All rules of one language, in the order of their files."""

    language: str
    rules: tuple[Rule, ...]
