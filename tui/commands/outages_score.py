"""`stormdesk outages score`: outages against the truth of a storm, and what limits each miss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from desk.errors import DeskError
from desk.outages.score import Score
from desk.outages.score import score as score_of
from desk.outages.told import Told, read_told
from desk.outages.truth import Known, read_known
from desk.outages.why import Missed, Mistaken, Why
from desk.outages.why import why as why_of
from tui.commands.outages_source import Faults, opened
from tui.console import Format, emit, emit_json


def score(
    predicted: Annotated[
        Path,
        typer.Option(help="Outage changes, as `tail` prints them; - is stdin.", metavar="FILE|-"),
    ],
    truth: Annotated[
        Path, typer.Option(help="A folder that `storm generate` wrote.", metavar="DIR")
    ],
    why: Annotated[
        bool,
        typer.Option("--why", help="Tell what limits each miss; FILE needs the posts, too."),
    ] = False,
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.json,  # noqa: A002  the option's name
) -> None:
    """Score outages against the truth of a storm: found, missed, false, how soon, how near."""
    known = read_known(truth)
    faults = Faults()
    told = read_told(opened(predicted), faults, posts=why)
    faults.end()
    result = score_of(told.changes, known.truth())
    reasons = _why(told, known, predicted) if why else None
    if format is Format.json:
        emit_json(msgspec.structs.asdict(result) | ({"why": reasons} if reasons else {}))
        return
    for line in _table(result):
        emit(line)
    for line in _reasons(reasons) if reasons else ():
        emit(line)


def _why(told: Told, known: Known, predicted: Path) -> Why:
    if told.changes and not told.posts:
        raise DeskError(
            f"no posts among the lines of {predicted}, and --why needs them:"
            " let `tail` print both, without --outages"
        )
    return why_of(told, known)


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


def _reasons(reasons: Why) -> Iterator[str]:
    """What limits the score in words: how many of each reason, then one by one."""
    few = reasons.not_counted
    yield ""
    yield f"{'missed':16} {_counted(reasons.missed_for, len(reasons.missed))}"
    yield f"{'false':16} {_counted(reasons.false_for, len(reasons.false))}"
    yield (
        f"{'not counted':16} {few.nobody_posted} that nobody posted of,"
        f" {few.few_posted} that too few did"
    )
    for miss in reasons.missed:
        yield ""
        yield from _missed(miss)
    for mistake in reasons.false:
        yield ""
        yield from _mistaken(mistake)


def _counted(counts: Mapping[str, int], total: int) -> str:
    return f"{total}: {_listed(counts)}" if total else "none"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _missed(miss: Missed) -> Iterator[str]:
    yield f"missed {miss.outage} in {', '.join(miss.communities)}: {miss.reason}"
    yield f"  authors: {miss.posted} posted, {miss.labelled} labelled, {miss.located} located"
    if miss.with_ is not None:
        yield f"  told as one with {miss.with_}"
    if miss.suspected:
        yield "  was suspected, never likely"
    yield f"  posts: {' '.join(miss.posts)}"


def _mistaken(mistake: Mistaken) -> Iterator[str]:
    yield f"false {mistake.outage} in {', '.join(mistake.communities)}: {mistake.reason}"
    yield f"  made of posts: {_listed(mistake.made_of)}"
    if mistake.traps:
        yield f"  traps: {_listed(mistake.traps)}"
    if mistake.outages:
        yield f"  they speak of {', '.join(mistake.outages)}"
    yield f"  posts: {' '.join(mistake.posts)}"
