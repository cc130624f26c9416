"""The bottom line: the main keys of the screen as it is, each of which can be clicked."""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.screen import Screen

from tui.widgets.bars import Bar
from tui.widgets.lines import palette_of

KEPT = ("Keys", "Quit", "Back")
"""Words of the keys that stay in a narrow terminal."""


class KeyLine(Bar):
    """Keys that are shown, from the live bindings of its screen.

    One line that is painted: Textual's own footer is a widget for each key, made anew whenever the
    focus moves, and most of a key press went into that.
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[object]) -> None:
        self.refresh()

    def keys(self) -> list[tuple[str, str, str]]:
        """Key, its face and its word, in the order of the bindings; one key a binding."""
        shown: dict[str, tuple[str, str, str]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.id:
                face = self.app.get_key_display(binding)
                shown.setdefault(binding.id, (binding.key, face, binding.description))
        return list(shown.values())

    def fitting(self, width: int) -> list[tuple[str, str, str]]:
        """The keys for which there is room: the last go first, but never help and leaving."""
        keys = self.keys()
        while keys and sum(len(face) + len(word) + 3 for _, face, word in keys) > width:
            others = [at for at, (_, _, word) in enumerate(keys) if word not in KEPT]
            del keys[others[-1] if others else -1]
        return keys

    def segments(self, width: int) -> list[Segment]:
        colours = palette_of(self)
        segments: list[Segment] = []
        for _, face, word in self.fitting(width):
            segments += [Segment(f" {face} ", colours.accent), Segment(f"{word} ", colours.quiet)]
        return segments

    def on_click(self, event: events.Click) -> None:
        at = 0
        for key, face, word in self.fitting(self.size.width):
            at += len(face) + len(word) + 3
            if event.x < at:
                self.app.simulate_key(key)
                return
