"""Overload said aloud: what comes in, what is answered, when the backlog clears, who would hold it.

A fluid model of the queue, which is the right one where it is long (Newell, Applications of
Queueing Theory, 1982): in the window λ customers an hour begin to wait, and agents answer at a pace
each. An agent counts as there for a quarter of an hour after each act; the pace is answers by the
hours that they were there. Answers to many at once (an outage's customers) are no pace and count
for the backlog alone. With n agents there now the backlog changes by λ - n·pace an hour. Both are
counts of chance events, so that difference has a spread, and within it nothing is foretold. What
the mode leaves for later is told beside this.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from desk.cases import Case, CaseEvent, Mode
from desk.reports.answers import at_once, endings
from desk.reports.pulse import Pulse

WINDOW_MIN = 60
THERE = timedelta(minutes=15)
"""How long somebody counts as there after each act: longer than a case is in hand, as a rule."""
FEWEST_ANSWERS = 8
"""Answers below which a pace is no pace: its spread would be a third and more."""
FEWEST_MIN = 10
"""Minutes of pulse below which nothing is said of what comes in."""
Level = Literal["quiet", "holding", "behind", "overloaded", "unknown"]
BEHIND_H = 1.0
"""A backlog that clears only after so long is one that the desk is behind with."""
SMALL_H = 1 / 6
"""A backlog of what comes in within ten minutes is none: there is always somebody in the line."""
LONGEST_H = 72.0
"""Nothing is foretold farther ahead."""


class Overload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the desk stands against what comes in; figures are by the hour, over `window_min`.

    `pace` is answers an agent gives in an hour, None while too few were given to tell; `agents` are
    those there now. `grows` is by how much the backlog grows, below 0 it shrinks, give or take
    `spread` (a standard deviation); `clears_at` is when it is gone at this pace, `clears_first` to
    `clears_last` with that spread, None where that is not sure. `to_hold` agents would keep it from
    growing, `to_clear` have it gone within an hour. `skipped` counts what is left for later, by
    label. `words` say all that in a sentence or two.
    """

    level: Level
    at: datetime
    mode: Mode
    window_min: int
    arrivals: float
    answers: float
    agents: int
    backlog: int
    late: int
    pace: float | None = None
    grows: float | None = None
    spread: float | None = None
    clears_first: datetime | None = None
    clears_last: datetime | None = None
    clears_at: datetime | None = None
    to_hold: int | None = None
    to_clear: int | None = None
    skipped: tuple[tuple[str, int], ...] = ()
    words: str = ""


def overload(
    now: datetime,
    mode: Mode,
    began: datetime,
    pulses: Sequence[Pulse],
    events: Iterable[CaseEvent],
    skipped: Iterable[Case] = (),
) -> Overload:
    """How the desk, at work since `began`, stands at `now` by its pulse and its journal."""
    since = max(now - timedelta(minutes=WINDOW_MIN), began)
    first = int(since.timestamp()) // 60
    told = [pulse for pulse in pulses if pulse.minute >= first]
    span_min = round((now - since).total_seconds() / 60)
    last = pulses[-1] if pulses else Pulse(0, 0, 0, 0, 0, 0)
    events = list(events)
    done = [event for event in events if since < event.at <= now]
    ended = endings(done)
    single = len(ended) - at_once(ended)
    hours, there = _presence([event for event in events if event.by], since, now)
    enough = span_min >= FEWEST_MIN
    arrivals = 60 * sum(pulse.arrived for pulse in told) / span_min if enough else 0.0
    pace = single / hours if hours and single >= FEWEST_ANSWERS else None
    counts = Counter(case.label for case in skipped)
    stands = Overload(
        level="unknown",
        at=now,
        mode=mode,
        window_min=span_min,
        arrivals=round(arrivals, 1),
        answers=round(60 * len(ended) / span_min, 1) if span_min else 0.0,
        agents=there,
        backlog=last.waiting,
        late=last.late,
        pace=None if pace is None else round(pace, 1),
        skipped=tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0]))),
    )
    if enough:
        chance = math.sqrt(arrivals * span_min / 60 + single) * 60 / span_min
        stands = _judged(stands, arrivals, pace, chance)
    return msgspec.structs.replace(stands, words=words(stands))


