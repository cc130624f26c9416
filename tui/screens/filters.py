"""The sheet of saved filters: apply, save the one that is set, rename, delete, and take back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.choices import MOST_FILTERS, ChoicesFile, SavedFilter
from tui.columns import shorten
from tui.keys import key
from tui.paint import fit, paint
from tui.reasons import Reasons
from tui.screens.over import Over
from tui.widgets.actline import ActLine
from tui.widgets.lines import Lines, palette_of

NAME_CELLS = 24
NAME_CHARS = 60
HOW = "enter applies · s saves · r renames · d deletes · esc back"


class FilterList(Lines):
    """Saved filters by name."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.items: Sequence[SavedFilter] = ()

    def show(self, items: Sequence[SavedFilter], name: str = "") -> None:
        """Show `items`, with the cursor on the one of this name."""
        self.items = items
        self.resize_to(len(items))
        at = next((at for at, each in enumerate(items) if each.name == name), self.cursor)
        self.cursor = min(max(at, 0), max(0, len(items) - 1))
        self.forget_strips()

    def count(self) -> int:
        return len(self.items)

    def empty(self) -> str:
        return "no filter was saved so far: s saves the one that is set"

    def choose(self, index: int) -> None:
        self.screen.dismiss(self.items[index].query)

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        each, colours = self.items[index], palette_of(self)
        line = [
            Segment(f" {fit(paint(each.name).text, NAME_CELLS)} ", colours.strong),
            Segment(paint(each.query).text or "everything", colours.text),
        ]
        return shorten(line, width, colours.quiet)


class FiltersScreen(Reasons, Over, ModalScreen[str]):
    """Answers with the filter to apply; `query` is the one that is set now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("s", "save", "Save", "Save the filter that is set", meaning="filters.save", shown=True),
        key("r", "rename", "Rename", "Give another name", meaning="filters.rename", shown=True),
        key("d", "delete", "Delete", "Delete a saved filter", meaning="filters.delete", shown=True),
        key("u", "undo", "Undo", "Take back what was done here last", meaning="filters.undo"),
        key("escape", "leave", "Back", "Back to the screen", meaning="filters.leave", shown=True),
    ]
    AUTO_FOCUS = "#saved"

    def __init__(self, choices: ChoicesFile, query: str) -> None:
        super().__init__()
        self._choices = choices
        self._query = query
        self._renaming: SavedFilter | None = None
        self._before: list[tuple[SavedFilter, ...]] = []
        self._once = False

    def compose(self) -> ComposeResult:
        box = Vertical(id="filters")
        box.border_title = "Saved filters"
        box.border_subtitle = HOW
        with box:
            yield FilterList("saved")
            name = Input(
                id="filter-name", max_length=NAME_CHARS, compact=True, select_on_focus=False
            )
            name.display = False
            yield name
            yield ActLine("filters-line")

    def on_mount(self) -> None:
        self._list = self.query_one(FilterList)
        self._box = self.query_one(Input)
        self._list.show(self._choices.now.filters)

    def say_once(self, words: str, *, refused: bool = False) -> None:
        """Say `words` until the next key that does something."""
        self.query_one(ActLine).show(words, refused=refused)
        self._once = True

    def unsay(self) -> None:
        """Take back what was said once."""
        if self._once:
            self.query_one(ActLine).show("")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        typing = isinstance(self.focused, Input)
        if typing and action in ("save", "rename", "delete", "undo"):
            return False
        return super().check_action(action, parameters)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        del parameters
        saved = self._choices.now.filters
        if action in ("rename", "delete") and not saved:
            return "no filter was saved so far"
        if action == "undo" and not self._before:
            return "nothing was done here that could be taken back"
        if action == "save" and not self._query:
            return "no filter is set: / on the monitor sets one"
        if action == "save" and len(saved) >= MOST_FILTERS:
            return f"there are {MOST_FILTERS} already: delete one first"
        return None

    def _at_hand(self) -> SavedFilter:
        return self._list.items[self._list.cursor]

    def action_save(self) -> None:
        self._ask(None, "a name for the filter that is set")

    def action_rename(self) -> None:
        self._ask(self._at_hand(), "another name")

    def _ask(self, renaming: SavedFilter | None, hint: str) -> None:
        self._renaming = renaming
        self._box.placeholder = hint
        self._box.value = renaming.name if renaming else ""
        self._box.cursor_position = len(self._box.value)
        self._box.display = True
        self.set_focus(self._box)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        name = " ".join(event.value.split())
        if not name:
            self.say_once("a filter needs a name", refused=True)
            return
        renaming = self._renaming
        if renaming is not None and renaming.name == name:
            self._close()
            return
        new = SavedFilter(name, renaming.query if renaming else self._query)
        kept = tuple(each for each in self._choices.now.filters if each.name != name)
        if renaming is not None:
            kept = tuple(new if each == renaming else each for each in kept)
        else:
            kept = (*kept, new)
        if self._keep(kept, name):
            self._close()
            self.say_once(f"saved: {paint(name).text} · u takes it back")

    def _keep(self, filters: tuple[SavedFilter, ...], name: str = "") -> bool:
        """Keep these filters; whether that could be done."""
        before = self._choices.now.filters
        try:
            self._choices.keep(filters=filters)
        except ValueError as error:
            self.say_once(paint(str(error)[:300]).text, refused=True)
            return False
        self._before.append(before)
        self._list.show(self._choices.now.filters, name)
        return True

    def action_delete(self) -> None:
        gone = self._at_hand()
        if self._keep(tuple(each for each in self._choices.now.filters if each != gone)):
            self.say_once(f"deleted: {paint(gone.name).text} · u takes it back")

    def action_undo(self) -> None:
        if self._keep(self._before.pop()):
            self._before.pop()
            self.say_once("taken back")

    def _close(self) -> None:
        self._box.display = False
        self.set_focus(self._list)

    def action_leave(self) -> None:
        if self._box.display:
            self._close()
        else:
            self.dismiss(None)
