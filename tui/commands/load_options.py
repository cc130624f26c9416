"""The options of `storm load`."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from desk.labelling import MOST_PROCESSES
from simulator.load.wish import MOST_POSTS

STORM = "hurricane"


class Target(enum.StrEnum):
    """What is to be loaded."""

    rules = "rules"
    pipeline = "pipeline"
    desk = "desk"


class ShapeName(enum.StrEnum):
    """How the load changes over time."""

    ramp = "ramp"
    step = "step"
    storm = "storm"
    record = "record"


Name = Annotated[
    str | None, typer.Argument(metavar="[NAME|FILE]", help="A storm; the same as --storm.")
]
Loaded = Annotated[Target, typer.Option("--target", help="What is loaded.")]
StormName = Annotated[
    str | None,
    typer.Option("--storm", metavar="NAME|FILE", help=f"A storm's posts; alone: {STORM}."),
]
OneFeed = Annotated[
    str | None,
    typer.Option("--feed", metavar="file:PATH", help="Posts of a file instead of a storm."),
]
Shapes = Annotated[ShapeName, typer.Option("--shape", help="How the load changes.")]
Slo = Annotated[str, typer.Option("--slo", metavar="pN=TIME", help="The promise: post to label.")]
Labelling = Annotated[
    int,
    typer.Option(
        "--processes", metavar="N", min=1, max=MOST_PROCESSES, help="Processes that label."
    ),
]
Seconds = Annotated[
    float, typer.Option("--seconds", metavar="S", help="How long a rate must hold.")
]
Rates = Annotated[
    list[float] | None,
    typer.Option(
        "--rate", metavar="R", help="Posts a second to hold, instead of a search; repeatable."
    ),
]
PoolPosts = Annotated[
    int,
    typer.Option(
        "--posts", metavar="N", min=100, max=MOST_POSTS, help="Different posts to prepare."
    ),
]
StormSeed = Annotated[int | None, typer.Option("--seed", help="Another seed of the storm.")]
Json = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON.")
]
Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write the report as a page with plots."),
]
Compare = Annotated[
    Path | None,
    typer.Option("--compare", metavar="OLD.json", help="Exit with 1 where it became worse."),
]
Tolerance = Annotated[
    float,
    typer.Option("--tolerance", min=0.0, max=1.0, help="What counts as worse, as a share."),
]
