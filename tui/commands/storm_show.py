"""`stormdesk storm show`: a storm day drawn before anybody runs it."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.errors import FolderError
from simulator.storm_file import load_storm
from simulator.weather import STEP_S
from tui.commands.storm_options import (
    Background,
    Formats,
    Hours,
    Name,
    Scale,
    Seed,
    Stream,
    summary,
)
from tui.console import Format, colour_wanted, emit_json, emit_styled, say

if TYPE_CHECKING:
    from simulator.storm import Storm
    from tui.charts.course import Progress
    from tui.charts.figures import Figures

NARROWEST, WIDEST, PIPED = 60, 400, 80
"""Widths in cells: the limits, and what is drawn into a pipe or a file."""
PATIENCE_S = 5.0
BULLETIN_FIELDS = ("kind", "hazard", "zones", "gust_kmh", "rain_mm", "ice_mm")

Svg = Annotated[
    Path | None,
    typer.Option("--svg", metavar="FILE", help="Write one picture for a document, too."),
]
Width = Annotated[
    int | None,
    typer.Option(
        "--width",
        metavar="N",
        min=NARROWEST,
        max=WIDEST,
        help=f"Cells of a line; else the terminal's, and {PIPED} where there is none.",
    ),
]


def show(
    name: Name,
    seed: Seed = None,
    hours: Hours = None,
    scale: Scale = None,
    background: Background = None,
    stream: Stream = None,
    svg: Svg = None,
    width: Width = None,
    format_: Formats = Format.text,
) -> None:
    """Draw a storm: customers out, posts per minute by label and channel, the track on the map."""
    from tui.charts.figures import figures  # Faker costs start-up time
    from tui.charts.storm_page import storm_page

    storm = load_storm(
        name, seed=seed, hours=hours, scale=scale, background=background, stream=stream
    )

    shown = figures(storm, _progress(storm))
    if svg is not None:
        _write(svg, shown)
    if format_ is Format.json:
        emit_json(_as_json(storm, shown))
        return
    colour = colour_wanted()
    for line in storm_page(shown, width or _terminal_width()):
        emit_styled(line, colour=colour)


def _progress(storm: Storm) -> Progress:
    """Words on stderr while posts are counted, for storms that take their time."""
    said_s = time.monotonic()

    def progress(posts: int, hour: float) -> None:
        nonlocal said_s
        if time.monotonic() - said_s >= PATIENCE_S:
            said_s = time.monotonic()
            say(f"{storm.name}: {posts:,} posts counted, hour {hour:.1f} of {storm.told_hours:g}")

    return progress


def _terminal_width() -> int:
    if sys.stdout is None or not sys.stdout.isatty():
        return PIPED
    return min(WIDEST, max(NARROWEST, shutil.get_terminal_size().columns))


def _write(path: Path, shown: Figures) -> None:
    from tui.charts.storm_picture import storm_picture

    try:
        path.write_text(storm_picture(shown), encoding="utf-8")
    except OSError as error:
        why = error.strerror or error
        raise FolderError(f"can't write '{path}': {why}; give another file with --svg") from None
    say(f"picture in {path}")


def _as_json(storm: Storm, shown: Figures) -> dict[str, object]:
    curve, rates, land = shown.curve, shown.rates, shown.scene.landfall
    local = shown.hours
    return summary(storm) | {
        "hours": shown.rows,
        "customers_out": {
            "step_s": round(shown.step_h * 3600),
            "values": curve.values,
            "peak": {"at": local.at(curve.peak_s), "customers": curve.peak},
            "half_peak": {"from": local.at(curve.half_s[0]), "to": local.at(curve.half_s[1])},
        },
        "weather": {"step_s": STEP_S} | shown.weather,
        "posts_per_minute": {
            "step_s": round(shown.step_h * 3600),
            "posts": rates.posts,
            "by_label": rates.by_label,
            "by_channel": rates.by_channel,
            "background": rates.background,
        },
        "track": storm.weather.track,
        "landfall": None
        if land is None
        else {
            "at": local.at(land.hour * 3600),
            "lat": round(land.lat, 4),
            "lon": round(land.lon, 4),
        },
        "bulletins": [
            {"at": local.at(one.at_s), "from": local.at(one.from_s), "to": local.at(one.to_s)}
            | {name: getattr(one, name) for name in BULLETIN_FIELDS}
            for one in shown.bulletins
        ],
        "worst_share_out": {id_: round(share, 4) for id_, share in shown.scene.shares.items()},
        "largest_outages": shown.largest,
    }
