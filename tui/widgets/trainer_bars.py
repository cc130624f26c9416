"""The trainer's lines: the clock of the storm, the desk on it, and the score so far."""

from __future__ import annotations

from rich.segment import Segment

from simulator.conductor.conductor import State
from tui.board import Board
from tui.columns import age_s
from tui.moments import speed_words
from tui.paint import cut, paint
from tui.signs import FEED_SIGNS, Palette, Sign
from tui.widgets.bars import Bar, Item, fitted
from tui.widgets.lines import palette_of

STATE_SIGNS: dict[State, Sign] = {
    "running": Sign("▶", "running", "posts go out by the clock", "green"),
    "paused": Sign("‖", "PAUSED", "nothing goes out", "amber"),
    "jumping": Sign("»", "JUMPING", "everything in between goes out", "blue"),
    "catching up": Sign("↻", "CATCHING UP", "the clock waits for the desk", "blue"),
    "ended": Sign("■", "ENDED", "the day is at its end", "dim"),
}
"""The signs of what the storm is doing."""


class BoardBar(Bar):
    """A line of items about the board, painted anew where its words change."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self._items: list[Item] = []
        self._said: list[str] = []

    def show(self, board: Board) -> None:
        """Say how things stand."""
        self._items = self.items(board, palette_of(self))
        said = [item[1] for item in self._items]
        if said != self._said:
            self._said = said
            self.refresh()

    def items(self, board: Board, colours: Palette) -> list[Item]:
        """What the line says, from left to right."""
        raise NotImplementedError

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._said = []

    def segments(self, width: int) -> list[Segment]:
        segments: list[Segment] = []
        for text, style in fitted(self._items, width):
            segments.append(Segment(" " if segments else "", None))
            segments.append(Segment(text, style))
        return segments


class ClockBar(BoardBar):
    """The storm, EXERCISE, its time, its speed, and what it is doing."""

    def items(self, board: Board, colours: Palette) -> list[Item]:
        conductor, storm = board.conductor, board.day.storm
        at = board.time(conductor.at_s)
        sign = STATE_SIGNS[conductor.state]
        title = paint(storm.title[:60]).text
        loud = conductor.state in ("paused", "jumping", "catching up")
        speed = speed_words(conductor.clock.speed)
        gone, whole = age_s(conductor.at_s), f"{storm.told_hours:g}h"
        return [
            (2, "storm run", "", colours.accent),
            (4, cut(title, 30), cut(title, 14), colours.strong),
            (20, " EXERCISE ", " EXERCISE ", colours.alarm),
            (19, f"{at:%a %d %b %H:%M:%S %Z}", f"{at:%H:%M:%S %Z}", colours.strong),
            (8, f"+{gone} of {whole}", f"+{gone}", colours.text),
            (15, f"speed {speed}", speed, colours.strong),
            (
                18,
                f" {sign.glyph} {sign.word} ",
                f" {sign.glyph} {sign.word} ",
                colours.alarm if loud else colours.of(sign, bold=True),
            ),
            (3, f"exercise {age_s(board.exercise_s())}", "", colours.quiet),
        ]


class DeskBar(BoardBar):
    """The desk that is scored: how far it is, what it has; and how many are attached."""

    def items(self, board: Board, colours: Palette) -> list[Item]:
        sent = len(board.conductor.reel)
        status, link = board.status, board.link
        items: list[Item] = []
        if link.state == "connected":
            sign = FEED_SIGNS["live"]
            items.append((20, f"{sign.glyph} desk", f"{sign.glyph} desk", colours.of(sign)))
        else:
            words = f"× desk {link.state}"
            items.append((20, words, words, colours.label("hazard")))
        if status:
            read = min(status.received, sent)
            outages = "1 outage" if status.outages == 1 else f"{status.outages:,} outages"
            items += [
                (15, f"has read {read:,} of {sent:,} posts", f"{read:,}/{sent:,}", colours.text),
                (5, f"{status.labelled:,} labelled", "", colours.text),
                (9, f"{outages} open", f"{status.outages:,} open", colours.text),
                (6, f"{status.cases:,} cases", "", colours.text),
            ]
        attached = len(board.lines.callers)
        if attached != 1:
            items.append((12, f"{attached} desks attached", f"{attached} desks", colours.strong))
        out = board.curve.at(board.conductor.at_s)
        items.append((10, f"{out:,} customers out", f"{out:,} out", colours.text))
        return items


class ScoreBar(BoardBar):
    """The score so far, in one line."""

    def items(self, board: Board, colours: Palette) -> list[Item]:
        now = board.standing
        delay = ""
        if now.delay_p50_min is not None and now.delay_p90_min is not None:
            delay = f"{now.delay_p50_min:.0f}/{now.delay_p90_min:.0f} min"
        found = f"{now.found}/{now.counted}"
        items: list[Item] = [
            (5, "Score so far", "", colours.accent),
            (20, f"outages found {found}", f"found {found}", colours.strong),
            (14, f"late {now.late}", f"late {now.late}", colours.text),
            (15, f"missed {now.missed}", f"miss {now.missed}", colours.text),
            (16, f"false {now.false}", f"false {now.false}", colours.text),
        ]
        if delay:
            items.append((17, f"delay p50/p90 {delay}", f"delay {delay}", colours.text))
        if now.outage_f1 is not None and now.macro_f1 is not None:
            words = f"label F1 {now.macro_f1:.2f}, outage {now.outage_f1:.2f}"
            items.append((18, words, f"F1 {now.macro_f1:.2f}", colours.text))
        if now.traps:
            words = f"fooled by {now.fooled}/{now.traps} traps"
            items.append((9, words, "", colours.text))
        return items
