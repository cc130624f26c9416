"""The conversation of a case: what the customer and the desk wrote, notes, and what was done."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from rich.segment import Segment
from textual import events
from textual.message import Message

from desk.replies.reply import Reply
from desk.serving.case_messages import CaseDetail
from tui.situation import Situation
from tui.thread import Entry, Line, Painter, entries
from tui.widgets.lines import Lines, palette_of


class Conversation(Lines):
    """What is read stays where it is while posts come in; the cursor goes from entry to entry."""

    class Chosen(Message):
        """A post was chosen."""

        def __init__(self, post: str) -> None:
            super().__init__()
            self.post = post

    def __init__(self, id: str, now: Situation) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self._now = now
        self.entries: Sequence[Entry] = ()
        self.journal = True
        self.unread = 0
        self.nothing = ""
        self._detail: CaseDetail | None = None
        self._lines: list[Line] = []
        self._starts: list[int] = []
        self._painted: dict[str, tuple[Entry, list[Line]]] = {}
        self._spacious = False
        self._as_painted: tuple[object, ...] = ()

    # What is shown

    def show(self, detail: CaseDetail | None) -> None:
        """Show a case as it is now; another case from its newest post on."""
        before = self._detail
        if detail is before and (detail is not None or not self.entries):
            return
        self._detail = detail
        other = before is None or detail is None or before.id != detail.id
        known = () if other else tuple(entry.key for entry in self.entries)
        held = None if other else self.at_hand()
        top = self._anchor()
        self.entries = entries(detail, journal=self.journal) if detail else ()
        self._lay_out()
        if other:
            self.unread = 0
            self._begin()
            return
        self._return_to(held, top)
        if self.max_scroll_y > self.scroll_offset.y:
            self.unread += sum(e.key not in known and e.kind == "post" for e in self.entries)
        else:
            self.unread = 0

    def wish(self, *, journal: bool, spacious: bool) -> None:
        """Whether what was done is among the entries, and whether blank lines part them."""
        if (journal, spacious) != (self.journal, self._spacious):
            self.journal, self._spacious = journal, spacious
            if self._detail is not None:
                held, top = self.at_hand(), self._anchor()
                self.entries = entries(self._detail, journal=journal)
                self._lay_out()
                self._return_to(held, top)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        painter = Painter(width, palette_of(self), self._now, self.app.console, "")
        as_painted = (width, self.app.theme, self._now.zone, self._today())
        if as_painted != self._as_painted:
            self._as_painted, self._painted = as_painted, {}
        painted: dict[str, tuple[Entry, list[Line]]] = {}
        self._lines, self._starts = [], []
        if width > 0:
            for entry in self.entries:
                known = self._painted.get(entry.key)
                lines = known[1] if known and known[0] == entry else painter.lines(entry)
                painted[entry.key] = entry, lines
                self._starts.append(len(self._lines))
                self._lines += lines
                if self._spacious and entry.kind != "event":
                    self._lines.append([])
        self._painted = painted
        self.resize_to(len(self._lines))
        self.forget_strips()

    def _today(self) -> object:
        return self._now.clock.date() if self._now.clock else None

    def _anchor(self) -> tuple[str, int] | None:
        """The entry at the top of the view, and how many of its lines are above."""
        top = self.scroll_offset.y
        at = bisect_right(self._starts, top) - 1
        if not 0 <= at < len(self.entries):
            return None
        return self.entries[at].key, top - self._starts[at]

    def _return_to(self, held: Entry | None, top: tuple[str, int] | None) -> None:
        starts = dict(zip((entry.key for entry in self.entries), self._starts, strict=False))
        if held is not None and held.key in starts:
            self.cursor = starts[held.key]
        else:
            self.cursor = min(self.cursor, max(0, len(self._lines) - 1))
        if top is not None and top[0] in starts:
            line = starts[top[0]] + top[1]
            if line != self.scroll_offset.y:
                self.scroll_to(y=line, animate=False, force=True)

    def on_resize(self, _event: events.Resize) -> None:
        unseen = not self._starts
        at_end = unseen or self.scroll_offset.y >= self.max_scroll_y
        held, top = self.at_hand(), self._anchor()
        self._lay_out()
        self._return_to(held, top)
        if unseen:
            self._begin()
        if at_end:
            self.call_after_refresh(self.scroll_end, animate=False, force=True)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self._lines:
            self.call_later(self._lay_out)

    # What the cursor is on

    def at_hand(self) -> Entry | None:
        """The entry that the cursor is on."""
        at = bisect_right(self._starts, self.cursor) - 1
        return self.entries[at] if 0 <= at < len(self.entries) else None

    def post_at_hand(self) -> str | None:
        """The id of the post that the cursor is on, or else of the customer's newest."""
        entry = self.at_hand()
        if entry is not None and entry.key.startswith("p"):
            return entry.key[1:]
        own = (e.key[1:] for e in reversed(self.entries) if e.kind == "post")
        return next(own, None)

    def reply_at_hand(self) -> Reply | None:
        """The reply that the cursor is on."""
        entry = self.at_hand()
        return entry.what if entry is not None and isinstance(entry.what, Reply) else None

    def action_move(self, lines: int) -> None:
        """To the next entry; through one that is taller than the view, by half a view."""
        height = max(1, self.scrollable_content_region.height)
        at = bisect_right(self._starts, self.cursor) - 1
        if not 0 <= at < len(self._starts):
            return
        first, last = self._starts[at], self._end(at) - 1
        top = self.scroll_offset.y
        if lines > 0 and last >= top + height and last - first >= height:
            self.scroll_to(y=top + height // 2, animate=False, force=True)
        elif lines < 0 and first < top:
            self.scroll_to(y=max(first, top - height // 2), animate=False, force=True)
        else:
            self._go_to(at + (1 if lines > 0 else -1))

    def action_page(self, pages: int) -> None:
        height = max(1, self.scrollable_content_region.height)
        top = min(max(0, self.scroll_offset.y + pages * (height - 1)), self.max_scroll_y)
        self.scroll_to(y=top, animate=False, force=True)
        seen = [s for s in self._starts if top <= s < top + height]
        if seen:
            self.cursor = seen[-1] if pages > 0 else seen[0]
            self.refresh()

    def action_edge(self, side: int) -> None:
        self._go_to(len(self.entries) - 1 if side > 0 else 0)
        if side > 0:
            self.scroll_end(animate=False, force=True)
            self.unread = 0

    def _begin(self) -> None:
        """To the customer's newest words, with everything behind them in view."""
        own = [at for at, entry in enumerate(self.entries) if entry.kind == "post"]
        self._go_to(own[-1] if own else len(self.entries) - 1)
        self.scroll_end(animate=False, force=True)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        entry = self.at_hand()
        if action == "choose" and entry is not None and not entry.key.startswith("p"):
            return "it stands here whole: enter opens a post"
        return super().why_not(action, parameters)

    def _end(self, at: int) -> int:
        return self._starts[at + 1] if at + 1 < len(self._starts) else len(self._lines)

    def _go_to(self, at: int) -> None:
        """Put the cursor on an entry, and show as much of it as there is room for."""
        if not 0 <= at < len(self._starts):
            return
        self.cursor = self._starts[at]
        self.place(self._end(at) - 1)
        self.place(self.cursor)
        self.refresh()
        self.post_message(self.Moved())

    def move_to(self, index: int) -> None:
        """To the entry that has this line."""
        self._go_to(bisect_right(self._starts, index) - 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.unread and new_value >= self.max_scroll_y:
            self.unread = 0
            self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()  # that of all lists
        offset = event.get_content_offset(self)
        if offset is None:
            return
        at = bisect_right(self._starts, self.index_at(offset.y)) - 1
        if 0 <= at < len(self._starts) and self._starts[at] == self.cursor:
            self.choose(at)
        else:
            self._go_to(at)

    def choose(self, index: int) -> None:
        del index
        entry = self.at_hand()
        if entry is not None and entry.key.startswith("p"):
            self.post_message(self.Chosen(entry.key[1:]))

    def count(self) -> int:
        return len(self._lines)

    def empty(self) -> str:
        if self._detail is None:
            return self.nothing
        return "" if self._detail.case else "The desk knows no such case."

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        del width
        return self._lines[index]
