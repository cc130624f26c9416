"""`stormdesk storm realism`: a generated storm beside published figures, and posts to read."""

from __future__ import annotations

import enum
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules import Engine, RulesError, load_packs
from rules.workbench.score import Row as RealPost
from rules.workbench.score import decode_row
from simulator.errors import FolderError
from simulator.storm_file import load_storm
from tui.commands.options import Listing, Rules
from tui.commands.post_lines import numbered, open_lines
from tui.console import CHECK_FAILED, Format, emit, emit_json, flush, say

if TYPE_CHECKING:
    from simulator.realism.card import Card, Engines, Row
    from simulator.realism.engine import Beside
    from simulator.realism.posts import Mix

LABELLED = "STORMDESK_LABELLED"
"""The environment variable that may name a labelled corpus."""

NO_LIMIT = 99
"""A ratio's upper end that stands for none."""


class Which(enum.StrEnum):
    """Which posts a sample is drawn from."""

    storm = "storm"
    background = "background"
    all = "all"


def realism(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that `storm generate` wrote.")
    ],
    other: Annotated[
        Path | None,
        typer.Option(
            "--other", metavar="DIR", help="The same storm under another seed; else it is told."
        ),
    ] = None,
    labelled: Annotated[
        str | None,
        typer.Option(
            "--labelled",
            metavar="FILE",
            envvar=LABELLED,
            help="Labelled real posts: the engine's F1 on them beside that on the storm.",
        ),
    ] = None,
    rules: Rules = None,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 1 if anything is out of range.")
    ] = False,
    sample: Annotated[
        int | None,
        typer.Option(
            "--sample", min=1, metavar="N", help="Print N posts with their truth instead."
        ),
    ] = None,
    of: Annotated[
        Which,
        typer.Option(help="Draw from posts with a label or trap, from the rest, or from all."),
    ] = Which.storm,
    form: Listing = Format.text,
) -> None:
    """Hold a generated storm against published figures, each with its source and a mark."""
    if not folder.is_dir():
        raise FolderError(f"no folder '{folder}': give one that `storm generate` wrote")
    if sample is not None:
        _print_sample(folder, sample, of, form)
        return
    from simulator.realism.card import card  # Faker costs start-up time

    real = _labelled(labelled) if labelled else []
    engine = Engine(load_packs(*(rules or ()))) if real else None
    made = card(folder, other=other, real=real, engine=engine, progress=say)
    if form is Format.json:
        emit_json(made)
    else:
        _print_card(made)
    flush()
    if check and made.out_of_range:
        say(f"out of range: {'; '.join(made.out_of_range)}")
        raise typer.Exit(CHECK_FAILED)


def _labelled(file: str) -> list[RealPost]:
    rows = []
    with ExitStack() as stack:
        for number, raw in numbered(open_lines(file, stack), file):
            try:
                rows.append(decode_row(raw))
            except RulesError as error:
                say(f"{file}:{number}: {error}, skipped")
    return rows


def _print_card(made: Card) -> None:
    emit(
        f"{made.title} ({made.storm}, {made.kind}), {made.hours:g} h, seed {made.seed}:"
        f" {made.posts:,} posts, {made.texts_sampled:,} texts looked at"
    )
    sources: list[str] = []
    for group, rows in groupby(made.rows, key=lambda row: row.group):
        emit("")
        emit(f"{group:<59}{'generated':>11}  published")
        for row in rows:
            emit(_line(row, sources))
    emit("")
    emit("channels of people's own words on outages (published: X first, Facebook in the tail)")
    for mix in made.channels:
        emit(_mix(mix))
    emit("")
    if made.engine is None:
        emit("the engine's F1 beside that on real posts: give labelled posts with --labelled FILE")
        emit(f"or in the environment variable {LABELLED}")
    else:
        _print_engines(made.engine)
    emit("")
    emit("sources")
    for number, source in enumerate(sources, 1):
        emit(f"  [{number}] {source}")
    emit("")
    out = made.out_of_range
    emit(f"{len(out)} out of range: {'; '.join(out)}" if out else "nothing is out of range")


def _line(row: Row, sources: list[str]) -> str:
    value = "–" if row.generated is None else _value(row.generated, row.unit)
    published = "" if row.low is None or row.high is None else _range(row.low, row.high, row.unit)
    told = row.note
    if row.source:
        if row.source not in sources:
            sources.append(row.source)
        told = f"[{sources.index(row.source) + 1}] {row.note}"
    return f"  {row.title:<57}{value:>11}  {published:<15} {row.mark:<20} {told}".rstrip()


def _value(value: float, unit: str) -> str:
    if unit == "%":
        return f"{100 * value:.3g} %"
    number = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{number} {unit}" if unit in {"h", ": 1"} else number


def _range(low: float, high: float, unit: str) -> str:
    if high >= NO_LIMIT and unit == ": 1":
        return f"above {low:g} : 1"
    ends = [_value(end, unit).removesuffix(f" {unit}") for end in (low, high)]
    return f"{' – '.join(ends)} {'' if unit == 'characters' else unit}".rstrip()


def _mix(mix: Mix) -> str:
    shares = ", ".join(f"{channel} {share:.0%}" for channel, share in mix.channels.items())
    when = {"before": "before the rise", "rise": "while it rises", "after": "after the peak"}
    return f"  {when[mix.phase]:<18} {mix.posts:>9,} posts  {shares}".rstrip()


def _print_engines(engines: Engines) -> None:
    language = engines.language
    same = f"in {language}" if engines.same_language else f"(too few in {language}: all languages)"
    emit(
        f"the engine's F1 on {engines.simulated_posts:,} sampled posts in {language} (no reposts)"
        f" beside {engines.real_posts:,} real ones {same}"
    )
    emit(
        "  at the real mix: simulated posts weighed so that those with the label, with others, and"
    )
    emit("  with a word of the supply are as frequent as among the real ones")
    emit("  label       as posted  at the real mix    real  difference  support  real support")
    for each in engines.labels:
        emit(_beside(each))
    emit(f"  outage within {engines.near}: {engines.mark}")


def _beside(each: Beside) -> str:
    few = "" if each.enough else "  too few to compare"
    return (
        f"  {each.label:<11} {_f1(each.simulated):>9} {_f1(each.simulated_at_real_mix):>16}"
        f" {_f1(each.real):>7} {_signed(each.difference):>11} {each.simulated_support:>8,}"
        f" {each.real_support:>13,}{few}"
    )


def _f1(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"


def _print_sample(folder: Path, count: int, of: Which, form: Format) -> None:
    from desk.territories import load_territory
    from simulator.realism.sample import sample

    storm = load_storm(str(folder.absolute()))
    territory = load_territory(storm.territory)
    names = {community.id: community.name for community in territory.community}
    for post, truth in sample(folder, count, storm.seed, of.value):
        if form is Format.json:
            emit_json({"post": post, "truth": truth})
            continue
        at = post.created_at.astimezone(territory.zone)
        told = ", ".join(truth.labels) or "no label"
        told += f", trap: {truth.trap}" if truth.trap else ""
        where = names.get(truth.community or "", truth.community or "nowhere")
        where += "" if truth.located else " (not said)"
        author = post.author.handle if post.author else "–"
        emit(f"{at:%a %H:%M}  {post.channel}  @{author}  {where}  [{told}]")
        emit(f"    {post.text}")
    flush()
