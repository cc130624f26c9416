"""A storm day as a page for the terminal: curves over one axis of time, the map, the figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from simulator.weather import CALM_GUST_KMH
from tui.charts.figures import Figures
from tui.charts.storm_words import (
    BULLETINS,
    background_words,
    bulletin_words,
    half_words,
    headline,
    listed,
    peak_words,
)
from tui.charts.terminal import (
    FAINT,
    GUTTER,
    Moment,
    Panel,
    axis_lines,
    columns_of,
    moment_line,
    panel_lines,
)
from tui.charts.terminal_map import legend_lines, map_lines
from tui.charts.ticks import figure, hour_step
from tui.paint import cut
from tui.signs import label_sign

LABEL_STYLES = {"hazard": "red", "vulnerable": "magenta", "outage": "yellow", "restored": "green"}
SKY = (
    ("gust_kmh", "gust", "km/h", CALM_GUST_KMH, "cyan"),
    ("rain_mm_h", "rain", "mm/h", 0.0, "blue"),
    ("lightning_km2_h", "strikes/km²", "/h", 0.0, "yellow"),
    ("ice_mm", "ice so far", "mm", 0.0, "white"),
)
"""Conditions with name, unit, the value that is no weather, and style."""
SMALL = 10
ROWS = 13
"""At most so many lines of the table of hours."""
WIDEST_MAP = 110


def storm_page(shown: Figures, width: int) -> Iterator[Text]:
    """The page, no line wider than `width` cells."""
    columns = columns_of(width)
    parts = (
        [Text(headline(shown), "bold"), *_supply(shown, columns)],
        _weather(shown, columns),
        _labels(shown, columns),
        _channels(shown, columns),
        _map(shown, width),
        _bulletins(shown),
        _table(shown),
        _largest(shown),
    )
    for number, part in enumerate(part for part in parts if part):
        yield from [Text()] * bool(number)
        for line in part:
            if line.cell_len > width:
                line = Text(cut(line.plain, width), line.style)  # noqa: PLW2901
            yield line


def _supply(shown: Figures, columns: int) -> list[Text]:
    curve, hours = shown.curve, shown.storm.told_hours
    moments = []
    if curve.peak:
        first, last = (at_s / 3600 for at_s in curve.half_s)
        moments.append(("peak", Moment(curve.peak_s / 3600, "▼", peak_words(shown))))
        moments.append(("half of it", Moment(first, "", half_words(shown), last)))
    if shown.landfall_h is not None:
        words = shown.hours.clock(shown.landfall_h * 3600)
        moments.append(("landfall", Moment(shown.landfall_h, "◆", words)))
    lines = [Text("customers without power", "bold")]
    lines += [moment_line(name, moment, hours, columns) for name, moment in moments]
    lines += panel_lines(Panel("", curve.values, 8, "yellow", scaled=True), columns)
    return [*lines, *axis_lines(shown.ticks, hours, columns), _axis_words(shown)]


def _weather(shown: Figures, columns: int) -> list[Text]:
    panels = []
    for key, name, unit, calm, style in SKY:
        values = shown.weather.get(key, ())
        highest = max(values, default=0.0)
        if highest > calm:
            panels.append(
                Panel(
                    name,
                    values,
                    2,
                    style,
                    f"{figure(round(highest, 0 if highest > SMALL else 1))} {unit}",
                )
            )
    if not panels:
        return [_title("weather", "calm all day")]
    return _stacked([_title("weather", "the worst over the territory")], panels, shown, columns)


def _labels(shown: Figures, columns: int) -> list[Text]:
    lines = [_title("posts per minute by label", "each on its own scale, its highest on the right")]
    panels = []
    for label in shown.labels:
        sign, values = label_sign(label), shown.rates.by_label[label]
        style = LABEL_STYLES.get(label, "")
        panels.append(Panel(f"{sign.glyph} {label}", values, 2, style, _rate(values)))
    return [*_stacked(lines, panels, shown, columns), Text(background_words(shown))]


def _channels(shown: Figures, columns: int) -> list[Text]:
    lines = [_title("posts per minute by channel", "all on one scale")]
    rates = shown.rates.by_channel
    highest = max((max(rates[name]) for name in shown.channels), default=0.0)
    panels = []
    for name in shown.channels:
        values = rates[name]
        # As high as its share of the busiest, so that areas compare.
        rows = max(1, round(4 * max(values) / (highest or 1.0)))
        panels.append(Panel(name, values, rows, "cyan", _rate(values)))
    return _stacked(lines, panels, shown, columns)


def _stacked(
    lines: list[Text], panels: Sequence[Panel], shown: Figures, columns: int
) -> list[Text]:
    for panel in panels:
        lines += panel_lines(panel, columns)
    return lines + axis_lines(shown.ticks, shown.storm.told_hours, columns)


def _map(shown: Figures, width: int) -> list[Text]:
    words = f"track and times, {shown.hours.label}" if shown.scene.path else "no storm passes"
    lines = [_title("map", words), *map_lines(shown.scene, shown.clocks, min(width, WIDEST_MAP))]
    return lines + [Text(line) for line in legend_lines(shown.scene)]


def _bulletins(shown: Figures) -> list[Text]:
    said = listed(shown.bulletins)
    if not said:
        return []
    lines = [_title("bulletins of the weather service", f"{len(shown.bulletins)} in all")]
    for one in said[:BULLETINS]:
        when, kind, hazard, rest = bulletin_words(shown, one)
        lines.append(Text(f"  {when}  {kind:<9} {hazard:<7} {rest}".rstrip()))
    return lines


def _table(shown: Figures) -> list[Text]:
    """Some hours in figures: the weather and the grid as they stand in the middle of the hour."""
    step = max(1, round(hour_step(len(shown.rows), ROWS)))
    lines = [_title("in figures", "each as it stands half an hour later; new since the line above")]
    lines.append(Text("  local      gust km/h  rain mm/h  new outages  customers out"))
    new = 0
    for row in shown.rows:
        new += row.started
        if row.hour % step == 0:
            lines.append(
                Text(
                    f"  {shown.hours.clock(row.hour * 3600)}  {row.gust_kmh:>9.0f}"
                    f"  {row.rain_mm_h:>9.1f}  {new:>11,}  {row.customers_out:>13,}"
                )
            )
            new = 0
    return lines


def _largest(shown: Figures) -> list[Text]:
    lines = [_title("largest outages", "local time")] if shown.largest else []
    for outage in sorted(shown.largest, key=lambda outage: outage.started_at):
        zone = shown.hours.zone
        begin, end = outage.started_at.astimezone(zone), outage.restored_at.astimezone(zone)
        where = ", ".join(shown.names[id_] for id_ in outage.communities)
        lines.append(
            Text(
                f"  {begin:%a %H:%M} to {end:%a %d %b %H:%M}  {outage.customers:>9,}  {where}"
                f"  {outage.cause or ''}".rstrip()
            )
        )
    return lines


def _title(name: str, words: str) -> Text:
    return Text(name, "bold").append(f": {words}", "not bold")


def _axis_words(shown: Figures) -> Text:
    return Text(f"{' ' * GUTTER}{shown.hours.label}", FAINT)


def _rate(values: Sequence[float]) -> str:
    return f"{figure(round(max(values), 1))}/min"
