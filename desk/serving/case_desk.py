"""The house of cases: the queue, lists of cases, those that are open, and who looks at them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import msgspec

from desk.cases import Case, CaseAction
from desk.cases.joining import labels_of
from desk.cases.wrong import WrongLabels
from desk.errors import CaseError
from desk.pipeline import Outcome
from desk.post import LabelledPost
from desk.replies.reply import Draft, Facts, Problem, Reply, ReplyState
from desk.serving.case_filters import CaseFilter
from desk.serving.case_lists import CaseList, QueueList
from desk.serving.case_messages import CaseAct, CaseActed, CaseDetail, CaseRow, SetMode
from desk.serving.case_visit import CaseVisit
from desk.serving.house import Desk, Guest
from desk.serving.names import clean_name

QUEUE_SHOWN = 100
OTHERS_SHOWN = 20
EVENTS_SHOWN = 200


class Written(msgspec.Struct, frozen=True):
    """What is written in a case, and what is known for it; fields as those of `CaseDetail`."""

    replies: tuple[Reply, ...] = ()
    draft: Draft | None = None
    stale: str = ""
    problems: tuple[Problem, ...] = ()
    facts: Facts | None = None
    mention: str = ""
    most: int = 0


class CaseDesk:
    """Cases as screens see them; the house of replies says what is written in one.

    `written` is asked for a case that is told whole, `writing` for the name of who has a draft in
    a case, `replied` for the state of its newest reply; `noted` must be told of cases in which one
    of these has changed. `wrong` is where wrong labels are noted for the authors of rules.
    """

    def __init__(self, desk: Desk, wrong: WrongLabels | None = None) -> None:
        self.desk = desk
        self._wrong = wrong
        self.queue_version = 0
        self.presence = 0
        self.written: Callable[[Case], Written] = lambda _: Written()
        self.writing: Callable[[str], str] = lambda _: ""
        self.replied: Callable[[str], ReplyState | None] = lambda _: None
        self._open: dict[str, list[CaseVisit]] = {}
        self._lists: dict[tuple[str, str], tuple[CaseList | QueueList, list[CaseVisit]]] = {}

    def visit(self, guest: Guest) -> CaseVisit:
        """A new screen has come."""
        return CaseVisit(self, guest)

    def took(self, outcome: Outcome) -> None:
        """A batch, or what somebody did, has led to `outcome`."""
        changed = [case.id for case in outcome.cases]
        if changed or outcome.gone:
            self.noted([*changed, *outcome.gone])

    def noted(self, cases: Iterable[str]) -> None:
        """These cases have changed, or what is written in them."""
        changed = list(cases)
        self.queue_version += 1
        for shown, _ in self._lists.values():
            shown.note(changed)
        if self._open:
            for id_ in changed:
                for visit in self._open.get(id_, ()):
                    visit.stale = True

    def begin_again(self) -> None:
        """The feed has begun again, and everything before is forgotten."""
        self.queue_version += 1
        self._open.clear()
        self._lists.clear()

    def tend(self) -> None:
        """Let what falls due by now happen; to be called about once a second."""
        now = self.desk.time()
        if now is not None and self.desk.pipeline.cases.pass_time(now):
            self.desk.do(self.desk.pipeline.settle)

    # What people do

    async def act(self, act: CaseAct) -> CaseActed:
        """Do what a person wants done to a case, and store it at once.

        Raises:
            CaseError: it can't be done.
            StoreError: the disk failed; the desk ends then.
        """
        by = clean_name(act.by)
        to = clean_name(act.to) if act.to else ""
        act = msgspec.structs.replace(act, by=by, to=to)
        action = CaseAction(**{name: getattr(act, name) for name in CaseAction.__struct_fields__})
        pipeline = self.desk.pipeline
        if action.kind == "wrong":
            await self._note_wrong(action)
        now = self._now()
        try:
            done = self.desk.do_for(lambda: pipeline.act_on_case(action, now))
        except CaseError:
            await self._forget_wrong(action)
            raise
        if done.undid is not None:
            await self._forget_wrong(done.undid)
        row = self.row(done.case) if done.case else None
        return CaseActed(msgspec.structs.replace(act, case=done.action.case), row, done.words)

    async def _note_wrong(self, action: CaseAction) -> None:
        """Write down for the authors of rules what is labelled wrong, before the journal says so.

        What is written again after an interruption replaces what was written before.
        """
        if self._wrong is None:
            raise CaseError("this desk has no folder to note wrong labels in")
        pipeline = self.desk.pipeline
        pipeline.recall(action.case)
        pipeline.cases.check(action, self._now())
        case = pipeline.case(action.case)
        lang = case.lang if case else ""
        for post in self._named(action):
            await asyncio.to_thread(
                self._wrong.add, post, action.labels, lang, action.by, action.text
            )

    async def _forget_wrong(self, action: CaseAction) -> None:
        """Take back what an act has noted for the authors of rules, if it is one that does."""
        if action.kind == "wrong" and self._wrong is not None:
            for post in self._named(action):
                await asyncio.to_thread(self._wrong.remove, post)

    def _named(self, action: CaseAction) -> list[LabelledPost]:
        """The posts of its case that an act names."""
        pipeline = self.desk.pipeline
        case = pipeline.case(action.case)
        return pipeline.store.posts_of(case.channel, action.posts) if case else []

    def set_mode(self, request: SetMode) -> None:
        """Switch how the desk works, for everybody; errors as of `act`."""
        by, pipeline = clean_name(request.by), self.desk.pipeline
        # before a storm, a real desk has its time from the wall
        now = self._now() if pipeline.store.exercise else self.desk.time() or datetime.now(UTC)
        self.desk.do(lambda: pipeline.set_mode(request.mode, by, now))

    def _now(self) -> datetime:
        now = self.desk.time()
        if now is None:
            raise CaseError("there are no cases yet: this desk has had no posts")
        return now

    # Lists

    def watch(self, visit: CaseVisit, text: str) -> CaseList | QueueList:
        """The list of the cases for which a filter holds; it is shared by those who watch it.

        Raises:
            FilterError: the filter can't be understood.
        """
        cases, text = self.desk.pipeline.cases, text.strip()
        holds = CaseFilter(text, cases, self.desk.names, visit.name, self.replied)
        key = (text, visit.name if holds.personal else "")
        if key not in self._lists:
            self._lists[key] = (CaseList(cases, holds) if text else QueueList(cases)), []
        shown, visits = self._lists[key]
        visits.append(visit)
        return shown

    def unwatch(self, visit: CaseVisit, shown: CaseList | QueueList) -> None:
        """A screen no longer looks at a list; one that nobody looks at is let go."""
        for key, (other, visits) in list(self._lists.items()):
            if other is shown and visit in visits:
                visits.remove(visit)
                if not visits:
                    del self._lists[key]

    def queue(self) -> tuple[CaseRow, ...]:
        """The head of the queue of cases, most urgent first."""
        return tuple(map(self.row, self.desk.pipeline.cases.queue(QUEUE_SHOWN)))

    def row(self, case: Case) -> CaseRow:
        """`case` as one line of a list."""
        return CaseRow(
            id=case.id,
            opened_at=case.opened_at,
            updated_at=case.updated_at,
            channel=case.channel,
            author=case.author,
            place=self.desk.names.get(case.community or "", ""),
            labels=case.labels,
            posts=case.posts,
            text=case.text,
            state=case.state,
            agent=case.agent,
            account=case.account,
            lang=case.lang,
            waiting_since=case.waiting_since,
            due_at=case.due_at,
            snoozed_until=case.snoozed_until,
            contacts=case.contacts,
            reach=case.reach,
            media=case.media,
            tags=case.tags,
            outage=case.outage,
            loop=case.loop,
            skipped=self.desk.pipeline.cases.is_skipped(case),
            writing=self.writing(case.id),
            viewers=self.viewers(case.id),
            exercise=case.exercise,
        )

    # One case

    def enter(self, visit: CaseVisit, id_: str) -> None:
        """A screen has opened a case."""
        self._open.setdefault(id_, []).append(visit)
        self._looked(id_)

    def leave(self, visit: CaseVisit, id_: str) -> None:
        """A screen looks at a case no longer."""
        if visit in self._open.get(id_, ()):
            self._open[id_].remove(visit)
            if not self._open[id_]:
                del self._open[id_]
            self._looked(id_)

    def looked_at(self) -> tuple[str, ...]:
        """The cases that some screen has open."""
        return tuple(self._open)

    def viewers(self, id_: str) -> tuple[str, ...]:
        """The names of those who have a case open."""
        return tuple(sorted({visit.name for visit in self._open.get(id_, ())} - {""}))

    def detail(self, id_: str) -> CaseDetail:
        """A case whole, from memory or from the store."""
        pipeline = self.desk.pipeline
        case = pipeline.case(id_)
        if case is None:
            return CaseDetail(id_, None)
        written = self.written(case)
        deed = pipeline.cases.last_deed(id_)
        return CaseDetail(
            id=id_,
            case=self.row(case),
            posts=self._posts(case),
            replies=written.replies,
            draft=written.draft,
            stale=written.stale,
            problems=written.problems,
            events=tuple(pipeline.store.events(id_, EVENTS_SHOWN)),
            facts=written.facts,
            mention=written.mention,
            most=written.most,
            others=tuple(map(self.row, pipeline.cases.others(case, OTHERS_SHOWN))),
            undo=deed.words if deed else "",
            undo_by=deed.action.by if deed else "",
        )

    def _posts(self, case: Case) -> tuple[LabelledPost, ...]:
        """The posts of a case, and those of others that they answer."""
        store = self.desk.pipeline.store
        posts = [
            msgspec.structs.replace(post, labels=labels_of(case, post)) if case.mended else post
            for post in store.posts_of(case.channel, case.posts)
        ]
        asked = {post.reply_to for post in posts if post.reply_to} - set(case.posts)
        if asked:
            posts += store.posts_of(case.channel, sorted(asked))
        return tuple(sorted(posts, key=lambda post: (post.created_at, post.id)))

    def _looked(self, id_: str) -> None:
        """Who looks at a case has changed: all who see it are told."""
        self.presence += 1
        for visit in self._open.get(id_, ()):
            visit.stale = True
