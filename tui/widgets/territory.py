"""The map: the outline of the territory in braille dots, and a sign where outages are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widget import Widget

from desk.serving.protocol import Hello, MapPlace
from tui.braille import Ground, Projection, draw, joined
from tui.paint import cut, paint
from tui.signs import STATUS_SIGNS, UNKNOWN, status_rank
from tui.widgets.lines import palette_of

NAMED = ("confirmed", "likely", "suspected", "restoring")
"""Statuses whose places are named on the map where there is room, the most urgent first."""
NAME_CELLS = 18
NEAR_CELLS = 6.0
"""How far from a sign a click is still meant for it; a cell is twice as high as wide."""


class TerritoryMap(Widget):
    """Communities of the territory with the worst status of the outages there.

    A community without an outage is a braille dot; the others carry the sign of the status list.
    The last line explains the signs that are on the map.
    """

    class Chosen(Message):
        """A community with an outage was clicked, or what is next to it."""

        def __init__(self, community: str) -> None:
            super().__init__()
            self.community = community

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
    """Of Textual's, but nothing around the map moves when it grows (tui/widgets/panes.py)."""

    LOUD: ClassVar[tuple[str, ...]] = ("likely", "confirmed")
    """Statuses that stand in reverse video where there is no colour."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._hello: Hello | None = None
        self._worst: Mapping[str, str] = {}
        self._ground = Ground((), {}, {})
        self._ground_key: tuple[object, ...] = ()
        self._marks: dict[tuple[int, int], tuple[str, Style]] = {}
        self._quiet: set[tuple[int, int]] = set()
        self._strips: list[Strip] = []

    def show(self, hello: Hello, worst: Mapping[str, str]) -> None:
        """Show the territory of `hello`, with the worst status of each community."""
        if hello is self._hello and worst == self._worst:
            return
        self._hello = hello
        self._worst = dict(worst)
        self._strips = []
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        cells = {
            place: self._ground.cells[place]
            for place in self._worst.keys() & self._ground.cells.keys()
        }
        if offset is None or not cells:
            return

        def far(place: str) -> tuple[float, int]:
            x, y = cells[place]
            return math.hypot(x - offset.x, 2 * (y - offset.y)), status_rank(self._worst[place])

        nearest = min(cells, key=far)
        if far(nearest)[0] <= NEAR_CELLS:
            self.post_message(self.Chosen(nearest))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips = []

    def render_line(self, y: int) -> Strip:
        columns, rows = self.size
        if len(self._strips) != rows or self._ground_key[:2] != (columns, rows):
            self._strips = self._draw(columns, rows)
        return self._strips[y] if y < len(self._strips) else Strip.blank(columns, self.rich_style)

    def _draw(self, columns: int, rows: int) -> list[Strip]:
        style = self.rich_style
        if self._hello is None:
            self._ground_key = (columns, rows)
            return [Strip.blank(columns, style)] * rows
        view = self.view(self._hello, columns, max(1, rows - 1))
        key = (columns, rows, id(self._hello), view)
        if key != self._ground_key:
            hello = self._hello
            self._ground = draw(hello.lines, hello.places, columns, max(1, rows - 1), view)
            self._ground_key = key
        self._marks, self._quiet = {}, set()
        self._mark()
        strips = [self._strip(y, columns, style) for y in range(min(rows, len(self._ground.rows)))]
        legend = Strip(self._legend(columns)).adjust_cell_length(columns).apply_style(style)
        return [*strips, legend][:rows]

    def view(self, hello: Hello, columns: int, rows: int) -> Projection | None:
        """The part of the territory to draw on so many cells; None for all of it."""
        del hello, columns, rows
        return None

    def _mark(self) -> None:
        """Set the signs into their cells, the most urgent over the others, then names beside."""
        self._mark_communities()
        self._write_names()

    def _mark_communities(self) -> None:
        colours = palette_of(self)
        ground = self._ground
        ordered = sorted(ground.cells, key=lambda place: -status_rank(self._worst.get(place, "")))
        for place in ordered:
            status, cell = self._worst.get(place), ground.cells[place]
            if status is None:
                column, row = cell
                before = self._marks.get(cell, (ground.rows[row][column],))[0]
                self._marks[cell] = (joined(before, ground.dots[place]), colours.quiet)
                self._quiet.add(cell)
                continue
            sign = STATUS_SIGNS.get(status, UNKNOWN)
            loud = Style(reverse=colours.no_color and status in self.LOUD)
            self._put(cell, sign.glyph, colours.status(status) + loud)

    def _put(self, cell: tuple[int, int], glyph: str, style: Style) -> None:
        """Set a sign, which no name is written over."""
        self._marks[cell] = (glyph, style)
        self._quiet.discard(cell)

    def _write_names(self) -> None:
        """Write the names of places with outages where nothing else stands."""
        if self._hello is None:
            return
        places = [place for place in self._hello.places if self._worst.get(place.id) in NAMED]
        places.sort(key=lambda place: (NAMED.index(self._worst[place.id]), -place.customers))
        for place in places:
            self._write_name(place, palette_of(self).status(self._worst[place.id]))

    def _write_name(
        self, place: MapPlace, style: Style, left: int = 0, right: int = 0, *, over: bool = False
    ) -> None:
        """Write a name where nothing else stands, `left` or `right` cells further off its sign.

        With `over`, it is written over other signs.
        """
        cell = self._ground.cells.get(place.id)
        name = cut(paint(place.name[:80]).text, NAME_CELLS)
        if cell is None or cell_len(name) != len(name):
            return  # a mark is one cell: wide letters stay in the lists
        x, y = cell
        for start in (x + 2 + right, x - len(name) - 1 - left):
            # a blank on either side keeps a name off the outline and off other signs
            spot = range(start - 1, start + len(name) + 1)
            inside = start >= 0 and start + len(name) <= self.size.width
            free = all((at, y) not in self._marks or (at, y) in self._quiet for at in spot)
            if inside and (free or over):
                letters = zip(spot, f" {name} ", strict=True)
                self._marks |= {(at, y): (char, style) for at, char in letters}
                self._quiet.difference_update((at, y) for at in spot)
                break

    def _strip(self, y: int, columns: int, style: Style) -> Strip:
        faint = palette_of(self).faint
        segments: list[Segment] = []
        plain = ""
        for x, dots in enumerate(self._ground.rows[y]):
            mark = self._marks.get((x, y))
            if mark is None:
                plain += dots if dots != "\u2800" else " "
                continue
            if plain:
                segments.append(Segment(plain, faint))
                plain = ""
            segments.append(Segment(*mark))
        segments.append(Segment(plain, faint))
        return Strip(segments).adjust_cell_length(columns).apply_style(style)

    def _legend(self, columns: int) -> list[Segment]:
        colours = palette_of(self)
        present = [status for status in STATUS_SIGNS if status in set(self._worst.values())]
        segments: list[Segment] = []
        left = columns
        for status in present or ["suspected", "likely", "confirmed"]:
            sign = STATUS_SIGNS[status]
            words = f"{sign.glyph} {sign.word} "
            if left < len(words) - 1:  # the blank behind it may be cut
                break
            left -= len(words)
            segments.append(Segment(words, colours.status(status)))
        return segments
