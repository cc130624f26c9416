"""The macros sheet: found as one types, with the words as the customer would read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from desk.serving.reply_messages import FilledMacro, FindMacros, Macros
from tui.paint import paint, visible
from tui.screens.picking import Finding
from tui.widgets.lines import palette_of

if TYPE_CHECKING:
    from tui.link import Link


class MacroSheet(Finding):
    """Answers with the macro that was taken, filled; None where none was.

    `case` is whom it is for; without one it is for everybody, of `outage` where one is given, or
    with `people` for each of that outage's people.
    """

    def __init__(
        self, title: str, link: Link, case: str, outage: str = "", *, people: bool = False
    ) -> None:
        super().__init__(title, hint="type to find a macro")
        self._link = link
        self._case = case
        self._outage = outage
        self._people = people
        self._macros: dict[str, FilledMacro] = {}
        self._found_for: str | None = None
        self._taking = False

    def preview(self) -> ComposeResult:
        with VerticalScroll(id="macro-preview", can_focus=False):
            yield Static(id="macro-words", markup=False)

    async def on_mount(self) -> None:
        self.found.nothing = "asking the desk…"
        await self._ask("")

    async def on_input_changed(self, event: Input.Changed) -> None:
        await self._ask(event.value)

    async def ask_again(self) -> None:
        """The desk is there again."""
        await self._ask(self.query_one(Input).value)

    async def _ask(self, query: str) -> None:
        self._taking = False
        wanted = FindMacros(
            self._case, query=query.strip(), outage=self._outage, people=self._people
        )
        await self._link.send(wanted)

    def fill(self, macros: Macros) -> None:
        """Show what the desk has found, if it is for the words that stand there now."""
        if macros.case != self._case or macros.query != self.typed():
            return
        self._macros = {macro.id: macro for macro in macros.found}
        self._found_for = macros.query
        found = self.found
        found.nothing = "no macro like it" if macros.query else "the desk has no macros for this"
        # the best stands first: with other words the cursor begins there
        found.choices = ()
        found.show([(macro.id, _line(macro)) for macro in macros.found])
        self.moved()
        if self._taking:
            self.take()

    def moved(self) -> None:
        colours = palette_of(self)
        macro = self._macros.get(self.found.at_hand() or "")
        words = Text()
        if macro is not None:
            if macro.missing:
                names = ", ".join(paint(name[:40]).text for name in macro.missing)
                words.append(
                    f"not known, to be written by hand: {names}\n", colours.label("hazard")
                )
            words.append(visible(macro.text), colours.text)
        self.query_one("#macro-words", Static).update(words)

    def take(self) -> None:
        """Take the macro at the cursor, once what stands there is for the words typed."""
        self._taking = self._found_for != self.typed()
        if self._taking:
            return
        macro = self._macros.get(self.found.at_hand() or "")
        if macro is not None:
            self.dismiss(macro)


def _line(macro: FilledMacro) -> str:
    missing = f"  (lacks {', '.join(macro.missing)})" if macro.missing else ""
    return paint(f"{macro.title}{missing}"[:200]).text
