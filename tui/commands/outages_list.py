"""`stormdesk outages list`: what operations read at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from desk.outages import ENDED, OutageChange
from desk.outages.history import histories
from tui.commands.options import Listing, TerritoryName
from tui.commands.outages_source import Data, Predicted, read_source
from tui.commands.outages_words import EXERCISE, Words, table
from tui.console import Format, emit, emit_json

RANK = ("confirmed", "likely", "restoring", "suspected", "restored", "dismissed")
MARKS = ("hazards", "vulnerable", "damage")


def list_outages(
    predicted: Predicted = None,
    data: Data = None,
    open_: Annotated[bool, typer.Option("--open", help="Only those that have not ended.")] = False,
    territory: TerritoryName = None,
    format_: Listing = Format.text,
) -> None:
    """Outages at a glance: the open ones first, the surest on top."""
    source = read_source(predicted, data, territory)
    outages = [history.last for history in histories(source.changes)]
    if open_:
        outages = [outage for outage in outages if outage.status not in ENDED]
    outages.sort(key=_rank)
    if format_ is Format.json:
        for outage in outages:
            emit_json(outage)
        return
    for line in _lines(outages, Words(source.territory), exercise=source.exercise):
        emit(line)


def _rank(outage: OutageChange) -> tuple[int, int, int, float, str]:
    urgent = -(outage.hazards + outage.vulnerable)
    return (
        RANK.index(outage.status),
        urgent,
        -outage.authors,
        outage.started_at.timestamp(),
        outage.id,
    )


def _lines(outages: Sequence[OutageChange], words: Words, *, exercise: bool) -> list[str]:
    live = sum(outage.status not in ENDED for outage in outages)
    head = f"{len(outages):,} outages, {live:,} open; people who post, not customers, are counted"
    rows = [
        (
            outage.status,
            words.place(outage.communities),
            words.time(outage.started_at),
            words.time(outage.at),
            f"{outage.authors:,}",
            f"{outage.posts:,}",
            *(f"{getattr(outage, mark) or '-'}" for mark in MARKS),
            f"{outage.confidence:.0%}",
            outage.cause or "-",
            words.time(outage.etr),
            outage.oms or "-",
            outage.verifying or "-",
            outage.id,
        )
        for outage in outages
    ]
    headers = (
        *("status", "place", "since", "changed", "people", "posts"),
        *("hazards", "vulnerable", "damage", "sure", "cause", "etr"),
        *("utility's", "checked by", "id"),
    )
    lines = table(headers, rows, right="people posts hazards vulnerable damage sure")
    return [f"{EXERCISE}  {head}" if exercise else head, *(lines if rows else [])]
