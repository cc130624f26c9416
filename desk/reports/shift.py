"""The shift report: what came in, how it was answered, by whom, and what became of the outages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from desk.cases import Case, CaseEvent, Mode
from desk.cases.joining import LATE
from desk.cases.promise import Promise
from desk.outages import ENDED, OutageChange
from desk.reports.answers import Times, endings, minutes_between, times
from desk.reports.pulse import Pulse
from desk.reports.records import Records, Steps
from desk.settings import Policy
from rules import LABELS

PLACES_SHOWN = 15
AGENTS_SHOWN = 100
SPAN_S = 300
"""Spans in which an agent did something, or not."""
POINTS = 96
"""Points of a curve: a quarter of an hour each over a day."""
WORKING = range(8, 18)
"""Hours of business, Monday to Friday, in the territory's zone."""
WEEKEND = 5


class Count(msgspec.Struct, frozen=True, array_like=True):
    """So many posts of one label, channel or community."""

    name: str
    posts: int


class Point(msgspec.Struct, frozen=True, array_like=True):
    """The queue in one span of time: who came, and who waited at its end, late or not."""

    at: datetime
    arrived: int
    waiting: int
    late: int


class AgentFigures(msgspec.Struct, frozen=True):
    """What one agent did; `here_min` minutes in which something was done to a case."""

    name: str
    taken: int
    replied: int
    closed: int
    first_reply: Times
    handling: Times
    here_min: int


class ShiftReport(msgspec.Struct, frozen=True, kw_only=True, tag="shift_report"):
    """One shift, `start` to `end` in event time.

    `first_reply` is from a customer's first post to the first reply, for first replies given in the
    shift; in and off business hours by when the customer wrote. `handling` is from when an agent
    took a case to its end. `in_time` of the `first_reply.count` kept the promise. `promised`
    customers were told a time of restoration, `told` of them that it is back, `to_tell` not yet.
    """

    territory: str
    zone: str
    exercise: bool
    start: datetime
    end: datetime
    posts: int
    labels: tuple[Count, ...]
    channels: tuple[Count, ...]
    places: tuple[Count, ...]
    opened: int
    answered: int
    first_reply: Times
    in_hours: Times
    off_hours: Times
    in_time: int
    handling: Times
    waiting: int
    late: int
    skipped: int
    backlog: tuple[Point, ...]
    agents: tuple[AgentFigures, ...]
    outages_begun: int
    outages_ended: int
    outages_open: int
    promised: int
    told: int
    to_tell: int
    look_alikes: int
    overload: str


def shift_report(
    records: Records, hours: float, policy: Policy, overloaded: str = ""
) -> Steps[ShiftReport]:
    """The report on the last `hours` of the desk, as steps; `overloaded` are words of now."""
    end = records.clock() or datetime.fromtimestamp(0, UTC)
    start = end - timedelta(hours=hours)
    cases = yield from records.cases(past=True)
    events = yield from records.events(start)
    events = [event for event in events if event.at <= end]
    outages = yield from records.outages()
    pulses = records.pulses(start)
    replied = [case for case in cases if case.first_reply_at and start <= case.first_reply_at]
    began = (records.began() or start) - LATE
    modes = Modes(events, records.mode())
    replied = [
        msgspec.structs.replace(case, opened_at=max(began, case.opened_at)) for case in replied
    ]
    waits = [_wait(case) for case in replied]
    working = [_working(records, case.opened_at) for case in replied]
    ended = endings(events)
    last = pulses[-1] if pulses else Pulse(0, 0, 0, 0, 0, 0)
    posts, by_label, by_channel, by_place = _volume(records, start)
    begun, over, now_open = _outages(outages.values(), start, end)
    replies = [r for r in (yield from records.replies()) if r.state == "sent" and r.at >= start]
    to_people = [reply for reply in replies if reply.author_key]
    return ShiftReport(
        territory=records.territory,
        zone=records.zone.key,
        exercise=records.exercise,
        start=start,
        end=end,
        posts=posts,
        labels=by_label,
        channels=by_channel,
        places=by_place,
        opened=sum(start <= case.opened_at <= end for case in cases),
        answered=len(ended),
        first_reply=times(waits),
        in_hours=times([wait for wait, at_work in zip(waits, working, strict=True) if at_work]),
        off_hours=times(
            [wait for wait, at_work in zip(waits, working, strict=True) if not at_work]
        ),
        in_time=sum(modes.kept(case, policy) for case in replied),
        handling=times([each for _, each in _handlings(events)]),
        waiting=last.waiting,
        late=last.late,
        skipped=last.skipped,
        backlog=_curve(pulses, start, end),
        agents=_agents(events, ended, replied),
        outages_begun=begun,
        outages_ended=over,
        outages_open=now_open,
        promised=len({reply.author_key for reply in to_people if reply.etr is not None}),
        told=len({reply.author_key for reply in to_people if reply.status == "restored"}),
        to_tell=sum(case.loop for case in cases),
        look_alikes=sum(1 for _ in records.states("look_alike")),
        overload=overloaded,
    )


def _wait(case: Case) -> float:
    """Minutes from a customer's first post to the first reply."""
    assert case.first_reply_at is not None
    return minutes_between(case.opened_at, case.first_reply_at)


