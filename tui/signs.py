"""What labels, statuses and feeds look like: one glyph, word and colour each, in every pane.

Colour never stands alone: each sign has a glyph of one cell and a word or tag. The glyphs are
plain characters that terminal fonts hold, never emoji, whose width terminals disagree on.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
from rich.style import Style


class Sign(msgspec.Struct, frozen=True):
    """A glyph of one cell, a short word, what it means, and its colour on dark and on light."""

    glyph: str
    word: str
    meaning: str
    dark: str
    light: str

    @property
    def tag(self) -> str:
        """Glyph and word in one."""
        return self.glyph + self.word


LABEL_SIGNS = {
    "hazard": Sign("!", "HAZ", "danger: wires down, fire, gas", "#ff7a70", "#b00020"),
    "vulnerable": Sign("+", "VUL", "somebody who depends on power", "#ff94dc", "#a3006f"),
    "outage": Sign("▲", "OUT", "the power is out", "#ffc145", "#855000"),
    "restored": Sign("✓", "RES", "the power is back", "#4fd6a0", "#00664a"),
    "damage": Sign("#", "DAM", "trees, poles, roads, property", "#e6ab78", "#7a4a1e"),
    "etr": Sign("?", "ETR", "asks when it will be back", "#7cc4ff", "#0056a3"),
    "complaint": Sign("<", "CMP", "complains", "#d4a5ff", "#6b2fa3"),
    "billing": Sign("$", "BIL", "bills and payments", "#a9c1d9", "#3d5368"),
    "service": Sign("=", "SRV", "service requests", "#a3c4b6", "#3a5a4c"),
    "praise": Sign("*", "PRS", "thanks", "#b6d77a", "#4b6200"),
    "news": Sign("»", "NWS", "press, officials, other accounts", "#a7b2bf", "#505a65"),
}
"""The signs of labels, in order of urgency."""

STATUS_SIGNS = {
    "confirmed": Sign(
        "●", "confirmed", "confirmed by the utility or by weight", "#ff7a70", "#b00020"
    ),
    "likely": Sign("■", "likely", "enough people say so", "#ffa54d", "#944500"),
    "suspected": Sign("○", "suspected", "first reports", "#e8d36a", "#6b5b00"),
    "restoring": Sign("↑", "restoring", "people say it is coming back", "#7cc4ff", "#0056a3"),
    "restored": Sign("✓", "restored", "over", "#4fd6a0", "#00664a"),
    "dismissed": Sign("×", "dismissed", "no outage after all", "#98a4b0", "#5a646e"),
}
"""The signs of outages, the most urgent status first."""

FEED_SIGNS = {
    "failed": Sign("×", "failed", "the feed has given up", "#ff7a70", "#b00020"),
    "retrying": Sign("!", "retrying", "the feed is trying again", "#ffa54d", "#944500"),
    "starting": Sign("○", "starting", "no post yet", "#e8d36a", "#6b5b00"),
    "live": Sign("●", "live", "posts come in", "#4fd6a0", "#00664a"),
    "ended": Sign("■", "ended", "the feed is at its end", "#98a4b0", "#5a646e"),
}
"""The signs of feeds, the worst state first."""

OMS_SIGNS = {
    "matched": Sign("◆", "OMS", "in the utility's own list, and spoken of", "#7cc4ff", "#0056a3"),
    "alone": Sign("◇", "OMS only", "in the utility's own list alone", "#d4a5ff", "#6b2fa3"),
}
"""The signs of the utility's own outages on the map."""

MEDIA = "¤"
"""Stands before the text of a post that has pictures or other media."""

UNKNOWN = Sign("·", "???", "unknown to this screen", "#a7b2bf", "#505a65")

GROUNDS = {True: "#11161c", False: "#fbfaf6"}
"""The background of the dark (True) and the light theme."""

_TEXT = {True: "#dfe5ec", False: "#1d2329"}
_QUIET = {True: "#8c99a7", False: "#5a646e"}
_FAINT = {True: "#5d6a78", False: "#8b949c"}
_CURSOR = {True: "#263445", False: "#dfe6f0"}
_ACCENT = {True: "#7cc4ff", False: "#0056a3"}
_ALARM = {True: "#ffb000", False: "#8a3b00"}


class Palette:
    """Styles for one theme; `no_color` swaps background colours for reverse video."""

    def __init__(self, *, dark: bool, no_color: bool) -> None:
        self.dark = dark
        self.no_color = no_color
        self.text = Style(color=_TEXT[dark])
        self.quiet = Style(color=_QUIET[dark])
        self.faint = Style(color=_FAINT[dark])
        self.idle = Style(dim=True) if no_color else Style(color=_FAINT[dark])
        self.accent = Style(color=_ACCENT[dark], bold=True)
        self.strong = Style(color=_TEXT[dark], bold=True)
        self.cursor = Style(reverse=True) if no_color else Style(bgcolor=_CURSOR[dark], bold=True)
        self.cursor_away = Style(underline=True) if no_color else Style(bgcolor=_CURSOR[dark])
        self.alarm = (
            Style(reverse=True, bold=True)
            if no_color
            else Style(color=GROUNDS[dark], bgcolor=_ALARM[dark], bold=True)
        )

    def of(self, sign: Sign, *, bold: bool = False) -> Style:
        """The style of a sign; without colour it is as bright as text, not a grey of its colour."""
        if self.no_color:
            return self.text + Style(bold=bold)
        return Style(color=sign.dark if self.dark else sign.light, bold=bold)

    def label(self, label: str) -> Style:
        """The style of a label's tag; the two that can mean a life are bold."""
        return self.of(label_sign(label), bold=label in ("hazard", "vulnerable"))

    def matched(self, label: str) -> Style:
        """The style of the words that gave a label."""
        return self.of(label_sign(label), bold=True) + Style(underline=True)

    def status(self, status: str) -> Style:
        """The style of an outage's status."""
        return self.of(STATUS_SIGNS.get(status, UNKNOWN), bold=status in ("likely", "confirmed"))


@lru_cache(maxsize=4)
def palette(*, dark: bool, no_color: bool) -> Palette:
    """The styles of a theme, made once."""
    return Palette(dark=dark, no_color=no_color)


def label_sign(label: str) -> Sign:
    """The sign of a label; a label of a newer desk has a plain one."""
    return LABEL_SIGNS.get(label, UNKNOWN)


def status_rank(status: str) -> int:
    """Where `status` stands in the list of outages, the most urgent 0."""
    ranks = {name: rank for rank, name in enumerate(STATUS_SIGNS)}
    return ranks.get(status, len(ranks))
