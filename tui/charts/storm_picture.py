"""A storm day as one SVG picture for a document: charts over one axis of time, and the map."""

from __future__ import annotations

from tui.braille import project
from tui.charts import drawing
from tui.charts.drawing import QUIET
from tui.charts.figures import Figures
from tui.charts.storm_words import (
    KINDS,
    background_words,
    bulletin_words,
    half_words,
    headline,
    listed,
    peak_words,
)
from tui.charts.svg import Line, Mark, draw_chart
from tui.charts.svg_map import LEGEND, draw_map

WIDTH, CHART, ROW = 900.0, 250.0, 16.0
COLUMNS = (14.0, 90.0, 160.0, 225.0)
TALLEST, FLATTEST = 620.0, 260.0


def storm_picture(shown: Figures) -> str:
    """The picture as one `<svg>` element; every time in it is the territory's."""
    said = listed(shown.bulletins)
    height_of_map = _map_height(shown) + LEGEND
    height = 60 + 3 * CHART + 44 + height_of_map + (30 + ROW * len(said) if said else 0) + 12
    root = drawing.picture(WIDTH, height, headline(shown), _description(shown))
    drawing.words(root, 14, 28, headline(shown), size=18, bold=True)
    drawing.words(
        root, 14, 48, f"EXERCISE: a simulated storm. Times are {shown.hours.label}.", fill=QUIET
    )
    y = 60.0
    _supply(drawing.group(root, 0, y), shown)
    _posts(drawing.group(root, 0, y + CHART), shown)
    _channels(drawing.group(root, 0, y + 2 * CHART), shown)
    y += 3 * CHART
    drawing.words(
        root, 14, y + 18, "Towns and track" if shown.scene.path else "Towns", size=14, bold=True
    )
    draw_map(drawing.group(root, 0, y + 30), shown.scene, shown.clocks, WIDTH, height_of_map)
    y += 44 + height_of_map
    if said:
        words = f"Bulletins of the weather service ({len(shown.bulletins)} in all)"
        drawing.words(root, 14, y + 14, words, size=14, bold=True)
        for row, bulletin in enumerate(said):
            for column, said_of_it in zip(COLUMNS, bulletin_words(shown, bulletin), strict=True):
                drawing.words(root, column, y + 34 + ROW * row, said_of_it)
    return drawing.markup(root)


def _map_height(shown: Figures) -> float:
    """As high as the territory is at full width, within what a page bears."""
    wide = project(shown.scene.lines, shown.scene.places, int(WIDTH / 2), 1000)
    return min(TALLEST, max(FLATTEST, 4000 - 2 * wide.top))


def _supply(part: drawing.Element, shown: Figures) -> None:
    curve = shown.curve
    points = {number * shown.step_h: value for number, value in enumerate(curve.values)}
    points[curve.peak_s / 3600] = curve.peak  # it may fall between two values
    xs = sorted(points)
    marks = [
        Mark(f"{KINDS[one.kind]}, {one.hazard}", one.at_s / 3600)
        for one in listed(shown.bulletins)
        if 0 <= one.at_s <= shown.storm.told_hours * 3600
    ]
    if curve.peak:
        first, last = (at_s / 3600 for at_s in curve.half_s)
        marks.append(Mark(f"half of the peak: {half_words(shown)}", first, until=last))
        marks.append(Mark(f"peak {peak_words(shown)}", curve.peak_s / 3600, curve.peak))
    if shown.landfall_h is not None:
        marks.append(Mark("landfall", shown.landfall_h))
    _chart(
        part,
        shown,
        [Line("out", xs, [points[x] for x in xs])],
        "Customers without power",
        "customers",
        marks,
    )


def _posts(part: drawing.Element, shown: Figures) -> None:
    lines = [_rate(shown, label, shown.rates.by_label[label]) for label in shown.labels]
    _chart(part, shown, lines, "Posts per minute by label", "posts per minute")


def _channels(part: drawing.Element, shown: Figures) -> None:
    lines = [_rate(shown, name, shown.rates.by_channel[name]) for name in shown.channels]
    _chart(part, shown, lines, "Posts per minute by channel", "posts per minute")
    drawing.words(part, 14, CHART - 9, background_words(shown), size=11, fill=QUIET)


def _rate(shown: Figures, name: str, values: tuple[float, ...]) -> Line:
    return Line(name, [(number + 0.5) * shown.step_h for number in range(len(values))], values)


def _chart(
    part: drawing.Element,
    shown: Figures,
    lines: list[Line],
    title: str,
    unit: str,
    marks: list[Mark] | None = None,
) -> None:
    draw_chart(
        part, lines, title=title, x_label="local time", y_label=unit, width=WIDTH, height=CHART,
        marks=marks or (), x_ticks=shown.ticks, x_range=(0.0, shown.storm.told_hours),
    )  # fmt: skip


def _description(shown: Figures) -> str:
    return (
        f"Customers without power over time: {peak_words(shown)}, half of it or more for"
        f" {half_words(shown)}. Posts per minute by label ({', '.join(shown.labels)}) and by"
        f" channel ({', '.join(shown.channels)}): {background_words(shown)}. A map of"
        f" {shown.territory} with the towns that lost their supply and the storm's way."
    )
