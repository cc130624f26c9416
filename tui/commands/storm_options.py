"""What commands on storms have in common: their options, and a storm in a few keys."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.storm import Storm
from tui.console import Format

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE",
        help="A built-in storm, a file, or the folder of a generated one.",
    ),
]
Formats = Annotated[Format, typer.Option("--format", help="How the listing is printed.")]
Seed = Annotated[
    int | None, typer.Option("--seed", help="Another seed: the same kind of day, other posts.")
]
Hours = Annotated[
    float | None,
    typer.Option("--hours", metavar="H", help="Only the first H hours of the same day."),
]
Scale = Annotated[float | None, typer.Option("--scale", metavar="X", help="X times as many posts.")]
Background = Annotated[
    float | None,
    typer.Option("--background", metavar="SHARE", help="Share of posts on other things, 0-0.99."),
]
Stream = Annotated[
    str | None,
    typer.Option(
        "--stream",
        metavar="KIND",
        help="firehose: all that a region posts; addressed: what mentions the utility.",
    ),
]


def summary(storm: Storm) -> dict[str, object]:
    """What a listing tells of a storm."""
    return {
        "name": storm.name,
        "title": storm.title,
        "territory": storm.territory,
        "starts_at": storm.starts_at,
        "hours_long": storm.told_hours,
        "seed": storm.seed,
        "stream": storm.stream,
        "background": storm.background_share,
        "languages": [voice.language for voice in storm.voice],
    }
