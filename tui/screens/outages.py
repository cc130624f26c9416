"""The outages: a list and a large map beside each other."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from desk.outages import ENDED
from desk.serving.protocol import OutageRow, Tick
from tui.act_words import place_words
from tui.kept import PINS_MOST
from tui.keys import key
from tui.outage_order import ORDERS, WORDS, filtered, ordered
from tui.paint import cut, paint
from tui.screens.acting import Acting
from tui.signs import PIN
from tui.situation import Situation
from tui.widgets.actline import ActLine
from tui.widgets.bars import Banner, Head, StatusStrip
from tui.widgets.filterbar import FilterBar
from tui.widgets.keyline import KeyLine
from tui.widgets.outage_map import LAYERS, OutageMap
from tui.widgets.outage_table import OutageTable
from tui.widgets.panes import Pane, Panes

SHAPES = ("", "-map-alone", "-list-alone")
"""What stands on the screen: both, the map alone, the list alone."""


class OutagesScreen(Acting):
    """Every outage that the desk knows, where it is, and what people do to it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            *("slash", "filter_list", "Filter", "Filter the list"),
            meaning="outages.filter",
            shown=True,
            face="/",
            always=True,
        ),
        key(
            *("r", "order", "Order", "Order by urgency, newest, oldest, size, unchecked"),
            meaning="outages.order",
            shown=True,
        ),
        key(
            *("a", "ended", "All", "Those that have ended too, or not"),
            meaning="outages.ended",
            shown=True,
        ),
        key(
            *("p", "pin", "Pin", "Keep an outage on top of its list, or no longer"),
            meaning="outages.pin",
            shown=True,
        ),
        key(
            *("W", "app.warnings", "Warnings", "Official warnings: what, where, when"),
            meaning="warnings",
            shown=True,
        ),
        key(
            *("w", "shape", "Wide", "The map alone, the list alone, both"),
            meaning="outages.shape",
        ),
        key("z", "close_up", "Close-up", "Look closely at the outage at hand", meaning="map.close"),
        key("plus,equals_sign", "zoom(1)", "Closer", "Look closer", meaning="map.closer", face="+"),
        key(
            *("minus", "zoom(-1)", "Farther", "Look from farther"),
            meaning="map.farther",
            face="-",
        ),
        key("0", "fit", "Whole", "All of the territory", meaning="map.fit"),
        *(
            key(str(number), f"layer('{layer}')", f"Layer {layer}", does, meaning=f"layer.{number}")
            for number, (layer, does) in enumerate(LAYERS.items(), 1)
        ),
        key("tab", "app.focus_next", "Pane", "To the next pane", meaning="pane.next"),
        key(
            "shift+tab", "app.focus_previous", "Pane", "To the pane before", meaning="pane.previous"
        ),
        key("escape,q", "back", "Back", "One level back", shown=True),
    ]

    AUTO_FOCUS = "#outage-table"

    def __init__(self, now: Situation) -> None:
        super().__init__(now)
        self._words = ""
        self._order = 0
        self._ended = False
        self._shape = 0

    def compose(self) -> ComposeResult:
        yield StatusStrip("strip")
        yield Banner("banner")
        with Panes(id="outage-panes"):
            with Pane(id="table-pane"):
                yield Head("table-head")
                yield OutageTable("outage-table")
                yield FilterBar(id="filter", placeholder="filter the outages", words=WORDS)
            with Pane(id="large-map-pane"):
                yield Head("large-map-head")
                yield OutageMap("large-map")
        yield ActLine("act-line")
        yield KeyLine("keyline")

    def on_mount(self) -> None:
        self.table = self.query_one(OutageTable)
        self.map = self.query_one(OutageMap)
        self._filter = self.query_one(FilterBar)
        self.tell_link()
        self._tell()

    def at_hand(self) -> OutageRow | None:
        return self.table.at_hand()

    def to_undo(self) -> str | None:
        """What was done last from here, wherever the cursor is now."""
        return self.desk.last_deed() or super().to_undo()

    # What the desk says

    async def greet(self) -> None:
        self._tell()

    def tick(self, tick: Tick) -> None:
        del tick  # what it says is in the situation already
        self.tell_link()
        self._tell()

    # What is in sight

    def _tell(self) -> None:
        now, table = self.now, self.table
        rows = filtered(now.outages.values(), self._words, now.name_of)
        ended = sum(row.outage.status in ENDED for row in rows)
        asked_for = any(word in self._words for word in ("ended", "restored", "dismissed"))
        if not (self._ended or asked_for):
            rows = [row for row in rows if row.outage.status not in ENDED]
        table.nothing = self._nothing()
        kept = self.desk.kept
        if table.pinned != frozenset(kept.outages):
            table.pinned = frozenset(kept.outages)
            table.forget_strips()
        table.warned(now)
        table.show(kept.first_pinned(ordered(rows, list(ORDERS)[self._order])), now.clock)
        self._tell_table(len(rows), ended)
        if now.hello:
            self.map.tell(now.hello, table.items, now.counts, now.oms, self.at_hand())
        self._tell_map()

    def _nothing(self) -> str:
        if self._words:
            return f"no outage that the filter lets through: {paint(self._words[:200]).text}"
        return "no open outage · a shows those that have ended"

    def _tell_table(self, shown: int, ended: int) -> None:
        heading, order = self.table.heading() + " ", f"· by {list(ORDERS)[self._order]}"
        more = f" · {ended:,} ended" if ended and not (self._ended or self._words) else ""
        words = f"─ Outages {shown:,}{more} {order} {heading}"
        if len(words) + 2 > self.table.size.width:
            more = ""  # what the columns are is worth more
        left = [("Outages", "name"), (f"{shown:,}{more}", "quiet")]
        if self._words:
            left.append((f"filter: {cut(paint(self._words[:200]).text, 40)}", "alarm"))
        left.append((order, "quiet"))
        self.query_one("#table-head", Head).show(tuple(left), heading)

    def _tell_map(self) -> None:
        layers = " ".join(
            f"{number}{'✓' if layer in self.map.shown else '·'}{layer}"
            for number, layer in enumerate(LAYERS, 1)
        )
        wide = f"{self.map.look.km_wide:,.0f} km wide" if self.map.look.km_wide else ""
        left = [("Map", "name"), (wide, "quiet")]
        if self.map.has_focus:
            left.append(("arrows move it · 0 all", "alarm"))
        self.query_one("#large-map-head", Head).show(tuple(left), layers + " ")

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self._tell)

    def on_screen_resume(self) -> None:
        """What has happened meanwhile."""
        if self.is_mounted:
            self.tell_link()
            self._tell()

    def on_lines_moved(self) -> None:
        """The cursor of the list stands on another outage."""
        self._tell()

    def on_outage_map_moved(self) -> None:
        self._tell_map()

    def on_descendant_focus(self) -> None:
        self._tell_map()

    # What the agent does

    async def on_outage_list_chosen(self, event: OutageTable.Chosen) -> None:
        await self.desk.open_outage(event.row.outage.id)

    async def on_outage_map_opened(self, _event: OutageMap.Opened) -> None:
        row = self.at_hand()
        if row is not None:
            await self.desk.open_outage(row.outage.id)

    def on_outage_map_picked(self, event: OutageMap.Picked) -> None:
        self.table.go_to(event.outage)

    def on_filter_bar_submitted(self, event: FilterBar.Submitted) -> None:
        self._words = event.text
        self._close_filter()
        self.table.move_to(0)

    def on_filter_bar_left(self, _event: FilterBar.Left) -> None:
        self._close_filter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "filter_list" and isinstance(self.focused, Input):
            return False
        return super().check_action(action, parameters)

    def action_filter_list(self) -> None:
        self._filter.open(self._words)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        row = self.at_hand() if action == "pin" else None
        if action == "pin" and row is None:
            return "there is no outage under the cursor"
        pinned = self.desk.kept.outages
        if row is not None and row.outage.id not in pinned and len(pinned) >= PINS_MOST:
            return f"{PINS_MOST} are pinned: take one away first"
        return super().why_not(action, parameters)

    def action_pin(self) -> None:
        row = self.at_hand()
        if row is not None:
            on = self.desk.kept.pin_outage(row)
            what = f"{PIN} pinned" if on else "no longer pinned"
            self.say_once(f"{what}: {place_words(row.place)}")
            self._tell()

    def action_order(self) -> None:
        self._order = (self._order + 1) % len(ORDERS)
        self._tell()
        self.table.move_to(0)

    def action_ended(self) -> None:
        self._ended = not self._ended
        self._tell()

    def action_zoom(self, steps: int) -> None:
        self.map.zoom(steps)

    def action_fit(self) -> None:
        self.map.fit()

    def action_close_up(self) -> None:
        self.map.close_up()

    def action_layer(self, layer: str) -> None:
        self.map.toggle(layer)

    def action_shape(self) -> None:
        """Textual's own classes stay: those of the size are set by it."""
        self._shape = (self._shape + 1) % len(SHAPES)
        for name in filter(None, SHAPES):
            self.set_class(SHAPES[self._shape] == name, name)
        self.set_focus(self.map if SHAPES[self._shape] == "-map-alone" else self.table)
        self.call_after_refresh(self._tell)

    def action_back(self) -> None:
        if self._filter.display:
            self._close_filter()
        elif self._words:
            self._words = ""
            self._tell()
        elif not self.map.look.whole:
            self.map.fit()
        else:
            self.app.pop_screen()

    def _close_filter(self) -> None:
        self._filter.display = False
        self.set_focus(self.table)
        self._tell()
