"""Replies from the first word to the channel: drafts, checks, a lead's word, the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from desk.cases import Case
from desk.replies.drafts import Drafts
from desk.replies.errors import ReplyError
from desk.replies.facts import changed, seen_as
from desk.replies.ground import Ground
from desk.replies.outbox import NEXT, UNDONE, Key, Outbox
from desk.replies.reach import answering, switched_on, why_not
from desk.replies.reply import Draft, Facts, Problem, Reply, ReplyState, Role
from desk.replies.writing import Writing

DRAFT_LETTERS, NOTE_LETTERS = 10_000, 500
"""Of a draft and of a lead's note: more than any channel takes."""

SUPERSEDED = "a newer reply took its place"
CHOSEN = "another reply was chosen"


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants sent as the answer to a case; `seen` is the version of the facts.

    It stands `beside` what waits for a lead already, as another one to choose from.
    """

    case: str
    by: str
    text: str
    seen: str
    macro: str = ""
    anyway: bool = False
    beside: bool = False


class Replies:
    """Everything that a desk writes to people; `now` is always desk time.

    Whatever raises has changed nothing. What has changed is stored by `dirty`.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.writing = Writing(ground)
        self.drafts = Drafts()
        self.outbox = Outbox()
        self._touched: set[str] = set()

    def touched(self) -> list[str]:
        """The cases, and announcements, of which a draft or reply has changed since last asked."""
        touched = sorted(self._touched)
        self._touched.clear()
        return touched

    def forget(self) -> None:
        """Begin again with the desk."""
        self.drafts, self.outbox = Drafts(), Outbox()
        self._touched.clear()

    # Drafts

    def save_draft(self, written: Written, now: datetime) -> Draft | None:
        """Keep what somebody writes; None where the text is empty, and the draft dropped.

        Raises:
            ReplyError: the case is not known, or somebody else is writing in it.
        """
        case = self._case(written.case)
        self._check_writer(case, written.by, now)
        if not written.text:
            self.drafts.drop(case.id)
            self._changed(case.id)
            return None
        before = self.drafts.of(case.id)
        current = self.writing.facts(case, now)
        seen = seen_as(written.seen, current, before.facts if before else None)
        if seen is None and before is not None:
            seen = before.facts
        draft = Draft(
            case=case.id,
            by=written.by,
            at=now,
            text=written.text[:DRAFT_LETTERS],
            macro=written.macro,
            facts=seen if written.seen else current,
        )
        self.drafts.keep(draft)
        self.ground.cases.touched(case.id, written.by, now)
        self._changed(case.id)
        return draft

    def stale(self, draft: Draft | None, case: Case, now: datetime) -> str:
        """In words, what has changed since a draft was begun; empty for nothing."""
        if draft is None:
            return ""
        return changed(draft.facts, self.writing.facts(case, now), self.writing.zone)

    # Sending

    def send(self, written: Written, role: Role, now: datetime) -> Reply:
        """Put a reply into the outbox; it waits there for a lead where the policy says so.

        Raises:
            ReplyError: it is not taken.
        """
        case = self._case(written.case)
        if not written.by:
            raise ReplyError("role", "who writes? Begin the screen with --name NAME")
        if reason := why_not(self.ground, case, self.writing.newest(case)):
            raise ReplyError("channel", reason)
        self._check_writer(case, written.by, now)
        facts = self._check_free(case, written, now)
        problems = self.writing.problems(case, written.text, facts)
        check_problems(problems, anyway=written.anyway)
        self._check_new(case, written)
        needs_lead = role != "lead" and self.needs_lead(case)
        for old in self.outbox.of_case(case.id):
            own = old.by == written.by and not written.beside
            if old.state == "submitted" and (own or not needs_lead):
                self.turn(old, "rejected", now, note=SUPERSEDED)
        reply = self.compose(case, written, facts, now, "submitted" if needs_lead else "queued")
        self.drafts.drop(case.id)
        self.put(reply)
        if needs_lead:
            self.ground.cases.note(
                case.id, now, written.by, "submitted", "a lead is asked to let a reply go"
            )
        return reply

    def needs_lead(self, case: Case) -> bool:
        """Whether a lead must let replies to a case go."""
        return bool(set(self.ground.settings.policy.approval.labels) & set(case.labels))

    def compose(
        self, case: Case, written: Written, facts: Facts, now: datetime, state: ReplyState
    ) -> Reply:
        """The reply to the newest post of a case."""
        post = self.writing.newest(case)
        account = answering(self.ground, case)
        return Reply(
            id=self.outbox.new_id(),
            case=case.id,
            channel=case.channel,
            account=account,
            to_post=post.id if post is not None else case.posts[-1],
            author_key=post.author_key if post is not None else case.author_key,
            text=written.text,
            lang=self.writing.language(case),
            macro=written.macro,
            by=written.by,
            state=state,
            at=now,
            etr=self.writing.promised(written.text, facts),
            outage=facts.outage,
            status=facts.status,
            live=switched_on(self.ground, account) is not None,
            exercise=case.exercise or bool(self.ground.store.exercise),
        )

    def put(self, reply: Reply) -> None:
        """Take a new reply into the outbox."""
        self.outbox.put(reply)
        self._changed(reply.case)

    def judge(
        self, id_: str, by: str, role: Role, now: datetime, *, approve: bool, note: str = ""
    ) -> Reply:
        """Let a submitted reply go, or send it back to its writer with a note.

        Raises:
            ReplyError: who judges is no lead, the reply waits for nobody, or is stale by now.
        """
        if role != "lead":
            raise ReplyError("role", "only a lead lets replies go, or sends them back")
        reply = self.outbox.find(id_)
        if reply is None:
            raise ReplyError("unknown", f"this desk knows no reply '{id_[:80]}'")
        if reply.state != "submitted":
            raise ReplyError("answered", f"this reply is {reply.state} already")
        case = self._case(reply.case)
        note = note[:NOTE_LETTERS]
        if not approve:
            self.draft_again(reply, case, now)
            words = f"sent the reply of {reply.by} back" + (f": {note}" if note else "")
            self.ground.cases.note(case.id, now, by, "rejected", words)
            return self.turn(reply, "rejected", now, note=note, approved_by="")
        facts = self.writing.facts(case, now)
        if (facts.outage, facts.status) != (reply.outage, reply.status):
            reason = f"since it was written: {facts.status or 'no outage known'} now; send it back"
            raise ReplyError("stale", reason, facts=facts)
        # what it promises is held against what is known now
        check_problems(self.writing.problems(case, reply.text, facts), anyway=True)
        others = [each for each in self.outbox.of_case(case.id) if each.state == "submitted"]
        chosen = f", chosen of {len(others)}" if len(others) > 1 else ""
        words = f"let the reply of {reply.by} go{chosen}"
        self.ground.cases.note(case.id, now, by, "approved", words)
        for other in others:
            if other.id != reply.id:
                self.turn(other, "rejected", now, note=CHOSEN, approved_by=by, passed_over=True)
        return self.turn(reply, "queued", now, approved_by=by)

    def draft_again(self, reply: Reply, case: Case, now: datetime) -> None:
        """The draft goes back to who wrote it, unless something else is being written by now."""
        if self.drafts.of(case.id) is None:
            draft = Draft(
                case=case.id,
                by=reply.by,
                at=now,
                text=reply.text,
                macro=reply.macro,
                facts=self.writing.facts(case, now),
            )
            self.drafts.keep(draft)

    # What is kept

    def dirty(self) -> dict[Key, bytes | None]:
        """What changed since the last call: pieces to be stored under their keys."""
        return self.drafts.dirty() | self.outbox.dirty()

    def restore(self) -> None:
        """Go on from the store; to be called once, before anything else."""
        store = self.ground.store
        self.drafts.restore(store.states("draft").values())
        self.outbox.restore(store.states("reply").values(), store.state(*NEXT))

    # Checks

    def _case(self, id_: str) -> Case:
        case = self.ground.cases.get(id_)
        if case is None:
            raise ReplyError("unknown", f"this desk knows no case '{id_[:80]}'")
        if case.merged_into is not None:
            reason = f"this case was merged into {case.merged_into}: open that one"
            raise ReplyError("unknown", reason)
        return case

    def _check_writer(self, case: Case, by: str, now: datetime) -> None:
        """Nobody writes where somebody else is at work."""
        writer = self.drafts.writer(case.id, now)
        if writer and writer != by and case.agent != by:
            raise ReplyError("taken", f"{writer} is writing in this case")
        if case.state == "mine" and case.agent and case.agent != by:
            raise ReplyError("taken", f"{case.agent} has this case in hand: take it first")

    def _check_free(self, case: Case, written: Written, now: datetime) -> Facts:
        """No other reply is under way, and what the writer saw still holds; what is known."""
        for reply in self.outbox.of_case(case.id):
            if reply.state in ("queued", "sending"):
                raise ReplyError(
                    "taken", f"a reply of {reply.by} is on its way: wait, or take it back"
                )
            if reply.state == "unknown" and not written.anyway:
                reason = (
                    "the last reply may have been sent or not: look, and say so (v), or send anyway"
                )
                raise ReplyError("taken", reason)
        facts = self.writing.facts(case, now)
        if written.seen != facts.version:
            draft = self.drafts.of(case.id)
            seen = seen_as(written.seen, draft.facts if draft else None)
            reason = changed(seen, facts, self.writing.zone)
            raise ReplyError("stale", reason, facts=facts)
        return facts

    def _check_new(self, case: Case, written: Written) -> None:
        """A key that is pressed twice sends nothing twice."""
        said = [reply for reply in self.outbox.of_case(case.id) if reply.state == "sent"]
        if said and said[-1].text == written.text and case.waiting_since is None:
            raise ReplyError("answered", "they have had these very words already")

    def turn(self, reply: Reply, state: ReplyState, now: datetime, **more: object) -> Reply:
        """Let a reply come to `state`; `more` are other fields that change with it."""
        turned = self.outbox.turn(reply, state, now, **more)
        self._changed(reply.case)
        return turned

    def _changed(self, case: str) -> None:
        self._touched.add(case)


def under_way(replies: Iterable[Reply]) -> bool:
    """Whether one of `replies` is not done with."""
    return any(reply.state in UNDONE for reply in replies)


def check_problems(problems: tuple[Problem, ...], *, anyway: bool) -> None:
    """Let nothing through that must be mended, and no warning that nobody has seen.

    Raises:
        ReplyError: there is such a problem.
    """
    blocking = [problem for problem in problems if problem.blocks]
    if blocking:
        kinds = {problem.kind for problem in blocking}
        reason = "; ".join(dict.fromkeys(problem.words for problem in blocking))
        raise ReplyError("length" if kinds == {"length"} else "voice", reason, problems)
    if problems and not anyway:
        reason = "; ".join(dict.fromkeys(problem.words for problem in problems))
        raise ReplyError("voice", f"{reason} (send again to send it anyway)", problems)
