"""The large map: layers that come and go, zoom and pan, and the outage that the list stands on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message

from desk.distance import KM_PER_DEGREE
from desk.outages import ENDED
from desk.serving.outage_messages import PlaceCount
from desk.serving.protocol import Hello, OmsMark, OutageRow
from tui.braille import Dots, Projection, joined
from tui.keys import key
from tui.signs import LABEL_SIGNS, OMS_SIGNS
from tui.situation import worst_of
from tui.widgets.lines import palette_of
from tui.widgets.look import Look, Spot
from tui.widgets.territory import NAMED, TerritoryMap

LAYERS = {
    "status": "The statuses of outages on the map, or not",
    "dangers": "Dangers and people at risk on the map, or not",
    "damage": "Damage outside the network on the map, or not",
    "OMS": "The utility's own outages on the map, or not",
}
"""What can be shown or not, by the digits 1 to 4."""
QUIET_LAYERS = {"damage"}
"""Shown when asked for: on a bad day nearly every place has some, and outages drown in it."""
CLOSE_KM = 30.0
"""How wide the map is about an outage that is looked at closely, at least."""
TOWNS_NAMED = 14
"""Towns without an outage that are named where there is room, the largest."""
RING_DOTS = 180


class OutageMap(TerritoryMap, can_focus=True):
    """Outages and layers over the territory; it keeps the outage at hand in sight."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("left,h", "pan(-1, 0)", "West", "Move the map to the west", meaning="map.west"),
        key("right,l", "pan(1, 0)", "East", "Move the map to the east", meaning="map.east"),
        key("up,k", "pan(0, -1)", "North", "Move the map to the north", meaning="map.north"),
        key("down,j", "pan(0, 1)", "South", "Move the map to the south", meaning="map.south"),
        key("enter", "choose", "Open", "Open what the cursor is on", shown=True),
    ]

    LOUD: ClassVar[tuple[str, ...]] = ()  # reverse video is for the outage at hand

    class Opened(Message):
        """The outage at hand was chosen."""

    class Picked(Message):
        """The map was clicked near an outage."""

        def __init__(self, outage: str) -> None:
            super().__init__()
            self.outage = outage

    class Moved(Message):
        """Another part of the territory is in sight."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.shown = set(LAYERS) - QUIET_LAYERS
        self.look = Look()
        self._rows: Sequence[OutageRow] = ()
        self._counts: Mapping[str, PlaceCount] = {}
        self._oms: Sequence[OmsMark] = ()
        self._at_hand: OutageRow | None = None
        self._sides: dict[str, tuple[int, int]] = {}
        self._drawn: tuple[object, ...] = ()

    def tell(
        self,
        hello: Hello,
        rows: Sequence[OutageRow],
        counts: Sequence[PlaceCount],
        oms: Sequence[OmsMark] | None,
        at_hand: OutageRow | None,
    ) -> None:
        """Show these outages and layers; `at_hand` is the one that the list stands on."""
        drawn = (hello, tuple(rows), counts, oms, at_hand)
        if drawn == self._drawn:
            return
        moved = at_hand is not None and (
            self._at_hand is None or at_hand.outage.id != self._at_hand.outage.id
        )
        self._drawn, self._rows, self._oms = drawn, rows, oms or ()
        self._counts = {count.community: count for count in counts}
        self._at_hand = at_hand
        self._hello = hello
        self._worst = worst_of(rows) if "status" in self.shown else {}
        spot = self._spot()
        if moved and spot is not None:
            self.look.turn_to(spot)
        self._forget()

    # What is in sight

    def view(self, hello: Hello, columns: int, rows: int) -> Projection | None:
        return self.look.lay(hello, columns, rows)

    def zoom(self, steps: int) -> None:
        """So many steps closer, to the outage at hand if all was in sight."""
        self.look.zoom(steps, self._spot())
        self._forget()

    def fit(self) -> None:
        """All of the territory."""
        self.look.fit()
        self._forget()

    def close_up(self) -> None:
        """The outage at hand, with what is around it."""
        spot = self._spot()
        if self._at_hand is not None and spot is not None:
            self.look.close_up(spot, max(CLOSE_KM, 4 * self._at_hand.outage.radius_km))
            self._forget()

    def action_pan(self, east: int, south: int) -> None:
        self.look.pan(east, south)
        self._forget()

    def action_choose(self) -> None:
        self.post_message(self.Opened())

    def toggle(self, layer: str) -> None:
        """Show a layer, or no longer."""
        self.shown ^= {layer}
        self._worst = worst_of(self._rows) if "status" in self.shown else {}
        self._forget()

    def on_resize(self, _event: events.Resize) -> None:
        self._forget()

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()  # that of the small map
        view = self.look.projection
        offset = event.get_content_offset(self)
        if view is None or offset is None or not self._rows:
            return
        x, y = offset.x * 2 + 1, offset.y * 4 + 2

        def dots(row: OutageRow) -> float:
            return math.dist((x, y), view.dot(row.outage.lon, row.outage.lat))

        live = [row for row in self._rows if row.outage.status not in ENDED] or self._rows
        self.post_message(self.Picked(min(live, key=dots).outage.id))

    def _forget(self) -> None:
        """Draw afresh; how far it looks is known at once, not only when it is drawn."""
        if self._hello is not None and self.size.width and self.size.height:
            self.look.lay(self._hello, self.size.width, max(1, self.size.height - 1))
        self._strips = []
        self.refresh()
        self.post_message(self.Moved())

    def _spot(self) -> Spot | None:
        """Where the outage at hand is."""
        if self._at_hand is None:
            return None
        return self._at_hand.outage.lon, self._at_hand.outage.lat

    # What is drawn

    def _mark(self) -> None:
        self._sides = {}
        self._draw_ring()
        self._mark_communities()
        self._mark_counts()
        self._mark_oms()
        self._mark_at_hand()
        self._write_names()

    def _draw_ring(self) -> None:
        """The reach of the outage at hand, which names and signs may cover."""
        view = self.look.projection
        if self._at_hand is None or view is None:
            return
        outage = self._at_hand.outage
        canvas = Dots(self.size.width, len(self._ground.rows))
        lat_degrees = outage.radius_km / KM_PER_DEGREE
        lon_degrees = lat_degrees / max(0.05, math.cos(math.radians(outage.lat)))
        for step in range(RING_DOTS):
            turn = 2 * math.pi * step / RING_DOTS
            lon = outage.lon + lon_degrees * math.cos(turn)
            x, y = view.dot(lon, outage.lat + lat_degrees * math.sin(turn))
            canvas.set(round(x), round(y))
        style = palette_of(self).accent
        for y, line in enumerate(canvas.text()):
            for x, dots in enumerate(line):
                if dots != "\u2800":
                    self._marks[x, y] = (joined(dots, self._ground.rows[y][x]), style)
                    self._quiet.add((x, y))

    def _mark_counts(self) -> None:
        """Signs beside those of the communities: people at risk or dangers right, damage left."""
        for community, count in self._counts.items():
            cell = self._ground.cells.get(community)
            if cell is None:
                continue
            taken = cell in self._marks and cell not in self._quiet
            left = right = 0
            if "dangers" in self.shown and (count.vulnerable or count.hazards):
                label = "vulnerable" if count.vulnerable else "hazard"
                right = int(taken)
                self._sign_at(cell, right, label)
                taken = True
            if "damage" in self.shown and count.damage:
                left = int(taken)
                self._sign_at(cell, -left, "damage")
            self._sides[community] = (left, right)

    def _sign_at(self, cell: tuple[int, int], aside: int, label: str) -> None:
        spot = (cell[0] + aside, cell[1])
        free = spot not in self._marks or spot in self._quiet
        if 0 <= spot[0] < self.size.width and free:
            self._put(spot, LABEL_SIGNS[label].glyph, palette_of(self).label(label))

    def _mark_oms(self) -> None:
        """The utility's own outages where they lie, or just above or below a sign."""
        if "OMS" not in self.shown or self.look.projection is None:
            return
        colours = palette_of(self)
        for mark in self._oms:
            if mark.status in ("restored", "closed"):
                continue
            sign = OMS_SIGNS["matched" if mark.outage else "alone"]
            x, y = map(round, self.look.projection.dot(mark.lon, mark.lat))
            spots = ((x // 2, y // 4 + aside) for aside in (0, -1, 1))
            for spot in spots:
                inside = 0 <= spot[0] < self.size.width and 0 <= spot[1] < len(self._ground.rows)
                if inside and (spot not in self._marks or spot in self._quiet):
                    self._put(spot, sign.glyph, colours.of(sign, bold=True))
                    break

    def _mark_at_hand(self) -> None:
        """Turn the signs of the outage at hand, so that they stand out without colour too."""
        if self._at_hand is None:
            return
        colours = palette_of(self)
        for community in self._at_hand.outage.communities:
            cell = self._ground.cells.get(community)
            if cell is not None:
                glyph, style = self._marks.get(cell, ("·", colours.strong))
                self._put(cell, glyph, style + Style(reverse=True, bold=True))

    def _write_names(self) -> None:
        """Names: of the outage at hand, of other outages, then of the largest towns."""
        if self._hello is None:
            return
        colours = palette_of(self)
        at_hand = self._at_hand.outage.communities if self._at_hand else ()
        places = sorted(self._hello.places, key=lambda place: -place.customers)
        first = [place for place in places if place.id in at_hand]
        status = [place for place in places if self._worst.get(place.id) in NAMED]
        status.sort(key=lambda place: NAMED.index(self._worst[place.id]))
        for place in first:
            sides = self._sides.get(place.id, (0, 0))
            self._write_name(place, colours.strong, *sides, over=place is first[0])
        for place in status:
            if place not in first:
                style = colours.status(self._worst[place.id])
                self._write_name(place, style, *self._sides.get(place.id, (0, 0)))
        seen = [place for place in places if place.id in self._ground.cells]
        for place in seen[:TOWNS_NAMED]:
            if place not in first and place not in status:
                self._write_name(place, colours.quiet, *self._sides.get(place.id, (0, 0)))

    def _legend(self, columns: int) -> list[Segment]:
        """The signs on the map, as many as there is room for."""
        colours = palette_of(self)
        counts = self._counts.values()
        counted = (
            ("dangers", "vulnerable", "at risk", sum(count.vulnerable for count in counts)),
            ("dangers", "hazard", "danger", sum(count.hazards for count in counts)),
            ("damage", "damage", "damage", sum(count.damage for count in counts)),
        )
        words = [
            (f"{LABEL_SIGNS[label].glyph} {number:,} {word} ", colours.label(label))
            for layer, label, word, number in counted
            if number and layer in self.shown
        ]
        if "OMS" in self.shown and self._oms:
            signs = OMS_SIGNS.values()
            words += [(f"{sign.glyph} {sign.word} ", colours.of(sign)) for sign in signs]
        room = columns - sum(len(text) for text, _ in words)
        segments = super()._legend(room) if "status" in self.shown and room > 0 else []
        return [*segments, *(Segment(text, style) for text, style in words)]
