"""Everybody affected by an outage: answered once each, and told when power is back.

Who was answered about which outage, and with which time, is what the outbox holds: so it is known
after a restart, and single replies count like those that went out together. A person is who wrote:
two people of one thread are two, and one person in two cases is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Literal

import msgspec

from desk.cases import Case
from desk.cases.joining import name_of
from desk.outages import ENDED
from desk.post import LabelledPost
from desk.replies.errors import ReplyError
from desk.replies.facts import same_time
from desk.replies.fill import GAP
from desk.replies.finding import fits
from desk.replies.ground import Ground, outage_of, post_of
from desk.replies.reach import NOT_ANSWERED
from desk.replies.replies import Replies, Written, under_way
from desk.replies.reply import Facts, Problem, Reply, ReplyState, Role
from desk.replies.times import until
from desk.settings.macros import Macro
from desk.settings.policy import DANGERS

MOST_AT_ONCE = 500
"""People who are answered by one act; the others by the next."""

AFFECTED = frozenset(("hazard", "vulnerable", "outage", "restored", "etr"))
"""Labels of what people write who lack power, or did."""

Audience = Literal["all", "update", "loop"]
"""Who is told: all who have had no answer, all who were promised another time, or all who were
promised one and have power again."""


class Person(msgspec.Struct, frozen=True):
    """Somebody affected by an outage: `post` is the newest that they wrote in `case`."""

    case: Case
    post: str
    author_key: str
    author: str


class Answer(msgspec.Struct, frozen=True):
    """What a person would get, with what is wrong with it."""

    person: Person
    text: str
    problems: tuple[Problem, ...]


class Round(msgspec.Struct, frozen=True):
    """One macro to everybody: who gets it, and who not and why; `answered` people had an answer."""

    outage: str
    macro: Macro
    audience: Audience
    answers: tuple[Answer, ...]
    passed_over: tuple[tuple[Person, str], ...]
    answered: int
    affected: int
    sent: int = 0


class Everybody:
    """Answers an outage's people."""

    def __init__(self, ground: Ground, replies: Replies) -> None:
        self._ground = ground
        self._replies = replies

    def plan(self, outage: str, macro_id: str, by: str, now: datetime, *, loop: bool) -> Round:
        """Who would get what.

        Raises:
            ReplyError: no such outage or macro, or power is not back and people are to be told so.
        """
        change = outage_of(self._ground, outage)
        if change is None:
            raise ReplyError("unknown", f"this desk knows no outage '{outage[:80]}'")
        macro = self._ground.settings.macros.find(macro_id)
        if macro is None or macro.announcement:
            raise ReplyError("unknown", f"there is no macro '{macro_id[:80]}' for replies")
        audience: Audience = "loop" if loop or macro.loop else "update" if macro.update else "all"
        if audience == "loop" and change.status != "restored":
            reason = f"power is not back there: the outage is {change.status}"
            raise ReplyError("stale", reason, facts=self._replies.writing.facts_of(outage, now))
        answers: list[Answer] = []
        passed: list[tuple[Person, str]] = []
        known: dict[tuple[str | None, str | None], Facts] = {}
        answered = affected = 0
        for person in self._people(change.id):
            affected += 1
            before = self._before(person, change.id)
            answered += bool(before)
            place = (person.case.outage, person.case.community)
            if place not in known:
                known[place] = self._replies.writing.facts(person.case, now)
            facts = known[place]
            reason = self._reason(person, before, facts, audience, by, macro)
            if not reason and len(answers) == MOST_AT_ONCE:
                reason = "the next time: so many at once are enough"
            answer = None if reason else self._answer(person, macro, facts, audience)
            if answer is not None:
                reason = next((p.words for p in answer.problems if p.blocks), "")
            if answer is None or reason:
                passed.append((person, reason))
            else:
                answers.append(answer)
        return Round(change.id, macro, audience, tuple(answers), tuple(passed), answered, affected)

    def send(self, planned: Round, by: str, role: Role, now: datetime) -> Round:
        """Put what was planned into the outbox.

        Raises:
            ReplyError: nobody says who sends it.
        """
        if not by:
            raise ReplyError("role", "who writes? Begin the screen with --name NAME")
        replies = self._replies
        for answer in planned.answers:
            case = answer.person.case
            written = Written(
                case=case.id, by=by, text=answer.text, seen="", macro=planned.macro.id
            )
            facts = replies.writing.facts(case, now)
            waits = role != "lead" and replies.needs_lead(case)
            state: ReplyState = "submitted" if waits else "queued"
            reply = replies.compose(case, written, facts, now, state)
            person = answer.person
            replies.put(
                msgspec.structs.replace(reply, to_post=person.post, author_key=person.author_key)
            )
        return msgspec.structs.replace(planned, sent=len(planned.answers))

    def _people(self, outage: str) -> Iterator[Person]:
        """Everybody who wrote in a case that they are affected, each once with their newest post.

        Newsrooms and the utility itself write in threads, too.
        """
        seen: set[str] = set()
        for case in self._ground.cases.affected(outage):
            for person in _alone(case) if len(case.posts) == 1 else self._in_thread(case):
                if person.author_key not in seen:
                    seen.add(person.author_key)
                    yield person

    def _in_thread(self, case: Case) -> Iterator[Person]:
        ground = self._ground
        newest: dict[str, LabelledPost] = {}
        labels: dict[str, set[str]] = {}
        for post in ground.store.posts_of(case.channel, case.posts):
            newest[post.author_key] = post
            labels.setdefault(post.author_key, set()).update(post.labels)
        for key, post in newest.items():
            affected = "news" not in labels[key] and not AFFECTED.isdisjoint(labels[key])
            if affected and ground.own.wrote(post) is None:
                yield Person(case, post.id, key, name_of(post))

    def _before(self, person: Person, outage: str) -> list[Reply]:
        """What a person was answered about this outage; its id may have changed since."""
        told = self._replies.outbox.told(person.author_key)
        return [
            reply
            for reply in told
            if reply.outage is not None and (reply.outage == outage or reply.case == person.case.id)
        ]

    def _reason(
        self,
        person: Person,
        before: list[Reply],
        facts: Facts,
        audience: Audience,
        by: str,
        macro: Macro,
    ) -> str:
        """Why a person gets nothing; empty for those who do."""
        case, replies = person.case, self._replies
        if case.channel in NOT_ANSWERED:
            return f"nobody can be answered in {case.channel}"
        if not fits(macro, facts, case.channel, self._ground.cases.mode):
            status = facts.status or "not known"
            return f"the macro does not fit {case.channel}, or an outage that is {status}"
        if under_way(replies.outbox.of_case(case.id)):
            return "a reply to them is on its way"
        writer = replies.drafts.writer(case.id, facts.at)
        if writer and writer != by:
            return f"{writer} is writing to them"
        if case.state == "mine" and case.contacts and case.agent and case.agent != by:
            return f"{case.agent} has them in hand"
        dangers = [label for label in case.labels if label in DANGERS]
        if audience == "all" and dangers and not set(dangers) & set(macro.labels):
            return f"{dangers[0]}: needs an answer of its own"
        zone = replies.writing.zone
        match audience:
            case "loop":
                return self._gone_anew(case, facts.at) or _not_to_tell(before)
            case "update":
                return _not_to_correct(before, facts, zone)
        return _had(before, facts, zone)

    def _gone_anew(self, case: Case, now: datetime) -> str:
        """Whether there is another outage by now where power came back."""
        place = case.community
        there = self._ground.outages.outage_at(place, now) if place else None
        return f"power has gone there again: {there}" if there not in (None, case.outage) else ""

    def _answer(self, person: Person, macro: Macro, facts: Facts, audience: Audience) -> Answer:
        post = post_of(self._ground, person.case.channel, person.post)
        choice = self._replies.writing.fill(macro, person.case, facts, post)
        # who is told news of an outage was told to stay away before
        labels = person.case.labels if audience == "all" else ()
        case = msgspec.structs.replace(person.case, labels=labels)
        problems = self._replies.writing.problems(case, choice.text, facts, post)
        if not choice.text:
            lang = self._replies.writing.language(person.case)
            words = f"the macro has no text in '{lang}'"
            problems = (Problem(kind="language", words=words, blocks=True),)
        elif GAP.search(choice.text):
            problems = tuple(
                Problem(kind="placeholder", words=f"no {name} known", blocks=True)
                for name in choice.missing
            )
        return Answer(person, choice.text, problems)


