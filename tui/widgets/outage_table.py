"""The list of outages on their own screen: what is in them, who checks them, and the OMS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.segment import Segment

from desk.feeds.warning import WeatherWarning
from desk.serving.protocol import OutageRow
from tui.columns import count, short_count, since, trend
from tui.paint import fit, paint
from tui.signs import LABEL_SIGNS, OMS_SIGNS, PIN, STATUS_SIGNS, UNKNOWN, Palette
from tui.situation import Situation
from tui.warning_words import SIGN, is_loud
from tui.widgets.lines import palette_of
from tui.widgets.outages import STATUS_CELLS, OutageList

FLAGS = (("hazard", "hazards"), ("vulnerable", "vulnerable"), ("damage", "damage"))
"""Labels that have a cell of their own, and what of an outage counts them."""
FLAG_CELLS = len(FLAGS) + 2
NUMBER_CELLS = 16
BARS = (12, 6)
"""Cells for the trend: an hour in spans of 5 or 10 minutes."""
PLACE_CELLS = 16
"""The least that a place may be cut to before the trend gives way."""


class OutageTable(OutageList):
    """`!` danger, `+` people at risk, `#` damage, `◆` in the utility's list, `△` officially warned.

    Who checks it stands in brackets. The cursor stays on its outage wherever that goes: a key must
    not hit another one.
    """

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.nothing = "no outages so far"
        self._now: Situation | None = None
        self._warnings: tuple[WeatherWarning, ...] = ()

    def warned(self, now: Situation) -> None:
        """Mark the outages for whose communities an official warning holds."""
        self._now = now
        if self._warnings != now.warned_here:
            self._warnings = now.warned_here
            self.forget_strips()

    def show(self, items: Sequence[OutageRow], clock: datetime | None) -> None:
        held = self.at_hand()
        super().show(items, clock)
        if held is not None:
            self.go_to(held.outage.id)

    def empty(self) -> str:
        return self.nothing

    def heading(self) -> str:
        """What stands over the columns at the right."""
        bars = _bars(self.scrollable_content_region.width)
        return "posts auth   age" + (f" {'trend':<{bars}}" if bars else "")

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        row = self.items[index]
        outage, colours = row.outage, palette_of(self)
        sign = STATUS_SIGNS.get(outage.status, UNKNOWN)
        bars = _bars(width)
        place = paint(row.place[:80]).text
        if outage.verifying:
            place += f" ({paint(outage.verifying[:40]).text})"
        elif outage.unverifiable:
            place += " (unverifiable)"
        segments = [
            Segment(fit(f"{sign.glyph} {sign.word}", STATUS_CELLS), colours.status(outage.status)),
            *_flags(row, colours),
            *self._warning(row, colours),
            Segment(PIN if outage.id in self.pinned else " ", colours.accent),
            Segment(fit(place, _place_cells(width, bars) - bool(self._warnings)), colours.text),
            Segment(f"{count(outage.posts):>5} {short_count(outage.authors):>4}", colours.text),
            Segment(f"{since(self.minute, outage.started_at):>6}", colours.quiet),
        ]
        if bars:
            segments.append(Segment(" " + trend(row.trend, bars), colours.status(outage.status)))
        return segments

    def _warning(self, row: OutageRow, colours: Palette) -> list[Segment]:
        """A cell for the sign of a warning, while any holds."""
        if self._now is None or not self._warnings:
            return []
        held = self._now.warnings_for(row.outage.communities)
        style = colours.label("hazard") if held and is_loud(held[0]) else colours.strong
        return [Segment(SIGN if held else " ", style)]


def _flags(row: OutageRow, colours: Palette) -> list[Segment]:
    outage = row.outage
    segments = [
        Segment(LABEL_SIGNS[label].glyph if getattr(outage, field) else " ", colours.label(label))
        for label, field in FLAGS
    ]
    sign = OMS_SIGNS["matched"]
    return [*segments, Segment(sign.glyph if outage.oms else " ", colours.of(sign, bold=True))]


def _place_cells(width: int, bars: int) -> int:
    return max(1, width - STATUS_CELLS - FLAG_CELLS - NUMBER_CELLS - (bars + 1 if bars else 0))


def _bars(width: int) -> int:
    return next((bars for bars in BARS if _place_cells(width, bars) >= PLACE_CELLS), 0)
