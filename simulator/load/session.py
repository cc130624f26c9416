"""A load test from its first process to its report."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from multiprocessing.context import SpawnContext
from pathlib import Path

from desk.territories import Territory, write_territory
from simulator.load.accounting import macro_f1
from simulator.load.feeder import Feeder
from simulator.load.pool import Pool
from simulator.load.report import VERSION, Machine, Plan, Report, Run, machine
from simulator.load.runner import Bench, Now
from simulator.load.saturation import first_to_saturate
from simulator.load.search import CEILING, LOWEST, Found, ramped, stepped
from simulator.load.shapes import Curve, Hold, Record, Shape, Steps
from simulator.load.targets import Target
from simulator.load.usage import Meter
from simulator.load.wish import Wish

PROBE_S = 8.0
OVER = 1.5
"""An overload is so many times the highest rate that held …"""
BACK = 0.6
"""… and then it goes back to this part of it."""
OVER_S = 5.0
TRIES = 3
LOWER = 0.93
WARM_RATE = 1000.0
WARM_S = 6.0
"""Engines learn words as they meet them: a desk that has just begun is slower than it will be."""
SETTLED = 2
"""So many looks in a row, all as promised, and the system is back to normal."""


def load_test(
    wish: Wish,
    pool: Pool,
    territory: Territory,
    folder: Path,
    *,
    watch: Callable[[Now], None],
    say: Callable[[str], None],
    stopped: Callable[[], bool],
) -> Report:
    """Run the test; a user who stops it gets what was measured so far.

    Raises:
        LoadError: the system can't be started, or broke down.
    """
    here = machine()
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        pipe = None if wish.target == "rules" else folder / "posts.fifo"
        if pipe is not None:
            os.mkfifo(pipe, 0o600)
        say(f"starting the {wish.target}")
        with _deaf_to_ctrl_c():
            feeder = Feeder(context, pool, pipe)
            stack.callback(feeder.close)
            target = _target(wish, context, pool, territory, folder, feeder)
            stack.callback(target.close)
            stack.callback(feeder.close)  # first: the end of the feed ends the pipeline
            target.start()
        meter = Meter({"generator": [feeder.pid], **target.pids(), "test": [os.getpid()]})
        bench = Bench(target, feeder, pool, meter, wish.promise, watch=watch, stopped=stopped)
        gc.collect()
        test = _Test(wish, bench, pool)
        test.run()
        return test.report(here)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Processes that start here never hear of ctrl+c: the test ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _target(
    wish: Wish,
    context: SpawnContext,
    pool: Pool,
    territory: Territory,
    folder: Path,
    feeder: Feeder,
) -> Target:
    pipe = folder / "posts.fifo"
    if wish.target == "rules":
        from simulator.load.targets.rules import RulesTarget

        return RulesTarget(context, pool, feeder.released, wish.folders, wish.processes)
    if wish.target == "pipeline":
        from simulator.load.targets.pipeline import PipelineTarget

        return PipelineTarget(context, pipe, pool.posts, territory, wish.folders, wish.processes)
    from simulator.load.targets.desk import DeskTarget

    write_territory(territory, folder)
    place = folder / "territory.toml"
    return DeskTarget(context, pipe, pool.posts, place, wish.folders, wish.processes, wish.desk)


class _Test:
    """The runs of one test, and what they come to."""

    def __init__(self, wish: Wish, bench: Bench, pool: Pool) -> None:
        self._wish = wish
        self._bench = bench
        self._pool = pool
        self._runs: list[Run] = []
        self._best: Run | None = None
        self._overload: Run | None = None
        self._recovered_s: float | None = None
        self._failed: Run | None = None

    def run(self) -> None:
        wish = self._wish
        self._throw("warm-up", Hold(WARM_RATE, min(WARM_S, wish.seconds)))
        if wish.shape == "record":
            self._record()
        elif wish.shape == "storm":
            self._storm()
        elif wish.rates:
            for rate in wish.rates:
                self._keep(self._throw(f"hold {rate:,.0f}/s", Hold(rate, wish.seconds)))
        else:
            self._search()
        if self._best is not None and wish.shape in ("ramp", "step"):
            self._overloaded(self._best.rate)

    def _throw(self, name: str, shape: Shape, *, may_cut: bool = False) -> Run | None:
        """One run, unless the user wants no more."""
        if self._bench.stopped():
            return None
        run = self._bench.run(name, shape, may_cut=may_cut)
        self._runs.append(run)
        return run

    def _probe(self, name: str, shape: Shape) -> Run:
        run = self._bench.run(name, shape, may_cut=True)
        self._runs.append(run)
        return run

    def _keep(self, run: Run | None) -> None:
        """Note a run as the best or as a failure."""
        if run is None:
            return
        if run.held:
            if self._best is None or run.rate > self._best.rate:
                self._best = run
        else:
            self._keep_failure(run)

    def _keep_failure(self, run: Run) -> None:
        if run.cut and self._bench.stopped():
            return  # it was the user who had enough
        if not run.held and (self._failed is None or run.rate < self._failed.rate):
            self._failed = run

    def _search(self) -> Run | None:
        """Find the highest rate, and hold it for the whole time that was asked for."""
        wish, stopped = self._wish, self._bench.stopped
        step_s = min(PROBE_S, wish.seconds)
        if wish.shape == "step":
            found: Found = stepped(self._probe, LOWEST * 10, step_s, stopped)
        else:
            found = ramped(self._probe, wish.promise.within_ms, step_s, stopped)
        steps = [run for run in found.runs if run.name != "ramp"]
        for step in steps:
            if not step.held:
                self._keep(step)
        rate = found.rate or 0.0
        for _ in range(TRIES if rate else 0):
            run = self._throw(f"hold {rate:,.0f}/s", Hold(rate, wish.seconds))
            self._keep(run)
            if run is None or run.held:
                return run
            rate *= LOWER
        # no rate held for the whole time: the best of the shorter steps, which the report tells
        self._best = max((run for run in steps if run.held), key=lambda run: run.rate, default=None)
        return self._best

    def _storm(self) -> None:
        wish = self._wish
        peaks: Sequence[float] = wish.rates
        if not peaks:
            best = self._search()
            peaks = [best.rate] if best else []
        for peak in peaks:
            shape = Curve(self._pool.levels, peak, wish.seconds)
            self._keep(self._throw(f"storm with a peak of {peak:,.0f}/s", shape))

    def _record(self) -> None:
        run = self._throw("record second", Record())
        if run is None or run.drained_s is None:
            return
        self._overload = run
        self._failed = run
        after = self._throw("after the record", Hold(max(LOWEST, BACK * run.achieved), OVER_S))
        if after is not None:
            self._keep(after)
            self._recovered_s = run.drained_s if after.held else None

    def _overloaded(self, rate: float) -> None:
        """Over the limit and back: the system must return to normal by itself."""
        over = min(CEILING, OVER * rate)
        over_s = min(OVER_S, self._wish.seconds / 4)
        shape = Steps((Hold(rate, over_s / 2), Hold(over, over_s), Hold(BACK * rate, 3 * over_s)))
        run = self._throw(f"overload, {over:,.0f}/s, and back", shape)
        if run is None:
            return
        self._overload = run
        self._keep_failure(run)
        self._recovered_s = recovered_s(run, 1.5 * over_s, self._wish.promise.within_ms)

    def report(self, here: Machine) -> Report:
        """What the runs come to."""
        wish, bench = self._wish, self._bench
        account = bench.account()
        figures = bench.judgement.figures() if self._pool.has_truth else {}
        memory = bench.memory_mb or [0.0]
        failed = self._failed
        cores = os.cpu_count() or 1
        with suppress(AttributeError):
            cores = len(os.sched_getaffinity(0))
        return Report(
            version=VERSION,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            plan=Plan(
                wish.target, wish.source, wish.shape, str(wish.promise), wish.processes,
                wish.seconds, wish.seed, self._pool.posts,
            ),
            machine=here,
            rate=self._best.rate if self._best and wish.shape != "record" else None,
            ended_early=bench.stopped(),
            best=self._best,
            overload=self._overload,
            recovered_s=self._recovered_s,
            saturation=first_to_saturate(failed.samples, cores, wish.processes) if failed else None,
            account=account,
            lost=account.lost,
            labels=figures,
            macro_f1=macro_f1(figures) if figures else None,
            screen_rows_cut=bench.rows_cut,
            memory_mb=(memory[0], memory[-1], max(memory)),
            runs=tuple(self._runs),
        )  # fmt: skip


def recovered_s(run: Run, over_until_s: float, within_ms: float) -> float | None:
    """How long after an overload every latency was as promised again; None: it never was."""
    after = [sample for sample in run.samples if sample.at_s > over_until_s]
    for number, sample in enumerate(after):
        few = after[number : number + SETTLED]
        if len(few) == SETTLED and all(_is_well(one.p99_ms, within_ms) for one in few):
            return round(sample.at_s - over_until_s, 1)
    return None


def _is_well(p99_ms: float | None, within_ms: float) -> bool:
    return p99_ms is not None and p99_ms <= within_ms