def _alone(case: Case) -> Iterator[Person]:
    """Who opened a case that nobody has joined: told without reading the post."""
    if not AFFECTED.isdisjoint(case.labels):
        yield Person(case, case.posts[0], case.author_key, case.author)


def _had(before: list[Reply], facts: Facts, zone: tzinfo) -> str:
    """Whether somebody has had an answer since the outage last began."""
    if not before:
        return ""
    last = before[-1]
    if last.status in ENDED and facts.status not in ENDED:
        return ""  # they were told that power is back, and it has gone again
    return f"answered {_at(last, zone)}{_promise(before, zone)}"


def _not_to_correct(before: list[Reply], facts: Facts, zone: tzinfo) -> str:
    promised = _last_promise(before)
    if promised is None:
        return "was promised no time"
    if facts.status in ENDED:
        return "power is back there"
    if facts.etr is None:
        return "no time is known now"
    if same_time(promised, facts.etr):
        return f"was told this time already{_promise(before, zone)}"
    return ""


def _not_to_tell(before: list[Reply]) -> str:
    if _last_promise(before) is None:
        return "was promised no time"
    return "was told that power is back" if before[-1].status in ENDED else ""


def _last_promise(before: list[Reply]) -> datetime | None:
    return next((reply.etr for reply in reversed(before) if reply.etr is not None), None)


def _promise(before: list[Reply], zone: tzinfo) -> str:
    promised = _last_promise(before)
    return f", told {until(promised, before[-1].at, zone, 'en')}" if promised else ""


def _at(reply: Reply, zone: tzinfo) -> str:
    return f"at {reply.at.astimezone(zone):%H:%M} by {reply.by}"
