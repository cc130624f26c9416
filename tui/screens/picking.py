"""Sheets that find: one types, and what fits stands under it; enter takes, tab marks several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.keys import key
from tui.paint import cut, paint
from tui.screens.asking import Choice
from tui.screens.over import Over
from tui.widgets.lines import Lines, palette_of

Picked = tuple[str, ...]
Check = Callable[[Picked], str]
"""Says why a choice can't be made; empty where it can."""


class Found(Lines):
    """What fits the words that were typed; `marked` are taken with it."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.can_focus = False
        self.choices: Sequence[Choice] = ()
        self.marked: set[str] = set()
        self.many = False
        self.nothing = ""

    def show(self, choices: Sequence[Choice]) -> None:
        """Let the agent choose from these; the cursor stays on its line where it is among them."""
        held = self.choices[self.cursor][0] if self.cursor < len(self.choices) else None
        values = [value for value, _ in choices]
        self.choices = choices
        self.cursor = values.index(held) if held in values else 0
        self.resize_to(len(choices))
        self.place(self.cursor)
        self.forget_strips()

    def count(self) -> int:
        return len(self.choices)

    def empty(self) -> str:
        return self.nothing

    def choose(self, index: int) -> None:
        self.cursor = index
        screen = self.screen
        assert isinstance(screen, Finding)
        screen.take()

    def at_hand(self) -> str | None:
        """What the cursor is on."""
        return self.choices[self.cursor][0] if self.cursor < len(self.choices) else None

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        value, words = self.choices[index]
        colours = palette_of(self)
        box = ("[x] " if value in self.marked else "[ ] ") if self.many else ""
        here = "› " if index == self.cursor else "  "
        style = colours.strong if index == self.cursor else colours.text
        return [Segment(cut(here + box + words, width), style)]


class Finding(Over, ModalScreen[object]):
    """A line to type in over what fits; the base of the sheets that choose."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "leave", "Back", "Leave everything as it is", meaning="find.leave"),
        key("down", "step(1)", "Down", "One line down", meaning="find.down", always=True),
        key("up", "step(-1)", "Up", "One line up", meaning="find.up", always=True),
        key(
            *("pagedown", "step(8)", "Page down", "Some lines down"),
            meaning="find.pagedown",
            always=True,
        ),
        key(
            *("pageup", "step(-8)", "Page up", "Some lines up"),
            meaning="find.pageup",
            always=True,
        ),
        key("tab", "mark", "Mark", "Mark a line, or no longer", meaning="find.mark", always=True),
    ]

    def __init__(self, title: str, *, hint: str = "type to find") -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self.begun = ""
        """What was typed before the sheet was there."""

    def compose(self) -> ComposeResult:
        box = Vertical(id="finding")
        box.border_title = cut(self._title, 70)
        box.border_subtitle = self.subtitle()
        with box:
            yield Input(
                self.begun,
                placeholder=self._hint,
                id="finding-input",
                select_on_focus=False,
                compact=True,
            )
            yield Found("found")
            yield from self.preview()

    def subtitle(self) -> str:
        """What the keys do."""
        return "enter takes it · esc back"

    def preview(self) -> ComposeResult:
        """What stands under the list."""
        return ()

    @property
    def found(self) -> Found:
        """The list."""
        return self.query_one(Found)

    def typed(self) -> str:
        """What stands in the line."""
        return self.query_one(Input).value.strip()

    def take(self) -> None:
        """Answer with what the cursor is on."""
        raise NotImplementedError

    def moved(self) -> None:
        """The cursor stands on another line."""

    def on_lines_moved(self, event: Lines.Moved) -> None:
        event.stop()
        self.moved()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.take()

    def on_key(self, event: events.Key) -> None:
        """What is typed before the line is there belongs to it."""
        box = self.query_one(Input)
        if event.is_printable and event.character and not box.has_focus:
            box.value += event.character
            box.cursor_position = len(box.value)
            event.stop()

    def action_step(self, lines: int) -> None:
        self.found.move_to(self.found.cursor + lines)

    def action_mark(self) -> None:
        found = self.found
        value = found.at_hand()
        if found.many and value is not None:
            found.marked ^= {value}
            found.forget_strips()
            found.move_to(found.cursor + 1)

    def action_leave(self) -> None:
        self.dismiss(None)


class PickScreen(Finding):
    """Answers with what was chosen, with `many` with all that was marked; None: nothing is done.

    With `free`, what was typed can be taken where it is not in the list. `check` says why a choice
    can't be made; `waiting`, what there is to wait for before there are any.
    """

    def __init__(
        self,
        title: str,
        choices: Iterable[Choice],
        *,
        many: bool = False,
        free: bool = False,
        marked: Iterable[str] = (),
        check: Check | None = None,
        hint: str = "type to find",
        waiting: str = "",
    ) -> None:
        super().__init__(title, hint=hint)
        self._waiting = waiting
        self._choices = list(choices)
        self._many = many
        self._free = free
        self._marked = set(marked)
        self._check = check

    def subtitle(self) -> str:
        return ("tab marks · " if self._many else "") + "enter takes it · esc back"

    def on_mount(self) -> None:
        found = self.found
        found.many, found.marked = self._many, self._marked
        self._fill(self.begun)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, typed: str) -> None:
        words = typed.casefold().split()
        fitting = [
            choice
            for choice in self._choices
            if all(word in choice[1].casefold() for word in words)
        ]
        new = typed.strip()
        if self._free and new and new not in (value for value, _ in self._choices):
            fitting.append((new, f"{paint(new[:60]).text} (new)"))
        nothing = "nothing like it" if new or not self._free else "type a new one"
        self.found.nothing = self._waiting or nothing
        self.found.show(fitting)

    def action_mark(self) -> None:
        found = self.found
        value = found.at_hand()
        if self._free and value is not None and value not in (each for each, _ in self._choices):
            self._choices.append((value, paint(value[:60]).text))
            found.marked.add(value)
            self.query_one(Input).value = ""
            return
        super().action_mark()

    def take(self) -> None:
        here = self.found.at_hand()
        if self._many:
            new = {here} if here is not None and self._is_new(here) else set()
            taken = self.found.marked | new
            order = [value for value, _ in self._choices if value in taken]
            answer = (*order, *(new - set(order)))
        elif here is None:
            return
        else:
            answer = (here,)
        fault = self._check(answer) if self._check else ""
        if fault:
            self.query_one("#finding").border_subtitle = fault
        else:
            self.dismiss(answer)

    def _is_new(self, value: str) -> bool:
        return self._free and value not in (each for each, _ in self._choices)
