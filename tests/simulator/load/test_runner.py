"""A run against a system that stalls: the stall must show, and every post must be found again."""

from __future__ import annotations

import os

import pytest

from simulator.errors import LoadError
from simulator.load.feeder import Sent
from simulator.load.pool import Pool
from simulator.load.promise import Promise
from simulator.load.runner import Bench, Now
from simulator.load.schedule import Schedule
from simulator.load.session import recovered_s
from simulator.load.shapes import Hold, Steps
from simulator.load.usage import Meter
from simulator.load.wire import Progress


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class Stalling:
    """Takes posts the moment they are due, but nothing from second `stalls_s` for `stall_s`."""

    name = "stalling"

    def __init__(self, clock: Clock, stalls_s: float, stall_s: float, lose: int = 0) -> None:
        self.clock, self.stalls_s, self.stall_s, self.lose = clock, stalls_s, stall_s, lose
        self.schedule = Schedule.of(Hold(1, 0))
        self.first, self.begin_s, self.done = 0, 0.0, 0
        self.over: int | None = None

    def begin(self, first: int, schedule: Schedule, begin_s: float) -> None:
        self.first, self.schedule, self.begin_s, self.done = first, schedule, begin_s, 0
        self.over = None

    def cut(self) -> None:
        self.over = self.schedule.due_by(self.clock.now_s - self.begin_s)

    def sent(self) -> Sent | None:
        if self.over is None and self.clock.now_s >= self.begin_s + self.schedule.seconds:
            self.over = self.schedule.posts
        return None if self.over is None else Sent(self.over, 0.0)

    def start(self) -> None: ...

    def pids(self) -> dict[str, list[int]]:
        return {"stalling": [os.getpid()]}

    def heard(self) -> list[Progress]:
        at_s = self.clock.now_s - self.begin_s
        if self.stalls_s <= at_s < self.stalls_s + self.stall_s:
            return []
        due = self.schedule.due_by(at_s) if self.over is None else self.over
        due = max(self.done, due - self.lose)
        first, self.done = self.done, due
        if first == due:
            return []
        posts = range(self.first + first, self.first + due)
        return [
            Progress(
                done=[(posts[0], posts[-1] + 1, self.clock.now_s)],
                given=[(post, 4) for post in posts if post % 2],
            )
        ]

    def close(self) -> None: ...


def bench(target: Stalling, pool: Pool, promise: Promise | None = None) -> Bench:
    told: list[Now] = []
    return Bench(
        target, target, pool, Meter({"system": [os.getpid()]}), promise or Promise(99, 250),
        watch=told.append, stopped=lambda: False,
    )  # fmt: skip


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("simulator.load.runner.time.monotonic", clock.monotonic)
    monkeypatch.setattr("simulator.load.runner.time.sleep", clock.sleep)
    return clock


def test_a_stall_shows_in_the_latencies_of_all_posts_that_it_kept_waiting(
    clock: Clock, pool: Pool
) -> None:
    run = bench(Stalling(clock, 2.0, 3.0), pool).run("stall", Hold(100, 10))
    # 3 of 10 s: a test that waited for answers would have one slow post of a thousand
    assert run.label.count == 1000
    assert run.label.worst == pytest.approx(3000, abs=150)
    assert run.label.p90 == pytest.approx(2000, abs=150)
    assert run.label.p50 is not None
    assert run.label.p50 <= 101
    assert not run.held
    assert max(sample.backlog for sample in run.samples) == pytest.approx(300, abs=60)


def test_a_run_without_a_stall_holds(clock: Clock, pool: Pool) -> None:
    made = bench(Stalling(clock, 99, 0), pool)
    run = made.run("calm", Hold(100, 3))
    assert run.held
    assert run.drained_s is not None
    assert run.drained_s <= 0.2
    account = made.account()
    assert (account.sent, account.labelled, account.unlabelled) == (300, 150, 150)
    assert account.lost == account.backlog == 0
    assert made.judgement.figures()["outage"].f1 == 1.0
    again = made.run("again", Hold(50, 1))
    assert again.label.count == 50
    assert made.account().sent == 350


def test_posts_that_vanish_are_lost_and_the_run_does_not_hold(clock: Clock, pool: Pool) -> None:
    made = bench(Stalling(clock, 99, 0, lose=7), pool)
    run = made.run("losing", Hold(100, 2))
    assert run.drained_s is None
    assert not run.held
    assert run.backlog == 7
    account = made.account()
    assert (account.sent, account.lost, account.backlog) == (200, 7, 0)


def test_posts_that_would_come_again_after_the_last_year_are_refused_before(
    clock: Clock, pool: Pool
) -> None:
    made = bench(Stalling(clock, 99, 0), pool)
    assert pool.most < 700_000
    with pytest.raises(LoadError, match=r"10 different posts .* give more with --posts"):
        made.run("too long", Hold(70_000, 10))
    assert made.account().sent == 0


def test_a_hopeless_run_is_cut_short_where_that_is_allowed(clock: Clock, pool: Pool) -> None:
    run = bench(Stalling(clock, 1.0, 4.0), pool).run("hopeless", Hold(100, 60), may_cut=True)
    assert run.cut
    assert run.seconds < 20
    assert run.label.count < 6000


def test_time_until_normal_is_told_after_an_overload(clock: Clock, pool: Pool) -> None:
    shape = Steps((Hold(100, 2), Hold(200, 2), Hold(50, 6)))
    run = bench(Stalling(clock, 3.0, 2.0), pool).run("over and back", shape)
    after_s = recovered_s(run, 4.0, 250)
    assert after_s is not None
    assert 1.0 <= after_s <= 2.5
    assert recovered_s(run, 4.0, 0.001) is None
