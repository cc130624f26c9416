"""`stormdesk outages`: clusters for operations, and how good they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from desk.errors import DeskError
from desk.outages.score import Score
from desk.outages.score import score as score_of
from desk.outages.told import read_changes
from desk.outages.truth import read_truth
from tui.commands.outages_export import export
from tui.commands.outages_list import list_outages
from tui.commands.outages_match import match
from tui.console import Format, emit, emit_json, say

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def outages() -> None:
    """Outages from clusters of posts."""


app.command("list")(list_outages)
app.command()(match)
app.command()(export)


@app.command()
def score(
    predicted: Annotated[
        Path,
        typer.Option(help="Outage changes, as `tail` prints them; - is stdin.", metavar="FILE|-"),
    ],
    truth: Annotated[
        Path, typer.Option(help="A folder that `storm generate` wrote.", metavar="DIR")
    ],
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.json,  # noqa: A002  the option's name
) -> None:
    """Score outages against the truth of a storm: found, missed, false, how soon, how near."""
    bad: list[str] = []
    real = read_truth(truth)
    if str(predicted) != "-":
        changes = read_changes(predicted, bad.append)
    elif sys.stdin is None:  # it was closed before the program began
        raise DeskError("can't read -: standard input is closed")
    else:
        changes = read_changes(sys.stdin.buffer, bad.append)
    result = score_of(changes, real)
    for line in bad:
        say(line)
    if bad:
        say(f"{len(bad):,} bad lines skipped")
    if format is Format.json:
        emit_json(result)
    else:
        for line in _table(result):
            emit(line)


def _table(result: Score) -> list[str]:
    delay, error = result.detection_delay_min, result.location_error_km
    rows = [
        ("precision", _shown(result.precision)),
        ("recall", _shown(result.recall)),
        ("f1", _shown(result.f1)),
        ("true outages", str(result.true_outages)),
        ("predicted", str(result.predicted)),
        ("detection delay", f"p50 {_shown(delay.p50, 'min')}, p90 {_shown(delay.p90, 'min')}"),
        ("location error", f"p50 {_shown(error.p50, 'km')}, p90 {_shown(error.p90, 'km')}"),
        ("false outages", _shown(result.false_per_day, "a day")),
    ]
    return [f"{name:16} {value}" for name, value in rows]


def _shown(value: float | None, unit: str = "") -> str:
    return "none to measure" if value is None else f"{value:g} {unit}".rstrip()
