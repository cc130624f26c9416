"""How well posts are located, and how fast: `python tests/benchmarks/places.py`."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
from places_elsewhere import Elsewhere, measure_elsewhere
from places_nyc import View, measure_new_york
from places_storms import BANDS, STORMS, StormResult, measure_storm

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
"""Where corpora of real posts are looked for when `--corpora` says nothing."""

PRECISION_MIN, RECALL_MIN, POSTS_PER_S_MIN = 0.95, 0.90, 50_000


class Result(msgspec.Struct):
    """All tables of a run; empty where the corpora are not there."""

    storms: list[StormResult] = []
    new_york: list[View] = []
    elsewhere: list[Elsewhere] = []


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=31, help="of the storms")
    parser.add_argument("--storm", action="append", choices=STORMS, help="only this storm")
    parser.add_argument("--hours", type=float, default=6.0, help="of each storm")
    parser.add_argument("--scale", type=float, default=0.15, help="of the crowd")
    parser.add_argument("--wrong", type=int, default=0, help="shows so many wrong locations")
    parser.add_argument("--corpora", type=Path, default=CORPORA, help="folder of real posts")
    parser.add_argument("--atlas", type=Path, help="folder with us-atlas and world-atlas")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    asked = parser.parse_args()
    result = Result()
    with tempfile.TemporaryDirectory(prefix="stormdesk-places-") as folder:
        for storm in asked.storm or STORMS:
            result.storms.append(
                measure_storm(
                    storm, Path(folder), asked.seed, asked.hours, asked.scale, wrong=asked.wrong
                )
            )
        if asked.corpora.is_dir():
            result.elsewhere = measure_elsewhere(asked.corpora)
            result.new_york = measure_new_york(asked.corpora, Path(folder), asked.atlas)
        else:
            sys.stderr.write(f"no corpora in {asked.corpora}: storms only\n")
    if asked.format == "json":
        sys.stdout.buffer.write(msgspec.json.encode(result) + b"\n")
    else:
        sys.stdout.write("\n".join(lines_of(result)) + "\n")
    return 0


def lines_of(result: Result) -> Iterator[str]:
    """The tables, for people."""
    yield from _storm_lines(result.storms)
    if result.elsewhere:
        yield ""
        yield f"{'posts of elsewhere':28} {'territory':16} {'posts':>7} {'located':>7} {'share':>8}"
    for row in result.elsewhere:
        share = f"{row.share:8.3%}"
        yield f"{row.corpus:28} {row.territory:16} {row.posts:7,} {row.located:7,} {share}"
    if result.new_york:
        yield ""
        yield (
            f"{'New York, read from':22} {'posts':>6} {'located':>8} {'right borough':>14}"
            f" {'ZIP within 4 km':>16} {'km p50':>7} {'km p90':>7}"
        )
    for view in result.new_york:
        yield (
            f"{view.read:22} {view.posts:6,} {view.located:8.3f} {view.borough:14.3f}"
            f" {view.zip_near:16.3f} {view.km_p50:7.1f} {view.km_p90:7.1f}"
        )


def _storm_lines(storms: list[StormResult]) -> Iterator[str]:
    yield (
        f"{'storm':14} {'posts':>7} {'can be':>7} {'located':>8} {'right':>7} {'recall':>7}"
        f" {'no trap':>8} {'us a post':>10}"
    )
    for storm in storms:
        yield (
            f"{storm.storm:14} {storm.posts:7,} {storm.locatable:7,} {storm.located:8,}"
            f" {storm.precision:7.3f} {storm.recall:7.3f} {storm.precision_no_trap:8.3f}"
            f" {storm.cpu_us:10.1f}"
        )
    yield ""
    yield f"{'source':14} {'located':>8} {'right':>7} {'of the readable':>16}"
    readable = sum(storm.locatable for storm in storms)
    for source in dict.fromkeys(name for storm in storms for name in storm.sources):
        counts = [storm.sources[source] for storm in storms if source in storm.sources]
        located, right, found = (sum(column) for column in zip(*counts, strict=True))
        yield f"{source:14} {located:8,} {right / located:7.3f} {found / max(1, readable):16.3f}"
    yield ""
    yield f"{'confidence':14} {'located':>8} {'right':>7}"
    for low, high in pairwise((*BANDS, 1.01)):
        banded = [storm.bands.get(f"{low:g}", (0, 0)) for storm in storms]
        located, right = (sum(column) for column in zip(*banded, strict=True))
        if located:
            yield f"{low:4.2f}-{high:<9.2f} {located:8,} {right / located:7.3f}"
    yield ""
    located = sum(storm.located for storm in storms)
    right = sum(storm.right for storm in storms)
    found = sum(storm.found for storm in storms)
    posts = sum(storm.posts for storm in storms)
    cpu_us = sum(storm.cpu_us * storm.posts for storm in storms) / posts
    yield _must("right of located", right / located, PRECISION_MIN)
    yield _must("located of readable", found / readable, RECALL_MIN)
    yield _must("posts/s of one core", 1e6 / cpu_us, POSTS_PER_S_MIN)
    for storm in storms:
        yield from (f"wrong: {line}" for line in storm.wrong)


def _must(what: str, reached: float, needed: float) -> str:
    verdict = "reached" if reached >= needed else "NOT reached"
    shown = f"{reached:,.0f}" if needed > 1 else f"{reached:.3f}"
    return f"must: {what} >= {needed:,g}: {verdict}, {shown}"


if __name__ == "__main__":
    raise SystemExit(main())
