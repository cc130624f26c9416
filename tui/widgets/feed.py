"""The live feed: a window on a view of the desk, one line a post, the newest at the bottom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from zoneinfo import ZoneInfo

from rich.segment import Segment
from textual import events
from textual.message import Message

from desk.serving.protocol import Row
from tui.columns import channel_name, label_tags, labels_width, marked, shorten
from tui.paint import fit, paint
from tui.signs import MARK, MEDIA, PIN, REPOST, Palette
from tui.widgets.lines import Lines, palette_of
from tui.window import Window

PAINTED_CHARS = 400
"""Characters of a post that one line can show, however wide."""
WIDE_ROW = 110
"""Cells from which a line has room for more labels and whole places."""
VAST_ROW = 130
"""... and for the author."""
AUTHOR_CELLS = 16
AHEAD = 40
"""Rows fetched before they come into view."""


class Feed(Lines):
    """Rows of a view by number; follows the newest until the cursor moves up.

    While it follows, virtual line 0 is any row (`_base`) for which the last line is the newest:
    the height stays the same from tick to tick, and with it the layout. Once it stands still,
    line 0 is the oldest row that the desk holds. `places` says whether rows name their place;
    `pinned` and `marked` are ids of posts that have such a sign.
    """

    class Wanted(Message):
        """Rows come into view that are not at hand."""

        def __init__(self, start: int, rows: int) -> None:
            super().__init__()
            self.start = start
            self.rows = rows

    class Opened(Message):
        """A post was chosen."""

        def __init__(self, post: str) -> None:
            super().__init__()
            self.post = post

    class Changed(Message):
        """The cursor, whether the feed follows, or how much waits has changed."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.window = Window(0, "")
        self.following = True
        self.paused = False
        self.zone: ZoneInfo | None = None
        self.waiting_for = "waiting for the desk…"
        self.places = True
        self.pinned: Collection[str] = ()
        self.marked: Collection[str] = ()
        self._limit = 0
        self._shown = (0, 0)
        self._base = 0
        self._placing = False

    @property
    def waiting(self) -> int:
        """Posts that have come and are not shown."""
        return max(0, self.window.total - self._limit)

    def count(self) -> int:
        return max(0, self._limit - self.window.first)

    def has_line(self, index: int) -> bool:
        return self.window.first <= index < self._limit or (
            index < self._limit and self.window.row(index) is not None
        )

    def has_nothing(self) -> bool:
        return self.window.total <= self.window.first

    def empty(self) -> str:
        if self.window.query:
            query = paint(self.window.query[:300]).text
            if self.window.counting:
                return f"looking for older posts that the filter lets through: {query}"
            return f"no post so far that the filter lets through: {query}"
        return self.waiting_for

    def say_waiting(self, words: str) -> None:
        """What an empty feed says; `words` are painted already."""
        if words != self.waiting_for:
            self.waiting_for = words
            if self.has_nothing():
                self.refresh()

    def index_at(self, line: int) -> int:
        return self._base + self.scroll_offset.y + line

    def show(self, window: Window) -> None:
        """Look at another view: at the same post if the feed stood at one, or at the newest."""
        held = None if self.following else self.window.row(self.cursor)
        self.window = window
        self.following = True
        self.forget_strips()
        self._follow()
        index = window.find_post(held.id) if held else None
        if index is not None:
            self.move_to(index)
        elif self.paused:
            self.hold()
        self.post_message(self.Changed())

    def rows_came(self) -> None:
        """The window has grown, or rows that were asked for have come."""
        if self.following and not self.paused:
            if self._shown != (self.window.first, self.window.total) or self.has_nothing():
                self._follow()
            return
        self._reach_back()
        self._want()  # the rows in view stay among the newest pages of the window
        self.post_message(self.Changed())

    def row_at_hand(self) -> Row | None:
        """The post that the cursor is on."""
        return self.window.row(self.cursor)

    def page_came(self) -> None:
        """Rows that were asked for have come, or one that was in view is another now."""
        self.forget_strips()
        self._reach_back()
        self.refresh()
        self._want()

    def follow(self) -> None:
        """Jump to the newest row, and stay there."""
        if not self.paused:
            self.following = True
            self._follow()
            self.post_message(self.Changed())

    def hold(self) -> None:
        """Stand still where the feed is."""
        if self.following:
            self.following = False
            self._settle()
            self.post_message(self.Changed())

    def pause(self, *, on: bool) -> None:
        """Let nothing new in, or jump to the newest again."""
        if on:
            self.hold()
            self.paused = True
        else:
            self.paused = False
            self.follow()
        self.post_message(self.Changed())

    def find(self, holds: Callable[[Row], bool], step: int) -> bool:
        """Put the cursor on the next row at hand for which `holds` is true, if there is one."""
        index = self.window.find(holds, self.cursor, step)
        if index is None or index >= self._limit:
            return False
        self.move_to(index)
        return True

    def move_to(self, index: int) -> None:
        self.hold()
        if (index >= self._limit or not self.count()) and not self.paused:
            self._limit = self.window.total
            self._settle()
        if not self.count():
            return
        before, top = self.cursor, self.index_at(0)
        self.cursor = min(max(index, self.window.first), self._limit - 1)
        self.place(self.cursor - self._base)
        if self.index_at(0) == top:  # two lines are painted in a fraction of the time of all
            self.refresh_index(before)
            self.refresh_index(self.cursor)
        else:
            self.refresh()
        self._want()
        self.post_message(self.Changed())

    def action_edge(self, side: int) -> None:
        if side < 0:
            self.move_to(self.window.first)
        elif self.paused:
            self.move_to(self._limit - 1)
        else:
            self.follow()

    def choose(self, index: int) -> None:
        self.hold()
        row = self.window.row(index)
        if row is not None:
            self.post_message(self.Opened(row.id))

    def on_resize(self, _event: events.Resize) -> None:
        if self.following and not self.paused:
            self._follow()
        else:
            self.place(self.cursor - self._base)
            self._want()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self._placing:
            return
        if self.following and new_value < min(old_value, self.max_scroll_y):
            self.hold()
        self._want()

    def _follow(self) -> None:
        """Show the newest rows; the height changes seldom, as each change lays the screen out."""
        window = self.window
        self._limit = window.total
        self._shown = window.first, window.total
        self.cursor = max(0, self._limit - 1)
        held = window.total - window.first
        height = self.virtual_size.height
        visible = self.scrollable_content_region.height
        self._placing = True
        if held < height or held > 1.25 * height or height < 2 * visible:
            self.resize_to(held)
        self._base = self._limit - self.virtual_size.height
        self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        self._placing = False
        self.refresh()
        self._want()

    def _settle(self) -> None:
        """Number the lines from the oldest row on, with the same rows in view."""
        top = self.index_at(0)
        self._placing = True
        self._base = self.window.first
        self.resize_to(self._limit - self._base)
        self.scroll_to(y=max(0, top - self._base), animate=False, force=True)
        self._placing = False

    def _reach_back(self) -> None:
        """Make room above for older rows that the desk has found, with the same rows in view."""
        if not self.following and self.window.first < self._base:
            self._settle()

    def _want(self) -> None:
        top = self.index_at(0)
        bottom = top + self.scrollable_content_region.height
        for start, rows in self.window.ask(top - AHEAD, min(bottom + AHEAD, self._limit)):
            self.post_message(self.Wanted(start, rows))

    def paint_line(self, index: int, width: int) -> Sequence[Segment] | None:
        row = self.window.row(index)
        return self.paint_row(row, width) if row else None

    def paint_row(self, row: Row, width: int) -> list[Segment]:
        """One post in `width` cells."""
        colours = palette_of(self)
        kept = (PIN if row.id in self.pinned else "") + (MARK if row.id in self.marked else "")
        return post_line(row, width, colours, self.zone, places=self.places, kept=kept)


