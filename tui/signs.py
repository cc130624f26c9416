"""What labels, statuses and feeds look like: one glyph, word and colour each, in every pane.

Colour never stands alone: each sign has a glyph of one cell and a word or tag. The glyphs are
plain characters that terminal fonts hold, never emoji, whose width terminals disagree on.
"""

from __future__ import annotations

import msgspec
from rich.style import Style

from tui.schemes import SCHEMES, Hue, Scheme


class Sign(msgspec.Struct, frozen=True):
    """A glyph of one cell, a short word, what it means, and its hue, which each theme has."""

    glyph: str
    word: str
    meaning: str
    hue: Hue

    @property
    def tag(self) -> str:
        """Glyph and word in one."""
        return self.glyph + self.word


LABEL_SIGNS = {
    "hazard": Sign("!", "HAZ", "danger from the network: wires, poles, fire, gas", "red"),
    "vulnerable": Sign("+", "VUL", "a person at risk: injured, medical, trapped", "pink"),
    "outage": Sign("▲", "OUT", "the power is out", "amber"),
    "restored": Sign("✓", "RES", "the power is back", "green"),
    "damage": Sign("#", "DAM", "outside the network: trees, roads, floods", "brown"),
    "etr": Sign("?", "ETR", "asks when power is back, or why it is out", "blue"),
    "complaint": Sign("<", "CMP", "anger at a utility", "violet"),
    "billing": Sign("$", "BIL", "bills and payments", "slate"),
    "service": Sign("=", "SRV", "service requests", "sage"),
    "praise": Sign("*", "PRS", "thanks to a utility or its crews", "olive"),
    "news": Sign("»", "NWS", "the voice of press, officials, utilities", "grey"),
}
"""The signs of labels, in order of urgency."""

STATUS_SIGNS = {
    "confirmed": Sign("●", "confirmed", "confirmed by the utility or by weight", "red"),
    "likely": Sign("■", "likely", "enough people say so", "orange"),
    "suspected": Sign("○", "suspected", "first reports", "yellow"),
    "restoring": Sign("↑", "restoring", "people say it is coming back", "blue"),
    "restored": Sign("✓", "restored", "over", "green"),
    "dismissed": Sign("×", "dismissed", "no outage after all", "dim"),
}
"""The signs of outages, the most urgent status first."""

FEED_SIGNS = {
    "failed": Sign("×", "failed", "the feed has given up", "red"),
    "limited": Sign("!", "waiting", "the platform asks the feed to wait", "blue"),
    "retrying": Sign("!", "retrying", "the feed is trying again", "orange"),
    "starting": Sign("○", "starting", "no post yet", "yellow"),
    "live": Sign("●", "live", "posts come in", "green"),
    "ended": Sign("■", "ended", "the feed is at its end", "dim"),
}
"""The signs of feeds, the worst state first."""

OMS_SIGNS = {
    "matched": Sign("◆", "OMS", "in the utility's own list, and spoken of", "blue"),
    "alone": Sign("◇", "OMS only", "in the utility's own list alone", "violet"),
}
"""The signs of the utility's own outages on the map."""

CASE_SIGNS = {
    "again": Sign("×", "again", "wrote so many posts since the last answer", "amber"),
    "reach": Sign("◎", "reach", "seen by so many people", "violet"),
    "loop": Sign("↺", "loop", "was promised a time and is to be told", "green"),
    "writing": Sign("✎", "writing", "somebody is writing an answer", "blue"),
    "viewers": Sign("◦", "viewers", "somebody else looks at it", "grey"),
}
"""What stands in the line of a case beside its labels."""

MEDIA = "¤"
"""Stands before the text of a post that has pictures or other media."""

REPOST = "↻"
"""Stands before the text of a post that repeats another one."""

PIN = "^"
"""Stands before a post or outage that is kept on top of its list."""

MARK = "§"
"""Stands before the text of a post that was marked."""

UNKNOWN = Sign("·", "???", "unknown to this screen", "grey")


class Palette:
    """Styles in the colours of a theme; `no_color` swaps background colours for reverse video."""

    def __init__(self, scheme: Scheme, *, no_color: bool) -> None:
        self.scheme = scheme
        self.no_color = no_color
        self._styles: dict[tuple[str, str], Style] = {}
        self.text = Style(color=scheme.text)
        self.quiet = Style(color=scheme.quiet)
        self.faint = Style(color=scheme.faint)
        self.idle = Style(dim=True) if no_color else Style(color=scheme.faint)
        self.accent = Style(color=scheme.accent, bold=True)
        self.strong = Style(color=scheme.text, bold=True)
        self.cursor = Style(reverse=True) if no_color else Style(bgcolor=scheme.cursor, bold=True)
        self.cursor_away = Style(underline=True) if no_color else Style(bgcolor=scheme.cursor)
        self.alarm = (
            Style(reverse=True, bold=True)
            if no_color
            else Style(color=scheme.ground, bgcolor=scheme.alarm, bold=True)
        )

    def of(self, sign: Sign, *, bold: bool = False) -> Style:
        """The style of a sign; without colour it is as bright as text, not a grey of its colour."""
        if self.no_color:
            return self.text + Style(bold=bold)
        return Style(color=self.scheme.hues[sign.hue], bold=bold)

    def label(self, label: str) -> Style:
        """The style of a label's tag; the two that can mean a life are bold."""
        style = self._styles.get(("tag", label))
        if style is None:
            style = self.of(label_sign(label), bold=label in ("hazard", "vulnerable"))
            self._styles["tag", label] = style
        return style

    def matched(self, label: str) -> Style:
        """The style of the words that gave a label."""
        style = self._styles.get(("words", label))
        if style is None:
            style = self.of(label_sign(label), bold=True) + Style(underline=True)
            self._styles["words", label] = style
        return style

    def status(self, status: str) -> Style:
        """The style of an outage's status."""
        return self.of(STATUS_SIGNS.get(status, UNKNOWN), bold=status in ("likely", "confirmed"))


_PALETTES = {
    (name, plain): Palette(scheme, no_color=plain)
    for name, scheme in SCHEMES.items()
    for plain in (False, True)
}


def palette(scheme: Scheme, *, no_color: bool) -> Palette:
    """The styles of a theme, made once."""
    return _PALETTES[scheme.name, no_color]


def label_sign(label: str) -> Sign:
    """The sign of a label; a label of a newer desk has a plain one."""
    return LABEL_SIGNS.get(label, UNKNOWN)


def status_rank(status: str) -> int:
    """Where `status` stands in the list of outages, the most urgent 0."""
    ranks = {name: rank for rank, name in enumerate(STATUS_SIGNS)}
    return ranks.get(status, len(ranks))
