"""What people do to cases: each act with its line in the journal, and how it is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from desk.cases.action import CaseAction, CaseDone
from desk.cases.acts import SIMPLE, clean, in_hand, refuse_taken
from desk.cases.case import Case
from desk.cases.deeds import Deeds, ReadPosts, check_last, take_back
from desk.cases.joining import merged, opened, parted, relabelled
from desk.cases.journal import Journal
from desk.cases.memory import Memory
from desk.errors import CaseError
from desk.post import LabelledPost

NewId = Callable[[LabelledPost], str]
"""An id for the case that begins with a post."""

_replace = msgspec.structs.replace


class Acting:
    """Acts on the cases of `memory`; `read` reads posts from the store.

    `answering` says of an id whether a reply to that case is on its way.
    """

    def __init__(
        self,
        memory: Memory,
        deeds: Deeds,
        journal: Journal,
        read: ReadPosts,
        new_id: NewId,
        answering: Callable[[str], bool],
    ) -> None:
        self._memory = memory
        self._deeds = deeds
        self._journal = journal
        self._read = read
        self._new_id = new_id
        self._answering = answering

    def act(self, action: CaseAction, now: datetime) -> CaseDone:
        """Do what a person wants done, at desk time `now`.

        Raises:
            CaseError: it can't be done; nothing has changed.
        """
        match action.kind:
            case "next":
                return self._next(action, now)
            case "undo":
                return self._undo(action, now)
            case "merge":
                return self._merge(action, self._live(action.case), now)
            case "split":
                return self._split(action, self._live(action.case), now)
        before = self._live(action.case)
        after, words = SIMPLE[action.kind](before, action, now)
        if action.kind == "wrong":
            posts = self._read(after.channel, after.posts)
            after = relabelled(after, posts, action.posts[0], action.labels)
        if action.kind == "take" and before.state == "mine" and before.agent == action.by:
            return CaseDone(action, self._memory.put(after), "it is in your hand already")
        return self._done(action, now, words, {before.id: before}, [after])

    def _next(self, action: CaseAction, now: datetime) -> CaseDone:
        """The first of the queue that nobody has, or that has come back to who asks."""
        for id_ in self._memory.line:
            case = self._memory.cases[id_]
            mine = case.state == "mine" and case.agent == action.by
            if (case.state == "new" or (mine and _again(case))) and not self._answering(id_):
                taken = in_hand(case, action.by, now)
                action = _replace(action, case=id_)
                return self._done(action, now, "taken in hand", {id_: case}, [taken])
        return CaseDone(action, None, "nobody waits for an answer")

    def _merge(self, action: CaseAction, case: Case, now: datetime) -> CaseDone:
        into = self._live(action.into)
        if into.id == case.id:
            raise CaseError("a case can't be merged into itself: name another one")
        if into.channel != case.channel:
            raise CaseError(f"it came over {case.channel}, the other over {into.channel}: keep two")
        for one in (case, into):
            refuse_taken(one, action.by, now)
        gone = _replace(
            case,
            state="closed",
            posts=(),
            contacts=0,
            waiting_since=None,
            snoozed_until=None,
            promised=None,
            loop=False,
            merged_into=into.id,
        )
        before: dict[str, Case | None] = {into.id: into, case.id: case}
        return self._done(
            action, now, _merged_words(case, into), before, [merged(case, into), gone]
        )

    def _split(self, action: CaseAction, case: Case, now: datetime) -> CaseDone:
        leaving = set(action.posts)
        if not leaving < set(case.posts):
            raise CaseError("a split needs some, not all, of the posts of the case in `posts`")
        refuse_taken(case, action.by, now)
        posts = self._read(case.channel, case.posts)
        ours = [post for post in posts if post.id not in leaving]
        theirs = [post for post in posts if post.id in leaving]
        if not ours or not theirs:
            raise CaseError("the posts of this case can't be read: it can't be split")
        first = theirs[0]
        former = self._memory.cases.get(f"c-{first.channel}-{first.id}")
        if former is not None and former.merged_into != case.id:
            former = None
        id_ = former.id if former else self._new_id(first)
        made = parted(
            _replace(
                opened(first, id_, max(now, first.created_at), case.lang),
                waiting_since=case.waiting_since,
                answered_at=case.answered_at,
                first_reply_at=case.first_reply_at,
                outage=case.outage,
                mended=case.mended,
            ),
            theirs,
        )
        if made.waiting_since is None:
            made = _replace(made, state="answered" if case.answered_at else "closed")
        before = {case.id: case, id_: former}
        words = f"{len(theirs)} of {len(posts)} posts are now a case of their own"
        return self._done(action, now, words, before, [parted(case, ours), made])

    def _undo(self, action: CaseAction, now: datetime) -> CaseDone:
        self._known(action.case)
        deed = check_last(self._deeds, action.case)
        take_back(self._memory, deed, self._read)
        self._deeds.forget(deed)
        self._journal.undo(deed.number)
        words = f"taken back: {deed.words}"
        for id_ in deed.before:
            self._journal.note(id_, now, action.by, "undo", words)
        return CaseDone(action, self._memory.cases.get(action.case), words, deed.action)

    def _done(
        self,
        action: CaseAction,
        now: datetime,
        words: str,
        before: dict[str, Case | None],
        after: Iterable[Case],
    ) -> CaseDone:
        held = {case.id: self._memory.put(case) for case in after}
        number = self._deeds.add(action, now, words, before, held)
        side = action.side if action.kind == "note" else "desk"
        kind = "take" if action.kind == "next" else action.kind
        for id_ in before:
            self._journal.note(id_, now, action.by, kind, words, side=side, deed=number)
        return CaseDone(action, held[action.case], words)

    def _known(self, id_: str) -> Case:
        case = self._memory.cases.get(id_)
        if case is None:
            raise CaseError(f"this desk knows no case '{id_[:80]}'")
        return case

    def _live(self, id_: str) -> Case:
        case = self._known(id_)
        if case.merged_into is not None:
            raise CaseError(f"it was merged into {case.merged_into}: open that one, or undo")
        return case


def _merged_words(case: Case, into: Case) -> str:
    one, other = (clean(each.author) or each.id for each in (case, into))
    if case.author_key == into.author_key:
        return f"two cases of {one} merged"
    return f"the case of {one} merged into that of {other}"


def _again(case: Case) -> bool:
    """Whether the customer has written since who has the case did something."""
    return case.touched_at is None or case.updated_at > case.touched_at
