"""Crews: who goes where first, and how long it takes.

The order is the utilities': what lies on the ground and may be live is made safe, then hospitals
and water works get their supply, then whatever brings most customers back, and single services
last. A few crews in small vans do the single services all along. Nobody climbs while it blows
harder than bucket trucks bear.
"""

from __future__ import annotations

import heapq
import math
import random
from typing import NamedTuple

from simulator.grid import Fault, Network
from simulator.storm import Storm, layer_random
from simulator.weather import STEP_S, Conditions, Exposure

SMALL_VANS = 0.45
"""Share of the crews that are one or two in a van: for single services, and for blown fuses."""

BLOWN_FUSE = 0.55
"""Share of the faults of laterals and services for which a fuse is closed with a stick."""
FUSE_WORK_H = 0.5
ON_THE_GROUND = 1.25
"""On the ground people bear so many times the gust that is too much for a bucket truck."""

REPORTED_AFTER_S = (240.0, 1500.0)
FOUND_AFTER_S = (600.0, 3600.0)
"""A fault that was hidden behind another is found by those who stay dark when it is mended."""

MAKE_SAFE_S = 1500.0
DANGEROUS = {"lineDown": 0.45, "poleDown": 0.4, "treeDown": 0.15}
"""Share of faults with something on the ground that people can touch."""

BLOCKED_SPREAD = 0.6
MOST_BLOCKED = 3.0
"""After so many times the usual hours every road is open, and every swamp has been crossed."""
TRAVEL_S = 1200.0
WORK = {"substation": 2.5, "feeder": 3.0, "lateral": 1.0, "service": 0.4}
CAUSE_WORK = {"poleDown": 1.5, "vehicle": 1.5, "animal": 0.45, "lightingStrike": 0.8}
WORK_SPREAD = {"substation": 0.5, "feeder": 0.55, "lateral": 1.1, "service": 1.1}
"""To a large fault more people are sent when it takes long."""
MOST_WORK = 8.0
"""No work takes more than so many times the usual hours: a spare line is laid instead."""
OVERRUN_SPREAD = 0.12
FIRST_HAZARDS, CRITICAL, BY_SIZE, SINGLE = range(4)

_ARRIVE, _READY, _FREE, _SMALL_FREE, _DONE = range(5)


class Repair(NamedTuple):
    """A fault with its end: `behind` is the index of the repair upstream that hid it.

    `safe_s` is when the danger was gone, for a fault that was one.
    """

    fault: Fault
    behind: int | None
    safe_s: float | None
    crew_s: float
    done_s: float


class _Job:
    """A fault while it is open."""

    def __init__(self, fault: Fault, *, dangerous: bool, fuse: bool) -> None:
        self.fault = fault
        self.fuse = fuse and not dangerous
        self.behind: int | None = None
        self.hides: list[int] = []
        self.dangerous = dangerous
        self.safe_s: float | None = None
        self.crew_s = math.inf
        self.done_s = math.inf


