"""The word that a terminal is too small, until it is large enough."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from tui.screens.sized import Sized

LEAST = Size(60, 16)
"""Columns and rows below which the panes can't be read."""


class TooSmall(Sized, Screen[None]):
    """Covers everything else; the app takes it away."""

    def compose(self) -> ComposeResult:
        yield Static(id="too-small", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        now = f"{event.size.width}x{event.size.height}"
        words = f"too small: {LEAST.width}x{LEAST.height} needed, now {now}"
        self.query_one("#too-small", Static).update(words)
