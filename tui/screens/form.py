"""Small forms: where to jump to, and a post that the trainer writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from simulator.conductor.inject import inject_faults
from simulator.storm import Inject
from tui.board import Board
from tui.keys import key
from tui.moments import moment
from tui.paint import paint
from tui.screens.over import Over
from tui.widgets.lines import palette_of


class Form(Over, ModalScreen[object]):
    """Fields under one another; enter sends them, and a fault stands under them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "leave", "Back", "Leave the form; nothing is sent", meaning="form.leave"),
        # before those of the field, so that what is typed right behind them lands in the next one
        key(
            *("tab,down", "app.focus_next", "Field", "To the next field"),
            meaning="form.next",
            always=True,
        ),
        key(
            *("shift+tab,up", "app.focus_previous", "Field", "To the field before"),
            meaning="form.previous",
            always=True,
        ),
    ]
    FIELDS: ClassVar[Sequence[tuple[str, str]]] = ()
    """Names of the fields, and what stands in an empty one."""
    HEADING: ClassVar[str] = ""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board

    def compose(self) -> ComposeResult:
        box = Vertical(id="form")
        box.border_title = self.HEADING
        box.border_subtitle = "enter sends · tab next field · esc back"
        with box:
            for name, hint in self.FIELDS:
                with Horizontal(classes="field"):
                    yield Static(name, classes="field-name", markup=False)
                    yield Input(
                        placeholder=hint, id=f"field-{name}", select_on_focus=False, compact=True
                    )
            yield Static(id="form-words", markup=False)

    def value(self, name: str) -> str:
        """What was typed in a field, without blanks around it."""
        return self.query_one(f"#field-{name}", Input).value.strip()

    def refuse(self, reason: str, field: str = "") -> None:
        """Say what is wrong with what was typed, and go to the field to mend it."""
        if field:
            self.query_one(f"#field-{field}", Input).focus()
        colours = palette_of(self)
        said = paint(reason[:900], newline="\n").text
        words = Text(said, style=colours.label("hazard"))
        self.query_one("#form-words", Static).update(words)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.send()

    def send(self) -> None:
        """Take what was typed, or refuse it."""
        raise NotImplementedError

    def action_leave(self) -> None:
        self.dismiss(None)


class JumpForm(Form):
    """Asks for a moment; answers with its second of the day."""

    HEADING = "Jump to"
    FIELDS = (("when", "+30m, +2h, -15m, 21:30, or hour 9.5 of the storm"),)

    def send(self) -> None:
        try:
            self.dismiss(moment(self.value("when"), self.board))
        except ValueError as error:
            self.refuse(str(error))


class InjectForm(Form):
    """Asks for a post; answers with an Inject."""

    HEADING = "Write an inject (EXERCISE)"
    FIELDS = (
        ("text", "what is posted, word for word"),
        ("author", "a handle; empty: trainer"),
        ("channel", "x, facebook, bluesky, mastodon; empty: x"),
        ("place", "a community of the territory; empty: the post does not say where"),
        ("labels", "what is true of it: outage, hazard, etr …; empty: nothing"),
        ("trap", "what kind of trap it is, such as rumour; empty: none"),
    )

    def send(self) -> None:
        inject = Inject(
            text=self.value("text"),
            author=self.value("author"),
            channel=self.value("channel") or "x",
            place=self.value("place"),
            labels=tuple(self.value("labels").replace(",", " ").lower().split()),
            trap=self.value("trap"),
        )
        faults = inject_faults(inject, self.board.day)
        if faults:
            self.refuse("\n".join(fault.words for fault in faults), faults[0].field)
        else:
            self.dismiss(inject)
