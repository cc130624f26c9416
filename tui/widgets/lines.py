"""Lists drawn line by line: a cursor, the keys that move it, and a cache of painted lines."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.color import TRANSPARENT
from textual.filter import LineFilter
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget

from tui.keys import MOVES, key
from tui.paint import cut
from tui.reasons import Reasons
from tui.schemes import scheme_of
from tui.signs import Palette, palette
from tui.widgets.slider import Slider

STRIPS_HELD = 600
"""Painted lines kept: a few screens full."""
NO_GUTTER = Spacing()


def palette_of(widget: Widget) -> Palette:
    """The styles of the theme that is on."""
    app = widget.app
    scheme = scheme_of(app.theme, dark=app.current_theme.dark)
    return palette(scheme, no_color=app.no_color)


class Lines(Reasons, ScrollView, can_focus=True, inherit_bindings=False):
    """A list whose lines are painted when they are seen; the base of the feed and the small lists.

    A subclass says how many lines there are (`count`), paints one (`paint_line`), and may show
    words where there is none (`empty`).
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        key("enter", "choose", "Open", "Open what the cursor is on", shown=True),
    ]

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
    """Of Textual's, but nothing around a list moves when it grows: only its bar is told."""

    class Moved(Message):
        """The cursor stands on another line."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.cursor = 0
        self._strips: OrderedDict[tuple[int, bool, bool], Strip] = OrderedDict()
        self._style: Style | None = None
        self._painted_in: tuple[object, ...] = ()
        self._filters: Sequence[LineFilter] = ()
        self._mixed: dict[tuple[Style, Style | None], Style] = {}
        self._ground = TRANSPARENT
        self._cells = (0, 0)

    def count(self) -> int:
        """Lines there are."""
        raise NotImplementedError

    def paint_line(self, index: int, width: int) -> Sequence[Segment] | None:
        """Line `index`, without background; None where it is on the way."""
        raise NotImplementedError

    def choose(self, index: int) -> None:
        """The line `index` was chosen with enter or a second click."""
        raise NotImplementedError

    def empty(self) -> str:
        """Words for an empty list."""
        return ""

    def index_at(self, line: int) -> int:
        """The number of what stands on `line` of the visible part."""
        return self.scroll_offset.y + line

    def place(self, index: int) -> None:
        """Scroll as little as needed for line `index` to be seen."""
        height = max(1, self.scrollable_content_region.height)
        top = self.scroll_offset.y
        if index < top:
            self.scroll_to(y=index, animate=False, force=True)
        elif index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False, force=True)

    def move_to(self, index: int) -> None:
        """Put the cursor on the line `index`, or the nearest there is."""
        count = self.count()
        if not count:
            return
        self.cursor = min(max(index, 0), count - 1)
        self.place(self.cursor)
        self.refresh()
        self.post_message(self.Moved())

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action in ("choose", "move", "page", "edge") and self.has_nothing():
            return self.empty() or "there is nothing in this list"
        return super().why_not(action, parameters)

    def action_move(self, lines: int) -> None:
        self.move_to(self.cursor + lines)

    def action_page(self, pages: int) -> None:
        self.move_to(self.cursor + pages * max(1, self.scrollable_content_region.height - 1))

    def action_edge(self, side: int) -> None:
        self.move_to(self.count() - 1 if side > 0 else 0)

    def action_choose(self) -> None:
        if self.count():
            self.choose(self.cursor)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = self.index_at(offset.y)
        if index == self.cursor and self.count():
            self.choose(index)
        else:
            self.move_to(index)

    def forget_strips(self) -> None:
        """Paint every line afresh: what the lines say, or how, has changed."""
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._style = None

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Work out no styles anew: the focus is told by what the cursor is on."""

    def on_focus(self, event: events.Focus) -> None:
        event.prevent_default()  # Textual's own paints all lines
        self.has_focus = True
        self.refresh_cursor()

    def on_blur(self, event: events.Blur) -> None:
        event.prevent_default()
        self.has_focus = False
        self.refresh_cursor()

    def refresh_cursor(self) -> None:
        """Paint anew what the cursor is on: it is told by the focus alone."""
        self.refresh_index(self.cursor)

    @property
    def style(self) -> Style:
        """The widget's own style; lines that were painted in another one are forgotten.

        Every change of a class on the screen tells all widgets that their style may have changed.
        """
        if self._style is None:
            self._style = self.rich_style
            self._ground = self.background_colors[1]
            looks = (self._style, palette_of(self), self._ground)
            if looks != self._painted_in:
                self._painted_in = looks
                self._mixed.clear()
                self._strips.clear()
        return self._style

    def refresh_index(self, index: int) -> None:
        """Paint line `index` anew, if it is in sight."""
        line = index - self.index_at(0)
        if 0 <= line < self.scrollable_content_region.height:
            self.refresh_line(line + self.scroll_offset.y)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are kept: Textual would frame, fade and filter each anew."""
        styles = self.styles
        whole = not crop.x and crop.width == self.size.width
        if not whole or styles.text_opacity != 1.0 or styles.gutter != NO_GUTTER:
            return super().render_lines(crop)
        self._measure()
        top = self.index_at(0)
        if self.has_nothing():
            return [self._words(y) for y in crop.line_range]
        return [self._line(top + y) for y in crop.line_range]

    def render_line(self, y: int) -> Strip:
        self._measure()
        return self._words(y) if self.has_nothing() else self._line(self.index_at(y))

    def _measure(self) -> None:
        """Learn how wide a line is, and how wide with the bar, and what colours go through."""
        cells, filters = (
            (self.scrollable_content_region.width, self.size.width),
            self.get_line_filters(),
        )
        if (cells, filters) != (self._cells, self._filters):
            self._cells, self._filters = cells, filters
            self._mixed.clear()
            self._strips.clear()

    def has_line(self, index: int) -> bool:
        """Whether `index` is one of the lines."""
        return 0 <= index < self.count()

    def has_nothing(self) -> bool:
        """Whether to show words in place of lines."""
        return not self.count()

    def at_cursor(self, index: int) -> bool:
        """Whether line `index` is painted as what the cursor is on."""
        return index == self.cursor

    def _line(self, index: int) -> Strip:
        style = self.style
        if not self.has_line(index):
            return self._blank(style)
        at_cursor = self.at_cursor(index)
        key = (index, at_cursor, at_cursor and self.has_focus)
        strip = self._strips.get(key)
        if strip is not None:
            self._strips.move_to_end(key)
            return strip
        segments = self.paint_line(index, self._cells[0])
        if at_cursor:
            colours = palette_of(self)
            style += colours.cursor if self.has_focus else colours.cursor_away
        if segments is None:
            return self._finish([Segment("…", palette_of(self).faint)], style)
        strip = self._finish(segments, style)
        self._strips[key] = strip
        if len(self._strips) > STRIPS_HELD:
            self._strips.popitem(last=False)
        return strip

    def _blank(self, style: Style) -> Strip:
        strip = Strip.blank(self._cells[1], style)
        for each in self._filters:
            strip = strip.apply_filter(each, self._ground)
        return strip

    def _words(self, y: int) -> Strip:
        width = self._cells[0]
        middle = min(self.scrollable_content_region.height // 2, 4)
        lines = wrap(self.empty(), max(1, width - 4)) if y >= middle else []
        words = cut(lines[y - middle], width) if 0 <= y - middle < len(lines) else ""
        return self._finish([Segment(words.center(width), palette_of(self).quiet)], self.style)

    def _finish(self, segments: Sequence[Segment], style: Style) -> Strip:
        """A line in `style`, as it goes to the terminal; its bar has cells of its own."""
        width = self._cells[0]
        cells = sum([cell_len(segment.text) for segment in segments])
        if cells > width:
            segments = list(Strip(segments, cells).crop(0, width))
        mix = self._mix
        done = [Segment(text, mix(style, own)) for text, own, _ in segments]
        if cells < width:
            done.append(Segment(" " * (width - cells), mix(style, None)))
        return Strip(done, width)

    def _mix(self, style: Style, own: Style | None) -> Style:
        """What the terminal is told for `own` in a line in `style`."""
        mixed = self._mixed.get((style, own))
        if mixed is None:
            mixed = style + own if own else style
            for each in self._filters:  # they look at styles alone
                mixed = each.apply([Segment(" ", mixed)], self._ground)[0].style or mixed
            self._mixed[style, own] = mixed
        return mixed

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The bar, made where there is none so far."""
        if self._vertical_scrollbar is None:
            bar = Slider(vertical=True, name="vertical", thickness=self.scrollbar_size_vertical)
            bar.display = False
            self._vertical_scrollbar = bar
            self.app._start_widget(self, bar)  # noqa: SLF001 - as Textual 8.2.8 does
        return self._vertical_scrollbar

    def resize_to(self, lines: int) -> None:
        """Let the scroll bar know of `lines` lines."""
        size = Size(0, lines)
        if self.virtual_size != size:
            self.virtual_size = size
            if self.is_mounted:
                self._scroll_update(size)  # Textual 8.2.8 does this only with a layout
