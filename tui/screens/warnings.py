"""All official warnings that hold: what, where, until when, and what to do."""

from __future__ import annotations

import re

from rich.text import Text

from desk.feeds.warning import WeatherWarning
from desk.serving.protocol import FromDesk, Tick
from tui.link import LinkState
from tui.paint import cut, paint
from tui.screens.sheet import Sheet, hanging
from tui.signs import Palette
from tui.situation import Situation
from tui.warning_words import SIGN, event_words, is_loud, when_words, where_words
from tui.widgets.lines import palette_of

FIELD_CELLS = 9
PLACES_NAMED = 12
AREA_CHARS = 300
TEXT_CHARS = 4_000
SHOWN = 60
"""Warnings told whole; a state has some tens on its worst day."""
NOTHING = (
    "No official warning holds.\n\n"
    "A desk hears of warnings from a feed such as"
    " nws+https://api.weather.gov?area=NC&contact=desk@utility.example"
)


class WarningsScreen(Sheet):
    """The warnings, the worst first; what comes or ends meanwhile is told at once."""

    def __init__(self, now: Situation) -> None:
        super().__init__()
        self._now = now

    async def hear(self, message: FromDesk | LinkState) -> None:
        """Tell them anew where they have changed."""
        if isinstance(message, Tick) and message.warnings is not None:
            self.tell()

    def tell(self) -> None:
        colours, now, text = palette_of(self), self._now, Text()
        here = now.warned_here
        if now.exercise:
            text.append(" EXERCISE ", colours.alarm)
            text.append(" ")
        text.append(f"Official warnings: {len(here):,} for the territory\n", colours.accent)
        if not now.warnings:
            text.append(f"\n{NOTHING}", colours.text)
        for warning in now.warnings[:SHOWN]:
            text.append("\n")
            self._one(text, warning, colours)
        if len(now.warnings) > SHOWN:
            text.append(f"\n… and {len(now.warnings) - SHOWN} more", colours.quiet)
        self.say(text)

    def _one(self, text: Text, warning: WeatherWarning, colours: Palette) -> None:
        now = self._now
        style = colours.label("hazard") if is_loud(warning) else colours.strong
        text.append(f"{SIGN} {event_words(warning)}", style)
        text.append(f" · {paint(warning.severity[:40]).text}\n", colours.quiet)
        do = " ".join(warning.instruction[:TEXT_CHARS].split())
        fields = (
            ("when", when_words(warning, now.clock, now.zone)),
            ("where", where_words(warning, now.name_of, PLACES_NAMED)),
            ("do", paint(do).text),
            ("says", paint(warning.headline[:300]).text),
            ("area", cut(paint(warning.area[: 2 * AREA_CHARS]).text, AREA_CHARS)),
            ("from", paint(warning.sender[:200]).text),
        )
        for name, value in fields:
            if value:
                text.append(f"  {name:<{FIELD_CELLS}}", hanging(colours.quiet, FIELD_CELLS + 2))
                text.append(f"{value}\n", colours.text)
        for part in re.split(r"\n\s*\n", warning.text[:TEXT_CHARS]):
            # the service breaks its lines for teleprinters: only blank ones mean something
            text.append("  ", hanging(colours.text, 2))
            text.append(f"{paint(' '.join(part.split())).text}\n", colours.text)
