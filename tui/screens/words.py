"""A sheet that asks for words: a note and whom it is for, or a reason."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, get_args

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from desk.cases.case import Side
from tui.keys import key
from tui.paint import cut
from tui.screens.over import Over

SIDES: tuple[Side, ...] = get_args(Side)
MOST_CHARS = 2_000


class Words(NamedTuple):
    """What was written, and for whom."""

    text: str
    side: Side


class WordsScreen(Over, ModalScreen[Words | None]):
    """Answers with the words, or None where they are not to be.

    With `sides`, tab goes from one to the next. Nothing can be written for nobody: words that are
    `needed` can't stay empty.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "leave", "Back", "Leave everything as it is", meaning="words.leave"),
        key(
            *("tab", "side", "For", "Whom the note is for: desk, operations, communications"),
            meaning="words.side",
            always=True,
        ),
    ]

    def __init__(
        self, title: str, hint: str, *, sides: bool = False, needed: bool = True, text: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._sides = sides
        self._needed = needed
        self._text = text
        self._side = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="words-box"):
            yield Input(
                value=self._text,
                placeholder=self._hint,
                id="words-input",
                select_on_focus=False,
                compact=True,
                max_length=MOST_CHARS,
            )

    def on_mount(self) -> None:
        self._tell()

    def _tell(self) -> None:
        box = self.query_one("#words-box")
        side = f" for {SIDES[self._side]}" if self._sides else ""
        box.border_title = cut(self._title + side, 70)
        box.border_subtitle = (
            "enter keeps it · " + ("tab for whom · " if self._sides else "") + "esc back"
        )

    def on_key(self, event: events.Key) -> None:
        """What is typed before the line is there belongs to it."""
        box = self.query_one(Input)
        if event.is_printable and event.character and not box.has_focus:
            box.value += event.character
            box.cursor_position = len(box.value)
            event.stop()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text or not self._needed:
            self.dismiss(Words(text, SIDES[self._side]))
        else:
            self.query_one("#words-box").border_subtitle = "write something, or esc"

    def action_side(self) -> None:
        if self._sides:
            self._side = (self._side + 1) % len(SIDES)
            self._tell()

    def action_leave(self) -> None:
        self.dismiss(None)
