"""Where commands on outages take them from: lines that `tail` printed, or a desk's store."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from desk.errors import DeskError, TerritoryError
from desk.kept import read_kept
from desk.outages import OutageChange
from desk.outages.told import read_changes
from desk.territories import Territory, built_in, load_territory
from tui.console import bad_lines, say
from tui.setup import DEFAULT_TERRITORY

BAD_LINES_TOLD = 20

Predicted = Annotated[
    Path | None,
    typer.Option(
        "--predicted",
        metavar="FILE|-",
        help="Outage changes, as `tail` prints them; - is standard input.",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="... or a desk's store, which may be in use."),
]


class Source(msgspec.Struct, frozen=True):
    """Outage changes in the order told, the territory they lie in, and whether all is simulated."""

    changes: Sequence[OutageChange]
    territory: Territory
    exercise: bool


def read_source(predicted: Path | None, data: Path | None, territory: str | None) -> Source:
    """The outages that the user asked for.

    Raises:
        DeskError: neither or both are given, or they can't be read.
    """
    if (predicted is None) == (data is None):
        raise DeskError(
            "which outages? Give --predicted FILE (lines that `tail` printed; - is standard"
            " input) or --data DIR (a desk's store), one of the two"
        )
    if data is not None:
        kept = read_kept(data)
        changes: Sequence[OutageChange] = kept.changes
        name = territory or named(kept.territory, data)
    else:
        assert predicted is not None
        faults = Faults()
        changes = read_changes(opened(predicted), faults)
        faults.end()
        name = territory or DEFAULT_TERRITORY
    found = load_territory(name)
    _check(changes, found, asked=territory is not None)
    return Source(changes, found, any(change.exercise for change in changes))


class Faults:
    """Says each bad line, the first ones in full, and at the end how many there were."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, line: str) -> None:
        """Say one."""
        self.count += 1
        if self.count <= BAD_LINES_TOLD:
            say(line)

    def end(self) -> None:
        """Say how many there were."""
        if self.count:
            say(f"{bad_lines(self.count)} skipped")


def opened(predicted: Path) -> Path | BinaryIO:
    """The file, or standard input for `-`.

    Raises:
        DeskError: standard input is closed.
    """
    if str(predicted) != "-":
        return predicted
    if sys.stdin is None:  # it was closed before the program began
        raise DeskError("can't read -: standard input is closed")
    return sys.stdin.buffer


def named(name: str, data: Path) -> str:
    """The built-in territory that a store is of: the store knows only what it is called."""
    for stem in built_in():
        if load_territory(stem).name == name:
            return stem
    raise TerritoryError(
        f"the store in {data} is of the territory '{name}', which is not built in:"
        " give its file with --territory"
    )


def _check(changes: Sequence[OutageChange], territory: Territory, *, asked: bool) -> None:
    """Say so where the outages are of another territory."""
    known = {place.id for place in territory.community}
    named = {name for change in changes for name in change.communities}
    if named and not named & known:
        mend = "give theirs" if asked else "give theirs with --territory"
        raise TerritoryError(
            f"none of the outages lies in {territory.name}: {mend}"
            " (a generated storm has its own: territory.toml in its folder)"
        )
