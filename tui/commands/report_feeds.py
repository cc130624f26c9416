"""`stormdesk report feeds`: how a desk's feeds do, and their bad records."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from desk.errors import DeskError
from desk.faults import NEWEST, KeptFault
from desk.kept import opened
from desk.reading import HEALTH as NOTED
from desk.serving.address import desk_url
from desk.serving.feed_messages import MOST_TOLD, FaultsTold, told
from desk.serving.protocol import DeskHealth
from tui.commands.options import Listing
from tui.console import CHECK_FAILED, Format, emit, emit_json
from tui.reports.feeds_rows import desk_rows, fault_rows

ANSWER_S = 10.0
GONE_S = 60.0
"""A desk notes how its feeds do every ten seconds."""


class Found(msgspec.Struct, frozen=True):
    """What is printed as JSON."""

    health: DeskHealth
    bad: tuple[FaultsTold, ...] = ()


def feeds(
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="A desk's store, which may be in use."),
    ] = None,
    desk: Annotated[
        str | None, typer.Option("--desk", metavar="URL", help="... or a desk that `serve` runs.")
    ] = None,
    bad: Annotated[
        bool, typer.Option("--bad", help="Also the newest records of each that were no posts.")
    ] = False,
    format_: Listing = Format.text,
) -> None:
    """How each feed does; exit code 1 where one has failed or lost posts, or all are silent."""
    if (data is None) == (desk is None):
        raise DeskError(
            "the feeds of which desk? Give --data DIR (its store) or --desk URL (a desk that"
            " `serve` runs), one of the two"
        )
    found = _stored(data, bad=bad) if data else asyncio.run(_asked(desk_url(desk or ""), bad=bad))
    if format_ is Format.json:
        emit_json(found)
    else:
        rows = [*desk_rows(found.health), *(row for each in found.bad for row in fault_rows(each))]
        for row in rows:
            emit(row.words)
    if not found.health.healthy:
        raise typer.Exit(CHECK_FAILED)


def _stored(data: Path, *, bad: bool) -> Found:
    """What the store says, which is up to ten seconds old."""
    with opened(data) as ask:
        rows = ask("SELECT json FROM states WHERE kind = ? AND id = ?", *NOTED)
        if not rows:
            raise DeskError(
                f"the store in {data} says nothing of feeds: its desk has not run for 10 s so far"
            )
        health = _still(msgspec.json.decode(rows[0][0], type=DeskHealth))
        if not bad:
            return Found(health)
        kept = {
            feed.url: [KeptFault(*row) for row in ask(NEWEST, feed.url, MOST_TOLD)]
            for feed in health.feeds
        }
    return Found(health, tuple(told(url, faults) for url, faults in kept.items()))


def _still(health: DeskHealth) -> DeskHealth:
    """What was stored; a desk that has stored nothing for a while is not healthy."""
    ended = all(feed.state == "ended" for feed in health.feeds)
    if ended or (datetime.now(UTC) - health.at).total_seconds() < GONE_S:
        return health
    gone = f"the desk has said nothing since {health.at:%Y-%m-%dT%H:%M:%SZ}: it no longer runs"
    return msgspec.structs.replace(health, healthy=False, troubles=(gone, *health.troubles))


async def _asked(url: str, *, bad: bool) -> Found:
    """What a desk at work says.

    Raises:
        DeskError: it can't be reached, is none, or is of another version.
    """
    import aiohttp

    from desk.feeds.lasting import plainly
    from desk.serving.health import FAULTS, HEALTH

    path = url.removeprefix("unix:") if url.startswith("unix:") else None
    connector = aiohttp.UnixConnector(path) if path else aiohttp.TCPConnector()
    base = "http://desk" if path else url
    timeout = aiohttp.ClientTimeout(total=ANSWER_S)
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
            async with http.get(base + HEALTH) as answer:
                health = msgspec.json.decode(await answer.read(), type=DeskHealth)
            found = []
            for feed in health.feeds if bad else ():
                async with http.get(base + FAULTS, params={"feed": feed.url}) as answer:
                    found.append(msgspec.json.decode(await answer.read(), type=FaultsTold))
    except (aiohttp.ClientError, OSError) as error:
        raise DeskError(f"no desk answers at {url}: {plainly(error)}") from None
    except msgspec.MsgspecError as error:
        raise DeskError(
            f"what answers at {url} is no desk, or one of another version: {error}"
        ) from None
    return Found(health, tuple(found))
