"""Screens laid out for the terminal as it is now, which paint no more than has changed."""

from __future__ import annotations

from typing import Any

from textual import events
from textual._compositor import Compositor
from textual.reactive import Reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from tui.screens.painting import Painting
from tui.screens.prompt import Prompt


class Sized:
    """Of a screen: drops a Resize of a size that the terminal no longer has.

    Each layout of Textual's for another size posts a Resize of that size to the screen itself
    (8.2.8, `Screen._refresh_layout`). Two sizes under way at once then call each other up for ever:
    after quick resizes, and where the size is first guessed otherwise, as for TERM=dumb.

    Where the focus goes, the widgets that it leaves and comes to paint themselves: Textual's own
    screens paint everything, which is half of what `tab` takes.

    What lies under another screen is not painted: all screens here are opaque.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    _styled_in = ""
    _compositor: Compositor
    _prompt: Timer | None = None

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as Textual has them
        super().__init__(*args, **options)
        self._compositor = Painting()  # Textual 8.2.8 has no public way to give a screen its own

    @property
    def _update_timer(self) -> Timer:
        assert isinstance(self, Screen)
        if self._prompt is None:
            self._prompt = Prompt(self, 0.0, callback=self._on_timer_update, pause=True)
            self._prompt._start()  # noqa: SLF001 - as Textual 8.2.8 does
            self._timers.add(self._prompt)
        return self._prompt

    def _on_mount(self, _event: events.Mount) -> None:
        """The styles are those of the theme that is on."""
        assert isinstance(self, Screen)
        self._styled_in = self.app.theme

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        """Come into sight: styles are worked out anew where the theme is another one since."""
        assert isinstance(self, Screen)
        event.refresh_styles = self._styled_in != self.app.theme
        self._styled_in = self.app.theme

    @property
    def is_current(self) -> bool:
        """Whether the screen can be seen."""
        assert isinstance(self, Screen)
        return bool(self.app.screen_stack) and self.app.screen is self

    def lay_out(self) -> None:
        """Take in what has changed of the layout, though the screen can't be seen."""
        assert isinstance(self, Screen)
        if self._layout_required:  # Textual 8.2.8 lays out only what is in sight
            self._refresh_layout()

    def on_resize(self, event: events.Resize) -> None:
        assert isinstance(self, Screen)
        if event.size != self.app.size:
            event.stop()
            event.prevent_default()
