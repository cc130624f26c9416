"""`stormdesk watch`, and `stormdesk` alone: the monitor on a desk of its own, or on a team's."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from tui.child import DeskChild
from tui.commands.options import Data, Feeds, Fill, Rules, TerritoryName
from tui.console import BAD_USAGE
from tui.setup import Setup

app = typer.Typer(rich_markup_mode=None)
STORM = "hurricane"
SPEED = "60"
SEED = 7


@app.command()
def watch(
    feed: Feeds = None,
    storm: Annotated[
        str | None, typer.Option(metavar="NAME", help=f"A storm day; alone: {STORM}.")
    ] = None,
    speed: Annotated[
        str | None,
        typer.Option(metavar="N|max", help=f"Of the storm; real time is 1, default {SPEED}."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help=f"Of the storm, default {SEED}.")] = None,
    territory: TerritoryName = None,
    rules: Rules = None,
    data: Data = None,
    fill: Fill = False,
    desk: Annotated[
        str | None, typer.Option(metavar="URL", help="Attach to a desk that `serve` runs.")
    ] = None,
) -> None:
    """Watch posts, outages and the map; without options: a built-in storm day at 60x."""
    storm_chosen = storm is not None or not feed
    if not storm_chosen and (speed is not None or seed is not None):
        raise typer.BadParameter("--speed and --seed are a storm's: give --storm too")
    if desk is not None:
        _only_desk(feed, storm, speed, seed, territory, rules, data, fill)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise typer.BadParameter("the monitor needs a terminal; without one, use `stormdesk tail`")
    for fixed in ("COLUMNS", "LINES"):  # exported by some shells, they would outlive a resize
        os.environ.pop(fixed, None)
    feeds = list(feed or ())
    if storm_chosen:
        feeds.append(
            f"storm:{storm or STORM}?speed={speed or SPEED}&seed={SEED if seed is None else seed}"
        )
    with tempfile.TemporaryDirectory(prefix="stormdesk-", ignore_cleanup_errors=True) as folder:
        own = Path(folder)
        setup = Setup(feeds, territory, rules or (), data or _data(own, real=bool(feed)), fill)
        failed = asyncio.run(_watch(desk, None if desk else DeskChild(setup, own)))
    if failed:
        raise typer.Exit(BAD_USAGE)


def _only_desk(*others: object) -> None:
    if any(other not in (None, False) for other in others):
        raise typer.BadParameter("--desk attaches to a desk that has its feeds and data already")


def _data(own: Path, *, real: bool) -> Path:
    return user_data_path("stormdesk") if real else own / "store"


async def _watch(url: str | None, child: DeskChild | None) -> bool:
    """Run the screen to its end; whether it ended by an error."""
    try:
        starting = asyncio.create_task(child.start()) if child else None
        await asyncio.sleep(0)  # the desk's process starts while the screen's libraries are read
        from tui.app import StormdeskApp
        from tui.desk_link import DeskLink

        if starting is not None:
            await starting
        app = StormdeskApp(DeskLink(url or (child.url if child else ""), child))
        await app.run_async()
        return bool(app.return_code)
    finally:
        if child is not None:
            await child.close()
