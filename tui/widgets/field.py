"""A line to type in, of fixed size: what is typed moves nothing around it."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class Field(Input):
    """Textual's, without a layout of the screen for each letter, nor new styles for the focus."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Look the same: its cursor tells the focus."""
