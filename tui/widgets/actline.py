"""The line over the keys: what was done and how to take it back, or why it could not be done."""

from __future__ import annotations

from rich.segment import Segment

from tui.paint import cut
from tui.widgets.bars import Bar
from tui.widgets.lines import palette_of


class ActLine(Bar):
    """There only while it has something to say."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._words = ""
        self._refused = False
        self.display = False

    def show(self, words: str, *, refused: bool = False) -> None:
        """Say `words`, which are painted already, or go."""
        if (words, refused) != (self._words, self._refused):
            self._words, self._refused = words, refused
            self.display = bool(words)
            self.refresh()

    def segments(self, width: int) -> list[Segment]:
        colours = palette_of(self)
        style = colours.alarm if self._refused else colours.strong
        sign = "× " if self._refused else "» "
        return [Segment(" " + cut(sign + self._words, max(0, width - 2)) + " ", style)]