def _presence(events: Iterable[CaseEvent], since: datetime, now: datetime) -> tuple[float, int]:
    """Hours from `since` on that agents were there, all together, and how many are there now."""
    until: dict[str, datetime] = {}
    spent = timedelta()
    for event in events:
        begin = max(event.at, until.get(event.by, since), since)
        end = min(event.at + THERE, now)
        if end > begin:
            spent += end - begin
        until[event.by] = max(end, until.get(event.by, end))
    there = sum(end >= now for end in until.values())
    return spent.total_seconds() / 3600, there


def _judged(stands: Overload, arrivals: float, pace: float | None, spread: float) -> Overload:
    backlog = stands.backlog
    if pace is None:  # a few answers tell no pace, and yet that the backlog grows
        grows = arrivals - stands.answers
        if backlog and (not stands.answers or grows > spread):
            left: Level = "overloaded" if stands.late else "behind"
            return msgspec.structs.replace(stands, level=left, grows=round(grows, 1))
        quiet = not backlog and not arrivals
        return msgspec.structs.replace(stands, level="quiet" if quiet else "unknown")
    shrinks = stands.agents * pace - arrivals
    sure = shrinks > spread and backlog > 0
    level: Level = "overloaded" if shrinks < -spread else "behind"
    if backlog <= arrivals * SMALL_H or (sure and backlog / shrinks <= BEHIND_H):
        level = "holding"
    return msgspec.structs.replace(
        stands,
        level=level,
        grows=round(-shrinks, 1),
        spread=round(spread, 1),
        clears_at=_after(stands.at, backlog / shrinks) if sure else None,
        clears_first=_after(stands.at, backlog / (shrinks + spread)) if sure else None,
        clears_last=_after(stands.at, backlog / (shrinks - spread)) if sure else None,
        to_hold=_agents(arrivals, pace),
        to_clear=_agents(arrivals + backlog, pace),
    )


def _after(at: datetime, hours: float) -> datetime:
    return at + timedelta(hours=min(hours, LONGEST_H))


def _agents(an_hour: float, pace: float) -> int:
    """How many agents answer so many an hour."""
    return math.ceil(round(an_hour / pace, 6))


def words(stands: Overload) -> str:
    """The figures as somebody would say them."""
    left = ", ".join(f"{label} {count:,}" for label, count in stands.skipped)
    skipped = f" Left for later: {left}." if left else ""
    some = _customers(stands.backlog)
    if stands.window_min < FEWEST_MIN:
        return f"{some}; the desk has just begun, nothing is known of its pace.{skipped}"
    comes = f"{stands.arrivals:,.0f} an hour come in"
    if stands.level == "quiet":
        return (
            f"Nobody waits, and nobody new came in the last {stands.window_min} minutes.{skipped}"
        )
    if stands.pace is None and stands.grows is not None:
        many = f"{stands.answers:,.0f}" if stands.answers else ""
        done = f"{many} answered" if many else f"nobody was answered in {stands.window_min} minutes"
        return f"{some}, {comes}, and {done}.{skipped}"
    if stands.pace is None:
        return (
            f"{some}, {comes}; too few were answered in {stands.window_min} minutes to tell"
            f" a pace.{skipped}"
        )
    here = _agents_words(stands.agents)
    said = f"{some}, {comes}; {here} at {stands.pace:,.0f} an hour each."
    if stands.clears_first is not None and stands.clears_last is not None:
        first, last = (_span(at - stands.at) for at in (stands.clears_first, stands.clears_last))
        when = first if first == last else f"{first} to {last}"
        said += f" At this pace the backlog is gone in {when}."
    elif stands.level == "overloaded":
        said += f" The backlog does not clear: it grows by {stands.grows:,.0f} an hour."
    elif stands.level == "behind":
        said += " It about keeps even: whether the backlog clears can't be told."
    if stands.level != "holding" and stands.to_hold is not None and stands.to_clear is not None:
        said += f" {_agents_words(stands.to_hold)} would hold it,"
        said += f" {stands.to_clear:,} clear it within an hour."
    return said + skipped


def _customers(count: int) -> str:
    return "1 customer waits" if count == 1 else f"{count:,} customers wait"


def _agents_words(count: int) -> str:
    return "1 agent" if count == 1 else f"{count:,} agents" if count else "no agent"


def _span(span: timedelta) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    hours = round(minutes / 60)
    return f"{minutes} min" if minutes < 120 else f"{hours} h" if hours < LONGEST_H else "days"