def is_hazard(row: Row) -> bool:
    """Whether a post is about a danger."""
    return "hazard" in row.labels


def is_urgent(row: Row) -> bool:
    """Whether a post may mean a life."""
    return "hazard" in row.labels or "vulnerable" in row.labels


def post_line(
    row: Row,
    width: int,
    colours: Palette,
    zone: ZoneInfo | None,
    *,
    places: bool = True,
    kept: str = "",
) -> list[Segment]:
    """One post in `width` cells: time, channel, place, labels, author, text with matched words.

    `kept` are the signs of posts that are pinned or marked. The author stands there where the line
    is wide.
    """
    labels = 2 if width < WIDE_ROW else 3
    place = 0 if not places else 12 if width < WIDE_ROW else 18
    author = AUTHOR_CELLS if width >= VAST_ROW else 0
    at = row.at.astimezone(zone) if zone else row.at
    head = [
        Segment(f"{at:%H:%M:%S} ", colours.quiet),
        Segment(fit(channel_name(paint(row.channel[:20]).text), 5), colours.quiet),
        Segment(fit(paint(row.place[:80]).text, place) + " " * bool(place), colours.text),
        *label_tags(row.labels, labels, colours),
    ]
    if author:
        head.append(Segment(fit(paint(row.author[:60]).text, author - 1) + " ", colours.quiet))
    room = width - (9 + 5 + place + bool(place) + labels_width(labels) + author)
    for signs in (kept, REPOST if row.repost else "", MEDIA if row.media else ""):
        if signs:
            head.append(Segment(f"{signs} ", colours.accent))
            room -= len(signs) + 1
    painted = paint(row.text[:PAINTED_CHARS])
    words = marked(painted, row.spans, colours, colours.text)
    return head + shorten(words, max(1, room), colours.quiet)
