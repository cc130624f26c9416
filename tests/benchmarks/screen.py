"""How fast the screen answers while posts stream in: `python tests/benchmarks/screen.py`."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

import msgspec
from screen_desk import Watched
from screen_figures import Hours, Million, Result, Streaming, lines_of
from screen_keys import Typist, feed_look, head, is_whole, new_and_labelled
from screen_stock import stock
from screen_terminal import Screen

from desk.post import Post
from desk.territories import Territory, load_territory
from simulator.load.feeder import Feeder
from simulator.load.pool import Pool, from_storm
from simulator.load.report import machine
from simulator.load.schedule import Schedule
from simulator.load.shapes import Hold
from simulator.storm_file import load_storm

STORM, SEED = "hurricane", 7
POOL_POSTS = 100_000
FILTERS = (
    "label:hazard", "label:outage place:raleigh", "power", "!power label:outage", "since:6h",
    "author:mar", "~transformr", "re:power.*(out|gone)", "zzqxv", "re:zzq+xv",
)  # fmt: skip
DRAIN_S = 120.0


def main() -> int:
    asked = _asked()
    result = Result(machine(), os.getloadavg()[0])
    storm = load_storm(STORM, seed=SEED)
    territory = load_territory(storm.territory)
    with tempfile.TemporaryDirectory(prefix="stormdesk-screen-") as folder:
        own = Path(folder)
        if "stream" in asked.part or "million" in asked.part:
            _say("preparing posts")
            pool = from_storm(storm, territory, asked.pool, own)
        if "stream" in asked.part:
            result.streaming = _streaming(own / "stream", pool, asked)
        if "million" in asked.part:
            result.million = _million(own / "million", pool, territory, asked)
        if "hours" in asked.part:
            result.hours = _hours(own / "hours", asked)
    if asked.format == "json":
        sys.stdout.buffer.write(msgspec.json.encode(result) + b"\n")
    else:
        sys.stdout.write("\n".join(lines_of(result)) + "\n")
    return 0


def _asked() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=10_000.0, help="posts a second")
    parser.add_argument("--seconds", type=float, default=90.0, help="of typing")
    parser.add_argument("--follow", type=float, default=20.0, help="seconds of counting frames")
    parser.add_argument("--posts", type=int, default=1_000_000, help="held while filters are typed")
    parser.add_argument("--hours", type=float, default=12.0, help="simulated, for memory")
    parser.add_argument("--speed", type=float, default=720.0, help="of these hours")
    parser.add_argument("--processes", type=int, default=2, help="that label")
    parser.add_argument("--pool", type=int, default=POOL_POSTS, help="different posts")
    parser.add_argument(
        "--part", action="append", choices=("stream", "million", "hours"), help="only this part"
    )
    parser.add_argument("--quick", action="store_true", help="a minute, with less of everything")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    asked = parser.parse_args()
    asked.part = asked.part or ["stream", "million", "hours"]
    if asked.quick:
        asked.seconds, asked.follow, asked.pool = 15.0, 5.0, 20_000
        asked.posts, asked.speed, asked.hours = 50_000, 2880.0, 4.0
    return asked


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def _streaming(own: Path, pool: Pool, asked: Namespace) -> Streaming:
    own.mkdir()
    pipe = own / "posts.fifo"
    os.mkfifo(pipe, 0o600)
    feeder = Feeder(multiprocessing.get_context("spawn"), pool, pipe)
    watched = Watched(
        own,
        [
            "--feed",
            f"file:{pipe}",
            "--data",
            str(own / "data"),
            "--processes",
            str(asked.processes),
        ],
    )
    told = Streaming(asked.rate)
    try:
        watched.start("labelled post")
        _stream(watched, feeder, told, asked)
    finally:
        watched.close()
        feeder.close()
    return told


def _stream(watched: Watched, feeder: Feeder, told: Streaming, asked: Namespace) -> None:
    terminal = watched.terminal
    _say(f"{asked.rate:,.0f} posts/s: the engines learn their words")
    warm = Schedule.of(Hold(asked.rate / 4, 6.0))
    feeder.begin(0, warm, time.monotonic() + 0.3)
    _wait(lambda: feeder.sent() is not None, terminal.watch)
    _say("frames, then keys")
    typing_s = asked.seconds + 4.0
    schedule = Schedule.of(Hold(asked.rate, asked.follow + typing_s))
    before, begin_s = watched.cpu_s(), time.monotonic()
    feeder.begin(warm.posts, schedule, begin_s + 0.3)
    terminal.watch(2.0)
    told.fps, told.feed_fps = _frames(watched, asked.follow - 2.0)
    typist = Typist(terminal, SEED)
    terminal.until(lambda _: True, 1.0)
    typist.type_for(asked.seconds)
    after, span_s = watched.cpu_s(), time.monotonic() - begin_s
    told.cores = {name: round((after[name] - before[name]) / span_s, 3) for name in after}
    told.sent = warm.posts + schedule.posts
    told.behind = told.sent - watched.desk_says()[0].received
    _keys(told, typist)
    _wait(lambda: feeder.sent() is not None, terminal.watch)
    _wait(lambda: watched.desk_says()[0].received >= told.sent, terminal.watch)
    _count(watched, told)
    _say("idle")
    terminal.watch(3.0)
    told.idle_no_posts = watched.cores(8.0)
    told.memory_mb = watched.memory_mb()
    feeder.close()
    terminal.watch(3.0)
    told.idle_ended = watched.cores(8.0)


def _wait(done: Callable[[], bool], meanwhile: Callable[[float], None]) -> None:
    end_s = time.monotonic() + DRAIN_S
    while not done() and time.monotonic() < end_s:
        meanwhile(0.5)


def _frames(watched: Watched, seconds: float) -> tuple[float, float]:
    """Frames a second, and those in which the feed moved, while the screen follows."""
    terminal = watched.terminal
    screen = terminal.screen
    frames, moved, look = screen.frames, 0, feed_look(screen)
    begin_s = time.monotonic()
    while (left_s := begin_s + seconds - time.monotonic()) > 0:
        painted = screen.frames
        if terminal.paint(left_s) and screen.frames != painted:
            now = feed_look(screen)
            moved += now != look
            look = now
    return round((screen.frames - frames) / seconds, 1), round(moved / seconds, 1)


def _keys(told: Streaming, typist: Typist) -> None:
    every = sorted(ms for some in typist.took_ms.values() for ms in some)
    told.keys, told.unanswered = len(every), typist.unanswered
    told.new_miscounted = typist.dropped
    if len(every) > 1:
        cuts = statistics.quantiles(every, n=100, method="inclusive")
        told.p50_ms, told.p95_ms, told.p99_ms = (round(cuts[at - 1], 1) for at in (50, 95, 99))
        told.worst_ms = round(every[-1], 1)
    told.by_key_cpu_ms = {
        name: round(statistics.median(some), 1) for name, some in typist.cpu_ms.items()
    }
    told.by_key_p95_ms = {name: _p95(some) for name, some in typist.took_ms.items()}


def _p95(some: list[float]) -> float:
    return round(sorted(some)[max(0, round(0.95 * len(some)) - 1)], 1)


def _count(watched: Watched, told: Streaming) -> None:
    """Hold what the screen shows against what the desk says and what was sent."""
    watched.terminal.press("f")
    watched.terminal.watch(1.0)
    status, page = watched.desk_says()
    told.received, told.labelled = status.received, page.found
    told.on_screen = new_and_labelled(watched.terminal.screen)[1]
    told.labels_share = round(status.labelled / max(1, status.received), 4)


def _million(own: Path, pool: Pool, territory: Territory, asked: Namespace) -> Million:
    own.mkdir()
    _say(f"a store with {asked.posts:,} labelled posts")
    lines = pool.path.read_bytes().splitlines()
    posts = [msgspec.json.decode(line, type=Post) for line in lines]
    stock(own / "data", posts, territory, asked.posts)
    pipe = own / "posts.fifo"
    os.mkfifo(pipe, 0o600)
    watched = Watched(own, ["--feed", f"file:{pipe}", "--data", str(own / "data")])
    told = Million(asked.posts)
    try:
        watched.start(f"{asked.posts:,} labelled posts ")
        _wait(lambda: "counting" not in head(watched.terminal.screen), watched.terminal.watch)
        _say("filters, then scrolling")
        for query in FILTERS:
            _filter(watched, query, told)
        _scroll(watched, told)
        told.memory_mb = watched.memory_mb()
    finally:
        watched.close()
    return told


def _filter(watched: Watched, query: str, told: Million) -> None:
    terminal = watched.terminal
    terminal.press("/")
    terminal.until(lambda screen: "words !not" in screen.text(), 5.0)
    terminal.press(query)
    terminal.watch(0.4)
    at_s = terminal.press("\r")
    done_s = terminal.until(lambda screen: f"filter: {query}" in head(screen), 30.0)
    told.first_rows_ms[query] = round((done_s - at_s) * 1000, 1) if done_s else -1.0
    counted_s = terminal.until(lambda screen: "counting" not in head(screen), 60.0)
    told.all_counted_ms[query] = round((counted_s - at_s) * 1000, 1) if counted_s else -1.0
    terminal.watch(0.3)
    terminal.press("\x1b")
    terminal.until(lambda screen: "filter:" not in head(screen), 5.0)
    terminal.watch(0.3)


def _scroll(watched: Watched, told: Million) -> None:
    """To the oldest row and the newest, and page by page: until the rows are there."""
    terminal = watched.terminal
    took: list[float] = []
    for key in [*("g", "G") * 5, "g", *("\x1b[6~",) * 20, "G", *("\x1b[5~",) * 20]:
        terminal.watch(0.2)
        before = feed_look(terminal.screen)
        at_s = terminal.press(key)
        done_s = terminal.until(_moved_from(before), 10.0)
        took.append((done_s - at_s) * 1000 if done_s else 10_000.0)
    told.scroll_p50_ms, told.scroll_p95_ms = round(statistics.median(took), 1), _p95(took)


def _moved_from(before: int) -> Callable[[Screen], bool]:
    return lambda screen: feed_look(screen) != before and is_whole(screen)


def _hours(own: Path, asked: Namespace) -> Hours:
    own.mkdir()
    told = Hours(asked.hours, asked.speed)
    _say(f"{asked.hours:g} hours of a storm in {asked.hours * 3600 / asked.speed:.0f} s")
    watched = Watched(own, ["--storm", STORM, "--speed", f"{asked.speed:g}", "--seed", str(SEED)])
    try:
        watched.start("labelled posts ")
        for _ in range(10):
            watched.terminal.watch(asked.hours * 3600 / asked.speed / 10)
            memory = watched.memory_mb()
            told.screen_mb.append(memory["screen"])
            told.desk_mb.append(memory["desk"])
    finally:
        watched.close()
    return told


if __name__ == "__main__":
    sys.exit(main())
