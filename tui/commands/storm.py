"""`stormdesk storm`: storm days for trainers: listed, shown, generated into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.storm import Storm
from simulator.storm_file import built_in, load_storm
from tui.commands.storm_realism import realism
from tui.console import Format, emit, emit_json, say

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Storm days to train on.")

Name = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A built-in storm, or a file.")]
Formats = Annotated[Format, typer.Option("--format", help="How the listing is printed.")]
Seed = Annotated[
    int | None, typer.Option("--seed", help="Another seed: the same kind of day, other posts.")
]
Hours = Annotated[
    float | None,
    typer.Option("--hours", metavar="H", help="Only the first H hours of the same day."),
]
BAR = 32
LARGEST = 10


@app.command("list")
def list_storms(format_: Formats = Format.text) -> None:
    """The storms that come with the program."""
    storms = [load_storm(name) for name in built_in()]
    if format_ is Format.json:
        emit_json([_summary(storm) for storm in storms])
        return
    for storm in storms:
        languages = ", ".join(voice.language for voice in storm.voice)
        emit(
            f"{storm.name:<12} {storm.title:<20} {storm.territory:<16}"
            f" {storm.hours:g} h  {languages}"
        )


@app.command()
def show(
    name: Name, seed: Seed = None, hours: Hours = None, format_: Formats = Format.text
) -> None:
    """What happens when: weather and customers out hour by hour, and the largest outages."""
    from simulator.stream import StormDay  # Faker costs start-up time

    storm = load_storm(name, seed=seed, hours=hours)
    day = StormDay(storm)
    rows = day.hours()
    largest = sorted(day.outages(), key=lambda outage: -outage.customers)[:LARGEST]
    if format_ is Format.json:
        emit_json(_summary(storm) | {"hours": rows, "largest_outages": largest})
        return
    zone = day.territory.zone
    emit(f"{storm.title} over {day.territory.name}, {storm.told_hours:g} h, seed {storm.seed}")
    emit("hour  local  gust km/h  rain mm/h  new  customers out")
    peak = max(1, *(row.customers_out for row in rows))
    for row in rows:
        bar = "█" * round(BAR * row.customers_out / peak)
        emit(
            f"{row.hour:>4}  {row.at.astimezone(zone):%H:%M}  {row.gust_kmh:>9.0f}"
            f"  {row.rain_mm_h:>9.1f}  {row.started:>3}  {row.customers_out:>9,} {bar}".rstrip()
        )
    emit("largest outages, in local time")
    names = {community.id: community.name for community in day.territory.community}
    for outage in sorted(largest, key=lambda outage: outage.started_at):
        where = ", ".join(names[id_] for id_ in outage.communities)
        emit(
            f"  {outage.started_at.astimezone(zone):%a %H:%M} to"
            f" {outage.restored_at.astimezone(zone):%a %H:%M}"
            f"  {outage.customers:>9,}  {where}  {outage.cause or ''}".rstrip()
        )


@app.command()
def generate(
    name: Name,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new or empty folder.")],
    seed: Seed = None,
    hours: Hours = None,
    scale: Annotated[
        float | None, typer.Option("--scale", metavar="X", help="X times as many posts.")
    ] = None,
    background: Annotated[
        float | None,
        typer.Option(
            "--background", metavar="SHARE", help="Share of posts on other things, 0-0.99."
        ),
    ] = None,
) -> None:
    """Write a storm into a folder: its posts, and the truth behind them."""
    from simulator.folder import generate as write  # Faker costs start-up time

    storm = load_storm(name, seed=seed, hours=hours, scale=scale, background=background)

    def progress(posts: int, hour: float) -> None:
        say(f"{storm.name}: {posts:,} posts, hour {hour:.1f} of {storm.told_hours:g}")

    made = write(storm, out, progress=progress)
    say(f"{made.posts:,} posts and {made.outages:,} outages in {made.folder}")


app.command()(realism)


def _summary(storm: Storm) -> dict[str, object]:
    return {
        "name": storm.name,
        "title": storm.title,
        "territory": storm.territory,
        "starts_at": storm.starts_at,
        "hours_long": storm.told_hours,
        "seed": storm.seed,
        "background": storm.background,
        "languages": [voice.language for voice in storm.voice],
    }
