"""The line of official warnings: there only while one holds."""

from __future__ import annotations

from rich.segment import Segment
from textual import events

from tui.situation import Situation
from tui.warning_words import is_loud, line_words
from tui.widgets.bars import Bar
from tui.widgets.lines import palette_of


class WarningLine(Bar):
    """The worst warning of the territory; a click opens all of them."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._now = Situation()
        self._said: object = None
        self.display = False

    def show(self, now: Situation) -> None:
        """Say the worst that holds, or go."""
        self._now = now
        minute = now.clock.replace(second=0, microsecond=0) if now.clock else None
        said = (now.warnings, minute, now.hello)
        if said != self._said:
            self._said = said
            self.display = bool(now.warned_here)
            self.refresh()

    def segments(self, width: int) -> list[Segment]:
        now, colours = self._now, palette_of(self)
        held = now.warned_here
        if not held:
            return []
        words = line_words(held, now.name_of, now.clock, now.zone, max(0, width - 2))
        return [Segment(f" {words} ", colours.alarm if is_loud(held[0]) else colours.strong)]

    async def on_click(self, _event: events.Click) -> None:
        await self.app.run_action("app.warnings", self.screen)
