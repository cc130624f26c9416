"""The handover to the next shift, written from the live state of the desk.

Every line has an id of its own and opens what it is about. It is marked new, changed or the same
against the handover that was kept last, by what it is about and not by its words: a case that still
waits has not changed because it waits longer. New here but older than that handover is `lagged`:
nobody knew of it, or there was no room for it. What a line above tells already is `redundant`. What
stood there and is over is told at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b

import msgspec

from desk.accounts import LookAlike
from desk.cases import Case
from desk.cases.promise import PROMISED, Promise, is_danger
from desk.outages import ENDED, OutageChange
from desk.replies.reply import Announcement, Reply
from desk.reports.lines import Kept, Kind, Line, Marks, Note, Section
from desk.reports.records import Records, Steps
from desk.settings import Policy

MOST_LINES = 40
"""Of a section; how many more there are is told."""
NOTE_CHARS = 1_000
MOST_NOTES = 50
SNIPPET = 70
TO_SEE_TO = ("submitted", "queued", "sending", "unknown", "failed")
"""Replies that the next shift must know of."""


class Handover(msgspec.Struct, frozen=True, kw_only=True, tag="handover"):
    """The state of the desk at `at`, for who comes next.

    `kept_at` and `kept_by` are of the handover against which lines are marked, None where there is
    none; `over` are lines of it that no longer hold.
    """

    territory: str
    zone: str
    exercise: bool
    at: datetime
    summary: str
    sections: tuple[Section, ...]
    over: tuple[Line, ...]
    kept_at: datetime | None = None
    kept_by: str = ""

    def lines(self) -> tuple[Line, ...]:
        """Every line that holds, in order."""
        return tuple(line for section in self.sections for line in section.lines)


def handover(records: Records, policy: Policy, overloaded: str) -> Steps[Handover]:
    """The handover of now, as steps; `overloaded` says how the desk stands."""
    at = records.clock() or datetime.fromtimestamp(0, UTC)
    cases = yield from records.cases()
    promise = Promise(policy, records.mode())
    cases = [
        msgspec.structs.replace(case, due_at=promise.due(case))  # it follows from the policy
        for case in cases
        if case.merged_into is None
    ]
    outages = yield from records.outages()
    replies = yield from records.replies()
    held = [changes[-1] for changes in outages.values() if changes[-1].status not in ENDED]
    kept = [msgspec.json.decode(piece, type=Kept) for piece in records.states("handover")]
    kept.sort(key=lambda each: each.at)
    told = _told(records, promise, at, cases, held, replies, kept)
    yield
    before = {line.id: line for line in kept[-1].lines} if kept else {}
    marks = Marks(kept[-1] if kept else None)
    sections = tuple(
        Section(name, title, len(lines), tuple(map(marks.put, lines[:MOST_LINES])))
        for name, title, lines in told
        if lines
    )
    now = {line.id for _, _, lines in told for line in lines}
    return Handover(
        territory=records.territory,
        zone=records.zone.key,
        exercise=records.exercise,
        at=at,
        summary=overloaded,
        sections=sections,
        over=tuple(line for id_, line in before.items() if id_ not in now)[:MOST_LINES],
        kept_at=kept[-1].at if kept else None,
        kept_by=kept[-1].by if kept else "",
    )


def _told(
    records: Records,
    promise: Promise,
    at: datetime,
    cases: list[Case],
    held: list[OutageChange],
    replies: Sequence[Reply],
    kept: list[Kept],
) -> list[tuple[str, str, list[Line]]]:
    """The sections by name and title, each with all its lines."""
    skipped = [case for case in cases if promise.skips(case)]
    left = {case.id for case in skipped}
    say = Saying(records, at)
    promised = {
        outage: sum(1 for case in cases if case.outage == outage and case.promised)
        for outage in {case.outage for case in cases if case.outage}
    }
    waiting = [case for case in cases if case.state in PROMISED and case.id not in left]
    dangers = [case for case in waiting if is_danger(case)]
    late = [c for c in waiting if c.due_at and c.due_at < at and not is_danger(c)]
    return [
        ("notes", "Notes of the shift", [say.note(n) for n in notes_for(records, kept)]),
        ("dangers", "Dangers and people at risk", _cases(dangers, say.case)),
        ("outages", "Open outages", say.outages(held, promised)),
        (
            "operations",
            "Waiting for operations",
            _cases([c for c in waiting if c.state == "operations" and not is_danger(c)], say.case),
        ),
        ("late", "Late, past the promise", _cases(late, say.case)),
        ("loop", "Power is back, and they must be told", say.loops(cases)),
        (
            "approval",
            "Replies",
            [say.reply(r) for r in replies if r.state in TO_SEE_TO],
        ),
        (
            "announcements",
            "Announcements",
            [say.announcement(one) for one in records.announcements() if one.state != "withdrawn"],
        ),
        ("skipped", "Left for later by the mode", say.skipped(skipped)),
        ("look-alikes", "Accounts that look like the utility's", say.look_alikes()),
    ]


def notes_for(records: Records, kept: Sequence[Kept]) -> list[Note]:
    """The notes since the handover before the last: who comes next reads them once kept."""
    found = [msgspec.json.decode(piece, type=Note) for piece in records.states("handover note")]
    since = kept[-2].at if len(kept) > 1 else None
    return [note for note in found if since is None or note.at > since]


def _cases(cases: list[Case], say: Callable[[Case], Line]) -> list[Line]:
    order = sorted(cases, key=lambda c: (c.due_at or c.updated_at, c.id))
    return [say(case) for case in order]


def _line(id_: str, words: str, kind: Kind, opens: str, *facts: object) -> Line:
    """A line with a print of the facts that it is about."""
    return Line(id_, words, "new", kind, opens, _digest(*facts))


def _digest(*facts: object) -> str:
    return blake2b(msgspec.json.encode([str(fact) for fact in facts]), digest_size=8).hexdigest()


class Saying:
    """Says what is there in lines; times in the territory's zone, `at` is now."""

    def __init__(self, records: Records, at: datetime) -> None:
        self._records = records
        self._at = at

    def time(self, at: datetime | None) -> str:
        """A time as people say it."""
        if at is None:
            return "?"
        local, today = self._records.local(at), self._records.local(self._at)
        return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%a %H:%M}"

    def span(self, since: datetime) -> str:
        """How long ago."""
        minutes = max(0, int((self._at - since).total_seconds() // 60))
        return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"

    def note(self, note: Note) -> Line:
        """A note for the next shift."""
        text = " ".join(note.text.split())
        return _line(f"note:{note.id}", f"{note.by} {self.time(note.at)}: {text}", "", "", text)

    def case(self, case: Case) -> Line:
        """A case that waits."""
        who = case.author or "somebody"
        place = self._records.place(case.community)
        text = " ".join(case.text.split())
        cut = text if len(text) <= SNIPPET else text[:SNIPPET].rstrip() + "…"
        state = {"mine": f"with {case.agent}", "operations": "with operations"}.get(
            case.state, "nobody has it"
        )
        late = ""
        if case.due_at is not None and case.due_at < self._at:
            late = f", {self.span(case.due_at)} late"
        words = f"{case.label.upper()} {who}" + (f", {place}" if place else "")
        words += f": {state}{late} · “{cut}”"
        line = _line(
            *(f"case:{case.id}", words, "case", case.id),
            *(case.state, case.agent, case.labels, bool(late), len(case.posts)),
        )
        said = "".join(letter for letter in case.text.casefold() if letter.isalnum())
        tells = f"{case.label} {case.community or case.author_key} {said}"
        return msgspec.structs.replace(line, since=self._since(case), tells=_digest(tells))

    def _since(self, case: Case) -> datetime | None:
        """Since when a case belongs where it stands: in danger, or past the promise."""
        if is_danger(case):
            return case.waiting_since if len(case.posts) == 1 else case.updated_at
        return case.due_at if case.due_at is not None and case.due_at < self._at else None

    def outages(self, outages: list[OutageChange], promised: dict[str, int]) -> list[Line]:
        """The open outages, the surest first, then those of most people."""
        rank = ("confirmed", "likely", "restoring", "suspected")
        order = sorted(outages, key=lambda o: (rank.index(o.status), -o.authors, o.id))
        return [self._outage(outage, promised.get(outage.id, 0)) for outage in order]

    def _outage(self, outage: OutageChange, promised: int) -> Line:
        names = [self._records.place(name) for name in outage.communities[:2]]
        more = len(outage.communities) - 2
        place = ", ".join(names) + (f" +{more}" if more > 0 else "")
        words = f"{place}: {outage.status} since {self.time(outage.started_at)}"
        words += f", {outage.authors:,} people report it"
        if outage.hazards:
            words += f", {outage.hazards} of danger"
        words += f" · back by {self.time(outage.etr)}" if outage.etr else " · no time known"
        if promised:
            words += f" · {promised:,} customers were told a time"
        if outage.verifying:
            words += f" · {outage.verifying} checks it"
        line = _line(
            *(f"outage:{outage.id}", words, "outage", outage.id),
            *(outage.status, outage.communities, outage.etr, outage.oms, outage.verifying),
        )
        return msgspec.structs.replace(line, since=outage.started_at)

    def loops(self, cases: list[Case]) -> list[Line]:
        """Outages that are restored, and how many of their customers were promised a time."""
        open_: dict[str, int] = {}
        for case in cases:
            if case.loop and case.outage:
                open_[case.outage] = open_.get(case.outage, 0) + 1
        return [
            _line(f"loop:{id_}", f"{count:,} to tell, of outage {id_}", "outage", id_, count)
            for id_, count in sorted(open_.items(), key=lambda each: (-each[1], each[0]))
        ]

    def reply(self, reply: Reply) -> Line:
        """A reply that is not out, or of which that is not known."""
        state = {
            "submitted": "waits for a lead",
            "unknown": "may have been sent or not: look at the channel",
            "failed": "was not taken by the channel",
            "queued": "waits to be sent",
            "sending": "is being sent",
        }[reply.state]
        words = f"{reply.by}'s reply in {reply.channel} of {self.time(reply.at)} {state}"
        return _line(f"reply:{reply.id}", words, "case", reply.case, reply.state)

    def announcement(self, one: Announcement) -> Line:
        """An announcement that is drafted, waits for a lead, or is out."""
        state = {"submitted": "waits for a lead", "approved": "may be sent"}.get(
            one.state, one.state
        )
        words = f"“{one.title}”: {state}, {one.by} {self.time(one.at)}"
        return _line(f"announcement:{one.id}", words, "announcement", one.id, one.state, one.text)

    def skipped(self, cases: list[Case]) -> list[Line]:
        """How many cases are left for later, by label; who comes next finds them by the filter."""
        counts = Counter(case.label for case in cases)
        order = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        oldest = {
            label: min(case.opened_at for case in cases if case.label == label) for label in counts
        }
        return [
            _line(
                f"skipped:{label}",
                f"{count:,} {label}, the oldest of {self.time(oldest[label])}",
                *("filter", f"label:{label} state:new", count),
            )
            for label, count in order
        ]

    def look_alikes(self) -> list[Line]:
        """Accounts that look like own ones and were not called harmless."""
        found = [msgspec.json.decode(p, type=LookAlike) for p in self._records.states("look_alike")]
        found = [one for one in found if one.verdict != "harmless"]
        return [
            _line(
                f"look-alike:{one.id}",
                f"@{one.handle} in {one.channel} looks like {one.account} ({one.differs})"
                + (f", asks for {', '.join(one.asks)}" if one.asks else "")
                + (f" · {one.verdict}" if one.verdict else ""),
                *("look_alike", one.id, one.verdict, one.asks),
            )
            for one in sorted(found, key=lambda one: (bool(one.verdict), -one.told, one.id))
        ]
