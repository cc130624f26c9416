"""What is known of one outage, in a few lines: status, place, evidence, cause, ETR, OMS, people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from desk.outages import ENDED, OutageChange
from desk.serving.protocol import OmsMark
from tui.act_words import posts_words
from tui.case_words import CAUSES
from tui.columns import age, shorten
from tui.paint import cut, paint
from tui.signs import LABEL_SIGNS, OMS_SIGNS, STATUS_SIGNS, UNKNOWN, Palette
from tui.situation import Situation
from tui.warning_words import SIGN, event_words, is_loud, when_words
from tui.widgets.lines import palette_of

COUNTED = (
    ("hazard", "hazards", "danger", "dangers"),
    ("vulnerable", "vulnerable", "at risk", "at risk"),
    ("damage", "damage", "damage", "damage"),
)
NAME_CHARS = 60
JOINED_CELLS = 78
"""Cells in which people and the utility's list share a line."""
Line = list[Segment]


class Facts(Widget):
    """As many lines as there is room for, the most important first."""

    def __init__(self, id: str, now: Situation) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._now = now
        self._outage: OutageChange | None = None
        self._waiting = True
        self._said: tuple[object, ...] = ()

    def show(self, outage: OutageChange | None, *, waiting: bool) -> None:
        """Show `outage`; None while it is `waiting` for the desk, or where the desk has none."""
        clock = self._now.clock
        minute = clock.replace(second=0, microsecond=0) if clock else None
        said = (outage, waiting, minute, self._now.oms, self._now.warned_here)
        if said != self._said:
            self._said, self._outage, self._waiting = said, outage, waiting
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        colours = palette_of(self)
        if self._outage is None:
            words = "asking the desk…" if self._waiting else "The desk knows no such outage."
            lines = [[Segment(f" {words}", colours.quiet)]]
        else:
            lines = facts(self._outage, self._now, colours, width)
        segments = lines[y] if y < len(lines) else []
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)


def facts(outage: OutageChange, now: Situation, colours: Palette, width: int) -> list[Line]:
    """The lines, each in at most `width` cells."""
    lines = [
        _status(outage, now, colours, width),
        _evidence(outage, colours),
        _warned(outage, now, colours),
        *_people(outage, now, colours, width),
        _why(outage, now, colours),
    ]
    return [shorten(line, width, colours.quiet) for line in lines if line]


def _status(outage: OutageChange, now: Situation, colours: Palette, width: int) -> Line:
    """Status, places and age; the places are cut where there are many."""
    sign = STATUS_SIGNS.get(outage.status, UNKNOWN)
    line = [Segment(" ")]
    if outage.exercise or now.exercise:
        line += [Segment(" EXERCISE ", colours.alarm), Segment(" ")]
    line.append(Segment(f"{sign.glyph} {sign.word} ", colours.status(outage.status)))
    names = ", ".join(paint(now.name_of(name)[:NAME_CHARS]).text for name in outage.communities)
    old, left = _lasted(outage, now), width - sum(cell_len(segment.text) for segment in line) - 1
    if cell_len(names + old + _sure(outage)) <= left:
        old += _sure(outage)
    names = cut(names, max(8, left - cell_len(old)))
    return [*line, Segment(names + " ", colours.strong), Segment(old, colours.quiet)]


def _sure(outage: OutageChange) -> str:
    """How sure the desk is; only who confirms is quite sure."""
    if outage.status in ENDED:
        return ""
    sure = outage.confidence if outage.status == "confirmed" else min(outage.confidence, 0.99)
    return f" · {sure:.0%} sure"


def _lasted(outage: OutageChange, now: Situation) -> str:
    began = _clock(outage.started_at, now)
    if outage.status in ENDED:
        return f"{began} to {_clock(outage.at, now)}"
    return f"since {began}" + (f", {age(now.clock - outage.started_at)}" if now.clock else "")


def _warned(outage: OutageChange, now: Situation, colours: Palette) -> Line:
    """The worst official warning that holds there, where one does."""
    held = now.warnings_for(outage.communities)
    if not held:
        return []
    more = f" · +{len(held) - 1}" if len(held) > 1 else ""
    words = f" {SIGN} {event_words(held[0])} {when_words(held[0], now.clock, now.zone)}{more}"
    return [Segment(words, colours.label("hazard") if is_loud(held[0]) else colours.strong)]


def _evidence(outage: OutageChange, colours: Palette) -> Line:
    line = [Segment(f" {posts_words(outage)}", colours.text)]
    for label, field, one, more in COUNTED:
        number = getattr(outage, field)
        if number:
            words = f"  {LABEL_SIGNS[label].glyph}{number:,} {one if number == 1 else more}"
            line.append(Segment(words, colours.label(label)))
    return line


def _people(outage: OutageChange, now: Situation, colours: Palette, width: int) -> list[Line]:
    """Who checks it, where it has gone, and the utility's own list; one line where it fits."""
    line: Line = []
    if outage.merged_into:
        into = now.outages.get(outage.merged_into)
        place = paint((into.place if into else outage.merged_into)[:NAME_CHARS]).text
        line.append(Segment(f" merged into {place} · o opens it ", colours.alarm))
    if outage.verifying:
        who = paint(outage.verifying[:NAME_CHARS]).text
        line.append(Segment(f" {who} is checking it ", colours.accent))
    if outage.unverifiable:
        who = paint(outage.unverifiable[:NAME_CHARS]).text
        line.append(Segment(f" unverifiable: {who} could not find out ", colours.accent))
    oms = _oms(outage, now, colours)
    return [line + oms] if width >= JOINED_CELLS else [line, oms]


def _oms(outage: OutageChange, now: Situation, colours: Palette) -> Line:
    mark = mark_of(outage, now.oms or ())
    if mark is None and outage.oms is None:
        return [Segment(" not in the utility's list", colours.quiet)] if now.oms is not None else []
    sign = OMS_SIGNS["matched"]
    words = f" {sign.glyph} OMS {paint((mark.id if mark else outage.oms or '')[:NAME_CHARS]).text}"
    if mark is not None:
        words += f" {paint(mark.status[:NAME_CHARS]).text}"
        if mark.customers is not None:
            words += f", {mark.customers:,} customers"
    return [Segment(words, colours.of(sign))]


def mark_of(outage: OutageChange, marks: Sequence[OmsMark]) -> OmsMark | None:
    """The utility's own record of an outage."""
    return next((mark for mark in marks if mark.outage == outage.id or mark.id == outage.oms), None)


def _why(outage: OutageChange, now: Situation, colours: Palette) -> Line:
    cause = CAUSES.get(outage.cause or "", outage.cause or "")
    line = [Segment(f" cause: {paint(cause[:NAME_CHARS]).text}", colours.text)] if cause else []
    if outage.etr is not None:
        until = f"  people quote power back by {_clock(outage.etr, now)}"
        line.append(Segment(until, colours.label("etr")))
    return line or [Segment(" nobody names a cause or a time so far", colours.quiet)]


def _clock(at: datetime, now: Situation) -> str:
    local = at.astimezone(now.zone) if now.zone else at
    return f"{local:%a %H:%M}"
