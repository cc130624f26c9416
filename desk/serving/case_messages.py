"""What a desk and its screens say to each other of cases: lists, one that is open, acts, the mode.

Part of the protocol (desk/serving/protocol.py). A list of cases is a window on an order that
changes all the time: the desk tells the window again when it has changed, twice a second at most.
A case that a screen has open is told again whenever it changes, and whoever has it open is among
its viewers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from desk.cases.action import ActionKind
from desk.cases.case import CaseEvent, Mode, Side
from desk.post import LabelledPost
from desk.replies.reply import Draft, Facts, Problem, Reply

Role = Literal["agent", "lead"]


class CaseRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a list of cases; fields as those of `desk.cases.Case`.

    `place` is the community by its name; `skipped` says that the mode of the desk leaves it for
    later; `writing` is who has a draft in it, `viewers` are all who look at it.
    """

    id: str
    opened_at: datetime
    updated_at: datetime
    channel: str
    author: str
    place: str
    labels: tuple[str, ...]
    posts: tuple[str, ...]
    text: str
    state: str = "new"
    agent: str | None = None
    account: str | None = None
    lang: str = ""
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    snoozed_until: datetime | None = None
    contacts: int = 0
    reach: int = 0
    media: int = 0
    tags: tuple[str, ...] = ()
    outage: str | None = None
    loop: bool = False
    skipped: bool = False
    writing: str = ""
    viewers: tuple[str, ...] = ()
    exercise: bool = False


class CaseWindow(msgspec.Struct, frozen=True):
    """Rows `start` … of a list of `total` cases."""

    view: int
    filter: str
    total: int
    start: int
    rows: tuple[CaseRow, ...]


class Attach(msgspec.Struct, frozen=True, tag="attach"):
    """Who is at this screen; said once, before anything else. Without it nobody in particular."""

    name: str
    role: Role = "agent"


class WatchCases(msgspec.Struct, frozen=True, tag="watch_cases", omit_defaults=True):
    """Tell rows `start` to `start + count` of the cases for which `filter` holds, now and on.

    `view` is the screen's own number; an open one is replaced. An empty filter is the queue.
    """

    view: int
    filter: str = ""
    start: int = 0
    count: int = 100


class UnwatchCases(msgspec.Struct, frozen=True, tag="unwatch_cases"):
    """No more of this list."""

    view: int


class OpenCase(msgspec.Struct, frozen=True, tag="open_case"):
    """Tell this case whole, now and whenever it changes; a screen has one open at a time."""

    case: str


class LeaveCase(msgspec.Struct, frozen=True, tag="leave_case"):
    """Nobody looks at this case here any longer."""

    case: str


class CaseDetail(msgspec.Struct, frozen=True, tag="case_detail", omit_defaults=True):
    """One case whole; `case` is None where the desk does not know it.

    `posts` are the newest of the conversation, the oldest first: those of the case, and of its
    threads what others wrote; `others` are cases that it could be merged with, the same author's
    first. `facts` are those of now; `stale` says in words what has changed since the draft was
    begun. `mention` is whom an answer names in front as it goes out, and counts in its length,
    which may be `most`; without a draft, `problems` say why nobody can be answered. `undo` says
    what would be taken back, and `undo_by` who did it.
    """

    id: str
    case: CaseRow | None
    posts: tuple[LabelledPost, ...] = ()
    replies: tuple[Reply, ...] = ()
    draft: Draft | None = None
    stale: str = ""
    problems: tuple[Problem, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    facts: Facts | None = None
    mention: str = ""
    most: int = 0
    others: tuple[CaseRow, ...] = ()
    undo: str = ""
    undo_by: str = ""


class CaseAct(msgspec.Struct, frozen=True, tag="case_act", omit_defaults=True):
    """What a person does to a case, `by` their name; `case` is empty for `next`.

    `to` is whom it is given to; `minutes` for how long it is put off; `into` the case that it
    joins; `posts` leave it in a split, or hold the one that is labelled wrong; `labels` are then
    the right ones; `tags` are all tags from now on; `text` is a note's or a reason, for `side`.
    The answer is `CaseActed`, or `Refused` with `case`.
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


class CaseActed(msgspec.Struct, frozen=True, tag="case_acted"):
    """An act was done and stored; `case` is the case as it is now, None where there was none.

    `words` say what was done, or why nothing was to be done, in one line.
    """

    act: CaseAct
    case: CaseRow | None
    words: str


class SetMode(msgspec.Struct, frozen=True, tag="set_mode"):
    """Switch the mode of the desk, for everybody."""

    mode: Mode
    by: str
