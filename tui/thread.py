"""A conversation as entries in the order of time, each painted as lines of a given width."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from desk.cases.case import CaseEvent
from desk.post import LabelledPost
from desk.replies.reply import Reply
from desk.serving.case_messages import CaseDetail
from tui.case_words import author_words, moment, name_words, reply_state
from tui.columns import label_tags, marked, shorten
from tui.paint import paint
from tui.signs import MEDIA, Palette, label_sign
from tui.situation import Situation
from tui.surety import BARELY, barely

Line = list[Segment]
Kind = Literal["post", "other", "reply", "note", "event"]

TOLD_BY_REPLY = ("replied", "submitted")
"""What the reply says that stands there whole."""
POST_CHARS = 2_000
POST_LINES = 14
"""Of a post in the conversation; enter shows it whole."""
LABELS = 4
INDENT = 2


class Entry(NamedTuple):
    """Something that was written or done; `key` is the same for as long as it is."""

    key: str
    at: datetime
    kind: Kind
    what: LabelledPost | Reply | CaseEvent


def entries(detail: CaseDetail, *, journal: bool) -> list[Entry]:
    """What was written in a case, the oldest first; with `journal` what was done to it too."""
    own = set(detail.case.posts) if detail.case else set()
    found = [
        Entry(f"p{post.id}", post.created_at, "post" if post.id in own else "other", post)
        for post in detail.posts
    ]
    found += [Entry(f"r{reply.id}", reply.at, "reply", reply) for reply in detail.replies]
    for number, event in enumerate(detail.events):
        kind: Kind = "note" if event.kind == "note" else "event"
        if kind == "note" or (journal and event.kind not in TOLD_BY_REPLY):
            found.append(Entry(f"e{number}{event.at}{event.kind}", event.at, kind, event))
    return sorted(found, key=lambda entry: (entry.at, _RANKS[entry.kind]))


_RANKS = {"post": 0, "other": 0, "event": 1, "note": 2, "reply": 3}
"""What stands first where the clock has not moved."""


class Painter(NamedTuple):
    """Paints entries for a width, in the colours of a theme."""

    width: int
    colours: Palette
    now: Situation
    console: Console
    account: str

    def lines(self, entry: Entry) -> list[Line]:
        """The lines of an entry, none wider than the width."""
        match entry.what:
            case LabelledPost():
                found = self._post(entry, entry.what)
            case Reply():
                found = self._reply(entry.what)
            case CaseEvent():
                found = self._event(entry, entry.what)
        return found

    def _time(self, at: datetime) -> Segment:
        return Segment(f"{moment(at, self.now.zone, self.now.clock)} ", self.colours.quiet)

    def _post(self, entry: Entry, post: LabelledPost) -> list[Line]:
        colours = self.colours
        own = entry.kind == "post"
        author = post.author
        handle = (author.handle or author.name or author.id) if author else ""
        name = author_words(handle) if handle else "unknown author"
        head = [self._time(post.created_at), Segment(name + " ", colours.strong)]
        if not own:
            head.append(Segment("(another person) ", colours.quiet))
        head += label_tags(post.labels, LABELS, colours)[:-1] if post.labels else []
        limits = self.now.hello.limits if self.now.hello else {}
        doubtful = [label_sign(name).word for name in barely(post.matches, limits)]
        if doubtful:
            head.append(Segment(f"{BARELY}: {', '.join(doubtful)} ", colours.quiet))
        if post.media:
            more = f"{len(post.media)} " if len(post.media) > 1 else ""
            head.append(
                Segment(f"{MEDIA} {more}{paint(post.media[0].kind[:20]).text} ", colours.accent)
            )
        if post.exercise and not self.now.exercise:
            head.append(Segment(" EXERCISE ", colours.alarm))
        style = colours.text if own else colours.quiet
        shown = "\n".join(post.text[:POST_CHARS].split("\n", POST_LINES)[:POST_LINES])
        spans = [(match.start, match.end, match.label) for match in post.matches]
        words = marked(paint(shown, newline="\n"), spans, colours, style)
        body = list(self._wrapped(words))
        hidden = len(post.text) - len(shown)
        if len(body) > POST_LINES:
            body, hidden = body[:POST_LINES], max(1, hidden)
        if hidden:
            body.append([Segment("  … it goes on · enter shows it whole", colours.quiet)])
        return [shorten(head, self.width, colours.quiet), *body]

    def _reply(self, reply: Reply) -> list[Line]:
        colours = self.colours
        by = name_words(reply.by)
        macro = f" · {paint(reply.macro[:40]).text}" if reply.macro else ""
        lead = ""
        if reply.approved_by and reply.state != "rejected":
            lead = f", let go by {name_words(reply.approved_by)}"
        loud = reply.state in ("submitted", "rejected", "unknown", "failed")
        head = [
            self._time(reply.at),
            Segment(f"« {by}", colours.accent),
            Segment(f"{lead} · ", colours.quiet),
            Segment(
                reply_state(reply, self.now.zone),
                colours.label("hazard") if loud else colours.strong,
            ),
            Segment(f"{' · EXERCISE' if reply.exercise else ''}{macro}", colours.quiet),
        ]
        body = [Segment(paint(reply.text[:POST_CHARS], newline="\n").text, colours.text)]
        return [
            shorten(head, self.width, colours.quiet),
            *self._wrapped(body, Segment("  │ ", colours.accent)),
        ]

    def _event(self, entry: Entry, event: CaseEvent) -> list[Line]:
        colours = self.colours
        by = name_words(event.by)
        words = paint(event.words[:1_000]).text
        if entry.kind == "note":
            side = f" for {event.side}" if event.side != "desk" else ""
            undone = " (taken back)" if event.undone else ""
            head = Segment(f"✦ note{side} · {by}{undone}", colours.label("etr"))
            return [
                shorten([self._time(event.at), head], self.width, colours.quiet),
                *self._wrapped([Segment(words, colours.text)], Segment("  ┆ ", colours.quiet)),
            ]
        undone = " · taken back" if event.undone else ""
        who = f"{by}: " if by else ""
        line = [self._time(event.at), Segment(f"· {who}{words}{undone}", colours.quiet)]
        return [shorten(line, self.width, colours.quiet)]

    def _wrapped(self, segments: list[Segment], margin: Segment | None = None) -> Iterator[Line]:
        """Words of a message, broken between words, behind a margin."""
        margin = margin or Segment(" " * INDENT)
        text = Text()
        for segment in segments:
            text.append(segment.text, segment.style or Style())
        room = max(4, self.width - len(margin.text))
        for line in text.wrap(self.console, room):
            line.rstrip()
            yield [margin, *(part for part in line.render(self.console) if part.text)]
