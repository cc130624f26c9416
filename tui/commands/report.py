"""`stormdesk report shift|handover|volume|feeds`: what a lead reads, as the screen shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer

from desk.errors import DeskError
from desk.kept import opened
from desk.reports.handover import Handover, handover
from desk.reports.records import Records, Steps, built
from desk.reports.shift import ShiftReport, shift_report
from desk.reports.standing import standing
from desk.reports.volume import MOST_HOURS, VolumeReport, volume_report
from desk.serving.address import desk_url
from desk.settings import Policy, load_settings
from desk.territories import load_territory
from tui.commands.options import Listing, SettingsFolder
from tui.commands.outages_source import named
from tui.commands.report_feeds import feeds
from tui.console import Format, emit, emit_json
from tui.groups import Group
from tui.reports.handover_rows import handover_rows
from tui.reports.rows import Row
from tui.reports.shift_rows import shift_rows, volume_rows

app = typer.Typer(add_completion=False, cls=Group, rich_markup_mode=None, no_args_is_help=True)
T = TypeVar("T", ShiftReport, Handover, VolumeReport)
Kind = Literal["shift", "handover", "volume"]

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="A desk's store, which may be in use."),
]
AtDesk = Annotated[
    str | None, typer.Option("--desk", metavar="URL", help="... or a desk that `serve` runs.")
]
Hours = Annotated[
    float,
    typer.Option(metavar="N", min=0.25, max=MOST_HOURS, help="On the last N hours of event time."),
]
Territory = Annotated[
    str | None,
    typer.Option(
        "--territory", metavar="FILE", help="That of the store, where it is not built in."
    ),
]


@app.callback()
def report() -> None:
    """What a lead reads: the shift, the handover, the volume, how the feeds do."""


app.command()(feeds)


@app.command()
def shift(
    data: Data = None,
    desk: AtDesk = None,
    hours: Hours = 12.0,
    territory: Territory = None,
    settings: SettingsFolder = None,
    format_: Listing = Format.text,
) -> None:
    """What happened: posts, replies and how long they took, the queue, agents, outages."""

    def steps(records: Records, policy: Policy) -> Steps[ShiftReport]:
        stands = yield from _stands(records, policy)
        return (yield from shift_report(records, hours, policy, stands))

    found = _report(ShiftReport, "shift", data, desk, hours, territory, settings, steps)
    _print(found, shift_rows, format_)


@app.command("handover")
def hand_over(
    data: Data = None,
    desk: AtDesk = None,
    territory: Territory = None,
    settings: SettingsFolder = None,
    format_: Listing = Format.text,
) -> None:
    """What is open, late or waits, for the next shift; marked against the last handover."""

    def steps(records: Records, policy: Policy) -> Steps[Handover]:
        stands = yield from _stands(records, policy)
        return (yield from handover(records, policy, stands))

    found = _report(Handover, "handover", data, desk, 12.0, territory, settings, steps)
    _print(found, handover_rows, format_)


@app.command()
def volume(
    data: Data = None,
    desk: AtDesk = None,
    hours: Hours = 24.0,
    territory: Territory = None,
    format_: Listing = Format.text,
) -> None:
    """Posts by label, channel and community, hour by hour."""

    def steps(records: Records, policy: Policy) -> Steps[VolumeReport]:
        del policy
        yield
        return volume_report(records, hours)

    found = _report(VolumeReport, "volume", data, desk, hours, territory, None, steps)
    _print(found, volume_rows, format_)


def _report(
    wanted: type[T],
    kind: Kind,
    data: Path | None,
    desk: str | None,
    hours: float,
    territory: str | None,
    settings: Path | None,
    steps: Callable[[Records, Policy], Steps[T]],
) -> T:
    """The report from a store, or from a desk at work.

    Raises:
        DeskError: neither or both are given, or they can't be read.
    """
    if (data is None) == (desk is None):
        raise DeskError(
            "a report on which desk? Give --data DIR (its store) or --desk URL (a desk that"
            " `serve` runs), one of the two"
        )
    if desk is not None:
        if territory is not None or settings is not None:
            raise DeskError("--desk asks a desk that has its territory and settings already")
        return asyncio.run(_asked(wanted, kind, desk_url(desk), hours))
    assert data is not None
    policy = load_settings(settings).policy
    with opened(data) as ask:
        rows = ask("SELECT value FROM meta WHERE key = 'territory'")
        place = load_territory(territory or named(str(rows[0][0]) if rows else "", data))
        names = {community.id: community.name for community in place.community}
        return built(steps(Records(ask, names, place.zone), policy))


def _stands(records: Records, policy: Policy) -> Steps[str]:
    cases = yield from records.cases()
    stands = yield from standing(records, policy, cases)
    return stands.words if stands else ""


async def _asked(wanted: type[T], kind: Kind, url: str, hours: float) -> T:
    """The report of a desk at work.

    Raises:
        DeskError: it can't be reached, or refuses.
    """
    from desk.serving.protocol import Refused
    from desk.serving.report_messages import ReadReport
    from tui.desk_link import DeskLink
    from tui.link import LinkState

    link = DeskLink(url)
    try:
        async for message in link.messages():
            match message:
                case LinkState("connected"):
                    await link.send(ReadReport(kind, hours))
                case LinkState("lost" | "failed", reason):
                    raise DeskError(reason.replace(": trying again.", ":"))  # it asks once
                case Refused(_, reason):
                    raise DeskError(reason)
                case _ if isinstance(message, wanted):
                    return message
                case _:
                    pass
    finally:
        await link.close()
    raise DeskError(f"the desk at {url} said nothing")


def _print(found: T, rows: Callable[[T], Sequence[Row]], format_: Format) -> None:
    if format_ is Format.json:
        emit_json(found)
        return
    for row in rows(found):
        emit(row.whole)
