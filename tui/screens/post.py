"""A post whole: its text, who and when, and why it was labelled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.binding import BindingType

from desk.post import LabelledPost
from desk.serving.protocol import Detail
from rules import Match
from tui.columns import label_tags, marked
from tui.keys import key
from tui.paint import paint
from tui.read_as import read_as
from tui.reasons import Reasons
from tui.screens.sheet import Sheet, hanging
from tui.signs import STATUS_SIGNS, UNKNOWN, Palette, label_sign
from tui.situation import Situation
from tui.surety import EXACT, score_words, surety
from tui.widgets.lines import palette_of

if TYPE_CHECKING:
    from tui.app import StormdeskApp

TEXT_CHARS = 10_000
"""Characters of a post that are shown; platforms end far below, so more is hardly a post."""
TEXT_LINES = 300
"""Line breaks of a post that are shown: a screen of blank lines costs as much as one of words."""
MATCHES = 50
PHRASE_CHARS = 80
FIELD_CELLS = 10
FIELD_CHARS = 300
"""Longer ones are shown with … at their end."""


class PostScreen(Reasons, Sheet):
    """Shows a post as soon as the desk has sent it.

    There is one, made once: to make it takes longer than to show it.
    """

    HOW = "c its case · j/k scroll · esc back"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("c", "case", "Case", "Open the case of the post", meaning="post.case", shown=True),
    ]

    def __init__(self, now: Situation) -> None:
        super().__init__()
        self.post = ""
        self._now = now
        self._detail: Detail | None = None

    def begin(self, post: str) -> None:
        """Show another post, of which nothing is known so far."""
        self.post, self._detail = post, None
        self.forget_below()
        if self.is_mounted:
            self.action_edge(-1)
            self.tell()

    def detail(self, detail: Detail) -> None:
        """Show what the desk holds of the post; it may come before the screen is there."""
        if detail.id == self.post:
            self._detail = detail
            if self.is_mounted:
                self.tell()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action == "case" and not (self._detail and self._detail.case):
            return "the post belongs to no case"
        return super().why_not(action, parameters)

    async def action_case(self) -> None:
        if self._detail is not None and self._detail.case is not None:
            self.dismiss()
            await cast("StormdeskApp", self.app).open_cases(self._detail.case)

    def tell(self) -> None:
        colours = palette_of(self)
        if self._detail is None:
            self.say(Text("fetching the post…", colours.quiet))
        elif self._detail.post is None:
            self.say(Text("The desk no longer holds this post.", colours.text))
        else:
            self.say(_words(self._detail.post, self._detail, self._now, colours))


def _words(post: LabelledPost, detail: Detail, now: Situation, colours: Palette) -> Text:
    text = Text()
    if post.exercise or now.exercise:
        text.append(" EXERCISE ", colours.alarm)
        text.append(" ")
    for segment in label_tags(post.labels, len(post.labels), colours)[:-1]:
        text.append(segment.text, segment.style)
    text.append("\n")
    _who(text, post, now, colours)
    text.append("\n")
    _text(text, post, colours)
    text.append("\n\n")
    limits = now.hello.limits if now.hello else {}
    _why(text, post.matches, limits, colours)
    text.append("\n")
    _where(text, post, detail, now, colours)
    _rules(text, post.matches, limits, colours)
    return text


def _field(text: Text, name: str, value: str, colours: Palette) -> None:
    if value:
        text.append(f"{name:<{FIELD_CELLS}}", hanging(colours.quiet, FIELD_CELLS))
        text.append(_short(value) + "\n", colours.text)


def _short(value: str, chars: int = FIELD_CHARS) -> str:
    """A field of a post, painted, and cut where it is longer than any honest one."""
    more = "…" if len(value) > chars else ""
    return paint(value[:chars]).text + more


def _who(text: Text, post: LabelledPost, now: Situation, colours: Palette) -> None:
    author = post.author
    handle = f"@{author.handle.removeprefix('@')}" if author and author.handle else ""
    name = author.name or author.id if author else ""
    text.append(_short(name) or "unknown author", colours.strong)
    text.append(f" {_short(handle)}" if handle else "", colours.text)
    text.append(f" on {_short(post.channel)}\n", colours.quiet)
    _field(text, "posted", _when(post.created_at, now), colours)
    _field(text, "to", post.account or "", colours)
    _field(text, "reply to", post.reply_to or "", colours)
    _field(text, "repost of", post.repost_of or "", colours)
    for medium in post.media[:10]:
        alt = f": {medium.alt}" if medium.alt else ""
        _field(text, "media", f"{medium.kind}{alt} {medium.url}", colours)
    _field(text, "link", post.url or "", colours)
    _field(text, "id", post.id, colours)


def _when(at: datetime, now: Situation) -> str:
    local = at.astimezone(now.zone) if now.zone else at
    return f"{local:%a %d %b %Y %H:%M:%S %Z}"


def _text(text: Text, post: LabelledPost, colours: Palette) -> None:
    shown = "\n".join(post.text[:TEXT_CHARS].split("\n", TEXT_LINES)[:TEXT_LINES])
    painted = paint(shown, newline="\n")
    spans = [(match.start, match.end, match.label) for match in post.matches]
    for segment in marked(painted, spans, colours, colours.text):
        text.append(segment.text, segment.style)
    hidden = len(post.text) - len(shown)
    if hidden > 0:
        text.append(f"\n… {hidden:,} more characters are not shown", colours.quiet)


def _why(
    text: Text, matches: tuple[Match, ...], limits: Mapping[str, float], colours: Palette
) -> None:
    text.append("Why it was labelled\n" if matches else "It has no label\n", colours.accent)
    for match in matches[:MATCHES]:
        sign = label_sign(match.label)
        text.append(f"  {sign.tag:<6}", hanging(colours.label(match.label), 8))
        text.append(f"{_short(match.text, PHRASE_CHARS)}", colours.matched(match.label))
        text.append(f"  {sign.meaning}\n", colours.text)
        text.append("        ", hanging(colours.quiet, 8))
        misread = [
            f' · "{_short(word, PHRASE_CHARS)}" read as "{_short(meant, PHRASE_CHARS)}"'
            for word, meant in (read_as(match) if match.score < EXACT else ())
        ]
        text.append(f"{surety(match, limits)}{''.join(misread)}\n", colours.quiet)
    if not matches:
        text.append("  no phrase of a rule was found in it\n", colours.quiet)
    _more(text, matches, colours)


def _more(text: Text, matches: tuple[Match, ...], colours: Palette) -> None:
    if len(matches) > MATCHES:
        text.append(f"  … and {len(matches) - MATCHES} more\n", colours.quiet)


def _rules(
    text: Text, matches: tuple[Match, ...], limits: Mapping[str, float], colours: Palette
) -> None:
    if matches:
        text.append("\nFor rule authors\n", colours.accent)
    for match in matches[:MATCHES]:
        text.append(f"  {label_sign(match.label).tag:<6}", hanging(colours.label(match.label), 8))
        text.append(
            f"{_short(match.rule, PHRASE_CHARS)} · score {score_words(match, limits)}\n",
            colours.quiet,
        )
        text.append("        ", hanging(colours.quiet, 8))
        text.append(f"{_short(match.phrase, PHRASE_CHARS)}\n", colours.quiet)
    _more(text, matches, colours)


def _where(
    text: Text, post: LabelledPost, detail: Detail, now: Situation, colours: Palette
) -> None:
    text.append("Where it belongs\n", colours.accent)
    location = post.location
    if location:
        places = now.hello.places if now.hello else ()
        name = next((p.name for p in places if p.id == location.community), location.community)
        text.append(f"  {_short(name)}\n", colours.text)
        text.append(
            "        ",
            hanging(colours.quiet, 8),
        )
        text.append(
            f"known by {_short(location.source)} · {location.confidence:.0%} sure ·"
            f" within {location.radius_km:g} km of {location.lat:.3f} {location.lon:.3f}\n",
            colours.quiet,
        )
    else:
        text.append("  no place found\n", colours.quiet)
    if detail.outage:
        row = now.outages.get(detail.outage)
        sign = STATUS_SIGNS.get(row.outage.status, UNKNOWN) if row else None
        text.append(f"  outage {_short(detail.outage)}", colours.text)
        if row and sign:
            text.append(f"  {sign.glyph} {sign.word}", colours.of(sign, bold=True))
            text.append(f" in {_short(row.place)}", colours.quiet)
        text.append("\n")
    if detail.case:
        text.append(f"  case {_short(detail.case)}\n", colours.text)
