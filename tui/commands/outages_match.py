"""`stormdesk outages match`: outages of posts against the utility's own list."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from desk.oms import OmsOutage, read_oms
from desk.oms.ledger import Distribution, Ledger, ledger
from desk.oms.match import Match, Matches, match_oms
from desk.oms.outage import as_known
from desk.oms.values import BadValueError, read_time
from desk.outages.history import History, histories
from desk.territories import Territory
from tui.commands.options import Listing, TerritoryName
from tui.commands.outages_source import Data, Faults, Predicted, Source, read_source
from tui.commands.outages_words import EXERCISE, Words, table
from tui.console import Format, emit, emit_json

Oms = Annotated[
    str,
    typer.Option(
        "--oms",
        metavar="FILE|URL",
        help="The utility's own list: CSV, ODIN (XML, JSON) or GeoJSON; or odin+https://….",
    ),
]
LISTED = 20
"""Incidents that nobody posts of are listed up to so many, the largest; the rest are counted."""

SIDES = {
    "record": "the utility's record",
    "start": "the start that the utility gives",
}
MOMENTS = {"first_post": "first post", "suspected": "suspected", "likely": "likely"}


class Held(msgspec.Struct, frozen=True):
    """Everything that the command found."""

    source: Source
    oms: list[OmsOutage]
    matches: Matches
    leads: Ledger
    unsure: int


def match(
    oms: Oms,
    predicted: Predicted = None,
    data: Data = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="As it stood then: what both sides knew at that time."
        ),
    ] = None,
    territory: TerritoryName = None,
    format_: Listing = Format.text,
) -> None:
    """Hold outages against the utility's own list: in both, in posts alone, in the list alone."""
    source = read_source(predicted, data, territory)
    faults = Faults()
    listed = _listed(oms, source, faults)
    faults.end()
    if at is not None:
        then = _instant(at, source.territory)
        told = [change for change in source.changes if change.at <= then]
        source = msgspec.structs.replace(source, changes=told)
        listed = [known for one in listed if (known := as_known(one, then)) is not None]
    matches = match_oms(histories(source.changes), listed)
    # one that was never more than suspected tells operations nothing by itself
    sure = tuple(outage for outage in matches.social_only if outage.sure)
    unsure = len(matches.social_only) - len(sure)
    matches = msgspec.structs.replace(matches, social_only=tuple(sorted(sure, key=_urgency)))
    held = Held(source, listed, matches, ledger(matches.matched), unsure)
    if format_ is Format.json:
        emit_json(_as_json(held))
        return
    for line in _text(held):
        emit(line)


def _listed(oms: str, source: Source, faults: Faults) -> list[OmsOutage]:
    if "://" not in oms:
        return read_oms(Path(oms), source.territory, faults)
    from desk.oms.odin_list import OdinList  # aiohttp costs start-up time

    listed = OdinList(oms, source.territory, faults, lambda: source.exercise)
    return asyncio.run(listed.fetch()) or []


def _instant(text: str, territory: Territory) -> datetime:
    try:
        return read_time(text, territory.zone)
    except BadValueError as error:
        raise typer.BadParameter(f"--at: {error}") from None


def _urgency(outage: History) -> tuple[bool, int, int, str]:
    last = outage.last
    return outage.ended, -(last.hazards + last.vulnerable), -last.authors, last.id


def _as_json(held: Held) -> dict[str, Any]:
    matches = held.matches
    entries = {entry.outage: entry for entry in held.leads.entries}
    return {
        "territory": held.source.territory.name,
        "exercise": held.source.exercise or any(one.exercise for one in held.oms),
        "matched": [
            {
                "outage": found.outage.last,
                "oms": found.oms,
                "also": [one.id for one in found.also],
                "shared": found.shared,
                "apart_km": found.apart_km,
                "fewer_customers_than_people": found.short,
                "confirms": found.confirms,
                "lead_min": entries.get(found.outage.last.id),
            }
            for found in matches.matched
        ],
        "social_only": [outage.last for outage in matches.social_only],
        "oms_only": matches.oms_only,
        "covered": [one.id for one in matches.covered],
        "suspected_only": held.unsure,
        "lead_times_min": {"record": held.leads.record, "start": held.leads.start},
    }


