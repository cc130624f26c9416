"""The house of replies: macros, drafts, sending, everybody of an outage, announcements."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from desk.cases import Case
from desk.channels.choosing import Channels, DryRun
from desk.channels.live import Live
from desk.channels.switched_on import SwitchedOn
from desk.pipeline import Outcome
from desk.replies.delivery import Delivery
from desk.replies.errors import ReplyError
from desk.replies.everybody import Everybody
from desk.replies.passage import Passage
from desk.replies.reply import Draft, Facts, Problem, Reply, ReplyState
from desk.serving.case_desk import CaseDesk
from desk.serving.case_desk import Written as InCase
from desk.serving.house import Desk, Guest
from desk.serving.reply_messages import Outgoing, Sender
from desk.serving.reply_visit import ReplyVisit

LOOKED_S = 0.5
"""Wall seconds between two looks at what is known for the cases that are open."""


class ReplyDesk:
    """Replies and announcements as screens see them, and their delivery."""

    def __init__(self, desk: Desk, cases: CaseDesk, accounts: Sequence[SwitchedOn] = ()) -> None:
        self.desk = desk
        self._cases = cases
        cases.written, cases.writing = self.of_case, self.writer
        cases.replied = self.standing
        self._stamps: dict[str, str] = {}
        self._looked_at_s = self._counted_at_s = 0.0
        self._pauses: tuple[tuple[datetime | None, str], ...] = ()
        self._outgoing = Outgoing()
        pipeline = desk.pipeline
        self.channels = Channels(DryRun(pipeline.store), map(Live, accounts))
        self.passage = Passage(pipeline.replies)
        self._kind = pipeline.store.exercise
        self.everybody = Everybody(pipeline, pipeline.replies)
        self.version = 0
        self._guests: list[Guest] = []
        self._delivery = Delivery(
            self.passage,
            self.channels,
            now=self.now,
            keep=self.keep,
            exercise=lambda: self._kind,
            opened=self._opened,
        )
        pipeline.replies.writing.most_of = self._most_of
        pipeline.announcements.told = self._delivery.told

    async def run(self) -> None:
        """Deliver what is queued, as long as the desk serves screens.

        Raises:
            StoreError: the disk failed; the desk ends then.
        """
        await self._delivery.run()

    def visit(self, guest: Guest) -> ReplyVisit:
        """A new screen has come."""
        self._guests.append(guest)
        return ReplyVisit(self, guest)

    def left(self, guest: Guest) -> None:
        """A screen is gone."""
        self._guests.remove(guest)

    def leads(self) -> set[str]:
        """The names of the leads whose screens are attached."""
        return {guest.who.name for guest in self._guests if guest.who.role == "lead"}

    def took(self, outcome: Outcome) -> None:  # noqa: ARG002  it may have told what the desk is
        """A batch, or what somebody did, has led to `outcome`."""
        if self._kind is None:
            self._kind = self.desk.pipeline.store.exercise
            if self._kind is not None:
                self._delivery.wake()

    def begin_again(self) -> None:
        """The feed has begun again, and everything before is forgotten."""
        self.version += 1

    def _opened(self) -> None:
        """An account is open: its server may have said how long a text may be."""
        self._cases.noted(self._cases.looked_at())

    def _most_of(self, account: str) -> int | None:
        live = self.channels.live.get(account)
        return live.most_characters if live is not None else None

    def now(self) -> datetime:
        """Desk time; that of the wall before a real desk's first post, for announcements.

        Raises:
            ReplyError: the storm has not begun.
        """
        now = self.desk.time()
        if now is None and self.desk.pipeline.store.exercise:
            raise ReplyError("unknown", "the storm has not begun: there is nobody to write to")
        return now or datetime.now(UTC)

    def keep(self) -> Outcome:
        """Store what has changed, and let everybody see it."""
        self.version += 1
        outcome = self.desk.do(self.desk.pipeline.settle)
        self._cases.noted(self.desk.pipeline.replies.touched())
        return outcome

    def look(self) -> None:
        """Tell of cases that are open where the outage or its estimate has changed."""
        now_s = time.monotonic()
        if now_s - self._looked_at_s < LOOKED_S:
            return
        self._looked_at_s = now_s
        pipeline = self.desk.pipeline
        pauses = self._delivery.pauses()
        if pauses != self._pauses:
            self._pauses = pauses
            self.version += 1
            self._cases.noted(self._cases.looked_at())
        opened = (pipeline.cases.get(id_) for id_ in self._cases.looked_at())
        now = self.desk.time()
        stamps = {
            case.id: pipeline.replies.writing.facts(case, now).version
            for case in opened
            if case is not None and now is not None
        }
        before, self._stamps = self._stamps, stamps
        changed = [id_ for id_, stamp in stamps.items() if before.get(id_, stamp) != stamp]
        if changed:
            self._cases.noted(changed)

    def outgoing(self) -> Outgoing:
        """How replies do, half a second old at most."""
        now_s = time.monotonic()
        if now_s - self._counted_at_s >= LOOKED_S:
            self._counted_at_s, self._outgoing = now_s, self._count()
        return self._outgoing

    def _count(self) -> Outgoing:
        pipeline = self.desk.pipeline
        under_way = self.passage.under_way()
        troubled = Counter(
            reply.state
            for reply in pipeline.replies.outbox.troubled()
            if (case := pipeline.cases.get(reply.case)) is None or case.state != "closed"
        )
        return Outgoing(
            waiting=len(under_way),
            held=sum(map(self._delivery.is_held, under_way)),
            failed=troubled["failed"],
            unknown=troubled["unknown"],
            submitted=pipeline.replies.outbox.submitted()
            + sum(one.state == "submitted" for one in pipeline.announcements.all()),
            senders=tuple(map(_sender, self.channels.live.values())),
        )

    def standing(self, case: str) -> ReplyState | None:
        """How it stands with the newest reply of a case; None where there is none."""
        reply = self.desk.pipeline.replies.outbox.standing(case)
        return reply.state if reply is not None else None

    def deliver(self) -> None:
        """There may be something to send."""
        self._delivery.wake()

    def case(self, id_: str) -> Case:
        """The case of this id.

        Raises:
            ReplyError: there is none.
        """
        case = self.desk.pipeline.recall(id_)
        if case is None:
            raise ReplyError("unknown", f"this desk knows no case '{id_[:80]}'")
        return case

    def of_case(self, case: Case) -> InCase:
        """The replies of a case, what is being written in it, and what is known."""
        replies = self.desk.pipeline.replies
        now = self.now()
        draft = replies.drafts.of(case.id)
        facts = replies.writing.facts(case, now)
        return InCase(
            replies=tuple(map(self._delivery.told, replies.outbox.of_case(case.id))),
            draft=draft,
            stale=replies.stale(draft, case, now),
            problems=self._problems(case, draft, facts),
            facts=facts,
            mention=replies.writing.mention(case),
            most=replies.writing.most(case),
        )

    def _problems(self, case: Case, draft: Draft | None, facts: Facts) -> tuple[Problem, ...]:
        """What is wrong with a draft; without one, why nobody can be answered."""
        writing = self.desk.pipeline.replies.writing
        if draft is None:
            return writing.out_of_reach(case)
        return writing.problems(case, draft.text, facts)

    def writer(self, case: str) -> str:
        """Who is writing in a case; empty where nobody is."""
        now = self.desk.time()
        return "" if now is None else self.desk.pipeline.replies.drafts.writer(case, now)

    def words(self, reply: Reply) -> str:
        """What becomes of a reply, in one line."""
        match reply.state:
            case "submitted":
                nobody = "" if self.leads() else "; none is at the desk now"
                return f"waits for a lead's word{nobody}"
            case "rejected":
                return f"sent back to {reply.by}"
            case "sent":
                return "it stands as sent: the customer has their answer"
            case "failed":
                return "it stands as not sent: send it again, or write another"
        exercise = bool(self.desk.pipeline.store.exercise)
        if self.channels.is_dry(reply, exercise=exercise):
            return "answered in the dry run: recorded, sent nowhere"
        return f"goes out in {reply.channel}"


def _sender(live: Live) -> Sender:
    allowance = live.allowance
    return Sender(
        account=live.account.key,
        state=live.state,
        server=live.account.server,
        contact_at=live.contact_at,
        left=allowance.left if allowance else None,
        most=allowance.most if allowance else None,
        resets_at=allowance.resets_at if allowance else None,
        characters=live.most_characters,
    )
