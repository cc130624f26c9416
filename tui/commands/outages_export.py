"""`stormdesk outages export`: outages handed over in standard formats."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from desk.errors import ExportError
from desk.exports.cap import SENDER, cap, feed
from desk.exports.geojson import geojson
from desk.exports.handover import Handover, Made, hand_over
from desk.exports.multispeak import multispeak
from desk.exports.odin import odin
from desk.exports.table import table
from tui.commands.options import TerritoryName
from tui.commands.outages_source import Data, Predicted, read_source
from tui.console import emit_document, flush, say


class Target(enum.StrEnum):
    """A format to hand outages over in."""

    odin = "odin"
    cap = "cap"
    geojson = "geojson"
    csv = "csv"
    multispeak = "multispeak"


_MAKERS: dict[Target, Callable[[Handover, Sequence[bytes]], Made]] = {
    Target.odin: odin,
    Target.geojson: lambda handover, _: geojson(handover),
    Target.csv: lambda handover, _: table(handover),
    Target.multispeak: multispeak,
}
WITH_PREVIOUS = (Target.odin, Target.cap, Target.multispeak)


def export(
    to: Annotated[Target, typer.Option("--to", help="The format.")],
    predicted: Predicted = None,
    data: Data = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="PATH", help="A file; for CAP also a folder, one file an alert."
        ),
    ] = None,
    territory: TerritoryName = None,
    previous: Annotated[
        list[Path] | None,
        typer.Option(
            "--previous",
            metavar="PATH",
            help="What was written before (odin, cap, multispeak): file or folder, repeatable.",
        ),
    ] = None,
    suspected: Annotated[
        bool, typer.Option("--suspected", help="Take in what is only suspected.")
    ] = False,
    sender: Annotated[
        str, typer.Option("--sender", metavar="NAME", help="Who sends CAP alerts: a domain.")
    ] = SENDER,
) -> None:
    """Hand outages over: unverified ones as such, an exercise marked as one, never a customer."""
    if previous and to not in WITH_PREVIOUS:
        raise ExportError(
            f"--to {to} tells the whole state each time and needs no --previous: leave it out"
        )
    earlier = _read(previous or ())
    source = read_source(predicted, data, territory)
    handover = hand_over(source.changes, source.territory, suspected=suspected)
    if to is Target.cap:
        made = cap(handover, earlier, sender=sender)
        _write_cap(handover, made, out, sender)
    else:
        made = _MAKERS[to](handover, earlier)
        (document,) = made.documents.values()
        _write(document, out)
    mark = "EXERCISE: " if handover.exercise else ""
    say(f"{mark}{made.outages:,} outages handed over as {to}")
    for reason, count in made.left_out.items():
        say(f"{count:,} left out: {reason}")


def _read(previous: Sequence[Path]) -> list[bytes]:
    """The documents of files, and of the XML files in folders."""
    found = []
    for path in previous:
        try:
            files = sorted(path.glob("*.xml")) if path.is_dir() else [path]
            found += [file.read_bytes() for file in files]
        except OSError as error:
            raise ExportError(
                f"can't read {path}: {error.strerror}; --previous is a file or folder that"
                " `outages export` wrote"
            ) from None
    return found


def _write_cap(handover: Handover, made: Made, out: Path | None, sender: str) -> None:
    """One file an alert where `out` is a folder (or has no suffix), else all in one Atom feed."""
    if out is None or (out.suffix and not out.is_dir()):
        _write(feed(handover, made, sender=sender), out)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, document in made.documents.items():
            (out / name).write_bytes(document)
    except OSError as error:
        raise ExportError(f"can't write into {out}: {error.strerror}; give another --out") from None


def _write(document: bytes, out: Path | None) -> None:
    if out is None:
        emit_document(document)
        flush()
        return
    try:
        out.write_bytes(document)
    except OSError as error:
        raise ExportError(f"can't write {out}: {error.strerror}; give another --out") from None
