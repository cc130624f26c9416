"""A case: a conversation that an agent handles, and the journal of what people did to it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

State = Literal["new", "mine", "customer", "operations", "answered", "closed", "snoozed"]
"""Where a case stands: untouched, in an agent's hand, waiting for the customer or for operations,
answered, closed, or put off until a time."""

Mode = Literal["calm", "storm"]
"""How the desk works: everybody is answered, or first of all those who are in danger."""

Side = Literal["desk", "operations", "communications"]
"""Whom a note is for."""


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A conversation; `labels` are all that its posts have, in order of urgency.

    `author_key` is who opened it, unique over all channels; `text` is the newest post's, cut;
    `posts` are ids, the newest last; `account` is the own account that it came to. Times are event
    times in UTC.

    `waiting_since` is when the oldest post that nobody has answered was written, `due_at` by when
    the desk has promised to answer it, in its mode of now; `contacts` counts the customer's posts
    since the last answer, `media` posts with pictures, `reach` people who follow the author and
    reposts seen. `agent` has it in hand, again since `taken_at`, and did something last at
    `touched_at`. The customer was promised power by `promised`; `loop` says that it is back now,
    and that they must be told so. `mended` are posts that people say are labelled wrong, with the
    labels that they should have: the case goes by those. `version` grows with every change.
    """

    id: str
    state: State = "new"
    opened_at: datetime
    updated_at: datetime
    channel: str
    author_key: str
    author: str
    community: str | None
    labels: tuple[str, ...]
    posts: tuple[str, ...]
    text: str
    account: str | None = None
    lang: str = ""
    media: int = 0
    reach: int = 0
    contacts: int = 0
    outage: str | None = None
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    first_reply_at: datetime | None = None
    answered_at: datetime | None = None
    agent: str | None = None
    taken_at: datetime | None = None
    touched_at: datetime | None = None
    snoozed_until: datetime | None = None
    tags: tuple[str, ...] = ()
    merged_into: str | None = None
    promised: datetime | None = None
    loop: bool = False
    mended: tuple[tuple[str, tuple[str, ...]], ...] = ()
    version: int = 0
    exercise: bool = False

    @property
    def label(self) -> str:
        """The most urgent label; `other` where people have said that there should be none."""
        return self.labels[0] if self.labels else "other"


class CaseEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened to a case, at event time `at`: a line of its journal, kept for good.

    `kind` is that of an act, or reopened, returned, woken, replied; `words` say it in one line;
    a note is for `side`; `undone` says that it was taken back.
    """

    case: str
    at: datetime
    by: str
    kind: str
    words: str
    side: Side = "desk"
    undone: bool = False