class Dispatch:
    """The control room's day: `run` plays it through."""

    def __init__(self, storm: Storm, grid: Network, weather: Exposure, faults: list[Fault]) -> None:
        self._storm = storm
        self._grid = grid
        self._weather = weather
        self._draw = draw = layer_random(storm, "crews")
        self._jobs = [
            _Job(
                fault,
                dangerous=draw.random() < DANGEROUS.get(fault.cause or "", 0.0),
                fuse=draw.random() < BLOWN_FUSE and fault.device in {"lateral", "service"},
            )
            for fault in faults
        ]
        self._vans = max(1, round(storm.grid.crews * SMALL_VANS))
        self._crews = max(1, storm.grid.crews - self._vans)
        self._events: list[tuple[float, int, int]] = []
        self._waiting: list[tuple[int, int, float, int]] = []
        self._homes: list[tuple[float, int]] = []
        self._open: dict[tuple[str, int, int], int] = {}
        self._branches: dict[int, list[int]] = {}
        self._calm: dict[tuple[int, bool], list[int]] = {}

    def run(self) -> tuple[Repair, ...]:
        """Every fault that was one, in the order of their starts."""
        for number, job in enumerate(self._jobs):
            self._events.append((job.fault.at_s, _ARRIVE, number))
        heapq.heapify(self._events)
        while self._events:
            now_s, kind, number = heapq.heappop(self._events)
            if kind == _ARRIVE:
                self._arrive(now_s, number)
            elif kind == _READY:
                self._ready(now_s, number)
            elif kind == _DONE:
                self._done(now_s, number)
                continue
            elif kind == _FREE:
                self._crews += 1
            else:
                self._vans += 1
            self._send(now_s)
        kept = [number for number, job in enumerate(self._jobs) if job.done_s < math.inf]
        place = {number: rank for rank, number in enumerate(kept)}
        return tuple(
            Repair(
                job.fault,
                None if job.behind is None else place[job.behind],
                job.safe_s,
                job.crew_s,
                job.done_s,
            )
            for job in (self._jobs[number] for number in kept)
        )

    def _arrive(self, now_s: float, number: int) -> None:
        job = self._jobs[number]
        key = _key(job.fault)
        if key in self._open:
            return  # What is broken can't break.
        upstream = self._upstream(job.fault)
        if job.fault.lasts_s is not None:
            if upstream is not None:
                return  # Nobody switches a dead line off.
            late = self._draw.lognormvariate(0, OVERRUN_SPREAD)
            job.crew_s, job.done_s = now_s, now_s + job.fault.lasts_s * late
            heapq.heappush(self._events, (job.done_s, _DONE, number))
        elif upstream is None:
            self._call(now_s, number, REPORTED_AFTER_S)
        else:
            job.behind = upstream
            self._jobs[upstream].hides.append(number)
        self._open[key] = number
        if job.fault.device == "lateral":
            self._branches.setdefault(job.fault.feeder, []).append(number)

    def _upstream(self, fault: Fault) -> int | None:
        if fault.device == "substation":
            return None
        home = self._grid.substation_of[fault.feeder]
        found = self._open.get(("substation", -1, home))
        if found is None and fault.device != "feeder":
            found = self._open.get(("feeder", fault.feeder, 0))
        if found is None and fault.device == "service":
            for number in self._branches.get(fault.feeder, ()):
                branch = self._jobs[number].fault
                if 0 <= fault.part - branch.part < branch.customers:
                    return number
        return found

    def _call(self, now_s: float, number: int, after_s: tuple[float, float]) -> None:
        lag_s = after_s[0] + (after_s[1] - after_s[0]) * self._draw.random()
        plan, job = self._storm.grid, self._jobs[number]
        if (
            not job.fuse
            and job.fault.cause in DANGEROUS
            and self._draw.random() < plan.blocked_share
        ):
            # Roads under trees, water or ice: nobody gets there, however many crews there are.
            longer = min(MOST_BLOCKED, self._draw.lognormvariate(0, BLOCKED_SPREAD))
            # Roads are cleared while a fault is still hidden behind another.
            free_s = job.fault.at_s + 3600 * plan.blocked_h * longer
            lag_s = max(lag_s, free_s - now_s)
        heapq.heappush(self._events, (now_s + lag_s, _READY, number))

    def _ready(self, now_s: float, number: int) -> None:
        job = self._jobs[number]
        calm_s = self._calm_from(job, now_s)
        if calm_s > now_s:
            heapq.heappush(self._events, (calm_s + 600 * self._draw.random(), _READY, number))
            return
        fault = job.fault
        if job.dangerous and job.safe_s is None:
            rank = FIRST_HAZARDS
        elif fault.device == "service" or job.fuse:
            rank = SINGLE if fault.device == "service" else BY_SIZE
            heapq.heappush(self._homes, (fault.at_s, number))
        elif fault.device == "substation" or (
            fault.device == "feeder" and self._grid.feeders[fault.feeder].critical
        ):
            rank = CRITICAL
        else:
            rank = BY_SIZE
        heapq.heappush(self._waiting, (rank, -fault.customers, fault.at_s, number))

    def _send(self, now_s: float) -> None:
        """Whoever is free goes to what comes first."""
        while self._crews and self._waiting:
            rank, _, _, number = heapq.heappop(self._waiting)
            if self._may_start(now_s, number):
                self._crews -= 1
                self._start(now_s, number, _FREE, safe_only=rank == FIRST_HAZARDS)
        while self._vans and self._homes:
            number = heapq.heappop(self._homes)[1]
            if self._may_start(now_s, number):
                self._vans -= 1
                self._start(now_s, number, _SMALL_FREE, safe_only=False)

    def _may_start(self, now_s: float, number: int) -> bool:
        job = self._jobs[number]
        if job.done_s < math.inf:
            return False
        calm_s = self._calm_from(job, now_s)
        if calm_s > now_s:
            heapq.heappush(self._events, (calm_s, _READY, number))
            return False
        return True

    def _start(self, now_s: float, number: int, free: int, *, safe_only: bool) -> None:
        job = self._jobs[number]
        job.crew_s = min(job.crew_s, now_s)
        there_s = now_s + TRAVEL_S * (0.5 + self._draw.random())
        if safe_only:
            job.safe_s = there_s + MAKE_SAFE_S * (0.5 + self._draw.random())
            heapq.heappush(self._events, (job.safe_s, free, number))
            heapq.heappush(self._events, (job.safe_s, _READY, number))
            return
        job.done_s = there_s + work_s(self._storm, job.fault, self._draw, fuse=job.fuse)
        heapq.heappush(self._events, (job.done_s, free, number))
        heapq.heappush(self._events, (job.done_s, _DONE, number))

    def _done(self, now_s: float, number: int) -> None:
        fault = self._jobs[number].fault
        del self._open[_key(fault)]
        if fault.device == "lateral":
            self._branches[fault.feeder].remove(number)
        for hidden in self._jobs[number].hides:
            self._call(now_s, hidden, FOUND_AFTER_S)

    def _calm_from(self, job: _Job, now_s: float) -> float:
        """When people may work on `job` again: now, or once the gust is below their limit."""
        zone = job.fault.zone
        steps = self._calm.get((zone, job.fuse))
        if steps is None:
            limit_kmh = self._storm.grid.crew_gust_limit_kmh * (ON_THE_GROUND if job.fuse else 1)
            steps = calm_steps(self._weather.steps[zone], limit_kmh)
            self._calm[zone, job.fuse] = steps
        step = int(now_s / STEP_S)
        if step >= len(steps) or steps[step] == step:
            return now_s
        return steps[step] * STEP_S


def calm_steps(series: tuple[Conditions, ...], limit_kmh: float) -> list[int]:
    """For each step of the weather the next one, from itself on, with gusts up to `limit_kmh`."""
    steps = list(range(len(series)))
    following = len(series)
    for step in reversed(steps):
        if series[step].gust_kmh <= limit_kmh:
            following = step
        steps[step] = following
    return steps


def _key(fault: Fault) -> tuple[str, int, int]:
    return fault.device, -1 if fault.device == "substation" else fault.feeder, fault.part


def work_s(storm: Storm, fault: Fault, draw: random.Random, *, fuse: bool = False) -> float:
    """The time on site, in seconds; much of a large fault is patrol and switching."""
    usual_h = storm.grid.repair_h * WORK[fault.device] * CAUSE_WORK.get(fault.cause or "", 1.0)
    longer = min(MOST_WORK, draw.lognormvariate(0, WORK_SPREAD[fault.device]))
    return 3600 * (FUSE_WORK_H if fuse else usual_h) * longer
