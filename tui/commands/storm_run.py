"""`stormdesk storm run`: a storm day in a trainer's hands, and the desk on it scored as it goes."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desk.serving.address import desk_url
from simulator.storm import Storm
from simulator.storm_file import load_storm
from tui.child import DeskChild
from tui.commands.options import Rules
from tui.commands.storm_options import Background, Hours, Name, Scale, Seed, Stream
from tui.console import BAD_USAGE, OK, say
from tui.leaving import Leaving
from tui.setup import Setup

if TYPE_CHECKING:
    from simulator.conductor import Conductor

SPEED = "60"


def run(
    name: Name,
    speed: Annotated[
        str, typer.Option(metavar="N|max", help="To begin with; real time is 1.")
    ] = SPEED,
    seed: Seed = None,
    hours: Hours = None,
    scale: Scale = None,
    background: Background = None,
    stream: Stream = None,
    rules: Rules = None,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Let other desks on (--feed drill:ADDRESS): unix:PATH, or HOST:PORT of this"
            " machine. The storm then begins paused.",
        ),
    ] = None,
    desk: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Score this desk instead of one of its own."),
    ] = None,
) -> None:
    """Run a storm by hand: pause, speed, jump, rewind, injects; the truth beside the desk."""
    if desk is not None:
        if listen is None:
            raise typer.BadParameter("--desk needs --listen: where does that desk hear the storm?")
        if rules:
            raise typer.BadParameter("--desk attaches to a desk that has its rules already")
        desk = desk_url(desk)
    pace = speed_of(speed)
    storm = load_storm(
        name, seed=seed, hours=hours, scale=scale, background=background, stream=stream
    )
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise typer.BadParameter("the trainer's screen needs a terminal")
    conductor = _conductor(storm, pace)
    with tempfile.TemporaryDirectory(prefix="stormdesk-", ignore_cleanup_errors=True) as folder:
        code = asyncio.run(_run(conductor, Path(folder), listen, desk, rules or ()))
    conductor.close()
    if code:
        raise typer.Exit(code)


def speed_of(words: str) -> float | None:
    """Storm seconds a second; None for max.

    Raises:
        BadParameter: it is neither.
    """
    if words == "max":
        return None
    with contextlib.suppress(ValueError):
        speed = float(words)
        if 0 < speed <= 1e6:
            return speed
    raise typer.BadParameter(f"--speed {words}: valid is a number above 0, or max")


def _conductor(storm: Storm, speed: float | None) -> Conductor:
    """The storm, worked out; what it prepares is looked at before a screen opens."""
    from simulator.conductor.conductor import Conductor, check_injects
    from simulator.stream import StormDay  # Faker costs start-up time

    say(f"{storm.title}: working out {storm.hours:g} hours of weather and grid…")
    day = StormDay(storm)
    check_injects(day)
    return Conductor(day, speed)


async def _run(
    conductor: Conductor,
    folder: Path,
    listen: str | None,
    desk: str | None,
    rules: Sequence[Path],
) -> int:
    """Run the screen to its end; the exit code."""
    from simulator.conductor.server import Lines
    from tui.board import Board
    from tui.desk_link import DeskLink
    from tui.trainer import TrainerApp

    leaving = Leaving()
    lines = Lines(conductor)
    child = None
    try:
        async with contextlib.AsyncExitStack() as stack:
            private = f"unix:{folder / 'storm.sock'}"
            if desk is None:
                await stack.enter_async_context(lines.listening(private))
                child = DeskChild(Setup([f"drill:{private}"], None, rules), folder)
                stack.push_async_callback(child.close)
            if listen is not None:
                address = await stack.enter_async_context(lines.listening(listen))
                say(f"desks hear this storm with --feed drill:{address}")
            if child is not None:
                await child.start()
            link = DeskLink(desk or (child.url if child else ""), child, patient=desk is not None)
            app = TrainerApp(Board(conductor, lines, own=child is not None), link)
            leaving.how = app.exit
            if listen is None:
                conductor.resume()
            await app.run_async()
            leaving.code = leaving.code or (BAD_USAGE if app.return_code else OK)
    except asyncio.CancelledError:
        if not leaving.code:
            raise
    return leaving.code
