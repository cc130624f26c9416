"""One run: a shape thrown at a system, watched until its last post is accounted for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import msgspec

from simulator.errors import LoadError
from simulator.load.accounting import Account, Judgement
from simulator.load.feeder import Sent
from simulator.load.latency import Latencies
from simulator.load.pool import UNKNOWN_TRUTH, Pool
from simulator.load.promise import Promise
from simulator.load.report import Run, Sample
from simulator.load.schedule import STEP_S, Schedule
from simulator.load.shapes import Shape
from simulator.load.targets import Target
from simulator.load.usage import BESIDE, Meter
from simulator.load.wire import Progress

LOOK_S = 0.1
SAMPLE_S = 0.5
LEAD_S = 0.3
"""From the order to the first post: the feeder must have it by then."""
HOPELESS = 4.0
"""A run that is so many times slower than promised for a while will not hold: it is cut."""
HOPELESS_S = 1.0
DRAIN_S = 600.0
STUCK_S = 30.0


class Feeds(Protocol):
    """What a run needs of the feeder."""

    def begin(self, first: int, schedule: Schedule, begin_s: float) -> None:
        """Send the posts of a schedule."""
        ...

    def cut(self) -> None:
        """Send no more."""
        ...

    def sent(self) -> Sent | None:
        """What was sent, once it is over."""
        ...


class Now(msgspec.Struct, frozen=True):
    """A run as it stands, for a live screen."""

    name: str
    at_s: float
    seconds: float
    intended_posts: int
    done_posts: int
    sample: Sample
    p90_ms: float | None
    p999_ms: float | None


Watch = Callable[[Now], None]


class Bench:
    """A system under load with its feeder, and what became of all posts so far.

    `stopped` says whether the user wants no more; `watch` is told how it stands, twice a second.
    """

    def __init__(
        self,
        target: Target,
        feeder: Feeds,
        pool: Pool,
        meter: Meter,
        promise: Promise,
        *,
        watch: Watch,
        stopped: Callable[[], bool],
    ) -> None:
        self.target = target
        self.feeder = feeder
        self.pool = pool
        self.meter = meter
        self.promise = promise
        self.watch = watch
        self.stopped = stopped
        self.sent = 0
        self.done = 0
        self.refused = 0
        self.labelled = 0
        self.stuck = False
        self.rows_cut = 0
        self.rows_missing = 0
        self.judgement = Judgement()
        self.memory_mb: list[float] = []
        self.work_s: dict[int, dict[str, float]] = {}

    def run(self, name: str, shape: Shape, *, may_cut: bool = False) -> Run:
        """Throw `shape` at the system, and wait until every post that was sent is done.

        Raises:
            LoadError: the system has ended, or the pool has too few posts for so many rounds.
        """
        running = _Running(self, name, shape, may_cut=may_cut)
        if self.sent + running.posts > self.pool.most:
            raise LoadError(
                f"{self.pool.posts:,} different posts can't come again often enough for"
                f" '{name}', each time on later days: give more with --posts"
            )
        return running.run()

    def account(self) -> Account:
        """What became of all posts so far; at what is stuck nobody works any more: it is lost."""
        waiting = max(0, self.sent - self.done)
        return Account(
            sent=self.sent,
            labelled=self.labelled,
            unlabelled=self.done - self.labelled - self.refused,
            refused=self.refused,
            backlog=0 if self.stuck else waiting,
        )


class _Running:
    """A run while it lasts."""

    def __init__(self, bench: Bench, name: str, shape: Shape, *, may_cut: bool) -> None:
        self._bench = bench
        self._name = name
        self._schedule = Schedule.of(shape)
        self._may_cut = may_cut
        self._first = bench.sent
        self._done_before = bench.done
        self._cut = False
        self._sent: Sent | None = None
        self._label, self._outage, self._screen = Latencies(), Latencies(), Latencies()
        self._recent = Latencies()
        self._samples: list[Sample] = []
        self._hopeless_s = 0.0
        self._work_s = bench_work(bench)
        self._sampled = (0.0, 0, 0)

    @property
    def posts(self) -> int:
        """How many posts it will send."""
        return self._schedule.posts

    def run(self) -> Run:
        bench = self._bench
        self._begin_s = time.monotonic() + LEAD_S
        bench.meter.cores()
        bench.feeder.begin(self._first, self._schedule, self._begin_s)
        drained_s = self._watch_until_done()
        sent = self._sent or Sent(0, 0.0)
        bench.sent = self._first + sent.posts
        seconds = min(self._schedule.seconds, max(self._at_s(), 1e-3))
        backlog = max(0, bench.sent - bench.done)
        done = bench.done - self._done_before
        value = self._label.ms(bench.promise.percentile)
        held = not self._cut and not backlog and value is not None
        span_s = max(seconds, self._last_done_s)
        return Run(
            name=self._name,
            rate=self._peak(),
            seconds=round(seconds, 2),
            held=held and value is not None and value <= bench.promise.within_ms,
            cut=self._cut,
            achieved=round(done / max(span_s, 1e-3), 1),
            label=self._label.percentiles(),
            outage=self._outage.percentiles(),
            screen=self._screen.percentiles(),
            backlog=backlog,
            drained_s=drained_s,
            late_ms=sent.late_ms,
            samples=tuple(self._samples),
        )

    _begin_s = 0.0
    _last_done_s = 0.0

    def _peak(self) -> float:
        """The highest rate of the shape, over a second, or all of a shorter one."""
        due = self._schedule.due
        steps = round(1 / STEP_S)
        if len(due) <= steps:
            return round(self._schedule.posts / max(self._schedule.seconds, STEP_S), 1)
        peak = max(due[at] - due[at - steps] for at in range(steps, len(due), steps // 10))
        return float(peak)

    def _at_s(self) -> float:
        return time.monotonic() - self._begin_s

    def _watch_until_done(self) -> float | None:
        """Follow the run to its end; seconds from its last post to an empty backlog."""
        bench = self._bench
        progressed_s = time.monotonic()
        while True:
            time.sleep(LOOK_S)
            before = bench.done
            self._hear()
            now_s = time.monotonic()
            if bench.done != before:
                progressed_s, bench.stuck = now_s, False
            if self._sent is None:
                self._sent = bench.feeder.sent()
                if self._sent is None and (bench.stopped() or self._is_hopeless()):
                    self._cut_it()
            if self._at_s() - self._sampled[0] >= SAMPLE_S:
                self._sample()
            if self._is_done():
                self._sample()
                end_s = min(self._schedule.seconds, self._at_s())
                return round(max(0.0, self._last_done_s - end_s), 2)
            if self._sent is not None and now_s - progressed_s > STUCK_S:
                bench.stuck = True
                return None
            if now_s - self._begin_s - self._schedule.seconds > DRAIN_S:
                return None

    def _cut_it(self) -> None:
        self._cut = True
        self._bench.feeder.cut()
        begun_s = time.monotonic()
        while self._sent is None:
            self._hear()
            self._sent = self._bench.feeder.sent()
            if time.monotonic() - begun_s > STUCK_S:
                raise LoadError("the system under load reads no more posts")
            time.sleep(0.02)

    def _is_done(self) -> bool:
        bench = self._bench
        if self._sent is None or bench.done < self._first + self._sent.posts:
            return False
        return bench.rows_missing <= 0

    def _is_hopeless(self) -> bool:
        return self._may_cut and self._hopeless_s >= HOPELESS_S

    def _hear(self) -> None:
        for progress in self._bench.target.heard():
            self._take(progress)

    def _take(self, progress: Progress) -> None:
        bench, schedule, begin_s = self._bench, self._schedule, self._begin_s
        for first, end, at_s in progress.done:
            bench.done += end - first
            self._last_done_s = max(self._last_done_s, at_s - begin_s)
            for intended_s, posts in schedule.moments(first - self._first, end - self._first):
                took_s = at_s - begin_s - intended_s
                self._label.record(took_s, posts)
                self._recent.record(took_s, posts)
        for post, at_s in progress.outages:
            if post >= self._first:
                self._outage.record(at_s - begin_s - schedule.intended_s(post - self._first))
        for post, at_s in progress.screens:
            if post >= self._first:
                self._screen.record(at_s - begin_s - schedule.intended_s(post - self._first))
        self._judge(progress)
        bench.refused += progress.refused
        bench.rows_cut += progress.cut
        bench.rows_missing += progress.cut - progress.fetched
        bench.work_s[progress.source] = progress.work_s

    def _judge(self, progress: Progress) -> None:
        bench = self._bench
        truth, posts = bench.pool.truth, bench.pool.posts
        bench.labelled += len(progress.given)
        given = dict(progress.given)
        if not bench.pool.has_truth:
            return
        for post, labels in given.items():
            true = truth[post % posts]
            bench.judgement.count(true, labels)
            # its batch is counted below as if nobody had labelled it
            bench.judgement.count(true, 0, -1)
        for first, end, _ in progress.done:
            for post in range(first, end):
                true = truth[post % posts]
                if true != UNKNOWN_TRUTH:
                    bench.judgement.count(true, 0)

    def _sample(self) -> None:
        bench, at_s = self._bench, self._at_s()
        if at_s <= self._sampled[0]:
            return
        span_s = at_s - self._sampled[0]
        due = self._schedule.due_by(at_s) if self._sent is None else self._sent.posts
        done = bench.done - self._first
        work_s = bench_work(bench)
        stages = {
            stage: round((spent - self._work_s.get(stage, 0.0)) / span_s, 3)
            for stage, spent in work_s.items()
        }
        self._work_s = work_s
        memory = bench.meter.memory()
        memory_mb = round(sum(memory[role] for role in memory if role not in BESIDE), 1)
        bench.memory_mb.append(memory_mb)
        sample = Sample(
            at_s=round(at_s, 2),
            intended=round((due - self._sampled[1]) / span_s, 1),
            achieved=round((done - self._sampled[2]) / span_s, 1),
            backlog=max(0, due - done),
            p50_ms=self._recent.ms(50),
            p99_ms=self._recent.ms(99),
            cores=dict(bench.meter.cores()),
            stages=stages,
            memory_mb=memory_mb,
            others=bench.meter.others,
            memory=memory,
        )
        self._samples.append(sample)
        within_ms = bench.promise.within_ms
        worst = sample.p50_ms if sample.p50_ms is not None else (within_ms * 5 if due > done else 0)
        self._hopeless_s = self._hopeless_s + span_s if worst > HOPELESS * within_ms else 0.0
        bench.watch(
            Now(
                self._name, round(at_s, 1), self._schedule.seconds, due, done, sample,
                self._recent.ms(90), self._recent.ms(99.9),
            )
        )  # fmt: skip
        self._sampled = (at_s, due, done)
        self._recent = Latencies()


def bench_work(bench: Bench) -> dict[str, float]:
    """Seconds of work by stage since the begin, over all that tell of it."""
    total: dict[str, float] = {}
    for work_s in bench.work_s.values():
        for stage, spent in work_s.items():
            total[stage] = total.get(stage, 0.0) + spent
    return total
