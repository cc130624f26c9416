"""The outbox: every reply and announcement, stored before it is sent, and how far each has come.

```
submitted ─ a lead ─┬─► queued ─► sending ─┬─► sent
                    └─► rejected   ▲       ├─► failed    the channel surely has not taken it
                                   │       └─► unknown   it may have: never sent again blindly
                                   └─ later ┘            not taken now: waits for its time
```

A reply is in the store as `queued` before anything happens, as `sending` before the channel hears
of it, and as `sent` after. So what is `sending` when a desk begins again may have been sent or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from desk.replies.reply import Reply, ReplyState

HELD = 50_000
"""Replies in memory: weeks of a storm. Beyond a tenth more the oldest that are done leave it, and
with them what they promised; the store keeps them."""

UNDONE = ("submitted", "queued", "sending", "unknown")
"""States in which a case has a reply that is not done with."""

WAITING = ("submitted", "queued", "sending")
"""States in which nobody else need answer."""

STANDING = ("submitted", "queued", "sending", "sent", "unknown")
"""States in which a person has an answer, or may have it, or is about to get it."""

Key = tuple[str, str]
NEXT: Key = ("outbox", "next")


class Outbox:
    """All replies by their ids, and whom they answer."""

    def __init__(self, held: int = HELD) -> None:
        self._held = held
        self._replies: dict[str, Reply] = {}
        self._of_case: dict[str, list[str]] = {}
        self._of_person: dict[str, list[str]] = {}
        self._under_way: dict[str, None] = {}
        self._troubled: dict[str, None] = {}
        self._submitted: dict[str, None] = {}
        self._by_remote: dict[tuple[str, str], str] = {}
        self._next = 1
        self._dirty: set[str] = set()

    def new_id(self) -> str:
        """The id of the next reply: numbered, so that the same acts give the same ids."""
        id_ = f"r-{self._next}"
        self._next += 1
        return id_

    def find(self, id_: str) -> Reply | None:
        """The reply of this id."""
        return self._replies.get(id_)

    def ids(self) -> list[str]:
        """The ids of all replies in memory."""
        return list(self._replies)

    def of_case(self, case: str) -> list[Reply]:
        """The replies of a case, or what an announcement sends, the oldest first."""
        return [self._replies[id_] for id_ in self._of_case.get(case, ())]

    def told(self, author_key: str) -> list[Reply]:
        """What a person was answered and still holds, the oldest first."""
        ids = self._of_person.get(author_key, ())
        return [reply for id_ in ids if (reply := self._replies[id_]).state in STANDING]

    def under_way(self) -> list[Reply]:
        """Those that are queued or being sent, in the order in which they were written."""
        return [self._replies[id_] for id_ in sorted(self._under_way, key=number_of)]

    def is_behind(self, reply: Reply) -> bool:
        """Whether an older reply to the same person is still to go out."""
        if not reply.author_key:
            return False
        mine = number_of(reply.id)
        ids = self._of_person.get(reply.author_key, ())
        return any(id_ in self._under_way and number_of(id_) < mine for id_ in reversed(ids))

    def is_anothers(self, reply: Reply, remote: str) -> bool:
        """Whether what has this id at the platform is another reply, of the same words maybe."""
        return self._by_remote.get((reply.channel, remote), reply.id) != reply.id

    def case_of(self, channel: str, remote: str) -> str | None:
        """The case in which a reply went out that has this id at its platform."""
        reply = self._replies.get(self._by_remote.get((channel, remote), ""))
        return reply.case if reply is not None and reply.author_key else None

    def is_answering(self, case: str) -> bool:
        """Whether a reply to a case is under way, or waits for a lead's word."""
        return any(reply.state in WAITING for reply in self.of_case(case))

    def submitted(self) -> int:
        """How many wait for a lead's word."""
        return len(self._submitted)

    def standing(self, case: str) -> Reply | None:
        """How it stands with a case: by one that waits for a lead, else by the newest.

        One of which a lead has taken another says nothing.
        """
        replies = self.of_case(case)[::-1]
        waits = (reply for reply in replies if reply.state == "submitted")
        told = (reply for reply in replies if not reply.passed_over)
        return next(waits, next(told, None))

    def troubled(self) -> list[Reply]:
        """Those that failed, or of which nobody knows, and that no newer one has put right."""
        found = (self._replies[id_] for id_ in self._troubled)
        return [
            reply for reply in found if not reply.author_key or self.standing(reply.case) is reply
        ]

    def put(self, reply: Reply) -> Reply:
        """Take in a reply as it is now."""
        before = self._replies.get(reply.id)
        self._replies[reply.id] = reply
        if before is None:
            self._index(reply)
        if reply.state in ("queued", "sending"):
            self._under_way[reply.id] = None
        else:
            self._under_way.pop(reply.id, None)
        if reply.state == "submitted":
            self._submitted[reply.id] = None
        else:
            self._submitted.pop(reply.id, None)
        if reply.state in ("failed", "unknown"):
            self._troubled[reply.id] = None
        else:
            self._troubled.pop(reply.id, None)
        if reply.state == "sent" and reply.remote:
            self._by_remote.setdefault((reply.channel, reply.remote), reply.id)
        self._dirty.add(reply.id)
        if len(self._replies) > self._held + self._held // 10:
            self._let_go()
        return reply

    def turn(self, reply: Reply, state: ReplyState, at: datetime, **more: object) -> Reply:
        """Let a reply come to `state`; `more` are other fields that change with it."""
        return self.put(msgspec.structs.replace(reply, state=state, at=at, **more))

    def dirty(self) -> dict[Key, bytes | None]:
        """What changed since the last call: pieces to be stored under their keys."""
        changed: dict[Key, bytes | None] = {
            ("reply", id_): msgspec.json.encode(self._replies[id_]) for id_ in sorted(self._dirty)
        }
        if changed:
            changed[NEXT] = msgspec.json.encode(self._next)
        self._dirty.clear()
        return changed

    def restore(self, pieces: Iterable[bytes], following: bytes | None) -> None:
        """Go on from the pieces that were stored; to be called once, before anything else."""
        replies = [msgspec.json.decode(piece, type=Reply) for piece in pieces]
        for reply in sorted(replies, key=lambda reply: number_of(reply.id)):
            self.put(reply)
        self._dirty.clear()
        self._next = msgspec.json.decode(following, type=int) if following else 1

    def _index(self, reply: Reply) -> None:
        self._of_case.setdefault(reply.case, []).append(reply.id)
        if reply.author_key:
            self._of_person.setdefault(reply.author_key, []).append(reply.id)

    def _let_go(self) -> None:
        """Forget the oldest that are done, once they are saved."""
        for reply in list(self._oldest_done())[: len(self._replies) - self._held]:
            del self._replies[reply.id]
            self._by_remote.pop((reply.channel, reply.remote), None)
            self._troubled.pop(reply.id, None)
            self._of_case[reply.case].remove(reply.id)
            if reply.author_key:
                self._of_person[reply.author_key].remove(reply.id)

    def _oldest_done(self) -> Iterator[Reply]:
        return (
            reply
            for reply in self._replies.values()
            if reply.state not in UNDONE and reply.id not in self._dirty
        )


def number_of(id_: str) -> int:
    """Where the reply of this id stands in the order in which replies were written."""
    return int(id_.removeprefix("r-"))
