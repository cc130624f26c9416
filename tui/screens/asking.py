"""Small sheets that ask: whether to do something, with which outage, for which communities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.keys import key
from tui.paint import cut
from tui.screens.over import Over
from tui.widgets.lines import Lines, palette_of

Choice = tuple[str, str]
"""What is answered, and the words that stand for it, painted."""


class AskScreen(Over, ModalScreen[bool]):
    """Asks once, in plain words, before something that is seen by everybody."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("y,enter", "answer(True)", "Yes", "Do it", meaning="ask.yes", shown=True),
        key(
            *("n,escape,q", "answer(False)", "No", "Leave everything as it is"),
            meaning="ask.no",
            shown=True,
        ),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        box = Vertical(id="ask")
        box.border_subtitle = "y or enter does it · n or esc leaves it"
        with box:
            yield Static(Text(self._question, style=palette_of(self).text), markup=False)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


class Choices(Lines):
    """Lines to choose from; with `many`, space marks more than one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("space", "mark", "Mark", "Mark a line, or no longer", meaning="choice.mark"),
    ]

    def __init__(self, id: str, *, many: bool) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.choices: Sequence[Choice] = ()
        self.many = many
        self.marked: set[str] = set()

    def show(self, choices: Sequence[Choice]) -> None:
        """Let the agent choose from these."""
        self.choices = choices
        self.resize_to(len(choices))
        self.forget_strips()

    def empty(self) -> str:
        return "asking the desk…"

    def count(self) -> int:
        return len(self.choices)

    def action_mark(self) -> None:
        if self.many and self.choices:
            self.marked ^= {self.choices[self.cursor][0]}
            self.forget_strips()
            self.move_to(self.cursor + 1)

    def chosen(self) -> tuple[str, ...]:
        """What is marked, or else what the cursor is on."""
        here = self.choices[self.cursor][0]
        return tuple(each for each, _ in self.choices if each in (self.marked or {here}))

    def choose(self, index: int) -> None:
        self.cursor = index
        screen = self.screen
        assert isinstance(screen, ChooseScreen)
        screen.take(self.chosen())

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        each, words = self.choices[index]
        box = ("[x] " if each in self.marked else "[ ] ") if self.many else ""
        return [Segment(cut(f" {box}{words}", width), palette_of(self).text)]


class ChooseScreen(Over, ModalScreen[tuple[str, ...]]):
    """Asks for one line, or some; answers with none where the agent goes back.

    `about` is the outage that it asks for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            *("escape,q", "leave", "Back", "Leave everything as it is"),
            meaning="choice.leave",
            shown=True,
        ),
    ]

    def __init__(self, title: str, about: str, *, many: bool = False) -> None:
        super().__init__()
        self.about = about
        self._title = title
        self._choices: Sequence[Choice] = ()
        self._many = many

    def compose(self) -> ComposeResult:
        box = Vertical(id="choice")
        box.border_title = cut(self._title, 60)
        how = "space marks · enter goes on" if self._many else "enter goes on"
        box.border_subtitle = f"{how} · esc back"
        with box:
            yield Choices("choices", many=self._many)

    def on_mount(self) -> None:
        self.query_one(Choices).show(self._choices)

    def fill(self, choices: Sequence[Choice]) -> None:
        """Show what there is to choose from; the sheet may be there already, waiting for it."""
        self._choices = choices
        if self.is_mounted:
            self.query_one(Choices).show(choices)

    def take(self, chosen: tuple[str, ...]) -> None:
        """Answer, unless nothing would be left behind."""
        if self._many and len(chosen) == len(self._choices):
            self.query_one("#choice").border_subtitle = "one community at least must stay"
            return
        self.dismiss(chosen)

    def action_leave(self) -> None:
        self.dismiss(())
