"""`stormdesk storm`: storm days for trainers: listed, shown, generated into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.storm_file import built_in, load_storm
from tui.commands import storm_show
from tui.commands.storm_load import load
from tui.commands.storm_options import (
    Background,
    Formats,
    Hours,
    Name,
    Scale,
    Seed,
    Stream,
    summary,
)
from tui.commands.storm_progress import Progress
from tui.commands.storm_realism import realism
from tui.commands.storm_run import run
from tui.commands.storm_serve import serve
from tui.console import Format, emit, emit_json
from tui.groups import Group

app = typer.Typer(
    add_completion=False,
    cls=Group,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Storm days to train on.",
)


@app.command("list")
def list_storms(format_: Formats = Format.text) -> None:
    """The storms that come with the program."""
    storms = [load_storm(name) for name in built_in()]
    if format_ is Format.json:
        emit_json([summary(storm) for storm in storms])
        return
    name, title, territory = (
        max(map(len, words)) + 1
        for words in zip(*((s.name, s.title, s.territory) for s in storms), strict=True)
    )
    for storm in storms:
        languages = ", ".join(voice.language for voice in storm.voice)
        emit(
            f"{storm.name:<{name}} {storm.title:<{title}} {storm.territory:<{territory}}"
            f" {storm.hours:g} h  {languages}"
        )


app.command()(storm_show.show)
app.command()(load)


@app.command()
def generate(
    name: Name,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new or empty folder.")],
    seed: Seed = None,
    hours: Hours = None,
    scale: Scale = None,
    background: Background = None,
    stream: Stream = None,
) -> None:
    """Write a storm into a folder: its posts, and the truth behind them."""
    from simulator.folder import generate as write  # Faker costs start-up time

    storm = load_storm(
        name, seed=seed, hours=hours, scale=scale, background=background, stream=stream
    )
    progress = Progress(storm.name, storm.told_hours)
    made = write(storm, out, progress=progress)
    progress.end(made.posts, f"{made.outages:,} outages in {made.folder}")


app.command()(run)
app.command()(serve)
app.command()(realism)
