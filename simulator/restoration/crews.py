"""Restoration: incidents become outages, and crews bring them back, the larger ones first.

Losss of one zone that a reader could not tell apart are one outage that grows. Crews start
when the gust is below the limit that bucket trucks work under; most customers return before the
last ones do.
"""

from __future__ import annotations

import heapq
import math
import random

from simulator.grid import Exposure, Loss, Zone
from simulator.restoration.outage import Outage
from simulator.storm import Storm, layer_random

LOOK_S = 600.0
LONGEST_S = 96 * 3600.0
APART = 3
"""A loss that many times larger than the open outage of its zone is an outage of its own."""


class _Job:
    """An outage while it is open."""

    def __init__(self, incident: Loss) -> None:
        self.zone = incident.zone
        self.cause = incident.cause
        self.largest = incident.customers
        self.lost = [(incident.at_s, incident.customers)]
        self.crew_at_s: float | None = None
        self.done_s = math.inf

    @property
    def customers(self) -> int:
        return sum(count for _, count in self.lost)

    def grow(self, incident: Loss) -> None:
        self.lost.append((incident.at_s, incident.customers))
        if incident.customers > self.largest:
            self.largest, self.cause = incident.customers, incident.cause


def outages(
    storm: Storm, places: tuple[Zone, ...], weather: Exposure, losses: list[Loss]
) -> tuple[Outage, ...]:
    """Every outage of the day with its restoration, in the order of their starts."""
    draw = layer_random(storm, "crews")
    jobs = _collapsed(storm, losses, draw) if storm.grid.collapse else []
    if storm.grid.collapse is None:
        jobs = _repaired(storm, weather, losses, draw)
    jobs.sort(key=lambda job: (job.lost[0][0], job.zone))
    return tuple(
        Outage(
            number,
            places[job.zone],
            job.lost[0][0],
            job.done_s,
            job.customers,
            job.cause,
            job.lost[-1][0] if job.crew_at_s is None else job.crew_at_s,
            tuple(job.lost),
            _staged(job, draw),
        )
        for number, job in enumerate(jobs)
    )


def _staged(job: _Job, draw: random.Random) -> tuple[tuple[float, int], ...]:
    """Most customers are switched back before the repair is done, if there are enough of them."""
    customers = job.customers
    last_loss_s = job.lost[-1][0]
    start_s = max(last_loss_s, job.crew_at_s if job.crew_at_s is not None else last_loss_s)
    if customers < 200 or job.done_s - start_s < 1800:
        return ((job.done_s, customers),)
    first = int(customers * (0.45 + 0.4 * draw.random()))
    at_s = start_s + (job.done_s - start_s) * (0.5 + 0.35 * draw.random())
    return ((at_s, first), (job.done_s, customers - first))


def _collapsed(storm: Storm, losses: list[Loss], draw: random.Random) -> list[_Job]:
    """A black start: zones return in order of size, with the luck of where the island grows."""
    plan = storm.grid.collapse
    if plan is None:
        return []
    whole = [_Job(loss) for loss in losses]
    whole.sort(key=lambda job: math.log(job.customers) + draw.gauss(0, 1.2), reverse=True)
    span_h = plan.last_back_hour - plan.first_back_hour
    for rank, job in enumerate(whole):
        share = (rank + draw.random()) / len(whole)
        job.done_s = 3600 * (plan.first_back_hour + span_h * share)
        job.crew_at_s = job.done_s - 3600 * min(1.5, plan.first_back_hour / 2)
    return whole


def _repaired(
    storm: Storm, weather: Exposure, losses: list[Loss], draw: random.Random
) -> list[_Job]:
    closed: list[_Job] = []
    opened: dict[int, list[_Job]] = {}
    waiting: list[_Job] = []
    at_work: list[float] = []
    coming = 0
    now_s = 0.0
    while coming < len(losses) or waiting:
        now_s += LOOK_S
        while coming < len(losses) and losses[coming].at_s <= now_s:
            _arrive(storm, weather, losses[coming], opened, waiting, closed, draw)
            coming += 1
        while at_work and at_work[0] <= now_s:
            heapq.heappop(at_work)
        waiting = _send(storm, weather, now_s, waiting, at_work, draw)
    return closed


def _arrive(
    storm: Storm,
    weather: Exposure,
    loss: Loss,
    opened: dict[int, list[_Job]],
    waiting: list[_Job],
    every: list[_Job],
    draw: random.Random,
) -> None:
    """A loss joins the open outage of its zone, or becomes one of its own."""
    here = [job for job in opened.get(loss.zone, ()) if job.done_s > loss.at_s]
    opened[loss.zone] = here
    for job in sorted(here, key=lambda job: -job.customers):
        if loss.customers < APART * job.customers:
            job.grow(loss)
            if job.crew_at_s is not None:
                _interrupt(storm, weather, job, loss, waiting, draw)
            return
    job = _Job(loss)
    every.append(job)
    here.append(job)
    if loss.customers == 1:
        # A single service needs one electrician, not a line crew.
        job.done_s = loss.at_s + draw.lognormvariate(math.log(4 * 3600), 1.0)
    else:
        waiting.append(job)


def _interrupt(
    storm: Storm,
    weather: Exposure,
    job: _Job,
    loss: Loss,
    waiting: list[_Job],
    draw: random.Random,
) -> None:
    """More fails where a crew is at work: it takes longer, or the crew has to withdraw."""
    if weather.at(job.zone, loss.at_s).gust_kmh > storm.grid.crew_gust_limit_kmh:
        job.crew_at_s, job.done_s = None, math.inf
        waiting.append(job)
    else:
        job.done_s = max(job.done_s, loss.at_s + _work_s(storm, loss.customers, draw))


def _send(
    storm: Storm,
    weather: Exposure,
    now_s: float,
    waiting: list[_Job],
    at_work: list[float],
    draw: random.Random,
) -> list[_Job]:
    """Crews go to the largest outages where the wind allows; what is left waits on."""
    left: list[_Job] = []
    for job in sorted(waiting, key=lambda job: (-job.customers, job.zone, job.lost[0][0])):
        windy = weather.at(job.zone, now_s).gust_kmh > storm.grid.crew_gust_limit_kmh
        late = now_s - job.lost[0][0] > LONGEST_S
        if (windy or len(at_work) >= storm.grid.crews) and not late:
            left.append(job)
            continue
        job.crew_at_s = now_s
        job.done_s = now_s + _work_s(storm, job.customers, draw)
        heapq.heappush(at_work, job.done_s)
    return left


def _work_s(storm: Storm, customers: int, draw: random.Random) -> float:
    """The time on site; much of a large outage is switching, so size adds little."""
    longer = 1 + 0.15 * math.log10(max(1, customers))
    return 1200 + 3600 * draw.lognormvariate(math.log(storm.grid.repair_h * longer), 0.6)
