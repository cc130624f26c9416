"""`stormdesk territory …`: service areas listed, shown and built."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from desk.errors import TerritoryError
from desk.territories import Territory, built_in, load_territory
from tui.console import Format, emit, emit_json, say
from tui.groups import Group

app = typer.Typer(
    add_completion=False,
    cls=Group,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Service areas: towns, customers, outlines.",
)

FormatOption = Annotated[Format, typer.Option("--format", help="How to print it.")]


@app.command("list")
def list_territories(form: FormatOption = Format.text) -> None:
    """The territories that come with the program."""
    rows = [(name, load_territory(path)) for name, path in built_in().items()]
    if form is Format.json:
        emit_json({"territories": [{"id": name, **_summary(area)} for name, area in rows]})
        return
    for name, area in rows:
        customers = sum(community.customers for community in area.community)
        emit(
            f"{name:16} {len(area.community):4} communities {customers:11,} customers  {area.name}"
        )


@app.command()
def show(
    territory: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="A built-in territory, or a file.")
    ],
    form: FormatOption = Format.text,
) -> None:
    """One territory with its communities."""
    area = load_territory(territory)
    if form is Format.json:
        emit_json(area)
        return
    summary = _summary(area)
    emit(f"{area.name} · {area.timezone} · outline of {summary['points']} points")
    names = f" · also called {', '.join(area.aliases)}" if area.aliases else ""
    emit(f"{len(area.community)} communities · {summary['customers']:,} customers{names}")
    emit(f"{'customers':>10} {'km':>5}  {'lat':>8} {'lon':>9}  name (id): other names; ZIP codes")
    for one in area.community:
        other = f": {', '.join(one.aliases)}" if one.aliases else ""
        codes = f"; {len(one.zips)} ZIP codes" if one.zips else ""
        emit(
            f"{one.customers:10,} {one.radius_km:5.1f}  {one.lat:8.3f} {one.lon:9.3f}  "
            f"{one.name} ({one.id}){other}{codes}"
        )


@app.command()
def build(
    name: Annotated[
        str, typer.Option("--name", help="Small letters and hyphens: the file's name.")
    ],
    country: Annotated[
        str, typer.Option("--country", help="Two capital letters (ISO 3166-1), such as US.")
    ],
    region: Annotated[
        str,
        typer.Option("--region", help="GeoNames' admin1 code: NC; a wrong one lists all of them."),
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder to write into.")],
    atlas: Annotated[
        Path | None,
        typer.Option(
            "--atlas",
            help="A folder with the npm packages us-atlas and world-atlas; else npm fetches them.",
        ),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="The name for people.")] = None,
    min_population: Annotated[
        int, typer.Option("--min-population", min=1, help="Places with fewer people are left out.")
    ] = 1500,
    communities: Annotated[
        int, typer.Option("--communities", min=1, help="At most so many places, the largest.")
    ] = 400,
    around: Annotated[
        str | None,
        typer.Option(
            "--around", metavar="LAT,LON,KM", help="Only places within so many km of a point."
        ),
    ] = None,
    local: Annotated[
        Path | None,
        typer.Option("--local", help="A TOML file of local knowledge: other names, corrections."),
    ] = None,
) -> None:
    """Make a territory of any region of any country from open data (needs the extra)."""
    from desk.territories.build import Recipe, build_territory

    recipe = Recipe(
        name=name,
        country=country,
        region=region,
        min_population=min_population,
        communities=communities,
        around=_around(around) if around else None,
        title=title,
        local=local,
    )
    path = build_territory(recipe, out, atlas=atlas)
    area = load_territory(path)
    say(f"{len(area.community)} communities, outline of {_summary(area)['points']} points")
    emit(str(path))


def _around(shown: str) -> tuple[float, float, float]:
    try:
        lat, lon, km = map(float, shown.split(","))
    except ValueError:
        lat = lon = km = math.nan
    if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 < km <= 20_000):
        raise TerritoryError(
            f"--around '{shown}': write latitude, longitude and km, such as 40.7,-73.95,28"
        )
    return lat, lon, km


def _summary(area: Territory) -> dict[str, object]:
    return {
        "name": area.name,
        "timezone": area.timezone,
        "communities": len(area.community),
        "customers": sum(community.customers for community in area.community),
        "points": sum(len(line) for line in area.lines),
    }
