"""The list of cases: the clock against the promise, labels, who has it, where, what was written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.message import Message

from desk.serving.case_messages import CaseRow
from tui.case_list import CaseList
from tui.case_words import Urgency, author_words, name_words, promise, state_words
from tui.columns import channel_name, label_tags, shorten
from tui.paint import fit, paint
from tui.signs import CASE_SIGNS, MEDIA, Palette
from tui.widgets.lines import Lines, palette_of

PROMISE_CELLS = 10
STATE_CELLS = 10
CHANNEL_CELLS = 5
SIGN_CELLS = 7
MOST_CHOICES = 30
SLIMMEST, SLIM, BROAD, ROOMY, ROOMIEST = 46, 72, 84, 90, 110
"""Cells of the list from which there are a place, the channel, two labels, a long place, the
author: what was written goes before them."""
MUCH_REACH = 1_000
"""So many people who may read it are shown."""


class CaseTable(Lines):
    """Stays on its case wherever that goes: a key must not hit another one.

    `held` is the case at hand. Where somebody else's doing has taken it out of the list, no line is
    marked until the cursor moves; `leaving` is one that the agent has done with, and when it goes
    the next is at hand.
    """

    class Held(Message):
        """Another case is at hand, chosen by the agent."""

    class Chosen(Message):
        """The case at hand is to be opened."""

    class Wanted(Message):
        """The window must begin elsewhere."""

        def __init__(self, start: int) -> None:
            super().__init__()
            self.start = start

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.list = CaseList(0, "")
        self.held: CaseRow | None = None
        self.leaving = ""
        self._waits = False
        self.me = ""
        self.nothing = "asking the desk…"
        self._clock: datetime | None = None
        self._zone: ZoneInfo | None = None

    # What is shown

    def begin(self) -> None:
        """Know nothing of what was shown before."""
        self.list, self.cursor = CaseList(0, ""), 0
        self.held, self.leaving, self._waits = None, "", False
        self.resize_to(0)
        self.forget_strips()

    def open(self, cases: CaseList) -> None:
        """Show another list, from its beginning; the same one anew where it was."""
        if cases.query != self.list.query:
            self.cursor = 0
            self.held, self._waits = None, False
            self.scroll_to(y=0, animate=False, force=True)
        self.list = cases
        self.told()

    def told(self) -> None:
        """The desk has told the window anew: stay on the case at hand."""
        at_top = self.scroll_offset.y == 0
        self.resize_to(self.list.total)
        held = self.held
        at = self.list.find(held.id) if held is not None else None
        if at is not None:
            line = self.cursor - self.scroll_offset.y
            moved, self.cursor = at != self.cursor, at
            self.held = self.list.row(at)
            seen = at < self.scrollable_content_region.height
            if moved and not (at_top and seen):
                self.scroll_to(y=max(0, at - line), animate=False, force=True)
                self.place(at)
        else:
            self.cursor = min(self.cursor, max(0, self.list.total - 1))
            if not self._waits and (held is None or held.id == self.leaving):
                self._hold()
        self.forget_strips()
        self._want()

    def clock(self, clock: datetime | None, zone: ZoneInfo | None) -> None:
        """What time it is at the desk; painted by the minute."""
        minute = clock.replace(second=0, microsecond=0) if clock else None
        if (minute, zone) != (self._clock, self._zone):
            self._clock, self._zone = minute, zone
            self.forget_strips()

    def astray(self) -> bool:
        """Whether the case at hand is in none of the lines here."""
        return self.held is not None and not self.at_cursor(self.cursor)

    def let_go(self, case: str) -> None:
        """The agent is done with a case: once it has left the list, the next is at hand."""
        self.leaving = case
        if self.held is not None and self.held.id == case and self.list.find(case) is None:
            self._hold()
            self.forget_strips()

    def tags(self) -> list[str]:
        """The tags of the cases at hand here, the most used first."""
        return _most(tag for row in self.list.rows for tag in row.tags)

    def names(self) -> list[str]:
        """Who has cases in hand here, or looks at them."""
        rows = self.list.rows
        return _most(n for row in rows for n in (row.agent, row.writing, *row.viewers) if n)

    def hold(self, row: CaseRow | None) -> None:
        """Take a case in hand that may stand in another place, or in none; None: where it is."""
        self.held, self._waits = row, False
        at = self.list.find(row.id) if row is not None else None
        if at is not None:
            self.cursor = at
            self.place(at)
        if row is None:
            self._hold()
        self.forget_strips()

    def at_cursor(self, index: int) -> bool:
        row = self.list.row(index)
        if index != self.cursor or self.held is None:
            return False
        return row is None or row.id == self.held.id

    def wait(self) -> None:
        """A case is to be at hand of which the desk has yet to tell."""
        self.held, self._waits = None, True
        self.forget_strips()

    def _hold(self) -> None:
        self._waits = False
        row = self.list.row(self.cursor)
        before = self.held.id if self.held else None
        self.held = row
        if row is None or row.id != before:
            self.post_message(self.Held())

    def _want(self) -> None:
        top = self.scroll_offset.y
        start = self.list.ask(top, top + max(1, self.scrollable_content_region.height))
        if start is not None:
            self.post_message(self.Wanted(start))

    # What the agent does

    def action_move(self, lines: int) -> None:
        # the next one stands already where the case at hand stood before it left
        super().action_move(lines - 1 if lines > 0 and self.astray() else lines)

    def move_to(self, index: int) -> None:
        super().move_to(index)
        self._hold()
        self.forget_strips()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._want()

    def count(self) -> int:
        return self.list.total

    def choose(self, index: int) -> None:
        del index  # the case at hand, which may have left the list
        self.post_message(self.Chosen())

    def empty(self) -> str:
        return self.nothing

    # How a line looks

    def paint_line(self, index: int, width: int) -> Sequence[Segment] | None:
        row = self.list.row(index)
        if row is None:
            return None
        return case_line(row, width, palette_of(self), self.me, self._clock, self._zone)


def _most(words: Iterable[str]) -> list[str]:
    return [word for word, _ in Counter(words).most_common(MOST_CHOICES)]


def case_line(
    row: CaseRow,
    width: int,
    colours: Palette,
    me: str,
    clock: datetime | None,
    zone: ZoneInfo | None,
) -> list[Segment]:
    """A case in one line of `width` cells."""
    said = promise(row, clock, zone)
    slim = width < SLIM
    broad = width >= BROAD
    labels = 2 if broad else 1
    place = 0 if width < SLIMMEST else 10 if not broad else 12 if width < ROOMY else 16
    state = fit(state_words(row, me), STATE_CELLS if broad else STATE_CELLS - 2)
    mine = row.state == "mine" and row.agent == me
    text = colours.quiet if row.skipped else colours.text
    head = [
        Segment(f"{said.words:<{PROMISE_CELLS}}", urgency_style(said.urgency, colours)),
        *label_tags(row.labels, labels, colours),
        Segment(state, colours.accent if mine else colours.quiet),
    ]
    if not slim:
        channel = fit(channel_name(paint(row.channel[:20]).text), CHANNEL_CELLS)
        head.append(Segment(channel, colours.quiet))
    if place:
        head.append(Segment(fit(name_words(row.place), place) + " ", text))
    head += _signs(row, colours, me, SIGN_CELLS - 3 if slim else SIGN_CELLS)
    words = [Segment(paint(row.text[:300]).text, text)]
    if width >= ROOMIEST:
        words.insert(0, Segment(fit(author_words(row.author), 16) + " ", colours.quiet))
    room = width - sum(cell_len(segment.text) for segment in head)
    return head + shorten(words, max(1, room), colours.quiet)


def urgency_style(urgency: Urgency, colours: Palette) -> Style:
    """The colour of a promise; its words say the same."""
    return {
        "late": colours.label("hazard"),
        "soon": colours.label("outage") + Style(bold=True),
        "due": colours.text,
        "quiet": colours.quiet,
    }[urgency]


def _signs(row: CaseRow, colours: Palette, me: str, cells: int) -> list[Segment]:
    """Posts since the answer, reach, media, the loop, who writes: as many as there is room for."""
    found: list[tuple[str, Style]] = []
    if row.writing and row.writing != me:
        found.append((CASE_SIGNS["writing"].glyph, colours.of(CASE_SIGNS["writing"], bold=True)))
    if row.loop:
        found.append((CASE_SIGNS["loop"].glyph, colours.of(CASE_SIGNS["loop"], bold=True)))
    if row.contacts > 1:
        words = f"{min(row.contacts, 99)}{CASE_SIGNS['again'].glyph}"
        found.append((words, colours.of(CASE_SIGNS["again"])))
    if row.media:
        found.append((MEDIA, colours.accent))
    if row.reach >= MUCH_REACH:
        words = f"{CASE_SIGNS['reach'].glyph}{_short(row.reach)}"
        found.append((words, colours.of(CASE_SIGNS["reach"])))
    if any(name != me for name in row.viewers):
        found.append((CASE_SIGNS["viewers"].glyph, colours.quiet))
    segments: list[Segment] = []
    left = cells - 1
    for words, style in found:
        if cell_len(words) > left:
            continue
        segments.append(Segment(words, style))
        left -= cell_len(words)
    return [*segments, Segment(" " * (left + 1))]


def _short(number: int) -> str:
    """A number in at most three cells where that can be: 1k, 45k, 2M."""
    if number < 1_000_000:
        return f"{number // 1000}k"
    return f"{number // 1_000_000}M"
