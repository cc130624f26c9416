"""A report as lines that can be moved through; long ones are broken between words."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from rich.segment import Segment
from textual import events
from textual.message import Message

from tui.paint import cut, paint
from tui.reports.rows import Row
from tui.widgets.lines import Lines, palette_of

WORDS_HELD = 600
"""Characters of a row that are painted: six lines of a wide terminal."""


class ReportList(Lines):
    """Rows of a report; what a row opens, its further lines open too."""

    class Opened(Message):
        """A row was chosen that opens something."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.rows: Sequence[Row] = ()
        self.nothing = "asking the desk…"
        self._lines: list[tuple[Row, str]] = []
        self._broken_at = 0

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor stays on what it was on, where that is still there."""
        if rows == self.rows:
            return
        before = self.at_hand()
        self.rows = rows
        self._break()
        if before is not None and before.opens:
            same = (at for at, (row, _) in enumerate(self._lines) if row.opens == before.opens)
            self.cursor = next(same, self.cursor)
        self.cursor = min(self.cursor, max(0, len(self._lines) - 1))
        self.place(self.cursor)

    def at_hand(self) -> Row | None:
        """The row that the cursor is on."""
        return self._lines[self.cursor][0] if self.cursor < len(self._lines) else None

    def opens(self, step: int) -> None:
        """Put the cursor on the next row, or the one before, that opens something."""
        order = range(self.cursor + 1, self.count()) if step > 0 else range(self.cursor - 1, -1, -1)
        at = next((at for at in order if self._first(at)), None)
        if at is not None:
            self.move_to(at)

    def _first(self, at: int) -> bool:
        row = self._lines[at][0]
        return bool(row.opens) and (at == 0 or self._lines[at - 1][0] is not row)

    def _break(self) -> None:
        self._broken_at = width = max(20, self.scrollable_content_region.width - 1)
        self._lines = []
        for row in self.rows:
            words = paint(row.words[:WORDS_HELD]).text
            indent = len(words) - len(words.lstrip())
            hang = " " * min(indent + 2, width // 2)
            broken = wrap(
                words, width, subsequent_indent=hang, drop_whitespace=True,
                replace_whitespace=False, break_long_words=True,
            ) if len(words) > width else [words]  # fmt: skip
            self._lines += [(row, line) for line in broken or [""]]
        self.resize_to(len(self._lines))
        self.forget_strips()

    def on_resize(self, _event: events.Resize) -> None:
        """Lines are broken anew where there is more or less room."""
        if self.rows and self._broken_at != max(20, self.scrollable_content_region.width - 1):
            self._break()

    def count(self) -> int:
        return len(self._lines)

    def empty(self) -> str:
        return self.nothing

    def choose(self, index: int) -> None:
        self.cursor = index
        row = self._lines[index][0]
        if row.opens:
            self.post_message(self.Opened(row))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        row = self.at_hand()
        if action == "choose" and (row is None or not row.opens):
            return "there is nothing behind this line · o goes to the next one that opens something"
        return super().why_not(action, parameters)

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        row, words = self._lines[index]
        colours = palette_of(self)
        style = {
            "head": colours.accent,
            "text": colours.text,
            "quiet": colours.quiet,
            "alarm": colours.strong,
        }[row.look]
        return [Segment(cut(" " + words, width), style)]
