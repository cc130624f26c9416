"""What a desk and its screens say to each other of replies, macros, drafts and announcements.

Part of the protocol (desk/serving/protocol.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from desk.replies.errors import Refusal
from desk.replies.reply import Announcement, Facts, Problem, Reply, Settling


class FindMacros(msgspec.Struct, frozen=True, tag="find_macros", omit_defaults=True):
    """The macros that fit a case best, found by what the agent types; all where that is empty.

    Without a `case`, those for everybody: announcements, of `outage` where one is given; with
    `people` replies to all people of that outage, as `AnswerOutage` takes them.
    """

    case: str
    query: str = ""
    outage: str = ""
    limit: int = 20
    people: bool = False


class FilledMacro(msgspec.Struct, frozen=True, omit_defaults=True):
    """A macro filled from a case and its outage; `missing` names what could not be filled."""

    id: str
    title: str
    text: str
    missing: tuple[str, ...] = ()
    score: float = 100.0


class Macros(msgspec.Struct, frozen=True, tag="macros"):
    """The answer to `FindMacros`, the best first."""

    case: str
    query: str
    found: tuple[FilledMacro, ...]


class SaveDraft(msgspec.Struct, frozen=True, tag="save_draft", omit_defaults=True):
    """Keep what is written in a case; an empty text drops the draft.

    `seen` is the version of the facts that the agent has seen.
    """

    case: str
    by: str
    text: str
    macro: str = ""
    seen: str = ""


class Drafted(msgspec.Struct, frozen=True, tag="drafted", omit_defaults=True):
    """A draft is kept: its length and the most that the channel takes, and what is wrong with it.

    `stale` says in words what has changed since the facts that were seen.
    """

    case: str
    length: int
    limit: int
    problems: tuple[Problem, ...] = ()
    stale: str = ""


class SendReply(msgspec.Struct, frozen=True, tag="send_reply", omit_defaults=True):
    """Send this text as the answer to a case; with `anyway` in spite of warnings.

    `seen` is the version of the facts that the agent has seen. The answer is `Replied` or
    `ReplyRefused`; where a lead must agree, the reply waits for that as `submitted`, in place of
    what waits there from the same person, or `beside` it, so that the lead may choose.
    """

    case: str
    by: str
    text: str
    seen: str = ""
    macro: str = ""
    anyway: bool = False
    beside: bool = False


class JudgeReply(msgspec.Struct, frozen=True, tag="judge_reply", omit_defaults=True):
    """A lead lets a submitted reply go, or sends it back with a note."""

    reply: str
    by: str
    approve: bool
    note: str = ""


class Replied(msgspec.Struct, frozen=True, tag="replied"):
    """A reply is in the outbox; `words` say in one line what becomes of it."""

    reply: Reply
    words: str


class ReplyRefused(msgspec.Struct, frozen=True, tag="reply_refused", omit_defaults=True):
    """A reply or announcement was not taken, and nothing was sent: why, and what is known now."""

    case: str
    kind: Refusal
    reason: str
    problems: tuple[Problem, ...] = ()
    facts: Facts | None = None


class SettleReply(msgspec.Struct, frozen=True, tag="settle_reply", omit_defaults=True):
    """What a person has found out of a reply, or wants of it; the answer is as to `JudgeReply`.

    Of an unknown one: it was `sent`, or `not_sent`. A failed one is sent `again`; one that waits is
    taken back, `withdraw`, and is a draft again.
    """

    reply: str
    by: str
    kind: Settling
    note: str = ""


class AnswerOutage(msgspec.Struct, frozen=True, tag="answer_outage", omit_defaults=True):
    """Answer everybody who is affected by an outage and has had no answer, each once.

    Without `send` only what would be sent is told; it is sent once that was told, and refused as
    stale where the outage has changed since. With `loop`, and by a macro that closes the loop, it
    goes to those who were promised a time, once power is back.
    """

    outage: str
    macro: str
    by: str
    loop: bool = False
    send: bool = False


class WouldSend(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one person would get, or has got."""

    case: str
    author: str
    channel: str
    text: str
    problems: tuple[Problem, ...] = ()


class PassedOver(msgspec.Struct, frozen=True):
    """Who gets nothing, and why."""

    case: str
    author: str
    reason: str


class OutageAnswered(msgspec.Struct, frozen=True, tag="outage_answered", omit_defaults=True):
    """The answer to `AnswerOutage`: `sent` counts replies in the outbox, 0 for a preview.

    `answered` and `affected` count people, before this; of those passed over the first are told.
    """

    outage: str
    macro: str
    loop: bool
    filled: tuple[WouldSend, ...]
    passed_over: tuple[PassedOver, ...] = ()
    sent: int = 0
    answered: int = 0
    affected: int = 0


class Sender(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account that is switched on: how it does, in words, and when its platform last answered.

    It lets us send `left` of `most` until `resets_at`, and texts of so many `characters`, where it
    tells; times are those of the wall.
    """

    account: str
    state: str
    server: str = ""
    contact_at: datetime | None = None
    left: int | None = None
    most: int | None = None
    resets_at: datetime | None = None
    characters: int | None = None


class Outgoing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Replies on their way: how many wait to be sent, failed, or may have been sent or not.

    `submitted` wait for a lead's word, announcements among them.

    `held` of those that wait do so for a reason that lasts. `senders` are the accounts that are
    switched on.
    """

    waiting: int = 0
    held: int = 0
    failed: int = 0
    unknown: int = 0
    submitted: int = 0
    senders: tuple[Sender, ...] = ()


class ReadAnnouncements(msgspec.Struct, frozen=True, tag="read_announcements"):
    """All announcements, with the next tick and whenever one changes."""


class Announcements(msgspec.Struct, frozen=True, tag="announcements"):
    """All announcements, the newest first."""

    items: tuple[Announcement, ...]


class AnnounceAct(msgspec.Struct, frozen=True, tag="announce_act", omit_defaults=True):
    """What a person does to an announcement; `id` is empty for a new one.

    The answer is `Announced` or `ReplyRefused` with no case.
    """

    kind: Literal["draft", "edit", "submit", "approve", "reject", "send", "withdraw"]
    by: str
    id: str = ""
    title: str = ""
    text: str = ""
    outage: str = ""
    accounts: tuple[str, ...] = ()
    note: str = ""


class CheckAnnouncement(msgspec.Struct, frozen=True, tag="check_announcement", omit_defaults=True):
    """What would be wrong with these words for everybody? The answer is `AnnouncementChecked`."""

    text: str
    outage: str = ""
    accounts: tuple[str, ...] = ()


class AnnouncementChecked(
    msgspec.Struct, frozen=True, tag="announcement_checked", omit_defaults=True
):
    """What is wrong with `text` in any of the channels, each fault once."""

    text: str
    problems: tuple[Problem, ...] = ()


class Announced(msgspec.Struct, frozen=True, tag="announced"):
    """An announcement as it is now; `words` say in one line what was done."""

    item: Announcement
    words: str
