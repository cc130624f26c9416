"""Compares the engine with what a user would pick instead: `python tests/benchmarks/compare.py`."""

from __future__ import annotations

import platform
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from matchers import EXTRACT, HYPERSCAN_FUZZY, OURS
from measure import TURN_POSTS, Quality, Race, Speed
from workload import Disfigured, Workload, shipped, synthetic

POSTS_PER_S_MIN = 60_000
TIMES_MIN = {EXTRACT: 50.0, HYPERSCAN_FUZZY: 1.0}


class Must(msgspec.Struct, frozen=True):
    """What the engine must reach, and what it reached."""

    what: str
    needed: float
    reached: float
    met: bool


class Result(msgspec.Struct, frozen=True):
    """All that was measured with one workload."""

    workload: str
    phrases: int
    plain_phrases: int
    missing: dict[str, str]
    speeds: list[Speed]
    musts: list[Must]
    qualities: list[Quality]


class Report(msgspec.Struct, frozen=True):
    """A run: when and where, with which numbers, and its results."""

    date: date
    machine: str
    python: str
    seed: int
    posts: int
    rounds: int
    texts: int
    results: list[Result]


def measured(workload: Workload, posts: int, rounds: int, texts: int) -> Result:
    """Speed over `rounds` rounds of `posts` posts; finds in `texts` texts of each kind, or none."""
    race = Race(workload)
    speeds = race.speeds(posts, rounds)
    qualities: list[Quality] = []
    if texts:
        disfigured = Disfigured(workload, workload.seed)
        cases, near = disfigured.cases(texts), disfigured.near_words(texts * 4)
        qualities = race.qualities(cases, near, workload.clean_posts(texts * 10))
    count = sum(len(rule.any) for pack in workload.packs for rule in pack.rules)
    return Result(
        workload=workload.name,
        phrases=count,
        plain_phrases=len(workload.phrases),
        missing=race.missing,
        speeds=speeds,
        musts=list(_musts(speeds)),
        qualities=qualities,
    )


def _musts(speeds: Sequence[Speed]) -> Iterator[Must]:
    for speed in speeds:
        if speed.tool == OURS:
            reached = speed.first_pass_per_s
            met = reached >= POSTS_PER_S_MIN
            yield Must("posts/s, whole first pass", POSTS_PER_S_MIN, reached, met)
        elif speed.tool in TIMES_MIN:
            needed, reached = TIMES_MIN[speed.tool], speed.engine_times
            yield Must(f"times {speed.tool}", needed, reached, reached >= needed)


def as_text(report: Report) -> str:
    """The report as tables."""
    where = f"{report.date}, {report.machine}, Python {report.python}, one core"
    lines = [f"{where}; seed {report.seed}, {report.rounds} rounds of {report.posts:,} posts"]
    for result in report.results:
        lines += ["", *_result_lines(result)]
    return "\n".join(lines) + "\n"


def _result_lines(result: Result) -> Iterator[str]:
    yield (
        f"{result.workload} keyword sets: {result.phrases:,} phrases, "
        f"{result.plain_phrases:,} plain ones for the others"
    )
    yield from _table(
        ("tool", "posts/s", "first pass", "engine x", "(of rounds)", "read", "load s"),
        [
            (
                speed.tool,
                f"{speed.posts_per_s:,.0f}",
                f"{speed.first_pass_per_s:,.0f}",
                f"{speed.engine_times:,.2f}",
                f"{speed.engine_times_least:,.2f}-{speed.engine_times_most:,.2f}",
                f"{speed.posts:,}",
                f"{speed.load_s:.2f}",
            )
            for speed in result.speeds
        ],
    )
    for must in result.musts:
        answer = "reached" if must.met else "NOT reached"
        yield f"must: {must.what} >= {must.needed:,.0f}: {answer}, {must.reached:,.2f}"
    for tool, package in result.missing.items():
        yield f"left out: {tool}, since {package} is not installed"
    if result.qualities:
        yield ""
        yield from _quality_table(result.qualities)


def _quality_table(qualities: Sequence[Quality]) -> Iterator[str]:
    """Tools as columns, kinds of damage as rows."""
    shares = [
        {
            "found: all damaged": quality.recall,
            **{f"found: {kind}": share for kind, share in quality.by_kind.items()},
            "false: near word": quality.near_word,
            "false: clean post": quality.clean,
            "false: wrong label": quality.wrong,
        }
        for quality in qualities
    ]
    posts = {kind: f"{count:,}" for kind, count in qualities[0].posts.items()}
    yield from _table(
        ("share of posts", "posts", *(_short(quality.tool) for quality in qualities)),
        [
            (row, posts.get(row.partition(": ")[2], ""), *(f"{each[row]:.3f}" for each in shares))
            for row in shares[0]
        ],
    )


def _short(tool: str) -> str:
    """The tool's name in the head of a narrow column."""
    return tool.removeprefix("rapidfuzz ").replace("hyperscan", "hs").replace(" ", "-")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        first, *others = (
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join([first, *others])


def _at_least(least: int) -> Callable[[str], int]:
    def count(written: str) -> int:
        if not written.isdecimal() or int(written) < least:
            raise ArgumentTypeError(f"'{written}' is no whole number of {least} or more")
        return int(written)

    return count


def main() -> None:
    """Measures, and prints the tables or JSON."""
    asked = ArgumentParser(description=__doc__)
    asked.add_argument("--posts", type=_at_least(TURN_POSTS), default=40_960, help="of a round")
    asked.add_argument("--rounds", type=_at_least(1), default=3)
    asked.add_argument("--phrases", type=_at_least(1), default=1_000, help="of the synthetic set")
    asked.add_argument("--texts", type=_at_least(0), default=50, help="of each kind of damage")
    asked.add_argument("--seed", type=_at_least(0), default=1)
    asked.add_argument("--workload", choices=("synthetic", "shipped", "both"), default="both")
    asked.add_argument("--format", choices=("text", "json"), default="text")
    options = asked.parse_args()
    workloads = []
    if options.workload != "shipped":
        workloads.append(synthetic(options.phrases, options.seed))
    if options.workload != "synthetic":
        workloads.append(shipped(options.seed))
    report = Report(
        date=datetime.now(UTC).date(),
        machine=_machine(),
        python=platform.python_version(),
        seed=options.seed,
        posts=options.posts // TURN_POSTS * TURN_POSTS,
        rounds=options.rounds,
        texts=options.texts,
        results=[
            measured(workload, options.posts, options.rounds, options.texts)
            for workload in workloads
        ],
    )
    written = msgspec.json.encode(report).decode() + "\n"
    sys.stdout.write(written if options.format == "json" else as_text(report))


def _machine() -> str:
    """The processor's name, where the system tells it."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
