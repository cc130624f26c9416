"""What is known around a case: the outage, other cases, notes, and what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.message import Message

from desk.cases.case import CaseEvent
from desk.serving.case_messages import CaseDetail, CaseRow
from tui.case_words import author_words, facts_words, moment, name_words, promise, state_words
from tui.columns import label_tags, shorten
from tui.paint import paint
from tui.signs import STATUS_SIGNS
from tui.situation import Situation
from tui.thread import Line
from tui.warning_words import SIGN, event_words, when_words
from tui.widgets.case_table import urgency_style
from tui.widgets.lines import Lines, palette_of

WARNINGS_TOLD = 3


class Item(NamedTuple):
    """A line, and what enter opens there: a case, an outage, or nothing."""

    line: Line
    case: str = ""
    outage: str = ""


class About(Lines):
    """Everything beside the conversation, in one list."""

    class CaseChosen(Message):
        """Another case was chosen."""

        def __init__(self, case: str) -> None:
            super().__init__()
            self.case = case

    class OutageChosen(Message):
        """The outage was chosen."""

        def __init__(self, outage: str) -> None:
            super().__init__()
            self.outage = outage

    def __init__(self, id: str, now: Situation, me: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id)
        self._now = now
        self._me = me
        self._detail: CaseDetail | None = None
        self._items: list[Item] = []
        self._said: object = None
        self.nothing = ""
        """What stands there while nothing is known."""

    def show(self, detail: CaseDetail | None) -> None:
        """Show what is known around a case."""
        clock = self._now.clock
        minute = clock.replace(second=0, microsecond=0) if clock else None
        width, warned = self.scrollable_content_region.width, self._now.warned_here
        said = (detail, minute, width, self.app.theme, warned, self.nothing)
        if said == self._said:
            return
        other = self._detail is None or detail is None or self._detail.id != detail.id
        self._said, self._detail = said, detail
        self._items = list(self._all(detail)) if detail is not None else []
        opens = (at for at, item in enumerate(self._items) if item.case or item.outage)
        if other:
            self.cursor = next(opens, 0)
        self.cursor = min(self.cursor, max(0, len(self._items) - 1))
        self.resize_to(len(self._items))
        if other:
            self.scroll_to(y=0, animate=False, force=True)
        self.forget_strips()

    def on_resize(self, _event: events.Resize) -> None:
        self.show(self._detail)

    def _all(self, detail: CaseDetail) -> Iterator[Item]:
        yield from self._outage(detail)
        if detail.others:
            yield self._title("Other cases · enter opens one")
            for row in detail.others:
                yield Item(self._other(row), case=row.id)
            yield Item([])
        notes = [event for event in detail.events if event.kind == "note"]
        if notes:
            yield self._title("Notes")
            for event in reversed(notes):
                side = f" for {event.side}" if event.side != "desk" else ""
                undone = " (taken back)" if event.undone else ""
                yield from self._told(event, f"{name_words(event.by)}{side}{undone}: ")
            yield Item([])
        yield self._title("What was done")
        for event in reversed(detail.events):
            if event.kind != "note":
                undone = " · taken back" if event.undone else ""
                who = f"{name_words(event.by)}: " if event.by else ""
                yield from self._told(event, who, undone)
        if len(notes) == len(detail.events):
            yield Item([Segment(" nothing so far", palette_of(self).quiet)])

    def _title(self, words: str) -> Item:
        return Item([Segment(words, palette_of(self).accent)])

    def _outage(self, detail: CaseDetail) -> Iterator[Item]:
        colours, facts = palette_of(self), detail.facts
        yield self._title("The outage · enter opens it" if facts and facts.outage else "The outage")
        if facts is None or not (facts.outage or facts.status):
            where = detail.case is not None and detail.case.place
            words = "none was known there then" if where else "where they are is not known"
            yield Item([Segment(f" {words}", colours.quiet)])
            yield Item([])
            return
        id_ = facts.outage or ""
        sign = STATUS_SIGNS.get(facts.status)
        for at, words in enumerate(facts_words(facts, self._now.zone, self._now.clock)):
            glyph = f"{sign.glyph} " if sign and not at else "  "
            style = colours.status(facts.status) if sign and not at else colours.text
            yield Item([Segment(f" {glyph}{words}", style)], outage=id_)
        row = self._now.outages.get(id_)
        if row is not None:
            outage = row.outage
            counts = f"   {outage.posts:,} posts by {outage.authors:,} people"
            yield Item([Segment(counts, colours.quiet)], outage=id_)
            for warning in self._now.warnings_for(outage.communities)[:WARNINGS_TOLD]:
                when = when_words(warning, self._now.clock, self._now.zone)
                yield Item([Segment(f" {SIGN} {event_words(warning)} {when}", colours.strong)])
        yield Item([])

    def _other(self, row: CaseRow) -> Line:
        colours, width = palette_of(self), self.scrollable_content_region.width
        said = promise(row, self._now.clock, self._now.zone)
        line = [
            Segment(f" {author_words(row.author)} ", colours.strong),
            Segment(f"{state_words(row, self._me)} ", colours.quiet),
            Segment(f"{said.words} " if said.words else "", urgency_style(said.urgency, colours)),
            *(label_tags(row.labels, 1, colours) if row.labels else []),
            Segment(paint(row.text[:200]).text, colours.text),
        ]
        return shorten(line, width, colours.quiet)

    def _told(self, event: CaseEvent, who: str, undone: str = "") -> Iterator[Item]:
        colours = palette_of(self)
        at = moment(event.at, self._now.zone, self._now.clock)
        indent = len(at) + 2
        room = max(8, self.scrollable_content_region.width - indent)
        text = Text(who + paint(event.words[:1_000]).text + undone)
        style = colours.text if who else colours.quiet
        for number, line in enumerate(text.wrap(self.app.console, room)):
            head = f" {at} " if not number else " " * indent
            yield Item([Segment(head, colours.quiet), Segment(line.plain.rstrip(), style)])

    def count(self) -> int:
        return len(self._items)

    def empty(self) -> str:
        return self.nothing

    def choose(self, index: int) -> None:
        item = self._items[index]
        if item.case:
            self.post_message(self.CaseChosen(item.case))
        elif item.outage:
            self.post_message(self.OutageChosen(item.outage))

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        del width
        return self._items[index].line
