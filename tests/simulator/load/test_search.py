"""The search, on a system whose capacity is known: no process, no clock."""

from __future__ import annotations

import math

import pytest

from simulator.load.latency import Latencies, Percentiles
from simulator.load.report import Run, Sample
from simulator.load.schedule import Schedule
from simulator.load.search import CLOSE, LOWEST, knee, ramped, stepped
from simulator.load.shapes import Hold, Ramp, Shape

WITHIN_MS = 250.0
NOTHING = Percentiles(0, None, None, None, None, None)


class Server:
    """Works off posts at a fixed rate, first come, first served; calculated, not run."""

    def __init__(self, capacity: float) -> None:
        self.capacity = capacity
        self.runs = 0

    def __call__(self, name: str, shape: Shape) -> Run:
        self.runs += 1
        schedule = Schedule.of(shape)
        label, recent = Latencies(), Latencies()
        samples: list[Sample] = []
        free_s, told = 0.0, 0
        for post in range(schedule.posts):
            at_s = schedule.intended_s(post)
            free_s = max(free_s, at_s) + 1 / self.capacity
            label.record(free_s - at_s)
            recent.record(free_s - at_s)
            if at_s >= 0.5 * (len(samples) + 1):
                samples.append(
                    Sample(
                        at_s, 0, (post + 1 - told) / 0.5, 0, None, recent.ms(99), {}, {}, 0.0, 0.0
                    )
                )
                told, recent = post + 1, Latencies()
            if free_s - at_s > 4:
                break
        held = (label.ms(99) or math.inf) <= WITHIN_MS
        return Run(
            name, schedule.posts / schedule.seconds, schedule.seconds, held, not held, 0.0,
            label.percentiles(), NOTHING, NOTHING, 0, 0.0, 0.0, tuple(samples),
        )  # fmt: skip


@pytest.mark.parametrize("capacity", [180.0, 2500.0, 9000.0])
def test_it_comes_near_the_capacity_from_below(capacity: float) -> None:
    server = Server(capacity)
    found = ramped(server, WITHIN_MS, 3.0, lambda: False)
    assert found.rate is not None
    # a few seconds of a little too much still hold: the promise leaves room for it
    assert capacity * 0.9 <= found.rate <= capacity * 1.15
    assert found.failed is not None
    assert found.failed <= found.rate * CLOSE
    assert server.runs <= 11


def test_steps_alone_find_it_too() -> None:
    found = stepped(Server(1500.0), 500.0, 3.0, lambda: False)
    assert found.rate is not None
    assert 1350 <= found.rate <= 1725


def test_a_system_that_holds_nothing_has_no_rate() -> None:
    found = stepped(Server(3.0), 500.0, 2.0, lambda: False)
    assert found.rate is None
    assert found.runs[-1].rate == pytest.approx(LOWEST, rel=0.01)


def test_a_user_who_stops_ends_it() -> None:
    server = Server(1000.0)
    assert ramped(server, WITHIN_MS, 3.0, lambda: True).rate is None
    assert server.runs == 1


def test_the_knee_is_the_last_rate_that_was_met_in_time() -> None:
    run = Server(2000.0)("ramp", Ramp(LOWEST, 20_000, 10))
    assert 900 <= knee(run, WITHIN_MS) <= 2600
    assert knee(Server(1.0)("ramp", Hold(100, 1)), WITHIN_MS) == LOWEST
