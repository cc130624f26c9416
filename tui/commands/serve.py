"""`stormdesk serve`: a desk without a screen, to which screens on this machine attach."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from desk.channels.switched_on import switched_on
from desk.errors import StoreFullError
from desk.oms.follow import OmsList as FollowedList
from desk.serving.address import loopback
from desk.serving.monitor import Monitor
from desk.serving.room import wait_for_room
from desk.serving.server import listening
from tui.commands.options import (
    STDIN_FEED,
    Data,
    Feeds,
    Fill,
    OmsList,
    Processes,
    Rules,
    SettingsFolder,
    TerritoryName,
)
from tui.console import emit_json, flush, say
from tui.setup import Setup, build_pipeline, follow_oms, labelling, open_feeds, wrong_labels

app = typer.Typer(add_completion=False, rich_markup_mode=None)
LISTEN = "127.0.0.1:7411"
STDIN = 0
PIPE_BYTES = 4096
BAD_TOLD = 20
"""Bad lines of a feed that are told one by one; then each tenth power, with the count."""


@app.command()
def serve(
    feed: Feeds = None,
    listen: Annotated[
        str, typer.Option(metavar="ADDRESS", help="unix:PATH, or HOST:PORT of this machine.")
    ] = LISTEN,
    territory: TerritoryName = None,
    rules: Rules = None,
    data: Data = None,
    fill: Fill = False,
    processes: Processes = 1,
    oms: OmsList = None,
    settings: SettingsFolder = None,
    wrong: Annotated[
        Path | None,
        typer.Option(
            "--wrong-labels",
            metavar="DIR",
            help="Where wrong labels are noted for rule authors; default: with the data.",
        ),
    ] = None,
    attached: Annotated[
        bool, typer.Option("--attached", help="End when standard input is closed.")
    ] = False,
) -> None:
    """Run a desk for screens (`stormdesk watch --desk URL`); prints its URL as JSON when ready."""
    if not feed:
        raise typer.BadParameter("which posts? Give --feed, such as --feed storm:hurricane")
    if attached and STDIN_FEED in feed:
        raise typer.BadParameter("--attached waits on standard input, so no feed can read it")
    setup = Setup(feed, territory, rules or (), data, fill, processes, oms, settings, wrong)
    if not listen.startswith("unix:"):
        loopback(listen)  # a wrong address is told before the rules are read
    told = Once()
    while True:
        try:
            _desk(setup, listen, told, attached=attached)
        except StoreFullError as error:
            if data is None or not told.listen or STDIN_FEED in feed:  # that does not come again
                raise
            why = f"{error}. It goes on by itself when the disk has room"
            say(why)
            if not asyncio.run(_wait(data, told.listen, why, attached=attached)):
                return
            say("the disk has room again: the desk goes on")
        else:
            return


class Once:
    """Says where the desk is, once; from then on it is there."""

    listen = ""

    def __call__(self, url: str) -> None:
        """The desk is at `url`."""
        if not self.listen:
            self.listen = url.removeprefix("http://")
            emit_json({"desk": url})
            flush()


def _desk(setup: Setup, listen: str, told: Once, *, attached: bool) -> None:
    """Run a desk to its end."""
    feeds = open_feeds(setup)
    pipeline = build_pipeline(setup, feeds)
    try:
        accounts = switched_on(pipeline.settings.accounts, setup.settings)
        file = follow_oms(setup, pipeline, Sparing(say))
        with labelling(setup, pipeline) as labellers:
            noted = wrong_labels(setup)
            monitor = Monitor(pipeline, feeds, Sparing(say), labellers, noted, accounts)
            asyncio.run(_serve(monitor, told.listen or listen, told, file, attached=attached))
    finally:
        pipeline.store.close()


def _stopping(*, attached: bool) -> asyncio.Event:
    """Set when the desk is to end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if attached:
        threading.Thread(target=_wait_for_end, args=(loop, stop), daemon=True).start()
    return stop


async def _wait(data: Path, listen: str, why: str, *, attached: bool) -> bool:
    """Whether there is room again, and not the end before."""
    return await wait_for_room(data, listen, why, _stopping(attached=attached))


async def _serve(
    monitor: Monitor, listen: str, told: Once, oms: FollowedList | None, *, attached: bool
) -> None:
    stop = _stopping(attached=attached)
    async with listening(monitor, listen) as url:
        told(url)
        reading = asyncio.create_task(monitor.run())
        # feeds may end while screens still look; an unforeseen error ends the desk, aloud
        tasks = [reading, *map(asyncio.create_task, (monitor.failure(), monitor.tend()))]
        if oms is not None:
            tasks.append(asyncio.create_task(oms.follow(monitor.pipeline.oms.replace)))
        for task in tasks:
            task.add_done_callback(lambda task: stop.set() if _broke(task) else None)
        await stop.wait()
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()


class Sparing:
    """Says lines for people, but few of the bad lines of a feed, which could fill a disk."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._bad: Counter[str] = Counter()

    def __call__(self, words: str) -> None:
        """Say `words`, unless they are about one bad line of many."""
        place, skipped, _ = words.partition(": skipped: ")
        if not skipped:
            self._say(words)
            return
        feed, _, _ = place.rpartition(":")
        self._bad[feed] += 1
        count = self._bad[feed]
        if count <= BAD_TOLD:
            self._say(words)
        elif set(str(count)[1:]) == {"0"} and str(count)[0] == "1":
            self._say(f"{words} ({count:,} bad lines so far)")
        if count == BAD_TOLD:
            self._say(
                f"{feed}: of further bad lines only the 100th, the 1,000th and so on are told"
            )


def _broke(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is not None


def _wait_for_end(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    # past Python's own buffer: its lock, held by this thread at the end, would be a fatal error
    with contextlib.suppress(OSError):
        while os.read(STDIN, PIPE_BYTES):
            pass
    with contextlib.suppress(RuntimeError):  # a desk that has begun again has another loop
        loop.call_soon_threadsafe(stop.set)
