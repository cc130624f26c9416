"""All cases: opened and joined by labelled posts, acted on by people, moved by time.

A post joins the case of the thread that it answers, or of its author, in the same channel; else it
opens one. Whoever answers a reply of the desk answers in the thread that the reply is in. Headlines
open nothing; a repost tells how far its original reaches. Everything hangs on posts, acts and the
times that are passed in: the same ones give the same cases at any batch size, and after
a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain, count

import msgspec

from desk.cases.acting import Acting
from desk.cases.action import CaseAction, CaseDone
from desk.cases.acts import SIMPLE, awake, given_back
from desk.cases.case import Case, CaseEvent, Mode
from desk.cases.deeds import Deed, Deeds, ReadPosts
from desk.cases.joining import joined, opened, without_words
from desk.cases.journal import Journal
from desk.cases.line import Turn
from desk.cases.linking import Linked, OutageAt
from desk.cases.memory import Memory
from desk.cases.promise import WAITING, Promise
from desk.errors import CaseError
from desk.outages import OutageChange
from desk.post import LabelledPost, Post
from desk.settings import Policy, load_settings

QUIET = timedelta(days=3)
"""An author who writes again after this long writes about something else."""

CASES_HELD = 20_000
"""Cases in memory: days of a storm. Beyond a hundredth more, those with nothing to do leave memory,
then the least urgent, those that were quiet longest first; the store keeps them."""

OTHERS_LOOKED_AT = 200
"""Cases of an outage, among which those are sought that one could be merged with."""

WRITING = timedelta(seconds=30)
"""Who writes is at work; said anew after so long."""

CASE, PAST, DEED, STANDING = "case", "past case", "case deed", "case standing"
"""Kinds of states in the store: a case in memory, one that has left it, a deed, what all share."""

_replace = msgspec.structs.replace


class Standing(msgspec.Struct, frozen=True):
    """What holds for all cases: the mode and who set it, and how many deeds there were."""

    mode: Mode = "calm"
    mode_by: str = ""
    deeds: int = 0
    changes: int = 0


class Changes(msgspec.Struct, frozen=True):
    """What has changed since it was last asked: to be stored together, and told to screens.

    `pieces` maps (kind, id) to encoded states, None where one is to be forgotten; `events` are
    lines of the journal, each with the number of its deed (0: of nobody); `undone` are numbers.
    `cases` are those that changed and are in memory, `gone` ids of those that no longer are.
    """

    cases: list[Case]
    gone: list[str]
    pieces: dict[tuple[str, str], bytes | None]
    events: list[tuple[int, CaseEvent]]
    undone: list[int]


class Cases:
    """The cases of a desk, in bounded memory, by its `policy` (the built-in one without).

    `read` reads posts of a channel from the store, `account_of` says to which own account a post
    came, `answering` whether a reply to a case is on its way: nobody is given that case to answer.
    `replied` says in which case the desk has written what has this id in a channel.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        held: int = CASES_HELD,
        read: ReadPosts = lambda _, __: [],
        account_of: Callable[[Post], str | None] = lambda post: post.account,
        answering: Callable[[str], bool] = lambda _: False,
        replied: Callable[[str, str], str | None] = lambda _, __: None,
    ) -> None:
        self._account_of = account_of
        self._replied = replied
        self._held = held
        self._promise = Promise(policy or load_settings().policy)
        self._memory = Memory(self._promise)
        self._deeds = Deeds()
        self._linked = Linked(self._memory)
        self._journal = Journal()
        self._answering = answering
        self._acting = Acting(
            self._memory, self._deeds, self._journal, read, self._new_id, answering
        )
        self._recalled: set[str] = set()
        self._kept: Standing | None = None
        self.mode_by = ""

    # What others ask

    @property
    def mode(self) -> Mode:
        """How the desk works: calm or storm."""
        return self._promise.mode

    @property
    def waiting(self) -> int:
        """How many cases need an answer, those left for later not counted."""
        return len(self._memory.line) - self._memory.skipped()

    @property
    def skipped(self) -> int:
        """How many cases the mode leaves for later."""
        return self._memory.skipped()

    @property
    def late(self) -> int:
        """How many customers wait past the promise, those left for later not counted."""
        return len(self._memory.late)

    @property
    def held(self) -> int:
        """How many cases are in memory."""
        return len(self._memory.cases)

    def get(self, id_: str) -> Case | None:
        """The case of this id, where it is in memory."""
        return self._memory.cases.get(id_)

    def all(self) -> list[Case]:
        """Every case in memory."""
        return list(self._memory.cases.values())

    def queue(self, limit: int, start: int = 0) -> list[Case]:
        """Up to `limit` cases that wait, from the place `start` on, in the order of the queue."""
        cases = self._memory.cases
        return [cases[id_] for id_ in self._memory.line.part(start, limit)]

    @property
    def queued(self) -> int:
        """How many cases stand in the queue, those left for later at its end."""
        return len(self._memory.line)

    def turn(self, case: Case) -> Turn | None:
        """Where a case stands in the queue, among others; None where it does not wait."""
        return self._promise.turn(case) if case.state in WAITING else None

    def is_late(self, case: Case) -> bool:
        """Whether the customer waits past the promise."""
        return case.id in self._memory.late

    def is_skipped(self, case: Case) -> bool:
        """Whether the mode of the desk leaves the case for later."""
        return self._promise.skips(case)

    def case_of(self, post: LabelledPost) -> str | None:
        """The id of the case that `post` is in."""
        return self._memory.of_post(post.channel, post.id)

    def affected(self, outage: str) -> list[Case]:
        """The cases of an outage, those that have waited longest first."""
        return sorted(
            (case for case in self._memory.of_outage(outage) if case.merged_into is None),
            key=lambda case: (case.waiting_since or case.opened_at, case.id),
        )

    def to_tell(self, outage: str) -> list[Case]:
        """The cases of an outage whose customers were promised a time, and have power again."""
        return [case for case in self.affected(outage) if case.loop]

    def others(self, case: Case, limit: int) -> list[Case]:
        """Cases that `case` could be merged with: of its author, then of its outage."""
        near = self._memory.of_outage(case.outage) if case.outage else []
        newest = sorted(near[:OTHERS_LOOKED_AT], key=lambda one: (one.updated_at, one.id))
        found = {one.id: one for one in (*self._memory.of_author(case.author_key), *newest[::-1])}
        fit = [
            one
            for one in found.values()
            if one.channel == case.channel and one.merged_into is None and one.id != case.id
        ]
        return fit[:limit]

    @property
    def deeds(self) -> int:
        """How many things were done to cases so far."""
        return self._deeds.number

    def last_deed(self, id_: str) -> Deed | None:
        """What would be taken back of a case."""
        return self._deeds.last(id_)

    # Posts

    def observe(
        self, post: LabelledPost, now: datetime, outage: str | None = None, lang: str = ""
    ) -> Case | None:
        """Let `post` open or join a case at the event clock `now`; the case, if any.

        `outage` is the one that it speaks of, `lang` the language of its words. A copy of a post
        changes nothing.
        """
        memory = self._memory
        if not post.labels or "news" in post.labels:
            return None
        if post.repost_of is not None:
            return self._reposted(post.channel, post.repost_of)
        if memory.of_post(post.channel, post.id) is not None:
            return None
        old = self._case_for(post)
        lang = "" if lang == "und" else lang
        if old is None:
            case = opened(post, self._new_id(post), now, lang)
        else:
            case = joined(old, post, now, lang)
            if old.state not in WAITING:
                self._journal.note(
                    case.id, now, "", "reopened", f"{old.state}: the customer wrote again"
                )
        if outage is not None and outage != case.outage:
            case = _replace(case, outage=outage)
        account = self._account_of(post)
        if account is not None and (old is None or old.account is None):
            case = _replace(case, account=account)
        case = memory.put(case)
        if len(memory.cases) > self._held + self._held // 100:
            memory.let_go(self._held)
        self.pass_time(now)
        return case

    def forget_words(self, channel: str, id_: str) -> bool:
        """A post was deleted by its author: its case shows its words no longer.

        Whether its case is in memory.
        """
        case = self.get(self._memory.of_post(channel, id_) or "")
        if case is not None:
            self._memory.put(without_words(case, id_))
        return case is not None

    def _new_id(self, post: LabelledPost) -> str:
        first = f"c-{post.channel}-{post.id}"
        names = chain([first], (f"{first}-{number}" for number in count(2)))
        return next(name for name in names if name not in self._memory.cases)

    def _reposted(self, channel: str, original: str) -> Case | None:
        case = self.get(self._memory.of_post(channel, original) or "")
        return case and self._memory.put(_replace(case, reach=case.reach + 1))

    def _case_for(self, post: LabelledPost) -> Case | None:
        if post.reply_to is not None:
            of_post = self._memory.of_post(post.channel, post.reply_to)
            thread = self.get(of_post or self._replied(post.channel, post.reply_to) or "")
            if thread is not None:
                return self._whole(thread)
        own = next(iter(self._memory.of_author(post.author_key)), None)
        return own if own is not None and post.created_at - own.updated_at <= QUIET else None

    def _whole(self, case: Case) -> Case:
        """The case that a case was merged into, if it was."""
        while case.merged_into is not None and (into := self.get(case.merged_into)) is not None:
            case = into
        return case

    # Outages

    def link(self, changes: Iterable[OutageChange], outage_at: OutageAt) -> None:
        """Let cases follow outages that have changed."""
        self._linked.follow(changes, outage_at)

    def forget_outages(self) -> None:
        """The outages were those of a wrong clock: no case is of any."""
        self._linked.forget()

    # Time

    def pass_time(self, now: datetime) -> bool:
        """Let what falls due up to `now` happen: promises broken, cases returned and woken.

        Whether anything has.
        """
        rung = False
        if not self._memory.alarms.is_due(now):
            return rung
        for case in self._memory.rung(now):
            rung = True
            returns = self._promise.returns_at(case)
            if case.snoozed_until is not None and case.snoozed_until <= now:
                self._journal.note(case.id, case.snoozed_until, "", "woken", "the time is over")
                self._memory.put(awake(case, case.snoozed_until))
            elif returns is not None and returns <= now and self._answering(case.id):
                self._memory.put(msgspec.structs.replace(case, touched_at=returns))
            elif returns is not None and returns <= now:
                words = f"untouched by {case.agent}: back in the queue"
                self._journal.note(case.id, returns, "", "returned", words)
                self._memory.put(given_back(case))
            else:
                self._memory.note_late(case)
        return rung

    # People

    def set_mode(self, mode: Mode, by: str, now: datetime) -> None:
        """Switch how the desk works; nothing is done where it works so already."""
        if mode == self.mode:
            return
        self._promise.set_mode(mode)
        self.mode_by = by
        self._journal.note("", now, by, "mode", mode)
        self._memory.promise_anew(now)
        self.pass_time(now)

    def act(self, action: CaseAction, now: datetime) -> CaseDone:
        """Do what a person wants done, at desk time `now`.

        Raises:
            CaseError: it can't be done; nothing has changed.
        """
        done = self._acting.act(action, now)
        self.pass_time(now)
        return done

    def check(self, action: CaseAction, now: datetime) -> None:
        """Look whether a single case would take an act, and do nothing.

        Raises:
            CaseError: it would not.
        """
        SIMPLE[action.kind](self._known(action.case), action, now)

    # Replies

    def replied(
        self,
        id_: str,
        at: datetime,
        by: str,
        *,
        words: str = "answered",
        promised: datetime | None = None,
        loop: bool = False,
        waits: bool = False,
    ) -> Case:
        """A reply has gone out to the customer; what was done before it can't be taken back.

        `promised` is the time of restoration that it tells; with `loop` it tells that power is
        back. With `waits` they have written again before it was out: that is still to be answered.

        Raises:
            CaseError: there is no such case in memory.
        """
        case = self._known(id_)
        self._deeds.stand(id_)
        self._journal.note(case.id, at, by, "replied", words)
        if not waits:
            case = _replace(
                case,
                state="answered",
                agent=case.agent or by,
                taken_at=case.taken_at or at,
                touched_at=at,
                snoozed_until=None,
                waiting_since=None,
                contacts=0,
            )
        return self._memory.put(
            _replace(
                case,
                first_reply_at=case.first_reply_at or at,
                answered_at=at,
                promised=None if loop else promised or case.promised,
                loop=case.loop and not loop and promised is None,
            )
        )

    def touched(self, id_: str, by: str, at: datetime) -> None:
        """Who has a case in hand is at work on it, writing for example."""
        case = self.get(id_)
        if case is None or case.agent != by or case.state != "mine":
            return
        if case.touched_at is None or at - case.touched_at >= WRITING:
            self._memory.put(_replace(case, touched_at=at))

    def note(self, id_: str, at: datetime, by: str, kind: str, words: str) -> None:
        """Write a line into the journal of a case."""
        self._journal.note(id_, at, by, kind, words)

    # What is kept

    def changes(self) -> Changes:
        """What has changed since the last call."""
        memory = self._memory
        encode = msgspec.json.encode
        pieces: dict[tuple[str, str], bytes | None] = {}
        for id_ in sorted(memory.dirty):
            pieces[CASE, id_] = _stored(memory.cases[id_])
        for id_, case in memory.gone.items():
            pieces[CASE, id_] = None
            pieces[PAST, id_] = None if case is None else _stored(case)
        for id_ in self._recalled - memory.gone.keys():
            pieces[PAST, id_] = None
        for number, deed in self._deeds.dirty():
            pieces[DEED, str(number)] = None if deed is None else encode(deed)
        standing = Standing(self.mode, self.mode_by, self._deeds.number, memory.number)
        if standing != self._kept:
            pieces[STANDING, "now"] = encode(standing)
            self._kept = standing
        changed = [memory.cases.get(id_) for id_ in memory.changed]
        gone = [id_ for id_ in memory.changed if id_ not in memory.cases]
        cases = [case for case in changed if case is not None]
        found = Changes(cases, gone, pieces, *self._journal.written())
        memory.dirty.clear()
        memory.gone.clear()
        memory.changed.clear()
        self._recalled.clear()
        return found

    def restore(
        self,
        states: Callable[[str], Mapping[str, bytes]],
        outages: Iterable[OutageChange],
        now: datetime | None,
    ) -> None:
        """Go on from the `states` of each kind that were stored, before the first post.

        `outages` are all that the desk has in memory, `now` is the event clock.
        """
        piece = states(STANDING).get("now")
        standing = msgspec.json.decode(piece, type=Standing) if piece else Standing()
        self._promise.set_mode(standing.mode)
        self.mode_by = standing.mode_by
        case = msgspec.json.Decoder(Case).decode
        self._memory.restore(map(case, states(CASE).values()))
        self._memory.number = max(self._memory.number, standing.changes)
        deed = msgspec.json.Decoder(Deed).decode
        self._deeds.restore(map(deed, states(DEED).values()), standing.deeds)
        self._linked.restore(outages)
        self._kept = standing
        if now is not None:
            self.pass_time(now)

    def recall(self, piece: bytes) -> Case:
        """Take a case that had left memory back into it."""
        case = self._memory.put(msgspec.json.decode(piece, type=Case))
        self._recalled.add(case.id)
        return case

    def _known(self, id_: str) -> Case:
        case = self.get(id_)
        if case is None:
            raise CaseError(f"this desk knows no case '{id_[:80]}'")
        return case


def _stored(case: Case) -> bytes:
    """A case as it is kept; by when it is due follows from the policy and the mode."""
    return msgspec.json.encode(_replace(case, due_at=None))
