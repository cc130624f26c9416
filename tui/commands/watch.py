"""`stormdesk watch`, and `stormdesk` alone: the monitor on a desk of its own, or on a team's."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from desk.errors import OutageError
from desk.serving.address import desk_url
from desk.serving.case_messages import Attach
from desk.serving.names import clean_name
from tui.child import DeskChild
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
from tui.console import BAD_USAGE, OK, rewrite
from tui.leaving import Leaving
from tui.setup import Setup

app = typer.Typer(add_completion=False, rich_markup_mode=None)
STORM = "hurricane"
SPEED = "60"
SEED = 7
NOBODY = "agent"
"""Where the system does not know who its user is."""


class Role(StrEnum):
    """Who acts at a screen; a lead lets replies and announcements go."""

    agent = "agent"
    lead = "lead"


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
    processes: Processes = 1,
    oms: OmsList = None,
    settings: SettingsFolder = None,
    desk: Annotated[
        str | None, typer.Option(metavar="URL", help="Attach to a desk that `serve` runs.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who acts here; default: your user name.")
    ] = None,
    role: Annotated[
        Role | None,
        typer.Option(help="Of who acts here: at a desk of one's own a lead, else an agent."),
    ] = None,
) -> None:
    """Watch posts, outages and the map; without options: a built-in storm day at 60x."""
    storm_chosen = storm is not None or not feed
    if not storm_chosen and (speed is not None or seed is not None):
        raise typer.BadParameter("--speed and --seed are a storm's: give --storm too")
    if desk is not None:
        _only_desk(
            feed, storm, speed, seed, territory, rules, data, fill, processes > 1, oms, settings
        )
        desk = desk_url(desk)
    feeds = list(feed or ())
    if storm_chosen:
        feeds.append(
            f"storm:{storm or STORM}?speed={speed or SPEED}&seed={SEED if seed is None else seed}"
        )
    agent = _agent(name)
    real = _are_real(feeds)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise typer.BadParameter("the monitor needs a terminal; without one, use `stormdesk tail`")
    with tempfile.TemporaryDirectory(prefix="stormdesk-", ignore_cleanup_errors=True) as folder:
        own = Path(folder)
        drill = any(feed.startswith("drill:") for feed in feeds)
        # what a trainer rewinds must be able to forget: a store on disk never does
        kept = data or (None if drill else _data(own, real=real))
        wrong = data or user_data_path("stormdesk")  # outlives the store of a storm
        setup = Setup(feeds, territory, rules or (), kept, fill, processes, oms, settings, wrong)
        who = Attach(agent, role.value if role else "agent" if desk else "lead")
        alone = desk is None and role is None
        code = asyncio.run(_watch(desk, None if desk else DeskChild(setup, own), who, alone=alone))
    if code:
        raise typer.Exit(code)


def _only_desk(*others: object) -> None:
    if any(other not in (None, False) for other in others):
        raise typer.BadParameter("--desk attaches to a desk that has its feeds and data already")


def _are_real(feeds: list[str]) -> bool:
    """Whether `feeds` are no storms: their posts are to be kept."""
    if STDIN_FEED in feeds:
        raise typer.BadParameter(
            "the monitor needs standard input for its keys: give the posts as a file or a FIFO,"
            f" or use `stormdesk tail --feed {STDIN_FEED}`"
        )
    storms = [feed for feed in feeds if feed.startswith(("storm:", "drill:"))]
    others = [feed for feed in feeds if feed not in storms]
    if storms and others:
        raise typer.BadParameter(
            f"a storm is an exercise, which is never mixed with other posts: watch"
            f" '{storms[0]}' or '{others[0]}', not both"
        )
    return not storms


def _data(own: Path, *, real: bool) -> Path:
    return user_data_path("stormdesk") if real else own / "store"


def _agent(name: str | None) -> str:
    """The name under which people act at this screen.

    Raises:
        OutageError: the name that was given can't be one.
    """
    if name is not None:
        return clean_name(name)
    with contextlib.suppress(OSError, KeyError, OutageError):
        return clean_name(getpass.getuser())
    return NOBODY


async def _watch(url: str | None, child: DeskChild | None, who: Attach, *, alone: bool) -> int:
    """Run the screen to its end; the exit code."""
    leaving = Leaving()
    rewrite("starting a desk: it reads its rules first…" if child else "attaching to the desk…")
    try:
        starting = asyncio.create_task(child.start()) if child else None
        await asyncio.sleep(0)  # the desk's process starts while the screen's libraries are read
        from tui.app import StormdeskApp
        from tui.choices import own_choices
        from tui.desk_link import DeskLink

        if starting is not None:
            await starting
        link = DeskLink(url or (child.url if child else ""), child)
        choices = own_choices()
        app = StormdeskApp(link, agent=who.name, role=who.role, choices=choices, alone=alone)
        leaving.how = app.exit
        rewrite("")  # what stands in the terminal now stands there again at the end
        await app.run_async()
    except asyncio.CancelledError:
        if not leaving.code:
            raise
    else:
        leaving.code = leaving.code or (BAD_USAGE if app.return_code else OK)
    finally:
        rewrite("")  # a reason why there is no desk begins a line
        if child is not None:
            await child.close()
    return leaving.code
