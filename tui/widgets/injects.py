"""The trainer's injects: those that are ready, and those that were fired."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.message import Message

from simulator.conductor import Fired
from simulator.storm import Inject
from tui.board import Board
from tui.columns import channel_name, shorten
from tui.paint import fit, paint
from tui.widgets.lines import Lines, palette_of

Item = tuple[Inject, Fired | None]


class InjectList(Lines):
    """When, channel, place and text; `○` waits, `✓` was sent, `↻` comes again after a rewind."""

    class Chosen(Message):
        """An inject was chosen: to be fired, or read where it was fired already."""

        def __init__(self, item: Item) -> None:
            super().__init__()
            self.item = item

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.items: Sequence[Item] = ()
        self._board: Board | None = None
        self._sent = -1

    def show(self, board: Board) -> None:
        """Show what is ready and what was fired."""
        self._board = board
        items, sent = board.injects(), len(board.conductor.reel)
        if items == self.items and sent == self._sent:
            return
        self.items, self._sent = items, sent
        self.cursor = min(self.cursor, max(0, len(items) - 1))
        self.resize_to(len(items))
        self.forget_strips()

    def count(self) -> int:
        return len(self.items)

    def empty(self) -> str:
        return "no inject is prepared; i writes one"

    def choose(self, index: int) -> None:
        self.post_message(self.Chosen(self.items[index]))

    def chosen(self) -> Item | None:
        """What the cursor is on."""
        return self.items[self.cursor] if self.cursor < len(self.items) else None

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        inject, fired = self.items[index]
        board, colours = self._board, palette_of(self)
        assert board is not None
        style = colours.text
        if fired is None:
            due = "by key" if inject.hour is None else f"at {board.time(inject.hour * 3600):%H:%M}"
            when, style = f"○ {due}", colours.strong
        elif board.conductor.reel.was_sent(fired):
            when, style = f"✓ {board.time(fired.at_s):%H:%M:%S}", colours.quiet
        else:
            when = f"↻ {board.time(fired.at_s):%H:%M:%S}"
        place = max(8, min(18, width // 5))
        head = [
            Segment(fit(when, 11), style),
            Segment(fit(channel_name(paint(inject.channel[:20]).text), 5), colours.quiet),
            Segment(fit(paint(inject.place[:60]).text, place) + " ", style),
        ]
        text = paint(f"{inject.note}: {inject.text}" if inject.note else inject.text).text
        room = max(1, width - 11 - 5 - place - 1)
        return [*head, *shorten([Segment(text, style)], room, colours.quiet)]
