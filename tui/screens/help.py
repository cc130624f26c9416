"""The keys of a screen, made from its live bindings, and what the signs mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from tui.keys import key
from tui.screens.sheet import Hung, Sheet, hanging
from tui.signs import LABEL_SIGNS, MARK, MEDIA, OMS_SIGNS, PIN, REPOST, STATUS_SIGNS, Palette, Sign
from tui.warning_words import SIGN
from tui.widgets.lines import palette_of

FILTERS = (
    ("word", "posts that have it; several words must all be there"),
    ('"two words"', "as a phrase"),
    ("!word", "posts that don't"),
    ("~word", "also misspelt"),
    ("re:pattern", "a regular expression"),
    ("label:hazard", "posts with a label"),
    ("only:news", "posts with this label and no other"),
    ("mood:angry", "posts that complain; mood:thankful, mood:mixed, mood:calm"),
    ("place:durham", "posts about a place"),
    ("channel:x", "posts of a channel"),
    ("author:name", "posts of an author"),
    ("lang:es", "posts in a language"),
    ("rule:en-outage", "posts that a rule has labelled"),
    ("has:media", "posts with pictures; has:place, has:geo, has:repost"),
    ("outage:ID", "posts that speak of an outage"),
    ("since:15m", "posts of the last 15 minutes; since:6h, since:2d"),
)


MARKS = (
    (MEDIA, "before a text: the post has pictures or other media"),
    (REPOST, "before a text: the post repeats another one"),
    (MARK, "before a text: the post is marked"),
    (PIN, "before a text or a place: kept on top of its list"),
    (SIGN, "before a place: an official warning holds there (W)"),
)
TWO_COLUMNS = 150
"""Columns from which keys and signs stand side by side."""


class HelpScreen(Sheet):
    """Says what the keys do on the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("question_mark", "back", "Back", "Back to the screen", meaning="sheet.back", face="?"),
    ]

    def __init__(self, live: Sequence[tuple[Binding, str | None]]) -> None:
        """`live` are the bindings of the screen, each with the reason why it does nothing now."""
        super().__init__()
        self._live = live

    def compose(self) -> ComposeResult:
        sheet = VerticalScroll(id="sheet", can_focus=False)
        sheet.border_subtitle = "j/k scroll · esc back"
        with sheet, Horizontal(id="columns"):
            yield Static(id="words", markup=False)
            yield Static(id="signs", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.set_class(event.size.width >= TWO_COLUMNS, "-two")
        if self.is_mounted:
            self.tell()

    def tell(self) -> None:
        colours = palette_of(self)
        keys, signs = self._keys(colours), _signs(colours)
        two = self.app.size.width >= TWO_COLUMNS
        self.say(keys if two else Text("\n\n").join([keys, signs]))
        self.query_one("#signs", Static).update(Hung(signs if two else Text()))

    def _keys(self, colours: Palette) -> Text:
        text = Text()
        text.append("Keys of this screen · esc goes back\n", colours.accent)
        for keys, does, reason in self.rows():
            text.append(f"  {keys:<18}", hanging(colours.quiet if reason else colours.strong, 20))
            text.append(does, colours.quiet if reason else colours.text)
            text.append(f" · not now: {reason}\n" if reason else "\n", colours.accent)
        text.rstrip()
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


def _signs(colours: Palette) -> Text:
    """What the signs of all screens mean, and how to filter."""
    text = Text()
    text.append("Labels, the most urgent first\n", colours.accent)
    for label, sign in LABEL_SIGNS.items():
        _explain(text, sign, label, colours)
    for glyph, does in MARKS:
        text.append(f"  {glyph:<18}", hanging(colours.accent, 20))
        text.append(does + "\n", colours.text)
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
    text.rstrip()
    return text


def _explain(text: Text, sign: Sign, name: str, colours: Palette) -> None:
    tag = sign.tag if sign.word != name else sign.glyph
    text.append(f"  {tag} ", hanging(colours.of(sign, bold=True), 20))
    text.append(f"{name:<{16 - len(tag)}} ", colours.strong)
    text.append(sign.meaning + "\n", colours.text)
