"""A sheet of words over the monitor, scrolled with the keys of the lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.keys import MOVES, key
from tui.screens.over import Over


class Sheet(Over, ModalScreen[None]):
    """Shows words until the agent goes back; the base of the post and the help."""

    HOW: ClassVar[str] = "j/k scroll · esc back"
    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        key(
            *("escape,q,enter", "back", "Back", "Back to the screen"),
            meaning="sheet.back",
            shown=True,
        ),
    ]

    def compose(self) -> ComposeResult:
        sheet = VerticalScroll(id="sheet", can_focus=False)
        sheet.border_subtitle = self.HOW
        with sheet:
            yield Static(id="words", markup=False)

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.tell())
        self.tell()

    def tell(self) -> None:
        """Say what the sheet is for, in the colours of the theme."""
        raise NotImplementedError

    def say(self, words: Text) -> None:
        """Show `words`, which are painted already."""
        words.rstrip()
        # in an app that ends while this is made, all or some of it was never composed
        for shown in self.query("#words").results(Static):
            shown.update(Hung(words))

    def action_move(self, lines: int) -> None:
        self.query_one("#sheet").scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        sheet = self.query_one("#sheet")
        sheet.scroll_relative(y=pages * max(1, sheet.size.height - 1), animate=False)

    def action_edge(self, side: int) -> None:
        sheet = self.query_one("#sheet")
        sheet.scroll_to(y=sheet.max_scroll_y if side > 0 else 0, animate=False)

    def action_back(self) -> None:
        self.dismiss()


def hanging(style: Style, cells: int) -> Style:
    """`style` for the beginning of a line that goes on `cells` from the left where it is broken."""
    return style + Style(meta={"hang": cells})


class Hung:
    """`words` broken between words into lines, each of which goes on where it hangs."""

    def __init__(self, words: Text) -> None:
        self._words = words

    def __str__(self) -> str:
        return self._words.plain

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._words.split("\n", allow_blank=True):
            yield from _broken(line, options.max_width, console)


def _broken(line: Text, width: int, console: Console) -> Iterator[Text]:
    if line.cell_len <= width:
        yield line
        return
    styles = (span.style for span in line.spans if isinstance(span.style, Style))
    cells = max((style.meta.get("hang", 0) for style in styles if style.meta), default=0)
    if cells * 2 > width:
        cells = 0
    for at, part in enumerate(line[cells:].wrap(console, width - cells)):
        yield Text.assemble(line[:cells] if not at else " " * cells, part)
