"""The keys of a screen, made from its live bindings, and what the signs mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from tui.keys import key
from tui.screens.sheet import Sheet, hanging
from tui.signs import LABEL_SIGNS, MEDIA, OMS_SIGNS, STATUS_SIGNS, Palette, Sign
from tui.widgets.lines import palette_of

FILTERS = (
    ("word", "posts that have it; several words must all be there"),
    ('"two words"', "as a phrase"),
    ("!word", "posts that don't"),
    ("~word", "also misspelt"),
    ("re:pattern", "a regular expression"),
    ("label:hazard", "posts with a label"),
    ("place:durham", "posts about a place"),
    ("channel:x", "posts of a channel"),
    ("author:name", "posts of an author"),
    ("lang:es", "posts in a language"),
    ("rule:en-outage", "posts that a rule has labelled"),
    ("has:media", "posts with pictures; has:place, has:geo"),
    ("outage:ID", "posts that speak of an outage"),
    ("since:15m", "posts of the last 15 minutes; since:6h, since:2d"),
)


class HelpScreen(Sheet):
    """Says what the keys do on the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("question_mark", "back", "Back", "Back to the screen", meaning="sheet.back", face="?"),
    ]

    def __init__(self, live: Sequence[tuple[Binding, str | None]]) -> None:
        """`live` are the bindings of the screen, each with the reason why it does nothing now."""
        super().__init__()
        self._live = live

    def tell(self) -> None:
        self.say(self._words(palette_of(self)))

    def _words(self, colours: Palette) -> Text:
        text = Text()
        text.append("Keys of this screen · esc goes back\n", colours.accent)
        for keys, does, reason in self.rows():
            text.append(f"  {keys:<18}", hanging(colours.quiet if reason else colours.strong, 20))
            text.append(does, colours.quiet if reason else colours.text)
            text.append(f" · not now: {reason}\n" if reason else "\n", colours.accent)
        text.append("\nLabels, the most urgent first\n", colours.accent)
        for label, sign in LABEL_SIGNS.items():
            _explain(text, sign, label, colours)
        text.append(f"  {MEDIA:<18}", hanging(colours.accent, 20))
        text.append("before a text: the post has pictures or other media\n", colours.text)
        text.append("\nOutages, the most urgent first\n", colours.accent)
        for status, sign in STATUS_SIGNS.items():
            _explain(text, sign, status, colours)
        text.append("\nThe utility's own list, on the map\n", colours.accent)
        for sign in OMS_SIGNS.values():
            _explain(text, sign, sign.word, colours)
        text.append("\nFilters ( / )\n", colours.accent)
        for form, does in FILTERS:
            text.append(f"  {form:<18}", hanging(colours.strong, 20))
            text.append(does + "\n", colours.text)
        return text

    def rows(self) -> list[tuple[str, str, str | None]]:
        """Keys, what they do, and why not now; one row a meaning, those that only move last."""
        found: dict[str, tuple[list[str], str, str | None]] = {}
        for binding, reason in self._live:
            if binding.tooltip and binding.id:
                keys, *_ = found.setdefault(binding.id, ([], binding.tooltip, reason))
                keys.append(self.app.get_key_display(binding))
        ordered = sorted(found.items(), key=lambda item: item[0].startswith("move."))
        return [(" ".join(keys), does, reason) for _, (keys, does, reason) in ordered]


def _explain(text: Text, sign: Sign, name: str, colours: Palette) -> None:
    tag = sign.tag if sign.word != name else sign.glyph
    text.append(f"  {tag} ", hanging(colours.of(sign, bold=True), 20))
    text.append(f"{name:<{16 - len(tag)}} ", colours.strong)
    text.append(sign.meaning + "\n", colours.text)
