"""The map of a storm day as part of an SVG picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

from desk.serving.protocol import MapPlace
from tui.braille import Projection, project
from tui.charts import drawing
from tui.charts.drawing import INK, QUIET, Element, text_width
from tui.charts.track import Spot, StormMap

SHADES = (
    (0.5, "#8c2d04", "half of the customers or more"),
    (0.2, "#d95f0e", "a fifth"),
    (0.05, "#f2a25c", "a twentieth"),
    (0.0, "#c9d0d8", "less"),
)
"""Colours of a place by the largest share of its customers that were out at one time.

Darker is worse: it reads in grey, too.
"""
WAY, BAND = "#1d3f72", "#5b7db1"
NAMED = 10
SMALL = 11.0
LEGEND, GAP = 46.0, 6.0

Box = tuple[float, float, float, float]


def draw_map(
    parent: Element, scene: StormMap, clocks: Sequence[str], width: float, height: float
) -> None:
    """The map with its legend, from the origin of `parent`; `clocks` belong to the marks."""
    view = project(scene.lines, scene.places, int(width / 2), int((height - LEGEND) / 4))
    box = (0.0, 0.0, width, height - LEGEND)
    for line in scene.lines:
        drawing.path(parent, _inside(view, line, box), stroke=QUIET, width=0.8)
    for place in sorted(scene.places, key=lambda place: scene.shares[place.id]):
        x, y = view.dot(place.lon, place.lat)
        drawing.dot(parent, x, y, _radius(place), fill=_shade(scene.shares[place.id]))
    for edge in scene.edges:
        drawing.path(parent, _inside(view, edge, box), stroke=BAND, width=1.5, dash="2 4")
    way = [(point.lon, point.lat) for point in scene.path]
    drawing.path(parent, _inside(view, way, box), stroke=WAY, width=2.2)
    taken = [_around(x, y, 2) for part in _inside(view, way, box) for x, y in part]
    _mark_track(parent, view, scene, clocks, box, taken)
    for place in _named(scene):
        x, y = view.dot(place.lon, place.lat)
        _label(parent, (x, y), _radius(place), place.name, box, taken, fill=INK)
    _legend(parent, scene, box[3])


def _mark_track(
    parent: Element,
    view: Projection,
    scene: StormMap,
    clocks: Sequence[str],
    box: Box,
    taken: list[Box],
) -> None:
    spots = [
        (*view.dot(mark.lon, mark.lat), clock, 3.5)
        for mark, clock in zip(scene.marks, clocks, strict=True)
    ]
    if scene.landfall:
        spots.insert(0, (*view.dot(scene.landfall.lon, scene.landfall.lat), "landfall", 5.5))
    shown = [spot for spot in spots if 0 <= spot[0] <= box[2] and 0 <= spot[1] <= box[3]]
    for x, y, _, radius in shown:
        drawing.dot(parent, x, y, radius, fill=WAY)
        taken.append(_around(x, y, radius))
    for x, y, words, radius in shown:
        _label(parent, (x, y), radius, words, box, taken, fill=WAY)


def _label(
    parent: Element,
    spot: Spot,
    radius: float,
    words: str,
    box: Box,
    taken: list[Box],
    *,
    fill: str,
) -> None:
    """Words right or left of a spot, or over or under it: where nothing is written yet."""
    x, y = spot
    wide = text_width(words, SMALL)
    for left, base in (
        (x + radius + 3, y + 4),
        (x - radius - 3 - wide, y + 4),
        (x - wide / 2, y - radius - 3),
        (x - wide / 2, y + radius + 11),
        (x - wide / 2, y - radius - 12),
        (x - wide / 2, y + radius + 20),
    ):
        room = (left, base - 9, left + wide + GAP, base + 2)
        inside = left >= 0 and room[2] <= box[2] and room[1] >= 0 and room[3] <= box[3]
        if inside and not any(_overlap(room, other) for other in taken):
            drawing.words(parent, left, base, words, size=SMALL, fill=fill, halo=True)
            taken.append(room)
            return


def _around(x: float, y: float, radius: float) -> Box:
    return x - radius, y - radius, x + radius, y + radius


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _legend(parent: Element, scene: StormMap, top: float) -> None:
    x, y = 14.0, top + 18
    head = "towns, by the share of their customers out at worst:"
    drawing.words(parent, x, y, head, size=SMALL, fill=QUIET)
    x += text_width(head, SMALL) + 10
    for _, colour, words in SHADES:
        drawing.dot(parent, x, y - 4, 5, fill=colour)
        drawing.words(parent, x + 9, y, words, size=SMALL)
        x += 9 + text_width(words, SMALL) + 16
    if not scene.path:
        return
    x, y = 14.0, y + 18
    drawing.path(parent, [[(x, y - 4), (x + 26, y - 4)]], stroke=WAY, width=2.2)
    drawing.dot(parent, x + 13, y - 4, 3.5, fill=WAY)
    way = "the storm's centre, by local time"
    drawing.words(parent, x + 32, y, way, size=SMALL)
    if scene.edges:
        x += 32 + text_width(way, SMALL) + 16
        drawing.path(parent, [[(x, y - 4), (x + 26, y - 4)]], stroke=BAND, width=1.5, dash="2 4")
        drawing.words(parent, x + 32, y, "edges of what it sweeps over", size=SMALL)


def _inside(view: Projection, line: Sequence[Spot], box: Box) -> list[list[Spot]]:
    """The parts of a line that lie in the box, in pixels, without points that nobody could see."""
    parts: list[list[Spot]] = [[]]
    for lon, lat in line:
        x, y = view.dot(lon, lat)
        if not (box[0] <= x <= box[2] and box[1] <= y <= box[3]):
            parts.append([])
        elif not parts[-1] or math.dist(parts[-1][-1], (x, y)) > 0.5:
            parts[-1].append((x, y))
    return [part for part in parts if len(part) > 1]


def _radius(place: MapPlace) -> float:
    """So that areas are as the numbers of customers."""
    return 1.6 + math.sqrt(place.customers) / 60


def _shade(share: float) -> str:
    return next(colour for least, colour, _ in SHADES if share >= least)


def _named(scene: StormMap) -> list[MapPlace]:
    """The places where most customers were out."""
    hit = [place for place in scene.places if scene.shares[place.id] >= SHADES[2][0]]
    return sorted(hit, key=lambda place: -place.customers * scene.shares[place.id])[:NAMED]
