"""Scores outages on storm days beside an oracle and simpler ways to cluster the same posts.

`python tests/benchmarks/outages.py --storm hurricane --seeds 1-3`; how it is measured stands in
tests/benchmarks/README.md.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import process_time

import msgspec
from outages_baselines import CONTENDERS, Report, reports_of
from outages_days import CACHE, Cache, Kept, shipped
from outages_methods import Replay, oracle, product
from outages_speed import held, memory_line, speed_lines, speeds
from outages_table import ORACLE, PRODUCT, Must, Result, Row, as_lines, musts, rows
from outages_traps import Sprung, sprung, trap_lines
from outages_traps import days as trap_days

from desk.outages.score import Tally, predictions, tally
from desk.outages.truth import Truth
from simulator.storm_file import built_in

METHODS = (PRODUCT, ORACLE, *CONTENDERS)
DESKS: dict[str, Callable[[Kept], Replay]] = {PRODUCT: product, ORACLE: oracle}


class Run(msgspec.Struct, frozen=True):
    """A run: the days that were asked for, what was left out, and what came of it."""

    storms: list[str]
    seeds: list[int]
    hours: float | None
    scale: float | None
    background: float
    settings: dict[str, dict[str, float]]
    missing: dict[str, str]
    rows: list[Row]
    musts: list[Must]


class Tried(msgspec.Struct, frozen=True):
    """A setting of a baseline over all days that were asked for."""

    method: str
    settings: dict[str, float]
    f1: float


def scored(days: Iterator[Kept], methods: Sequence[str], missing: dict[str, str]) -> list[Result]:
    """The results of `methods` on each day; a tool that is not installed is put into `missing`."""
    results = []
    for day in days:
        truth = day.known().truth()
        reports: list[Report] | None = None
        for method in methods:
            if method in DESKS:
                replay = DESKS[method](day)
                told = predictions(replay.changes)
                if method == PRODUCT:
                    reports = reports_of(replay.posts)
                cpu_s = replay.cpu_s
            else:
                if reports is None:
                    reports = reports_of(product(day).posts)
                began_s = process_time()
                contender = CONTENDERS[method]
                try:
                    told = contender.tell(reports, **contender.best)
                except ImportError as error:
                    missing[method] = error.name or str(error)
                    continue
                cpu_s = process_time() - began_s
            counts = tally(told, truth)
            results.append(Result(day.name, day.seed, method, counts, round(cpu_s, 2)))
            _say(f"{day.name} {day.seed} {method}: f1 {counts.score().f1}, {cpu_s:.1f} s")
    return results


def sweep(days: Iterator[Kept], methods: Sequence[str]) -> list[Tried]:
    """Every setting that is tried of each baseline, over all days together, the best first."""
    counts: dict[tuple[str, int], Tally] = {}
    for day in days:
        truth = day.known().truth()
        reports = reports_of(product(day).posts)
        for method in methods:
            if method in CONTENDERS:
                _sweep_day(method, reports, truth, counts)
        _say(f"{day.name} {day.seed}: all settings tried")
    tried = []
    for (method, number), sums in counts.items():
        settings = list(CONTENDERS[method].settings())[number]
        tried.append(Tried(method, settings, sums.score().f1 or 0.0))
    return sorted(tried, key=lambda each: (each.method, -each.f1))


def _sweep_day(
    method: str, reports: list[Report], truth: Truth, counts: dict[tuple[str, int], Tally]
) -> None:
    contender = CONTENDERS[method]
    for number, settings in enumerate(contender.settings()):
        found = tally(contender.tell(reports, **settings), truth)
        key = (method, number)
        counts[key] = counts[key] + found if key in counts else found


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _seeds(written: str) -> list[int]:
    """`1-3,31` as numbers."""
    seeds: list[int] = []
    for part in written.split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise ArgumentTypeError(f"'{part}' is no seed, and no range such as 1-3")
        seeds += range(int(first), int(last or first) + 1)
    return seeds


def _options() -> Namespace:
    asked = ArgumentParser(description=__doc__)
    asked.add_argument("--storm", action="append", choices=list(built_in()), help="one or more")
    asked.add_argument("--seeds", type=_seeds, default=[1, 2, 3], help="such as 1-3,31")
    asked.add_argument("--hours", type=float, help="the first hours of each day")
    asked.add_argument("--scale", type=float, help="so many times as many posts")
    asked.add_argument("--background", type=float, default=0.2, help="share of other posts")
    asked.add_argument("--method", action="append", choices=METHODS, help="one or more")
    asked.add_argument("--sweep", action="store_true", help="try the baselines' settings instead")
    asked.add_argument("--traps", action="store_true", help="calm days with one trap each instead")
    asked.add_argument("--speed", action="store_true", help="posts/s and reports/s instead")
    asked.add_argument("--million", action="store_true", help="memory over a million posts instead")
    asked.add_argument("--cache", type=Path, default=CACHE, help="where days are kept")
    asked.add_argument("--keep", action="store_true", help="take days made by earlier code, too")
    asked.add_argument("--format", choices=("text", "json"), default="text")
    return asked.parse_args()


def main() -> None:
    """Scores, and prints the tables or JSON."""
    options = _options()
    storms, methods = options.storm or list(built_in()), options.method or list(METHODS)
    cache = Cache(options.cache, keep=options.keep)
    days = (
        cache.get(shipped(name, seed, options.hours, options.scale, options.background))
        for seed in options.seeds
        for name in storms
    )
    lines: Iterable[str]
    if options.speed:
        fast = list(speeds(days))
        encoded = msgspec.json.encode(fast).decode()
        lines = speed_lines(fast)
    elif options.million:
        _say_held(list(days), options.format)
        return
    elif options.traps:
        found = [_sprung(cache.get(day)) for day in trap_days(options.seeds)]
        encoded = msgspec.json.encode(found).decode()
        lines = trap_lines(found)
    elif options.sweep:
        tried = sweep(days, methods)
        encoded = msgspec.json.encode(tried).decode()
        lines = (f"{each.method:10} f1 {each.f1:.3f}  {each.settings}" for each in tried)
    else:
        run = _run(options, storms, methods, days)
        encoded = msgspec.json.encode(run).decode()
        lines = _lines(run)
    for line in [encoded] if options.format == "json" else lines:
        sys.stdout.write(f"{line}\n")


def _say_held(days: list[Kept], format_: str) -> None:
    """As it comes: a million posts take minutes."""
    for at in held(days):
        line = msgspec.json.encode(at).decode() if format_ == "json" else memory_line(at)
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _sprung(day: Kept) -> Sprung:
    found = sprung(day)
    _say(f"{day.name} {day.seed}: {found.by_trap} false by the trap")
    return found


def _run(options: Namespace, storms: list[str], methods: list[str], days: Iterator[Kept]) -> Run:
    missing: dict[str, str] = {}
    told = rows(scored(days, methods, missing))
    return Run(
        storms=storms,
        seeds=options.seeds,
        hours=options.hours,
        scale=options.scale,
        background=options.background,
        settings={name: CONTENDERS[name].best for name in methods if name in CONTENDERS},
        missing=missing,
        rows=told,
        musts=musts(told),
    )


def _lines(run: Run) -> Iterator[str]:
    yield from as_lines(run.rows, run.musts)
    for name, package in run.missing.items():
        yield f"left out: {name}, since {package} is not installed"


if __name__ == "__main__":
    main()
