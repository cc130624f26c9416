"""What the bench of the screen has measured, and how it is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from simulator.load.report import Machine

KEY_P95_MS, FPS, FIRST_ROWS_MS, IDLE_CORES, GROWTH = 50.0, 9.5, 100.0, 0.01, 0.10


class Streaming(msgspec.Struct):
    """A desk and its screen while posts stream in; times in ms, CPU in cores, memory in MB."""

    rate: float
    sent: int = 0
    received: int = 0
    labelled: int = 0
    on_screen: int = 0
    labels_share: float = 0.0
    fps: float = 0.0
    feed_fps: float = 0.0
    keys: int = 0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0
    worst_ms: float = 0.0
    by_key_p95_ms: dict[str, float] = {}
    by_key_cpu_ms: dict[str, float] = {}
    unanswered: list[str] = []
    new_miscounted: int = 0
    behind: int = 0
    cores: dict[str, float] = {}
    idle_no_posts: dict[str, float] = {}
    idle_ended: dict[str, float] = {}
    memory_mb: dict[str, float] = {}


class Million(msgspec.Struct):
    """Filtering and scrolling of so many posts: from the key to the first rows painted, in ms."""

    posts: int
    first_rows_ms: dict[str, float] = {}
    all_counted_ms: dict[str, float] = {}
    scroll_p50_ms: float = 0.0
    scroll_p95_ms: float = 0.0
    memory_mb: dict[str, float] = {}


class Hours(msgspec.Struct):
    """Memory over a storm that passes quickly, in MB, at each tenth of the time."""

    hours: float
    speed: float
    screen_mb: list[float] = []
    desk_mb: list[float] = []


class Result(msgspec.Struct):
    """Everything that was measured."""

    machine: Machine
    load_before: float
    streaming: Streaming | None = None
    million: Million | None = None
    hours: Hours | None = None


def lines_of(result: Result) -> Iterator[str]:
    """The figures as a table, each goal behind its part."""
    here = result.machine
    load = f"load before the run {result.load_before:.1f}"
    yield f"{here.cores} cores, {here.machine}, Python {here.python}; {load}"
    if result.streaming is not None:
        yield from _streaming(result.streaming)
    if result.million is not None:
        yield from _million(result.million)
    if result.hours is not None:
        yield from _hours(result.hours)


def _streaming(told: Streaming) -> Iterator[str]:
    yield ""
    yield f"{told.rate:,.0f} posts/s, {told.labels_share:.1%} of them labelled"
    yield (
        f"  {told.keys} keys: p50 {told.p50_ms:.1f}, p95 {told.p95_ms:.1f},"
        f" p99 {told.p99_ms:.1f}, worst {told.worst_ms:.1f} ms"
    )
    for name, p95_ms in sorted(told.by_key_p95_ms.items()):
        cpu_ms = told.by_key_cpu_ms.get(name, 0.0)
        yield f"    {name:<18} p95 {p95_ms:>8.1f} ms, {cpu_ms:>6.1f} ms of CPU at the screen"
    yield f"  frames/s {told.fps:.1f}, of the feed {told.feed_fps:.1f}"
    yield (
        f"  posts sent {told.sent:,}, received {told.received:,}, behind at the end of typing"
        f" {told.behind:,}; labelled {told.labelled:,}, on the screen {told.on_screen:,}"
    )
    yield f"  cores {_each(told.cores)}; memory {_each(told.memory_mb)} MB"
    yield f"  idle, feed open: {_each(told.idle_no_posts)}; feed ended: {_each(told.idle_ended)}"
    yield _must("keys p95, ms <=", KEY_P95_MS, told.p95_ms, kept=told.p95_ms <= KEY_P95_MS)
    fps_kept = told.feed_fps >= FPS
    yield _must("frames/s of the feed, 10 asked for, >=", FPS, told.feed_fps, kept=fps_kept)
    lost = told.sent - told.received + abs(told.labelled - told.on_screen) + told.new_miscounted
    yield _must("posts or rows lost unseen <=", 0, lost, kept=not lost)
    yield _must("unanswered keys <=", 0, len(told.unanswered), kept=not told.unanswered)
    for words, cores in (("feed open", told.idle_no_posts), ("feed ended", told.idle_ended)):
        busiest = max(cores.values(), default=0.0)
        yield _must(f"idle, {words}, cores <", IDLE_CORES, busiest, kept=busiest < IDLE_CORES)


def _million(told: Million) -> Iterator[str]:
    yield ""
    yield f"{told.posts:,} labelled posts held; from enter to the first rows, and until all counted"
    for query, first_ms in told.first_rows_ms.items():
        yield f"  {query:<28} {first_ms:>8.1f} {told.all_counted_ms[query]:>9.1f} ms"
    yield f"  scrolling anywhere: p50 {told.scroll_p50_ms:.1f}, p95 {told.scroll_p95_ms:.1f} ms"
    yield f"  memory {_each(told.memory_mb)} MB"
    slowest = max(told.first_rows_ms.values())
    failed = min(told.first_rows_ms.values()) < 0
    yield _must(
        "first rows, ms <=", FIRST_ROWS_MS, slowest, kept=slowest <= FIRST_ROWS_MS and not failed
    )
    yield _must(
        "scrolling p95, ms <=", FIRST_ROWS_MS, told.scroll_p95_ms,
        kept=told.scroll_p95_ms <= FIRST_ROWS_MS,
    )  # fmt: skip


def _hours(told: Hours) -> Iterator[str]:
    yield ""
    yield f"{told.hours:g} simulated hours at {told.speed:g} times their speed: MB at each tenth"
    for name, memory in (("screen", told.screen_mb), ("desk", told.desk_mb)):
        yield f"  {name:<7}" + " ".join(f"{mb:>6.1f}" for mb in memory)
        half = memory[len(memory) // 2 :]
        growth = (half[-1] - half[0]) / half[0] if half else 0.0
        yield _must(f"{name}: growth in the second half <=", GROWTH, growth, kept=growth <= GROWTH)


def _each(some: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in some.items())


def _must(words: str, goal: float, reached: float, *, kept: bool) -> str:
    return f"must: {words} {goal:g}: {'reached' if kept else 'NOT reached'}, {reached:.4g}"
