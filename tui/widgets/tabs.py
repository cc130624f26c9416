"""Tabs in one line: each has a number, which is its key, and can be clicked."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message

from tui.widgets.bars import Bar
from tui.widgets.lines import palette_of


class Tabs(Bar):
    """The names of the tabs with a figure where there is one; the one in sight stands in brackets.

    `words` at the right are said where there is room.
    """

    class Picked(Message):
        """A tab was clicked; `number` counts from 1."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self._tabs: tuple[tuple[str, int | None], ...] = ()
        self._at = 0
        self._words = ""
        self._loud = ""

    def show(
        self, tabs: tuple[tuple[str, int | None], ...], at: int, words: str = "", loud: str = ""
    ) -> None:
        """Show `tabs`, of which `at` is in sight; `loud` words follow, `words` stand at the end."""
        if (tabs, at, words, loud) != (self._tabs, self._at, self._words, self._loud):
            self._tabs, self._at, self._words, self._loud = tabs, at, words, loud
            self.refresh()

    def _faces(self, width: int) -> list[str]:
        """The tabs in words: the figures of those out of sight go first, then their names."""
        for most in ("all", "some", "none"):
            faces = []
            for number, (name, figure) in enumerate(self._tabs, 1):
                shown = (
                    f"{number} {name}" if most != "none" or number - 1 == self._at else f"{number}"
                )
                if figure is not None and (most == "all" or number - 1 == self._at):
                    shown += f" {figure:,}"
                faces.append(f"[{shown}]" if number - 1 == self._at else f" {shown} ")
            if sum(map(cell_len, faces)) <= width:
                break
        return faces

    def segments(self, width: int) -> list[Segment]:
        colours = palette_of(self)
        segments: list[Segment] = []
        faces = self._faces(width - (cell_len(self._loud) + 3 if self._loud else 0))
        for at, face in enumerate(faces):
            segments.append(Segment(face, colours.accent if at == self._at else colours.quiet))
        if self._loud:
            segments += [Segment(" "), Segment(f" {self._loud} ", colours.alarm)]
        left = width - sum(cell_len(segment.text) for segment in segments)
        if self._words and cell_len(self._words) + 2 <= left:
            room = left - cell_len(self._words) - 1
            segments += [Segment(" " * room), Segment(self._words, colours.quiet)]
        return segments

    def on_click(self, event: events.Click) -> None:
        at = 0
        faces = self._faces(self.size.width - (cell_len(self._loud) + 3 if self._loud else 0))
        for number, face in enumerate(faces, 1):
            at += cell_len(face)
            if event.x < at:
                self.post_message(self.Picked(number))
                return