def _text(held: Held) -> list[str]:
    matches, words = held.matches, Words(held.source.territory)
    exercise = held.source.exercise or any(one.exercise for one in held.oms)
    of_posts = len(matches.matched) + len(matches.social_only)
    head = (
        f"{held.source.territory.name}: {of_posts:,} outages from posts,"
        f" {len(held.oms):,} in the utility's list"
    )
    return [
        f"{EXERCISE}  {head}" if exercise else head,
        "",
        *_social_only(matches, words, held.unsure),
        "",
        *_matched(matches, words),
        "",
        *_oms_only(matches, words),
        "",
        *_lead_times(held.leads),
    ]


def _social_only(matches: Matches, words: Words, unsure: int) -> list[str]:
    outages = matches.social_only
    left = f"; {unsure:,} more were only suspected" if unsure else ""
    lines = [f"In posts alone: {len(outages):,}{left}"]
    rows = [
        (
            outage.last.status,
            words.place(outage.last.communities),
            words.time(outage.last.started_at),
            f"{outage.last.authors:,}",
            f"{outage.last.hazards or '-'}",
            f"{outage.last.vulnerable or '-'}",
            outage.last.id,
        )
        for outage in outages
    ]
    headers = ("status", "place", "since", "people", "hazards", "vulnerable", "id")
    return lines + (table(headers, rows, right="people hazards vulnerable") if rows else [])


def _matched(matches: Matches, words: Words) -> list[str]:
    short = sum(found.short for found in matches.matched)
    more = f"; in {short:,} the utility counts fewer customers than people post" if short else ""
    rows = [_matched_row(found, words) for found in matches.matched]
    headers = (
        *("status", "place", "since", "people", "utility's", "since ", "customers"),
        *("apart", "and", "id"),
    )
    lines = table(headers, rows, right="people customers apart and") if rows else []
    return [f"In both: {len(matches.matched):,}{more}", *lines]


def _matched_row(found: Match, words: Words) -> tuple[str, ...]:
    last, one = found.outage.last, found.oms
    customers = "?" if one.customers is None else f"{one.customers:,}"
    return (
        last.status,
        words.place(last.communities),
        words.time(last.started_at),
        f"{last.authors:,}",
        one.id,
        words.time(one.started_at),
        f"{customers}{' !' if found.short else ''}",
        f"{found.apart_km:.1f} km",
        f"+{len(found.also):,}" if found.also else "-",
        last.id,
    )


def _oms_only(matches: Matches, words: Words) -> list[str]:
    ranked = sorted(matches.oms_only, key=lambda one: (-(one.customers or 0), one.id))
    customers = sum(one.customers or 0 for one in ranked)
    head = f"In the utility's list alone: {len(ranked):,} with {customers:,} customers"
    if matches.covered:
        head += f"; {len(matches.covered):,} more lie where people post already"
    lines = [head]
    rows = [
        (
            one.status,
            words.place(one.communities),
            words.time(one.started_at),
            "?" if one.customers is None else f"{one.customers:,}",
            one.id,
        )
        for one in ranked[:LISTED]
    ]
    headers = ("status", "place", "since", "customers", "utility's")
    lines += table(headers, rows, right="customers") if rows else []
    if len(ranked) > LISTED:
        lines.append(f"… and {len(ranked) - LISTED:,} smaller ones (--format json has all)")
    return lines


def _lead_times(leads: Ledger) -> list[str]:
    lines = [f"Minutes ahead of the utility, over {len(leads.entries):,} outages in both"]
    for side, words in SIDES.items():
        found: dict[str, Distribution] = getattr(leads, side)
        if not found:
            lines.append(f"against {words}: the list does not say")
            continue
        rows = [
            (
                name,
                *(_minutes(getattr(found[moment], share)) for share in ("p10", "p50", "p90")),
                f"{found[moment].ahead:.0%}",
                f"{found[moment].outages:,}",
            )
            for moment, name in MOMENTS.items()
        ]
        headers = (f"against {words}", "p10", "p50", "p90", "ahead", "outages")
        lines += table(headers, rows, right="p10 p50 p90 ahead outages")
    return lines


def _minutes(value: float | None) -> str:
    return "-" if value is None else f"{value:+.1f}"
