"""Replies, drafts and announcements, and the facts that they are built on."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

ReplyState = Literal["submitted", "rejected", "queued", "sending", "sent", "unknown", "failed"]
"""How far a reply is; `submitted` waits for a lead, `unknown` may have been sent or not."""

Settling = Literal["sent", "not_sent", "again", "withdraw"]
"""What a person says of a reply whose fate is not known, or wants of one that was not sent."""

Role = Literal["agent", "lead"]

AnnouncementState = Literal["draft", "submitted", "approved", "sent", "withdrawn"]
"""How far an announcement is."""


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the desk knows of a customer's outage: what placeholders of a macro are filled with.

    `version` changes when the status or the estimated time of restoration does; `crews` is what the
    utility says of its crews there, empty where it says nothing.
    """

    version: str
    at: datetime
    place: str = ""
    outage: str | None = None
    status: str = ""
    etr: datetime | None = None
    since: datetime | None = None
    cause: str | None = None
    crews: str = ""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something wrong with a text: `start` and `end` count its characters, both 0 for all of it.

    `kind` is that of a voice rule (banned, required, promise, safety, sign-off, capitals,
    language), or length, placeholder, hidden, channel (nobody can be answered there) or mention
    (somebody else is named); one that `blocks` must be mended, the others are a
    warning. `rule` is the voice rule's id.
    """

    kind: str
    words: str
    start: int = 0
    end: int = 0
    blocks: bool = False
    rule: str = ""


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody is writing in a case, kept by the desk; `facts` are those that they saw."""

    case: str
    by: str
    at: datetime
    text: str
    macro: str = ""
    facts: Facts | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reply to `to_post` of a case, as it stands in the outbox.

    `account` is the own account that it goes out from, as channel:handle, empty where none is
    known. `etr` is the time that it promises, `status` what its `outage` was as it was written;
    `approved_by` is the lead who let it go; `note` says why it was rejected or has failed;
    `remote` is its id or address at the platform. An exercise, and a channel that is not switched
    on, go to the dry run: recorded, sent nowhere, `remote` begins with `dry-run:`.

    `live` says that its account was switched on as it was written: then the dry run never takes it.
    `via` is the account that is switched on from which it is being sent, or was; empty for the dry
    run. `again_at` is the wall time before which it is not tried again, after `tries` that have led
    to nothing since `since`, wall time too; `note` says why. What may be out or not is so since
    `doubted_at`.

    One is `passed_over` where a lead has let another one go that waited beside it.

    What an announcement sends is a reply to nobody: `case` is the announcement's id, `to_post` and
    `author_key` are empty.
    """

    id: str
    case: str
    channel: str
    account: str = ""
    to_post: str
    author_key: str
    text: str
    lang: str = ""
    macro: str = ""
    by: str
    state: ReplyState
    at: datetime
    etr: datetime | None = None
    outage: str | None = None
    status: str = ""
    approved_by: str = ""
    note: str = ""
    remote: str = ""
    live: bool = False
    via: str = ""
    again_at: datetime | None = None
    since: datetime | None = None
    doubted_at: datetime | None = None
    tries: int = 0
    passed_over: bool = False
    exercise: bool = False


class Sending(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far an announcement is in one channel, from one own account; `reply` is its id."""

    channel: str
    account: str
    state: ReplyState
    at: datetime
    reply: str = ""
    remote: str = ""
    note: str = ""
    again_at: datetime | None = None


class Announcement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message to everybody: of an outage, or before a storm where `outage` is None.

    `by` began it, and `written_by` has changed it last, where that is somebody else. `accounts` are
    the own accounts, as channel:handle, from which it goes out. `seen` is what was known of its
    outage as it was written, or approved.
    """

    id: str
    title: str
    text: str
    outage: str | None = None
    accounts: tuple[str, ...] = ()
    state: AnnouncementState = "draft"
    by: str
    at: datetime
    written_by: str = ""
    approved_by: str = ""
    note: str = ""
    seen: str = ""
    sendings: tuple[Sending, ...] = ()
    exercise: bool = False
