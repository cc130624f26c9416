"""Announcements from the draft to the channels, through the same outbox as replies.

```
draft ─ submit ─► submitted ─ approve ─► approved ─ send ─► sent
  ▲                   │                      │
  └──── edit, or reject with a note ─────────┘        withdraw: any of the first three
```
What has changed of its outage since it was written or approved keeps it back until a lead has
approved it again, or somebody has written it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Literal

import msgspec

from desk.errors import choices
from desk.outages import ENDED
from desk.replies.errors import ReplyError
from desk.replies.ground import Ground
from desk.replies.outbox import Key
from desk.replies.reach import switched_on
from desk.replies.replies import Replies, check_problems
from desk.replies.reply import Announcement, Problem, Reply, Role, Sending

Kind = Literal["draft", "edit", "submit", "approve", "reject", "send", "withdraw"]

TITLE_LETTERS, TEXT_LETTERS, NOTE_LETTERS = 120, 10_000, 500
HELD = 2000
"""Announcements in memory; beyond, the oldest that are sent or withdrawn leave it."""

_FROM: dict[str, tuple[str, ...]] = {
    "edit": ("draft", "submitted", "approved"),
    "submit": ("draft",),
    "approve": ("submitted", "approved"),
    "reject": ("submitted", "approved"),
    "send": ("approved",),
    "withdraw": ("draft", "submitted", "approved"),
}
_LEADS = ("approve", "reject")
_replace = msgspec.structs.replace


class AnnounceAction(msgspec.Struct, frozen=True, kw_only=True):
    """What `by` does to announcement `id`, empty for a new one; `accounts` as channel:handle."""

    kind: Kind
    by: str
    id: str = ""
    title: str = ""
    text: str = ""
    outage: str = ""
    accounts: tuple[str, ...] = ()
    note: str = ""


class Announcements:
    """All announcements of a desk; `told` says of what they send how far it is."""

    def __init__(self, ground: Ground, replies: Replies) -> None:
        self._ground = ground
        self._replies = replies
        self._items: dict[str, Announcement] = {}
        self._next = 1
        self._dirty: set[str] = set()
        self.told: Callable[[Reply], Reply] = lambda reply: reply

    def forget(self) -> None:
        """Begin again with the desk."""
        self._items, self._next = {}, 1
        self._dirty.clear()

    def all(self) -> list[Announcement]:
        """Every announcement with how far it is in each channel, the newest first."""
        return [self._told(item) for item in reversed(self._items.values())]

    def find(self, id_: str) -> Announcement | None:
        """The announcement of this id."""
        item = self._items.get(id_)
        return None if item is None else self._told(item)

    def act(
        self, action: AnnounceAction, role: Role, now: datetime, leads: Collection[str] = ()
    ) -> tuple[Announcement, str]:
        """Do what a person wants: the announcement as it is now, and in words what was done.

        `leads` are the leads at the desk: four eyes see an announcement, where there are so many.

        Raises:
            ReplyError: it can't be done; nothing has changed.
        """
        if not action.by:
            raise ReplyError("role", "who announces? Begin the screen with --name NAME")
        if action.kind in _LEADS and role != "lead":
            raise ReplyError("role", f"only a lead can {action.kind} an announcement")
        if action.kind == "draft":
            item, words = self._draft(action, now), "drafted"
        else:
            item, words = self._act(action, self._known(action), role, now, leads)
        self._items[item.id] = item
        self._dirty.add(item.id)
        self._let_go()
        return self._told(item), words

    def problems(self, item: Announcement, now: datetime) -> dict[str, tuple[Problem, ...]]:
        """What is wrong with an announcement, by account."""
        writing = self._replies.writing
        facts = writing.facts_of(item.outage, now)
        return {
            account: writing.problems_for_all(item.text, account, facts)
            for account in item.accounts
        }

    def dirty(self) -> dict[Key, bytes | None]:
        """What changed since the last call: pieces to be stored under their keys."""
        changed: dict[Key, bytes | None] = {
            ("announcement", id_): msgspec.json.encode(self._items[id_])
            for id_ in sorted(self._dirty)
        }
        self._dirty.clear()
        return changed

    def restore(self) -> None:
        """Go on from the store; to be called once."""
        pieces = self._ground.store.states("announcement").values()
        items = [msgspec.json.decode(piece, type=Announcement) for piece in pieces]
        for item in sorted(items, key=lambda item: _number(item.id)):
            self._items[item.id] = item
        self._next = max((_number(id_) for id_ in self._items), default=0) + 1

    def _draft(self, action: AnnounceAction, now: datetime) -> Announcement:
        item = Announcement(
            id=f"a-{self._next}",
            title="",
            text="",
            by=action.by,
            at=now,
            exercise=bool(self._ground.store.exercise),
        )
        item = self._written(item, action, now)
        self._next += 1
        return item

    def _act(
        self,
        action: AnnounceAction,
        item: Announcement,
        role: Role,
        now: datetime,
        leads: Collection[str],
    ) -> tuple[Announcement, str]:
        note = action.note[:NOTE_LETTERS]
        match action.kind:
            case "edit":
                return self._written(item, action, now), "changed: a draft again"
            case "submit":
                self._check(item, now)
                needs_lead = self._ground.settings.policy.approval.announcements
                if role != "lead" and needs_lead:
                    return _replace(item, state="submitted", at=now, note=""), "waits for a lead"
                if needs_lead and (other := self._other(action.by, item, leads)):
                    return _replace(item, state="submitted", at=now, note=""), f"waits for {other}"
                return self._approved(item, action.by, now), "ready to be sent"
            case "approve":
                if other := self._other(action.by, item, leads):
                    reason = f"the words are your own: {other} must approve them"
                    raise ReplyError("role", reason)
                self._check(item, now)
                return self._approved(item, action.by, now), "approved: ready to be sent"
            case "reject":
                back = _replace(item, state="draft", at=now, note=note, approved_by="")
                return back, f"sent back to {item.by}" + (f": {note}" if note else "")
            case "send":
                self._check(item, now)
                known = self._known_of(item.outage, now)
                if known != item.seen:
                    reason = f"the outage is {known} now, was {item.seen}: approve it again"
                    raise ReplyError("stale", reason)
                self._send(item, action.by, now)
                many = len(item.accounts)
                where = "1 account" if many == 1 else f"{many} accounts"
                told = f"goes out from {where}"
                if item.exercise:
                    told = f"EXERCISE: recorded as from {where}, and goes nowhere"
                return _replace(item, state="sent", at=now), told
        return _replace(item, state="withdrawn", at=now, note=note), "withdrawn"

    def _other(self, by: str, item: Announcement, leads: Collection[str]) -> str:
        """Who must let go an announcement whose words are those of `by`; empty where `by` may."""
        rule = self._ground.settings.policy.approval.own_announcements
        own = (item.written_by or item.by).casefold() == by.casefold()
        if not own or rule == "always":
            return ""
        others = sorted(each for each in leads if each and each.casefold() != by.casefold())
        if rule == "alone" and not others:
            return ""
        return " or ".join(others[:3]) or "another lead"

    def _approved(self, item: Announcement, by: str, now: datetime) -> Announcement:
        seen = self._known_of(item.outage, now)
        return _replace(item, state="approved", at=now, approved_by=by, note="", seen=seen)

    def _known_of(self, outage: str | None, now: datetime) -> str:
        """What an announcement says of an outage: whether it is over, and until when it lasts."""
        facts = self._replies.writing.facts_of(outage, now)
        over = "over" if facts.status in ENDED else "open"
        until = f" until {facts.etr:%Y-%m-%dT%H:%MZ}" if facts.etr else ""
        return f"{over}{until}" if facts.outage else ""

    def _written(self, item: Announcement, action: AnnounceAction, now: datetime) -> Announcement:
        """`item` with what the action says of it; what was approved is a draft again."""
        outage = action.outage or None
        if outage and self._replies.writing.facts_of(outage, now).outage is None:
            raise ReplyError("unknown", f"this desk knows no outage '{outage[:80]}'")
        own = {one.key for one in self._ground.own.accounts}
        for account in action.accounts:
            if account not in own:
                known = choices(account[:80], own) if own else "write accounts.toml in --settings"
                raise ReplyError("channel", f"no own account '{account[:80]}': {known}")
        title = " ".join(action.title.split())[:TITLE_LETTERS] or action.text.strip()[:40]
        return _replace(
            item,
            title=title,
            text=action.text[:TEXT_LETTERS],
            outage=outage,
            accounts=tuple(dict.fromkeys(action.accounts)),
            written_by="" if action.by == item.by else action.by,
            state="draft",
            at=now,
            approved_by="",
            note="",
            seen=self._known_of(outage, now),
        )

    def _check(self, item: Announcement, now: datetime) -> None:
        """Whether an announcement may go out as it is, in every channel.

        Raises:
            ReplyError: no account, or a text that must be mended.
        """
        if not item.accounts:
            raise ReplyError("channel", "from which account? Choose one at least")
        for problems in self.problems(item, now).values():
            check_problems(problems, anyway=True)

    def _send(self, item: Announcement, by: str, now: datetime) -> None:
        writing = self._replies.writing
        facts = writing.facts_of(item.outage, now)
        for account in item.accounts:
            reply = Reply(
                id=self._replies.outbox.new_id(),
                case=item.id,
                channel=account.partition(":")[0],
                account=account,
                to_post="",
                author_key="",
                text=item.text,
                by=by,
                state="queued",
                at=now,
                etr=writing.promised(item.text, facts) if facts.outage else None,
                outage=item.outage,
                status=facts.status,
                approved_by=item.approved_by,
                live=switched_on(self._ground, account) is not None,
                exercise=item.exercise or bool(self._ground.store.exercise),
            )
            self._replies.put(reply)

    def _known(self, action: AnnounceAction) -> Announcement:
        item = self._items.get(action.id)
        if item is None:
            raise ReplyError("unknown", f"there is no announcement '{action.id[:80]}'")
        if item.state not in _FROM[action.kind]:
            reason = f"it is {item.state}: you can't {action.kind} it"
            raise ReplyError("approval" if action.kind == "send" else "answered", reason)
        return item

    def _told(self, item: Announcement) -> Announcement:
        sendings = tuple(
            Sending(
                channel=reply.channel,
                account=reply.account,
                state=reply.state,
                at=reply.at,
                reply=reply.id,
                remote=reply.remote,
                note=reply.note,
                again_at=reply.again_at,
            )
            for reply in map(self.told, self._replies.outbox.of_case(item.id))
        )
        return _replace(item, sendings=sendings) if sendings else item

    def _let_go(self) -> None:
        done = [
            item.id
            for item in self._items.values()
            if item.state in ("sent", "withdrawn") and item.id not in self._dirty
        ]
        for id_ in done[: max(0, len(self._items) - HELD)]:
            del self._items[id_]


def _number(id_: str) -> int:
    return int(id_.removeprefix("a-"))
