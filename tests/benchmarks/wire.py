"""From bytes of Jetstream on a socket to the store: `python tests/benchmarks/wire.py`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import msgspec
from wire_desk import Done, Wish
from wire_feeds import Rate, rates
from wire_sender import Sender
from wire_stock import STORM, Stock, firehose, peak_hour

from simulator.load.report import Machine, machine

MIXES = {"firehose": firehose, "peak hour": peak_hour}
SEEDS = (7, 11, 23)
POSTS = {"firehose": 100_000, "peak hour": 40_000}
MUST_PER_S, GOAL_PER_S = 15_000, 25_000
STAGES = ("intake", "rules", "places", "outages", "cases", "store", "screens")
HERE = Path(__file__).parent


class Run(msgspec.Struct):
    """One stock through one desk: `feed` is the same stock read and decoded alone."""

    mix: str
    seed: int
    tree: str
    background: float
    feed: Done
    desk: Done

    def stages_us(self) -> dict[str, float]:
        """CPU microseconds a post by stage; `rest` is what none of them is."""
        wire_us = 1e6 * self.feed.cpu_s / self.feed.posts
        spent = {"socket, decode": wire_us} | {
            stage: 1e6 * self.desk.stages[stage] / self.desk.posts for stage in STAGES
        }
        whole = 1e6 * self.desk.cpu_s / self.desk.posts
        return spent | {"rest": whole - sum(spent.values()), "all": whole}


class Result(msgspec.Struct):
    """All runs on one machine; `feeds` are decoders alone."""

    machine: Machine
    runs: list[Run] = []
    feeds: list[Rate] = []


def main() -> int:
    """Run what is asked for, and print it."""
    asked = _asked()
    result = Result(machine())
    with tempfile.TemporaryDirectory(prefix="stormdesk-wire-") as temporary:
        folder = Path(asked.stock or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        trees = [HERE.parents[1], *map(Path, asked.beside)]
        for mix in asked.mix or MIXES:
            for seed in asked.seed or SEEDS:
                _say(f"preparing posts: {mix}, seed {seed}")
                posts = asked.posts or POSTS[mix]
                stock = MIXES[mix](seed, posts, folder)
                for tree in trees:
                    _say(f"{mix}, seed {seed}: {stock.posts:,} posts through {tree.name}")
                    result.runs.append(_run(mix, seed, stock, tree, Path(temporary)))
    if not asked.no_feeds:
        for rate in rates(STORM, SEEDS[0]):
            _say(f"{rate.feed} decoded")
            result.feeds.append(rate)
    if asked.format == "json":
        sys.stdout.buffer.write(msgspec.json.encode(result) + b"\n")
    else:
        sys.stdout.write("\n".join(_lines(result)) + "\n")
    return 0


def _run(mix: str, seed: int, stock: Stock, tree: Path, folder: Path) -> Run:
    """The sender on one core, the desk on another, where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    sending, working = (cores[-2], cores[-1]) if len(cores) > 1 else (None, None)
    with Sender(stock, sending) as sender:
        wish = Wish(sender.port, stock.posts, working, STORM, str(folder))
        feed = _done(msgspec.structs.replace(wish, part="feed"), tree)
        desk = _done(wish, tree)
    return Run(mix, seed, tree.name, stock.background, feed, desk)


def _done(wish: Wish, tree: Path) -> Done:
    run = subprocess.run(
        [sys.executable, "-P", str(HERE / "wire_desk.py"), msgspec.json.encode(wish).decode()],
        env=os.environ | {"PYTHONPATH": str(tree)},
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(run.stdout, type=Done)


def _lines(result: Result) -> Iterator[str]:
    here = result.machine
    yield f"Python {here.python}, {here.cores} cores, load {here.load:g} before"
    for mix in dict.fromkeys(run.mix for run in result.runs):
        for tree in dict.fromkeys(run.tree for run in result.runs):
            runs = [run for run in result.runs if (run.mix, run.tree) == (mix, tree)]
            yield from ("", *_table(mix, tree, runs))
    if result.feeds:
        yield ""
        yield f"{'decoder alone':<16} {'posts/s':>9}  us a post  bytes a post"
    for rate in result.feeds:
        per_s, each_us = 1e6 / rate.median_us, rate.median_us
        yield f"{rate.feed:<16} {per_s:>9,.0f}  {each_us:>9.2f}  {rate.bytes_a_post:>12,.0f}"


def _table(mix: str, tree: str, runs: list[Run]) -> Iterator[str]:
    posts = sum(run.desk.posts for run in runs)
    background = statistics.mean(run.background for run in runs)
    labelled = sum(run.desk.labelled for run in runs) / posts
    seeds = ", ".join(str(run.seed) for run in runs)
    yield f"{mix} ({tree}): {posts:,} posts, seeds {seeds}"
    yield f"  background {background:.1%}, labelled {labelled:.1%}"
    yield f"  {'CPU us a post':<16} {'median':>8}  {'of each run':>8}"
    tables = [run.stages_us() for run in runs]
    for stage in tables[0]:
        each = [table[stage] for table in tables]
        yield f"  {stage:<16} {statistics.median(each):>8.2f}  {_each(each, '.1f')}"
    by_cpu = [run.desk.posts / run.desk.cpu_s for run in runs]
    by_wall = [run.desk.posts / run.desk.wall_s for run in runs]
    alone = [run.feed.posts / run.feed.cpu_s for run in runs]
    yield f"  posts/s          {statistics.median(by_wall):>8,.0f}  {_each(by_wall, ',.0f')}"
    yield f"  posts/s of CPU   {statistics.median(by_cpu):>8,.0f}  {_each(by_cpu, ',.0f')}"
    yield f"  feed alone       {statistics.median(alone):>8,.0f}  {_each(alone, ',.0f')}"
    outages, cases = (sum(getattr(run.desk, n) for run in runs) for n in ("outages", "cases"))
    missing = posts - sum(run.desk.stored for run in runs)
    a_batch = posts / sum(run.desk.batches for run in runs)
    yield f"  outages {outages:,}, cases {cases:,}, posts a batch {a_batch:.0f}"
    enough = statistics.median(by_wall) >= MUST_PER_S
    yield f"  must: posts/s >= {MUST_PER_S:,} (goal {GOAL_PER_S:,}): {_said(held=enough)}"
    yield f"  must: posts not stored once <= 0: {_said(held=not missing)}, {missing:,}"


def _said(*, held: bool) -> str:
    return "reached" if held else "NOT reached"


def _each(values: list[float], form: str) -> str:
    return "  ".join(format(value, form) for value in values)


def _asked() -> Namespace:
    asking = ArgumentParser(description=__doc__)
    asking.add_argument("--mix", action="append", choices=list(MIXES))
    asking.add_argument("--seed", action="append", type=int)
    asking.add_argument("--posts", type=int, help="posts of each run")
    asking.add_argument("--stock", help="a folder where posts that were prepared are kept")
    asking.add_argument("--beside", action="append", default=[], help="another checkout, in turn")
    asking.add_argument("--no-feeds", action="store_true", help="leave the decoders alone out")
    asking.add_argument("--format", choices=("text", "json"), default="text")
    return asking.parse_args()


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())
