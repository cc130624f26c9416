"""What stands over a conversation: whose case it is, what is known of the outage, who is there."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from desk.replies.reply import Draft
from desk.serving.case_messages import CaseDetail, CaseRow
from tui.case_words import (
    LANGUAGES,
    author_words,
    facts_words,
    name_words,
    promise,
    stands_words,
)
from tui.columns import label_tags, shorten
from tui.paint import paint
from tui.signs import CASE_SIGNS, STATUS_SIGNS, Palette
from tui.situation import Situation
from tui.thread import Line
from tui.widgets.case_table import urgency_style
from tui.widgets.lines import palette_of


class CaseHead(Widget):
    """Who and how it stands, the outage's state and time, and who else is there, a line each."""

    def __init__(self, id: str, now: Situation, me: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._now = now
        self._me = me
        self._detail: CaseDetail | None = None
        self._said: object = None

    def show(self, detail: CaseDetail | None) -> None:
        """Say how the case stands."""
        clock = self._now.clock
        minute = clock.replace(second=0, microsecond=0) if clock else None
        if (detail, minute) != self._said:
            self._said, self._detail = (detail, minute), detail
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self._lines(width)
        segments = lines[y] if y < len(lines) else []
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)

    def _lines(self, width: int) -> list[Line]:
        detail, colours = self._detail, palette_of(self)
        if detail is None or detail.case is None:
            return []
        lines = [
            self._who(detail.case, colours),
            self._outage(detail, colours),
            self._others(detail, detail.case, colours),
        ]
        return [shorten(line, width, colours.quiet) for line in lines]

    def _who(self, row: CaseRow, colours: Palette) -> Line:
        said = promise(row, self._now.clock, self._now.zone)
        line = [Segment(f" {author_words(row.author)} ", colours.strong)]
        line += label_tags(row.labels, 6, colours)[:-1] if row.labels else []
        if said.words:
            line += [Segment(said.words, urgency_style(said.urgency, colours)), Segment(" · ")]
        line.append(Segment(stands_words(row, self._me), colours.accent))
        line.append(Segment(f" · {name_words(row.place)}" if row.place else "", colours.text))
        own = row.account.removeprefix(f"{row.channel}:") if row.account else ""
        account = f" to {author_words(own)}" if own else ""
        line.append(Segment(f" · on {name_words(row.channel)}{account}", colours.quiet))
        return line

    def _outage(self, detail: CaseDetail, colours: Palette) -> Line:
        facts, row = detail.facts, detail.case
        if facts is None or (facts.outage is None and not facts.status):
            where = row is not None and row.place
            none = "no outage was known there then" if where else "where they are is not known"
            return [Segment(f" {none}", colours.quiet)]
        words = facts_words(facts, self._now.zone, self._now.clock)
        sign = STATUS_SIGNS.get(facts.status)
        line = [Segment(" ")]
        if sign is not None:
            line.append(Segment(sign.glyph + " ", colours.status(facts.status)))
        style = colours.status(facts.status) if sign else colours.text
        for at, each in enumerate(words):
            line.append(Segment((" · " if at else "") + each, colours.text if at else style))
        if row is not None and row.loop:
            loop = CASE_SIGNS["loop"]
            words_ = f"  {loop.glyph} was promised a time: to be told that power is back"
            line.append(Segment(words_, colours.of(loop)))
        return line

    def _others(self, detail: CaseDetail, row: CaseRow, colours: Palette) -> Line:
        line: Line = [Segment(" ")]
        if row.exercise or self._now.exercise:
            line.append(Segment(" EXERCISE ", colours.alarm))
        writing = _writer(row, detail.draft, self._me)
        if writing:
            sign = CASE_SIGNS["writing"]
            words = f" {sign.glyph} {name_words(writing)} is writing "
            line.append(Segment(words, colours.of(sign, bold=True)))
        viewers = [name_words(name) for name in row.viewers if name not in (self._me, writing)]
        if viewers:
            look = "looks" if len(viewers) == 1 else "look"
            words = f" {CASE_SIGNS['viewers'].glyph} {', '.join(viewers[:6])} {look} at it"
            line.append(Segment(words, colours.text))
        waiting = sum(reply.state == "submitted" for reply in detail.replies)
        if waiting > 1:
            line.append(Segment(f" {waiting} replies wait for a lead to choose", colours.strong))
        if row.tags:
            tags = " ".join(f"#{name_words(tag)}" for tag in row.tags)
            line.append(Segment(f" {tags}", colours.text))
        facts = _counted(row)
        dot = " ·" if facts and (writing or viewers or row.tags) else ""
        line.append(Segment(f"{dot} {facts}" if facts else "", colours.quiet))
        return line


def _writer(row: CaseRow, draft: Draft | None, me: str) -> str:
    """Who else is writing an answer."""
    by = row.writing or (draft.by if draft else "")
    return "" if by == me else by


def _counted(row: CaseRow) -> str:
    """Posts, repeats, reach, media and language, as far as they say something."""
    words = [f"{len(row.posts):,} posts"] if len(row.posts) > 1 else []
    if row.contacts > 1:
        words.append(f"{row.contacts} since the last answer")
    if row.reach:
        words.append(f"{row.reach:,} may read it")
    if row.media:
        words.append(f"{row.media} with pictures")
    if row.lang:
        words.append(paint(f"in {LANGUAGES.get(row.lang, row.lang[:12])}").text)
    return " · ".join(words)
