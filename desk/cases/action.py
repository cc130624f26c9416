"""What a person does to a case, and what came of it."""

from __future__ import annotations

from typing import Literal

import msgspec

from desk.cases.case import Case, Side

ActionKind = Literal[
    "next",
    "take",
    "release",
    "assign",
    "customer",
    "operations",
    "answered",
    "close",
    "reopen",
    "snooze",
    "wake",
    "merge",
    "split",
    "tag",
    "note",
    "wrong",
    "undo",
]


class CaseAction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What `by` (an agent's name) does to `case`, which is empty for `next`.

    `to` is whom it is given to, `minutes` for how long it is put off, `into` the case that it
    joins; `posts` leave it in a split, or hold the one that is labelled wrong, whose right labels
    are `labels`; `tags` are all tags from now on; `text` is a note's or a reason, for `side`.
    """

    kind: ActionKind
    by: str
    case: str = ""
    to: str = ""
    minutes: int = 0
    into: str = ""
    posts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    text: str = ""
    side: Side = "desk"


class CaseDone(msgspec.Struct, frozen=True):
    """What was done: `case` as it is now, None where there was none to take, `words` for people.

    `undid` is the action that was taken back.
    """

    action: CaseAction
    case: Case | None
    words: str
    undid: CaseAction | None = None
