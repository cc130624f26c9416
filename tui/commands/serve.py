"""`stormdesk serve`: a desk without a screen, to which screens on this machine attach."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from typing import Annotated

import typer

from desk.serving.monitor import Monitor
from desk.serving.server import listening
from tui.commands.options import Data, Feeds, Fill, Rules, TerritoryName
from tui.console import emit_json, flush, say
from tui.setup import Setup, build_pipeline, open_feeds

app = typer.Typer(rich_markup_mode=None)
LISTEN = "127.0.0.1:7411"


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
    attached: Annotated[
        bool, typer.Option("--attached", help="End when standard input is closed.")
    ] = False,
) -> None:
    """Run a desk for screens (`stormdesk watch --desk URL`); prints its URL as JSON when ready."""
    if not feed:
        raise typer.BadParameter("which posts? Give --feed, such as --feed storm:hurricane")
    setup = Setup(feed, territory, rules or (), data, fill)
    feeds = open_feeds(setup)
    pipeline = build_pipeline(setup, feeds)
    try:
        asyncio.run(_serve(Monitor(pipeline, feeds, say), listen, attached=attached))
    finally:
        pipeline.store.close()


async def _serve(monitor: Monitor, listen: str, *, attached: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if attached:
        threading.Thread(target=_wait_for_end, args=(loop, stop), daemon=True).start()
    async with listening(monitor, listen) as url:
        emit_json({"desk": url})
        flush()
        reading = asyncio.create_task(monitor.run())
        # feeds may end while screens still look; an unforeseen error ends the desk, aloud
        reading.add_done_callback(lambda task: stop.set() if _broke(task) else None)
        await stop.wait()
        if reading.done():
            reading.result()
        reading.cancel()


def _broke(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is not None


def _wait_for_end(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    sys.stdin.buffer.read()
    loop.call_soon_threadsafe(stop.set)
