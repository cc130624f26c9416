"""Locations of a storm's posts beside the truth."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import msgspec

from desk.places import Locator
from desk.post import LabelledPost, Location, Post, decode_post, labelled
from desk.territories import load_territory
from simulator.truth import PostTruth

STORMS = ("hurricane", "ice-storm", "thunderstorms", "flood", "blackout", "calm")
BANDS = (0.0, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
ROUNDS = 15
"""Times that posts are read for their speed: the fastest counts, the others were disturbed."""

SLICE_POSTS = 64


class StormResult(msgspec.Struct):
    """Labelled posts of a storm: `locatable` by a reader, `located` by the desk and `right`.

    `found` are the locatable ones with the right community. `sources` and `bands` of confidence
    map to how many were located, and how many of them rightly; sources also to how many of the
    locatable ones. `precision_no_trap` leaves out the posts that lie about their place. `cpu_us` is
    the CPU time of a post.
    """

    storm: str
    posts: int = 0
    locatable: int = 0
    located: int = 0
    right: int = 0
    found: int = 0
    trapped: int = 0
    sources: dict[str, tuple[int, int, int]] = {}
    bands: dict[str, tuple[int, int]] = {}
    wrong: list[str] = []
    cpu_us: float = 0.0
    precision: float = 0.0
    precision_no_trap: float = 0.0
    recall: float = 0.0


def measure_storm(
    storm: str, folder: Path, seed: int, hours: float, scale: float, *, wrong: int = 0
) -> StormResult:
    """Generate the storm into `folder`, and locate its labelled posts in order."""
    out = folder / storm
    command = [
        sys.executable, "-m", "tui", "storm", "generate", storm, "--seed", str(seed),
        "--hours", f"{hours:g}", "--scale", f"{scale:g}", "--background", "0.3", "--out", str(out),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return measure_folder(storm, out, wrong=wrong)


def measure_folder(storm: str, out: Path, *, wrong: int = 0, rounds: int = ROUNDS) -> StormResult:
    """Locate the labelled posts of a generated storm in order, and compare with its truth."""
    truth = {
        line.id: line
        for line in map(_decode_truth, (out / "truth.jsonl").read_bytes().splitlines())
    }
    lines = (out / "posts.jsonl").read_bytes().splitlines()
    posts = [decode_post(line, number) for number, line in enumerate(lines, 1)]
    posts = [post for post in posts if truth[post.id].labels]
    locator = Locator(load_territory(out))
    result = StormResult(storm, posts=len(posts))
    seen: list[LabelledPost] = []
    for post in posts:
        told = truth[post.id]
        location = locator.locate(post)
        seen.append(labelled(post, told.labels, (), location))
        locator.remember(seen[-1])
        _count(result, post, told, location, wrong)
    result.cpu_us = _cpu_us(locator, posts, seen, rounds)
    result.precision = result.right / max(1, result.located)
    result.precision_no_trap = result.right / max(1, result.located - result.trapped)
    result.recall = result.found / max(1, result.locatable)
    return result


_decode_truth = msgspec.json.Decoder(PostTruth).decode


def _count(
    result: StormResult, post: Post, told: PostTruth, location: Location | None, wrong: int
) -> None:
    result.locatable += told.located
    right = location is not None and location.community == told.community
    if location is not None:
        located, rightly, found = result.sources.get(location.source, (0, 0, 0))
        found += right and told.located
        result.sources[location.source] = (located + 1, rightly + right, found)
        band = f"{max(low for low in BANDS if location.confidence >= low):g}"
        located, rightly = result.bands.get(band, (0, 0))
        result.bands[band] = (located + 1, rightly + right)
        result.located += 1
        result.right += right
        result.found += right and told.located
        result.trapped += not right and told.trap is not None
    if not right and (location or told.located) and len(result.wrong) < wrong:
        got = f"{location.community} by {location.source}" if location else "none"
        result.wrong.append(f"{got}, was {told.community} ({told.trap}): {post.text!r}")


def _cpu_us(
    locator: Locator, posts: Sequence[Post], seen: Sequence[LabelledPost], rounds: int
) -> float:
    """CPU microseconds to locate and remember a post: of each slice, the fastest round.

    The locator knows the storm by then: its words, its threads and its authors.
    """
    gc.collect()
    gc.freeze()
    total_s = 0.0
    for begin in range(0, len(posts), SLICE_POSTS):
        total_s += _fastest_s(locator.locate, posts[begin : begin + SLICE_POSTS], rounds)
    locator.forget()
    for begin in range(0, len(seen), SLICE_POSTS):
        total_s += _fastest_s(locator.remember, seen[begin : begin + SLICE_POSTS], 1)
    gc.unfreeze()
    return 1e6 * total_s / max(1, len(posts))


def _fastest_s(work: Callable[[Any], object], items: Sequence[Post], rounds: int) -> float:
    fastest_s = float("inf")
    for _ in range(rounds):
        begin_s = process_time()
        for item in items:
            work(item)
        fastest_s = min(fastest_s, process_time() - begin_s)
    return fastest_s
