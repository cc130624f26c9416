"""The sheet on which a trainer chooses the bookmark to rewind to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from simulator.conductor import Bookmark
from tui.board import Board
from tui.columns import age_s
from tui.keys import key
from tui.paint import fit, paint
from tui.screens.over import Over
from tui.widgets.lines import Lines, palette_of


class BookmarkList(Lines):
    """Bookmarks in the order of the day."""

    def __init__(self, id: str, board: Board) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self._board = board
        self.items: Sequence[Bookmark] = board.bookmarks()
        self.cursor = max(0, len(self.items) - 1)

    def on_mount(self) -> None:
        self.resize_to(len(self.items))

    def count(self) -> int:
        return len(self.items)

    def choose(self, index: int) -> None:
        self.screen.dismiss(self.items[index])

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        mark, colours = self.items[index], palette_of(self)
        ago = age_s(self._board.conductor.at_s - mark.at_s)
        return [
            Segment(f" {self._board.time(mark.at_s):%a %H:%M:%S}  ", colours.strong),
            Segment(fit(paint(mark.name[:60]).text, max(1, width - 26)), colours.text),
            Segment(f"{ago:>6} ago", colours.quiet),
        ]


class RewindScreen(Over, ModalScreen[Bookmark | None]):
    """Asks where to rewind to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            *("escape,q", "leave", "Back", "Stay where the storm is"),
            meaning="rewind.leave",
            shown=True,
        ),
    ]

    def __init__(self, board: Board) -> None:
        super().__init__()
        self._board = board

    def compose(self) -> ComposeResult:
        box = Vertical(id="choice")
        box.border_title = "Rewind to"
        box.border_subtitle = "enter rewinds · esc back · every desk on this storm begins again"
        with box:
            yield BookmarkList("bookmarks", self._board)

    def action_leave(self) -> None:
        self.dismiss(None)
