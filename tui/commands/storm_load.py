"""`stormdesk storm load`: how much storm the rules, the pipeline or a whole desk can bear."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import typer

from desk.territories import Territory, load_territory
from rules import load_packs
from simulator.errors import LoadError
from simulator.load.compare import TOLERANCE, Ratio, comparable, compare
from simulator.load.promise import DEFAULT, parse_promise
from simulator.load.report import Report, read_report
from simulator.load.search import CEILING
from simulator.load.wish import Wish
from simulator.storm import Storm
from simulator.storm_file import load_storm
from tui.commands.load_options import (
    STORM,
    Compare,
    Html,
    Json,
    Labelling,
    Loaded,
    Name,
    OneFeed,
    PoolPosts,
    Rates,
    Seconds,
    ShapeName,
    Shapes,
    Slo,
    StormName,
    StormSeed,
    Target,
    Tolerance,
)
from tui.commands.options import Listing, Rules, TerritoryName
from tui.console import CHECK_FAILED, Format, emit, emit_json, flush, say
from tui.setup import DEFAULT_TERRITORY

if TYPE_CHECKING:
    from simulator.load.runner import Now
    from tui.load_app import Test

POSTS = 100_000
SECONDS = 20.0
EVERY_S = 2.0
_FILE = "file:"


def load(
    name: Name = None,
    target: Loaded = Target.pipeline,
    storm: StormName = None,
    feed: OneFeed = None,
    shape: Shapes = ShapeName.ramp,
    slo: Slo = DEFAULT,
    processes: Labelling = 1,
    seconds: Seconds = SECONDS,
    rate: Rates = None,
    posts: PoolPosts = POSTS,
    seed: StormSeed = None,
    territory: TerritoryName = None,
    rules: Rules = None,
    form: Listing = Format.text,
    json: Json = None,
    html: Html = None,
    compare_with: Compare = None,
    tolerance: Tolerance = TOLERANCE,
) -> None:
    """Find the highest rate of posts at which a promise holds, and what gives way first."""
    _check(name, storm, feed, shape, seconds, rate, seed)
    _check_outputs(json, html)
    old = read_report(compare_with) if compare_with else None
    source = feed or name or storm or STORM
    wish = Wish(
        target=target.value,
        shape=shape.value,
        promise=parse_promise(slo),
        processes=processes,
        seconds=seconds,
        rates=tuple(rate or ()),
        source=source,
        seed=seed,
        folders=tuple(folder.absolute() for folder in rules or ()),
        desk=(sys.executable, "-P", "-m", "tui", "serve"),
    )
    if old is not None:
        comparable(old.plan, wish)
    load_packs(*wish.folders)  # faults are told now, not by a process that ends
    replayed, place = _replayed(wish, territory)
    with tempfile.TemporaryDirectory(prefix="stormdesk-load-", ignore_cleanup_errors=True) as own:
        report = _shown(wish, _test(wish, replayed, place, posts, Path(own)))
    ratios = compare(old, report, tolerance) if old else []
    try:
        _write(report, ratios, json, html)
    finally:  # a full disk costs the file, not the report
        _print(report, ratios, tolerance, form)
    if _failed(report, ratios, wish):
        raise typer.Exit(CHECK_FAILED)


def _check(
    name: str | None,
    storm: str | None,
    feed: str | None,
    shape: ShapeName,
    seconds: float,
    rates: Sequence[float] | None,
    seed: int | None,
) -> None:
    """Refuse what can't be meant, before anything is prepared."""
    if sum(one is not None for one in (name, storm, feed)) > 1:
        raise LoadError("one storm or one feed: give a name, --storm or --feed")
    if feed is not None and not feed.startswith(_FILE):
        raise LoadError(f"--feed '{feed}': a load test replays a file: write file:POSTS.jsonl")
    if feed is not None and seed is not None:
        raise LoadError("--seed is a storm's: leave it out with --feed")
    if not 1 <= seconds <= 86_400:
        raise LoadError(f"--seconds {seconds:g}: give 1 to 86,400")
    for one in rates or ():
        if not 0 < one <= CEILING:
            raise LoadError(f"--rate {one:g}: give posts a second above 0, up to {CEILING:,.0f}")
    if rates and shape is ShapeName.record:
        raise LoadError("--rate: the record second has its own, 143,199 posts; leave it out")


