"""A reply's passage from the outbox to its reader: each step that delivery or a person takes.

Whoever takes a step says which reply they mean as they last saw it: one that has changed since, or
was forgotten as a storm began again, stays as it is.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

import msgspec

from desk.channels import Errand
from desk.deletions import WHY_NOT as DELETED
from desk.errors import CaseError
from desk.outages import ENDED
from desk.replies.errors import ReplyError
from desk.replies.facts import same_time, state
from desk.replies.ground import post_of
from desk.replies.replies import NOTE_LETTERS, Replies, check_problems
from desk.replies.reply import Facts, Reply, ReplyState, Settling
from desk.replies.times import until

LOOKED = {"sent": "it was sent", "not_sent": "it was not sent"}
"""What a person has found out of a reply whose fate was not known."""

FROM: dict[str, tuple[ReplyState, ...]] = {
    "sent": ("unknown",),
    "not_sent": ("unknown",),
    "again": ("failed",),
    "withdraw": ("queued",),
}
"""What can be settled of a reply in which states."""

TAKEN_BACK = "taken back before it was sent"


class Passage:
    """The steps of replies of a desk; `now` is always desk time, `again_at` that of the wall."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies

    def under_way(self) -> list[Reply]:
        """What is queued or being sent, in the order in which it was written."""
        return self._replies.outbox.under_way()

    def stands(self, reply: Reply) -> bool:
        """Whether a reply is still as it was seen."""
        return self._replies.outbox.find(reply.id) is reply

    def is_behind(self, reply: Reply) -> bool:
        """Whether an older reply to the same person must go out first."""
        return self._replies.outbox.is_behind(reply)

    def is_anothers(self, reply: Reply, remote: str) -> bool:
        """Whether what has this id at the platform is another reply, of the same words maybe."""
        return self._replies.outbox.is_anothers(reply, remote)

    def errand(self, reply: Reply) -> Errand:
        """What a channel must know to publish a reply once."""
        store = self._replies.ground.store
        posts = store.posts_of(reply.channel, [reply.to_post]) if reply.to_post else []
        key = blake2b(f"{store.id}\0{reply.id}".encode(), digest_size=16).hexdigest()
        return Errand(reply, posts[-1] if posts else None, key)

    # Delivery

    def begin(self, reply: Reply, now: datetime, via: str = "") -> Reply:
        """A channel is about to hear of a queued reply."""
        more = {"again_at": None, "doubted_at": None}
        return self._replies.turn(reply, "sending", now, via=via, **more)

    def sent(self, reply: Reply, now: datetime, remote: str) -> None:
        """It is published."""
        if not self.stands(reply):
            return
        more = {"again_at": None, "since": None, "note": ""}
        reply = self._replies.turn(reply, "sent", now, remote=remote, **more)
        self._answered(reply, now)

    def failed(self, reply: Reply, now: datetime, note: str) -> None:
        """It surely was not published, and is not tried again by itself."""
        if not self.stands(reply):
            return
        self._replies.turn(reply, "failed", now, note=note, again_at=None, since=None)
        self._noted(reply, now, reply.by, "failed", note)

    def unknown(self, reply: Reply, now: datetime, note: str) -> None:
        """Nobody can tell whether it was published: a person must look."""
        if not self.stands(reply):
            return
        self._replies.turn(reply, "unknown", now, note=note, again_at=None, since=None)
        self._noted(reply, now, reply.by, "unknown", note)

    def later(
        self, reply: Reply, now: datetime, note: str, again_at: datetime, since: datetime
    ) -> None:
        """It surely was not published, and is tried again from `again_at` on."""
        self._put_off(reply, "queued", now, note, again_at, since)

    def doubted(
        self, reply: Reply, now: datetime, note: str, again_at: datetime, since: datetime
    ) -> None:
        """It may have been published: it is looked up from `again_at` on."""
        doubted_at = reply.doubted_at or since
        self._put_off(reply, "sending", now, note, again_at, since, doubted_at=doubted_at)

    def _put_off(
        self,
        reply: Reply,
        state: ReplyState,
        now: datetime,
        note: str,
        again_at: datetime,
        since: datetime,
        **more: datetime,
    ) -> None:
        if self.stands(reply):
            tried = {"again_at": again_at, "since": reply.since or since, "tries": reply.tries + 1}
            self._replies.turn(reply, state, now, note=note, **tried, **more)

    # What was true as it was written

    def stale(self, reply: Reply, now: datetime) -> str:
        """Why what a reply says is no longer so, in one line; empty where it still is."""
        post = post_of(self._replies.ground, reply.channel, reply.to_post)
        if post is not None and post.deleted:
            return DELETED
        facts = self._facts(reply, now)
        if facts is None:
            return ""
        zone = self._replies.writing.zone
        if reply.etr is not None and not same_time(reply.etr, facts.etr):
            promised = until(reply.etr, now, zone, "en")
            return f"it promises power {promised}, and now: {state(facts, zone)}"
        if reply.status and (reply.status in ENDED) != (facts.status in ENDED):
            return f"it was written of an outage that was {reply.status}: {state(facts, zone)} now"
        return ""

    def _facts(self, reply: Reply, now: datetime) -> Facts | None:
        """What is known now of that of which a reply speaks; None where that can't be told."""
        writing = self._replies.writing
        if not reply.author_key:
            return writing.facts_of(reply.outage, now) if reply.outage else None
        case = self._replies.ground.cases.get(reply.case)
        return None if case is None else writing.facts(case, now)

    def send_back(self, reply: Reply, now: datetime, reason: str) -> None:
        """A queued reply that is stale goes back to who wrote it, with the reason."""
        note = f"not sent: {reason}"
        if not reply.author_key:
            self.failed(reply, now, f"{note}: edit the announcement, and approve it again")
            return
        self._draft_again(reply, now)
        more = {"again_at": None, "since": None, "approved_by": ""}
        self._replies.turn(reply, "rejected", now, note=note, **more)
        self._noted(reply, now, "", "rejected", f"reply of {reply.by} {note}")

    def _draft_again(self, reply: Reply, now: datetime) -> None:
        case = self._replies.ground.cases.get(reply.case)
        if case is not None:
            self._replies.draft_again(reply, case, now)

    # People

    def settle(self, id_: str, kind: Settling, by: str, now: datetime, note: str = "") -> Reply:
        """What a person says of an unknown reply, or wants of one that failed or waits.

        Raises:
            ReplyError: it is not in such a state, or what it says is no longer so.
        """
        if not by:
            raise ReplyError("role", "who says so? Begin the screen with --name NAME")
        reply = self._replies.outbox.find(id_)
        if reply is None:
            raise ReplyError("unknown", f"this desk knows no reply '{id_[:80]}'")
        if reply.state not in FROM[kind]:
            reason = f"this reply is {reply.state}: that can be said of one that is"
            raise ReplyError("answered", f"{reason} {FROM[kind][0]}")
        match kind:
            case "again":
                return self._again(reply, by, now)
            case "withdraw":
                return self._withdraw(reply, by, now)
        words = LOOKED[kind] + (f": {note[:NOTE_LETTERS]}" if note else "")
        self._noted(reply, now, by, "settled", words)
        said = f"{by} has looked: {words}"
        if kind == "not_sent":
            return self._replies.turn(reply, "failed", now, note=said)
        reply = self._replies.turn(reply, "sent", now, note=said)
        self._answered(reply, now)
        return reply

    def _again(self, reply: Reply, by: str, now: datetime) -> Reply:
        """Queue a reply once more that surely was not published."""
        replies = self._replies
        if reply.author_key:
            for other in replies.outbox.of_case(reply.case):
                if other.state in ("queued", "sending"):
                    raise ReplyError("taken", f"a reply of {other.by} is being sent: wait for it")
        reason = self.stale(reply, now)
        if reason:
            self._draft_again(reply, now)
            facts = self._facts(reply, now)
            raise ReplyError("stale", f"{reason}; it is a draft again", facts=facts)
        case = replies.ground.cases.get(reply.case)
        if case is not None:
            facts = replies.writing.facts(case, now)
            check_problems(replies.writing.problems(case, reply.text, facts), anyway=True)
        self._noted(reply, now, by, "again", "the reply is sent again")
        more: dict[str, object] = {"again_at": None, "since": None, "tries": 0, "via": ""}
        return replies.turn(reply, "queued", now, note="", **more)

    def _withdraw(self, reply: Reply, by: str, now: datetime) -> Reply:
        self._draft_again(reply, now)
        self._noted(reply, now, by, "withdrawn", f"reply of {reply.by} {TAKEN_BACK}")
        more: dict[str, object] = {"again_at": None, "since": None, "approved_by": ""}
        return self._replies.turn(reply, "rejected", now, note=f"{by}: {TAKEN_BACK}", **more)

    # Cases

    def _answered(self, reply: Reply, now: datetime) -> None:
        if not reply.author_key:
            return
        ground = self._replies.ground
        try:
            ground.cases.replied(
                reply.case,
                now,
                reply.by,
                promised=reply.etr,
                loop=reply.status == "restored",
                waits=self._wrote_again(reply),
            )
        except CaseError:
            return  # the case has left memory, and the store has the reply

    def _wrote_again(self, reply: Reply) -> bool:
        """Whether the person has written more since the post that a reply answers."""
        ground = self._replies.ground
        case = ground.cases.get(reply.case)
        if case is None or reply.to_post not in case.posts[:-1]:
            return False
        since = case.posts[case.posts.index(reply.to_post) + 1 :]
        posts = ground.store.posts_of(case.channel, since)
        return any(post.author_key == reply.author_key for post in posts)

    def _noted(self, reply: Reply, now: datetime, by: str, kind: str, words: str) -> None:
        """Write into the journal of its case; an announcement has none."""
        if reply.author_key:
            self._replies.ground.cases.note(reply.case, now, by, kind, words)


def shown(reply: Reply, waits_until: datetime | None, reason: str) -> Reply:
    """A queued reply with that for which its whole account waits, unless it waits for longer."""
    if reply.state != "queued" or waits_until is None:
        return reply
    if reply.again_at is not None and reply.again_at >= waits_until:
        return reply
    return msgspec.structs.replace(reply, again_at=waits_until, note=reason)
