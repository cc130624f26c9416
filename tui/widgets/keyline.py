"""The bottom line: the main keys of the screen as it is, each of which can be clicked."""

from __future__ import annotations

import msgspec
from rich.segment import Segment
from textual import events
from textual.screen import Screen

from tui.widgets.bars import Bar
from tui.widgets.lines import palette_of

KEPT = ("Keys", "Quit", "Back")
"""Words of the keys that stay in a narrow terminal."""
LOOK_S = 0.5
"""How often to look which keys do nothing now, if anything has come since: of the desk, or keys."""


class Shown(msgspec.Struct, frozen=True):
    """A key in the bottom line: its name, its face, its word, and whether it does something now."""

    key: str
    face: str
    word: str
    live: bool

    @property
    def cells(self) -> int:
        """How much of the line it takes."""
        return len(self.face) + len(self.word) + 3


class KeyLine(Bar):
    """Keys that are shown, from the live bindings of its screen; those that are idle are dim.

    One line that is painted: Textual's own footer is a widget for each key, made anew whenever the
    focus moves, and most of a key press went into that.
    """

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self._said: list[Shown] = []
        self._stirs: int | None = None

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self.set_interval(LOOK_S, self._look)

    def _changed(self, _screen: Screen[object]) -> None:
        self._said.clear()  # a key says so several times: they are looked at when they are painted
        self.refresh()

    def _look(self) -> None:
        stirs: int | None = getattr(self.app, "stirs", None)
        if self.screen.is_current and (stirs is None or stirs != self._stirs):
            self._stirs = stirs
            self.tell()

    def tell(self) -> None:
        """Look which keys do something now."""
        keys = self.keys()
        if keys != self._said:
            self._said = keys
            self.refresh()

    def keys(self) -> list[Shown]:
        """The keys in the order of the bindings, one a meaning."""
        shown: dict[str, Shown] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.id:
                face = self.app.get_key_display(binding)
                each = Shown(binding.key, face, binding.description, active.enabled)
                shown.setdefault(binding.id, each)
        return list(shown.values())

    def fitting(self, width: int) -> list[Shown]:
        """The keys for which there is room: idle and last ones go first, never help and leaving."""
        self._said = self._said or self.keys()
        keys = list(self._said)
        while keys and sum(each.cells for each in keys) > width:
            others = [at for at, each in enumerate(keys) if each.word not in KEPT]
            idle = [at for at in others if not keys[at].live]
            del keys[(idle or others or [-1])[-1]]
        return keys

    def segments(self, width: int) -> list[Segment]:
        colours = palette_of(self)
        segments: list[Segment] = []
        for each in self.fitting(width):
            face, word = (colours.accent, colours.quiet) if each.live else (colours.idle,) * 2
            segments += [Segment(f" {each.face} ", face), Segment(f"{each.word} ", word)]
        return segments

    def on_click(self, event: events.Click) -> None:
        at = 0
        for each in self.fitting(self.size.width):
            at += each.cells
            if event.x < at:
                self.app.simulate_key(each.key)
                return
