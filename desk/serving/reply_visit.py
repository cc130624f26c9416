"""One screen at the house of replies: what it asks of macros, drafts, replies and announcements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from desk.announcements import AnnounceAction
from desk.announcements.announcements import TEXT_LETTERS
from desk.replies.errors import ReplyError
from desk.replies.everybody import Answer, Round
from desk.replies.facts import changed
from desk.replies.replies import Written
from desk.replies.reply import Facts, Reply
from desk.replies.writing import Choice
from desk.serving.house import Guest, Visit
from desk.serving.names import clean_name
from desk.serving.protocol import FromDesk
from desk.serving.reply_messages import (
    AnnounceAct,
    Announced,
    AnnouncementChecked,
    Announcements,
    AnswerOutage,
    CheckAnnouncement,
    Drafted,
    FilledMacro,
    FindMacros,
    JudgeReply,
    Macros,
    OutageAnswered,
    PassedOver,
    ReadAnnouncements,
    Replied,
    ReplyRefused,
    SaveDraft,
    SendReply,
    SettleReply,
    WouldSend,
)

if TYPE_CHECKING:
    from desk.serving.reply_desk import ReplyDesk

MOST_MACROS = 100
MOST_PASSED_OVER = 1000
"""People who get nothing that a screen is told of; nobody reads more."""


class ReplyVisit(Visit):
    """One screen at the house of replies."""

    requests: ClassVar[tuple[type, ...]] = (
        FindMacros,
        SaveDraft,
        SendReply,
        JudgeReply,
        SettleReply,
        AnswerOutage,
        ReadAnnouncements,
        AnnounceAct,
        CheckAnnouncement,
    )

    def __init__(self, house: ReplyDesk, guest: Guest) -> None:
        self._house = house
        self._guest = guest
        self._reading = False
        self._seen: tuple[tuple[str, str, bool], Facts] | None = None
        self._told: tuple[object, ...] | None = None
        self._version = -1

    async def meet(self, request: Any) -> FromDesk | None:  # noqa: ANN401  one of `requests`
        """Do what is asked."""
        try:
            return self._meet(request)
        except ReplyError as error:
            case = getattr(request, "case", "")
            return ReplyRefused(case, error.kind, str(error), error.problems, error.facts)

    def _meet(self, request: Any) -> FromDesk | None:  # noqa: ANN401
        match request:
            case FindMacros():
                return self._find(request)
            case SaveDraft():
                return self._save(request)
            case SendReply():
                return self._send(request)
            case JudgeReply():
                return self._judge(request)
            case SettleReply():
                return self._settle(request)
            case AnswerOutage():
                return self._answer_outage(request)
            case AnnounceAct():
                return self._announce(request)
            case CheckAnnouncement():
                return self._check(request)
        self._reading = True
        self._version = -1
        self._told = None
        return None

    def news(self) -> Iterable[FromDesk]:
        """All announcements, where one has changed."""
        house = self._house
        house.look()
        if not self._reading or self._version == house.version:
            return
        self._version = house.version
        items = tuple(house.desk.pipeline.announcements.all())
        if items != self._told:
            self._told = items
            yield Announcements(items)

    def begin_again(self) -> None:
        """The desk has begun again: announcements are told anew when they are asked for."""
        self._reading = False

    def leave(self) -> None:
        """The screen is gone."""
        self._house.left(self._guest)

    def _by(self, said: str) -> str:
        return clean_name(said or self._guest.who.name)

    def _find(self, request: FindMacros) -> Macros:
        house, now = self._house, self._house.now()
        writing = house.desk.pipeline.replies.writing
        most = max(0, min(request.limit, MOST_MACROS))
        if request.case:
            choices = writing.macros(house.case(request.case), request.query, now, most)
        elif request.people:
            choices = writing.for_people(request.outage, request.query, now, most)
        else:
            choices = writing.announcements(request.outage, request.query, now, most)
        return Macros(request.case, request.query, tuple(map(_filled, choices)))

    def _save(self, request: SaveDraft) -> Drafted:
        house = self._house
        replies = house.desk.pipeline.replies
        case = house.case(request.case)
        now = house.now()
        written = Written(
            case=case.id,
            by=self._by(request.by),
            text=request.text,
            seen=request.seen,
            macro=request.macro,
        )
        draft = replies.save_draft(written, now)
        house.keep()
        facts = replies.writing.facts(case, now)
        return Drafted(
            case=case.id,
            length=replies.writing.length(case, request.text),
            limit=replies.writing.most(case),
            problems=replies.writing.problems(case, request.text, facts) if draft else (),
            stale=replies.stale(draft, case, now),
        )

    def _send(self, request: SendReply) -> Replied:
        house = self._house
        written = Written(
            case=house.case(request.case).id,
            by=self._by(request.by),
            text=request.text,
            seen=request.seen,
            macro=request.macro,
            anyway=request.anyway,
            beside=request.beside,
        )
        replies = house.desk.pipeline.replies
        return self._replied(replies.send(written, self._guest.who.role, house.now()))

    def _judge(self, request: JudgeReply) -> Replied:
        house = self._house
        by, role = self._by(request.by), self._guest.who.role
        judge = house.desk.pipeline.replies.judge
        return self._replied(
            judge(request.reply, by, role, house.now(), approve=request.approve, note=request.note)
        )

    def _settle(self, request: SettleReply) -> Replied:
        house = self._house
        by, settle = self._by(request.by), house.passage.settle
        try:
            return self._replied(settle(request.reply, request.kind, by, house.now(), request.note))
        except ReplyError:
            house.keep()  # what is stale is a draft again
            raise

    def _replied(self, reply: Reply) -> Replied:
        """Store a reply before anybody hears of it, and then let it go out."""
        self._house.keep()
        self._house.deliver()
        return Replied(reply, self._house.words(reply))

    def _answer_outage(self, request: AnswerOutage) -> OutageAnswered:
        house, now = self._house, self._house.now()
        by, role = self._by(request.by), self._guest.who.role
        planned = house.everybody.plan(request.outage, request.macro, by, now, loop=request.loop)
        self._check_seen(request, now)
        if request.send:
            planned = house.everybody.send(planned, by, role, now)
            house.keep()
            house.deliver()
        return _answered(planned)

    def _check_seen(self, request: AnswerOutage, now: datetime) -> None:
        """What goes to many is sent only as it was looked at: the outage has not changed since.

        Raises:
            ReplyError: it was not looked at here, or has changed.
        """
        writing = self._house.desk.pipeline.replies.writing
        facts = writing.facts_of(request.outage, now)
        asked = (request.outage, request.macro, request.loop)
        if not request.send:
            self._seen = asked, facts
            return
        seen = self._seen[1] if self._seen is not None and self._seen[0] == asked else None
        if seen is None or seen.version != facts.version:
            words = changed(seen, facts, writing.zone)
            raise ReplyError("stale", f"look first who gets what: {words}", facts=facts)

    def _check(self, request: CheckAnnouncement) -> AnnouncementChecked:
        house = self._house
        writing, now = house.desk.pipeline.replies.writing, house.now()
        text = request.text[:TEXT_LETTERS]
        facts = writing.facts_of(request.outage or None, now)
        found = dict.fromkeys(
            problem
            for account in request.accounts or ("",)
            for problem in writing.problems_for_all(text, account, facts)
        )
        return AnnouncementChecked(request.text, tuple(found))

    def _announce(self, request: AnnounceAct) -> Announced:
        house = self._house
        action = AnnounceAction(
            kind=request.kind,
            by=self._by(request.by),
            id=request.id,
            title=request.title,
            text=request.text,
            outage=request.outage,
            accounts=request.accounts,
            note=request.note,
        )
        act = house.desk.pipeline.announcements.act
        item, words = act(action, self._guest.who.role, house.now(), house.leads())
        house.keep()
        house.deliver()
        return Announced(item, words)


def _filled(choice: Choice) -> FilledMacro:
    macro = choice.macro
    return FilledMacro(macro.id, macro.title, choice.text, choice.missing, choice.score)


def _answered(planned: Round) -> OutageAnswered:
    return OutageAnswered(
        outage=planned.outage,
        macro=planned.macro.id,
        loop=planned.audience == "loop",
        filled=tuple(map(_would_send, planned.answers)),
        passed_over=tuple(
            PassedOver(person.case.id, person.author, reason)
            for person, reason in planned.passed_over[:MOST_PASSED_OVER]
        ),
        sent=planned.sent,
        answered=planned.answered,
        affected=planned.affected,
    )


def _would_send(answer: Answer) -> WouldSend:
    case = answer.person.case
    return WouldSend(case.id, answer.person.author, case.channel, answer.text, answer.problems)
