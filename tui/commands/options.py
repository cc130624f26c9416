"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desk.labelling import MOST_PROCESSES
from tui.console import Format

STDIN_FEED = "file:-"
Feeds = Annotated[
    list[str] | None,
    typer.Option(
        "--feed", metavar="URL", help="Where posts come from; may be given several times."
    ),
]
TerritoryName = Annotated[
    str | None,
    typer.Option("--territory", metavar="NAME|FILE", help="The service area: built in, or a file."),
]
Rules = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules", metavar="DIR", help="Keyword sets instead of the built-in ones; may be repeated."
    ),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Keep the store here, and go on where it was."),
]
Fill = Annotated[
    bool, typer.Option("--fill", help="Supply ids, times and authors that a file does not have.")
]
Drafts = Annotated[
    bool, typer.Option("--drafts", help="Let rules that are still drafts give their labels.")
]
Processes = Annotated[
    int,
    typer.Option(
        "--processes",
        metavar="N",
        min=1,
        max=MOST_PROCESSES,
        help="Label in N processes beside the desk's own; 1: in the desk's own.",
    ),
]
OmsList = Annotated[
    str | None,
    typer.Option(
        "--oms",
        metavar="FILE|URL",
        help="The utility's own list of outages, or ODIN's (odin+https://…), read again when it"
        " changes; it confirms.",
    ),
]
SettingsFolder = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="DIR",
        help="Settings instead of the built-in ones: promise times, what is skipped, and so on.",
    ),
]
Listing = Annotated[Format, typer.Option("--format", help="How to print.")]