def _check_outputs(*paths: Path | None) -> None:
    """Refuse a file that can't be written now, not after the test."""
    for path in paths:
        if path is None:
            continue
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise LoadError(f"can't write '{path}': name a file in a folder that exists")
        if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
            raise LoadError(f"can't write '{path}': Permission denied")


def _failed(report: Report, ratios: Sequence[Ratio], wish: Wish) -> bool:
    """Whether something did not hold that should have."""
    if report.lost or any(row.worse for row in ratios):
        return True
    if report.ended_early:
        return False
    if wish.shape == "record":
        return report.overload is None or bool(report.account.backlog)
    held = {run.rate for run in report.runs if run.held}
    return report.rate is None or (bool(wish.rates) and len(held) < len(set(wish.rates)))


def _replayed(wish: Wish, territory: str | None) -> tuple[Storm | Path, Territory]:
    """What is replayed, a storm or a file, and where it happens."""
    if wish.source.startswith(_FILE):
        path = Path(wish.source.removeprefix(_FILE))
        return path, load_territory(territory or DEFAULT_TERRITORY)
    storm = load_storm(wish.source, seed=wish.seed)
    return storm, load_territory(territory or storm.territory)


def _test(wish: Wish, replayed: Storm | Path, place: Territory, posts: int, own: Path) -> Test:
    """The test, as it runs once somebody watches it."""

    def test(
        watch: Callable[[Now], None], tell: Callable[[str], None], stopped: Callable[[], bool]
    ) -> Report:
        from simulator.load.pool import from_file, from_storm  # Faker costs start-up time
        from simulator.load.session import load_test

        tell(f"preparing {posts:,} posts of {wish.source}")

        def preparing(words: str) -> None:
            if stopped():
                raise LoadError("stopped before anything was measured")
            tell(words)

        if isinstance(replayed, Path):
            pool = from_file(replayed, posts, own, preparing)
        else:
            pool = from_storm(replayed, place, posts, own, preparing)
        return load_test(wish, pool, place, own, watch=watch, say=tell, stopped=stopped)

    return test


def _shown(wish: Wish, test: Test) -> Report:
    """What a test finds, with a screen on a terminal and with lines elsewhere."""
    if sys.stderr is not None and sys.stderr.isatty() and sys.stdin.isatty():
        from multiprocessing import resource_tracker

        from tui.load_app import LoadApp

        # it hands on stderr, which the screen will have replaced by something without a number
        resource_tracker.ensure_running()
        app = LoadApp(f"load test of the {wish.target}: {wish.source}, {wish.promise}", test)
        app.run()
        if app.error is not None:
            raise app.error
        if app.report is None:
            raise LoadError("the screen ended before the test did")
        return app.report
    with _interrupted() as stopped:
        return test(_Lines(), say, stopped)


@contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Ctrl+C and a system that ends us as a wish to end, not as an error."""
    stop = threading.Event()
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, lambda *_: stop.set()) for number in ending]
    try:
        yield stop.is_set
    finally:
        for number, handler in zip(ending, before, strict=True):
            signal.signal(number, handler)


class _Lines:
    """Tells how a run stands, a line every two seconds."""

    def __init__(self) -> None:
        self._name = ""
        self._at_s = 0.0

    def __call__(self, now: Now) -> None:
        """Say how it stands, if it is time."""
        if now.name == self._name and now.at_s < self._at_s + EVERY_S:
            return
        self._name, self._at_s = now.name, now.at_s
        sample = now.sample
        p99 = "-" if sample.p99_ms is None else f"{sample.p99_ms:,.0f}"
        say(
            f"{now.name}: {now.at_s:.0f} s, {sample.intended:,.0f} posts/s intended,"
            f" {sample.achieved:,.0f} achieved, p99 {p99} ms, backlog {sample.backlog:,}"
        )


def _write(report: Report, ratios: Sequence[Ratio], json: Path | None, html: Path | None) -> None:
    try:
        if json is not None:
            json.write_bytes(msgspec.json.encode(report) + b"\n")
        if html is not None:
            from tui.load_page import page

            html.write_text(page(report, ratios), encoding="utf-8")
    except OSError as error:
        raise LoadError(f"can't write '{error.filename}': {error.strerror}") from None


def _print(report: Report, ratios: Sequence[Ratio], tolerance: float, form: Format) -> None:
    from tui.load_words import compared, lines

    if form is Format.json:
        emit_json({"report": report, "compared": ratios} if ratios else report)
    else:
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for line in lines(report, columns):
            emit(line)
        for line in compared(ratios, tolerance) if ratios else ():
            emit(line)
    flush()
