"""A small queue of customers and agents, event by event: what a forecast is held against."""

from __future__ import annotations

import heapq
import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from desk.cases import CaseEvent
from desk.reports.pulse import Pulse

BEGIN = datetime(2031, 9, 4, 12, 0, tzinfo=UTC)


class Day(NamedTuple):
    """The journal and the pulse of a simulated desk, and when its queue was empty for once."""

    events: list[CaseEvent]
    pulses: list[Pulse]
    empty_min: float | None


def simulate(
    seed: int, *, an_hour: float, agents: int, handling_min: float, backlog: int, minutes: int = 900
) -> Day:
    """Poisson arrivals, exponential handling, each agent takes the next at once.

    The queue begins with `backlog`, and is watched from the 60th minute on for being empty.
    """
    draw = random.Random(seed)
    events: list[CaseEvent] = []
    waiting, number, empty = backlog, 0, None
    arrived = [0] * (minutes + 1)
    left = [0] * (minutes + 1)
    todo: list[tuple[float, str, str]] = [(0.0, "free", f"a{agent}") for agent in range(agents)]
    todo.append((draw.expovariate(an_hour / 60), "come", ""))
    heapq.heapify(todo)
    idle: list[str] = []
    while todo and todo[0][0] < minutes:
        at, what, who = heapq.heappop(todo)
        if what == "come":
            waiting += 1
            arrived[int(at)] += 1
            heapq.heappush(todo, (at + draw.expovariate(an_hour / 60), "come", ""))
        elif what == "done":
            events.append(_event(who.partition(" ")[2], at, who.partition(" ")[0], "replied"))
            idle.append(who.partition(" ")[0])
        else:
            idle.append(who)
        while idle and waiting:
            agent, number, waiting = idle.pop(), number + 1, waiting - 1
            events.append(_event(f"c{number}", at, agent, "take"))
            end = at + draw.expovariate(1 / handling_min)
            heapq.heappush(todo, (end, "done", f"{agent} c{number}"))
        left[int(at)] = waiting
        if empty is None and at >= 60 and not waiting:
            empty = at
    pulses, last = [], backlog
    first = int(BEGIN.timestamp()) // 60
    for minute in range(minutes):
        last = left[minute] or (0 if arrived[minute] else last)
        pulses.append(Pulse(first + minute, arrived[minute], 0, last, 0, 0))
    return Day(events, pulses, empty)


def _event(case: str, at_min: float, by: str, kind: str) -> CaseEvent:
    return CaseEvent(case=case, at=BEGIN + timedelta(minutes=at_min), by=by, kind=kind, words=kind)