def _volume(
    records: Records, start: datetime
) -> tuple[int, tuple[Count, ...], tuple[Count, ...], tuple[Count, ...]]:
    """Posts of the whole hours since `start`, and by label, channel and community."""
    labels: Counter[str] = Counter()
    channels: Counter[str] = Counter()
    for _, channel, label, posts in records.counts("counts", start):
        if label:
            labels[label] += posts
        else:
            channels[channel] += posts
    places: Counter[str] = Counter()
    for _, community, label, posts in records.counts("place_counts", start):
        if not label:
            places[records.place(community)] += posts
    by_label = tuple(Count(label, labels[label]) for label in LABELS if labels[label])
    return channels.total(), by_label, _most(channels), _most(places)


def _most(counts: Counter[str]) -> tuple[Count, ...]:
    order = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Count(name, posts) for name, posts in order[:PLACES_SHOWN])


def _outages(
    histories: Iterable[Sequence[OutageChange]], start: datetime, end: datetime
) -> tuple[int, int, int]:
    """Outages that the desk first told of in the shift, that ended in it, and that are open now."""
    begun = ended = now_open = 0
    for changes in histories:
        begun += start <= changes[0].at <= end
        over = changes[-1].status in ENDED
        ended += over and start <= changes[-1].at <= end
        now_open += not over
    return begun, ended, now_open


def _working(records: Records, at: datetime) -> bool:
    """Whether a customer wrote in hours of business."""
    local = records.local(at)
    return local.weekday() < WEEKEND and local.hour in WORKING


class Modes:
    """In which mode the desk was when, by the journal and by what it is in `now`."""

    def __init__(self, events: Iterable[CaseEvent], now: Mode) -> None:
        self._set = [(e.at, e.words) for e in events if e.kind == "mode"]
        self._first: Mode = now
        if self._set:
            self._first = "calm" if self._set[0][1] == "storm" else "storm"

    def kept(self, case: Case, policy: Policy) -> bool:
        """Whether the first reply came within the promise of the mode in which it was given."""
        assert case.first_reply_at is not None
        at = case.first_reply_at
        mode = next((words for set_at, words in reversed(self._set) if set_at <= at), self._first)
        promise = Promise(policy, "storm" if mode == "storm" else "calm")
        due = promise.due(msgspec.structs.replace(case, waiting_since=case.opened_at))
        return due is None or at <= due


def _handlings(events: Sequence[CaseEvent]) -> list[tuple[str, float]]:
    """Minutes from when an agent had a case in hand to when its customer waited no more."""
    taken: dict[str, CaseEvent] = {}
    ends = {(event.case, event.at, event.kind) for event in endings(events)}
    found = []
    for event in events:
        if event.kind in ("take", "next", "assign", "reopen"):
            taken[event.case] = event
        elif event.kind in ("release", "returned"):
            taken.pop(event.case, None)
        elif (event.case, event.at, event.kind) in ends:
            began = taken.pop(event.case, None)
            if began is not None:
                found.append((event.by, minutes_between(began.at, event.at)))
    return found


def _agents(
    events: Sequence[CaseEvent], ended: Sequence[CaseEvent], replied: Sequence[Case]
) -> tuple[AgentFigures, ...]:
    """What each agent did, who answered most first."""
    taken = Counter(event.by for event in events if event.kind in ("take", "next"))
    answers = Counter(event.by for event in events if event.kind == "replied")
    closed = Counter(event.by for event in ended if event.kind != "replied")
    spans = {(event.by, int(event.at.timestamp()) // SPAN_S) for event in events if event.by}
    here = Counter(by for by, _ in spans)
    first: dict[str, list[float]] = defaultdict(list)
    firsts = _first_repliers(events, {case.id: case for case in replied})
    for by, case in firsts:
        first[by].append(_wait(case))
    handling: dict[str, list[float]] = defaultdict(list)
    for by, minutes in _handlings(events):
        handling[by].append(minutes)
    order = sorted(here, key=lambda by: (-answers[by], -taken[by], by))
    return tuple(
        AgentFigures(
            by,
            taken[by],
            answers[by],
            closed[by],
            times(first[by]),
            times(handling[by]),
            here[by] * SPAN_S // 60,
        )
        for by in order[:AGENTS_SHOWN]
    )


def _first_repliers(
    events: Iterable[CaseEvent], replied: Mapping[str, Case]
) -> list[tuple[str, Case]]:
    """Who gave the first reply of each case."""
    return [
        (event.by, replied[event.case])
        for event in events
        if event.kind == "replied"
        and event.case in replied
        and event.at == replied[event.case].first_reply_at
    ]


def _curve(pulses: Sequence[Pulse], start: datetime, end: datetime) -> tuple[Point, ...]:
    """The queue over the shift, in equal spans; one without news is as the one before."""
    minutes = max(1, round((end - start).total_seconds() / 60))
    step = max(1, -(-minutes // POINTS))
    first = int(start.timestamp()) // 60
    spans: dict[int, list[Pulse]] = defaultdict(list)
    for pulse in pulses:
        spans[(pulse.minute - first) // step].append(pulse)
    if not spans:
        return ()
    points, waiting, late = [], 0, 0
    for span in range(min(spans), (int(end.timestamp()) // 60 - first) // step + 1):
        told = spans.get(span, [])
        if told:
            waiting, late = told[-1].waiting, told[-1].late
        at = start + timedelta(minutes=span * step)
        points.append(Point(at, sum(pulse.arrived for pulse in told), waiting, late))
    return tuple(points)
