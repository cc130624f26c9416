"""The line over the keys: what was done and how to take it back, or why it could not be done."""

from __future__ import annotations

from rich.style import Style

from tui.paint import cut
from tui.widgets.bars import Notice
from tui.widgets.lines import palette_of


class ActLine(Notice):
    """A line of what was done; why something could not be done may take more."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._said = ("", False)

    def show(self, words: str, *, refused: bool = False) -> None:
        """Say `words`, which are painted already, or go."""
        if (words, refused) != self._said:
            taller = self._said[1] or refused
            self._said = words, refused
            self._words = ("× " if refused else "» ") + words
            self.display = bool(words)
            self.refresh(layout=taller)

    def lines(self, width: int) -> list[str]:
        return super().lines(width) if self._said[1] else [cut(self._words, max(1, width - 2))]

    def look(self) -> Style:
        colours = palette_of(self)
        return colours.alarm if self._said[1] else colours.strong
