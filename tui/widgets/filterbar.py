"""The line in which a filter is typed, with its syntax and the desk's answer under it."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tui.keys import key
from tui.paint import paint
from tui.widgets.field import Field
from tui.widgets.lines import palette_of

HELP = (
    "words !not ~fuzzy re:… label: only: mood: place: channel: author: lang: rule: has: outage:"
    " since:"
)


class FilterBar(Vertical):
    """Asks for a filter; the desk reads it, and a refusal is shown where it was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "escape",
            "leave",
            "Back",
            "Leave the filter as it was",
            meaning="filter.leave",
            shown=True,
        ),
    ]

    class Submitted(Message):
        """A filter was typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The filter stays as it was."""

    def __init__(
        self,
        id: str,  # noqa: A002 - Textual's own name for it
        *,
        placeholder: str = "filter the feed",
        words: str = HELP,
    ) -> None:
        super().__init__(id=id)
        self._placeholder = placeholder
        self._words = words

    def compose(self) -> ComposeResult:
        yield Field(
            placeholder=self._placeholder, id="filter-input", select_on_focus=False, compact=True
        )
        yield Static(id="filter-words", markup=False)

    def open(self, text: str) -> None:
        """Show the line with `text` in it."""
        self.display = True
        box = self.query_one(Input)
        box.value = text
        box.cursor_position = len(text)
        self.screen.set_focus(box)  # at once: what is typed next belongs to the filter
        self._say(self._words)

    def wait(self) -> None:
        """Say that the filter was sent."""
        self._say("asking the desk… esc leaves the filter as it was", layout=False)

    def refuse(self, reason: str) -> None:
        """Say why the desk can't read the filter, and let it be mended."""
        self.screen.set_focus(self.query_one(Input))
        self._say(reason, alarm=True)

    def _say(self, words: str, *, alarm: bool = False, layout: bool = True) -> None:
        colours = palette_of(self)
        style = colours.label("hazard") if alarm else colours.quiet
        text = Text(paint(words[:2000]).text, style=style)
        self.query_one("#filter-words", Static).update(text, layout=layout)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(event.value.strip()))

    def action_leave(self) -> None:
        self.display = False
        self.post_message(self.Left())
