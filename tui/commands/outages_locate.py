"""`stormdesk outages locate`: where a post is about, and why the desk thinks so."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer

from desk.errors import DeskError, PostError
from desk.places import Locator, Note, Trace
from desk.post import Author, Geo, Location, Post, decode_post, labelled
from desk.territories import Territory, load_territory
from tui.commands.options import Listing, TerritoryName
from tui.console import Format, emit, emit_json, flush, say
from tui.paint import cut, fit, visible
from tui.setup import DEFAULT_TERRITORY

_STDIN = "-"
_NAME_CELLS = 26
_TAKEN_CELLS = 44
_AT = datetime(2000, 1, 1, tzinfo=UTC)


class Explained(msgspec.Struct):
    """A line of `--format json`."""

    id: str
    text: str
    location: Location | None
    names: list[Note]
    sources: list[dict[str, str]]


def locate(
    text: Annotated[
        str,
        typer.Argument(metavar="TEXT|-", help="What somebody posts; - reads posts from stdin."),
    ],
    territory: TerritoryName = None,
    place: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The place that the platform gives.")
    ] = None,
    geo: Annotated[
        str | None, typer.Option(metavar="LAT,LON", help="The coordinates of the post.")
    ] = None,
    name: Annotated[str, typer.Option(metavar="TEXT", help="The author's name.")] = "",
    handle: Annotated[str, typer.Option(metavar="TEXT", help="The author's handle.")] = "",
    home: Annotated[str, typer.Option(metavar="TEXT", help="The profile's own location.")] = "",
    own_account: Annotated[
        bool, typer.Option("--own-account", help="It came to an account of the utility's own.")
    ] = False,
    form: Listing = Format.text,
) -> None:
    """Show where a post is about: each name found, what was rejected and why, and how sure it is.

    From stdin it takes posts as JSON Lines, in order, so that threads and earlier posts count.
    """
    area = load_territory(territory or DEFAULT_TERRITORY)
    locator = Locator(area)
    author = Author("stated", handle, name, home) if name or handle or home else None
    for number, post in enumerate(_posts(text)):
        asked = msgspec.structs.replace(
            post,
            place=place or post.place,
            geo=_geo(geo) if geo else post.geo,
            author=author or post.author,
            account="stated" if own_account else post.account,
        )
        trace = Trace()
        found = locator.locate(asked, trace)
        locator.remember(labelled(asked, (), (), found))
        if form is Format.json:
            steps = [{"source": step.source, "said": step.said} for step in trace.steps]
            emit_json(Explained(asked.id, asked.text, found, trace.names, steps))
            continue
        if number:
            emit("")
        for line in _page(found, trace, area):
            emit(line)
    flush()


def _posts(text: str) -> Iterator[Post]:
    if text != _STDIN:
        # what the shell hands over may be no UTF-8
        shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        yield Post(id="1", channel="file", text=shown, created_at=_AT)
        return
    if sys.stdin is None:  # it was closed before the program began
        raise DeskError("can't read -: standard input is closed")
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            yield decode_post(line, number, fill=True)
        except PostError as error:
            say(f"{_STDIN}:{number}: {error}")


def _geo(shown: str) -> Geo:
    try:
        lat, lon = map(float, shown.split(","))
    except ValueError:
        lat = lon = math.nan
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise DeskError(f"--geo '{shown}': write latitude and longitude, such as 35.99,-78.9")
    return Geo(lat, lon)


def _page(found: Location | None, trace: Trace, area: Territory) -> Iterator[str]:
    """The lines of an explanation, for people."""
    if found is None:
        yield f"no location in {area.name}"
    else:
        names = {community.id: community.name for community in area.community}
        yield (
            f"{names[found.community]} ({found.community}) from {found.source},"
            f" confidence {found.confidence:.2f}"
        )
        yield f"within {found.radius_km:g} km of {found.lat:.4f}, {found.lon:.4f}"
    if trace.names:
        yield ""
        yield "Names in the text:"
    yield from map(_name, trace.names)
    yield ""
    yield "Sources, the most trusted first:"
    for step in trace.steps:
        yield f"  {step.source:12} {step.said}"


def _name(note: Note) -> str:
    shown = fit(cut(visible(note.text, keep=""), _NAME_CELLS), _NAME_CELLS)
    taken = fit(cut(note.taken_for, _TAKEN_CELLS), _TAKEN_CELLS)
    sure = "" if note.community is None else f"{note.confidence:.2f}" if note.confidence else "no"
    return f"  {shown} {taken} {sure:4} {visible(note.why, keep='')}".rstrip()
