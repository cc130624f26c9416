"""Sheets over a screen: what lies below stands still behind them, dimmed."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from tui.screens.sized import Sized

SHADE = 0.4
"""How much of the background's colour lies over what is below."""


class Over(Sized):
    """Of a sheet: its backdrop is the screen below, as it was when the sheet was opened.

    Textual can show the live screen below through a translucent one; then whatever moves there is
    painted twice and blended cell by cell, which took three times as long as the feed itself. So
    the background of a sheet is opaque, and these lines stand in its place.
    """

    _backdrop: list[Strip] | None = None
    _drawn_for: tuple[object, ...] = ()

    def render_line(self, y: int) -> Strip:
        """Line `y` of what lies below."""
        assert isinstance(self, Screen)
        drawn_for = (self.size, self.app.theme, *self.get_line_filters())
        if self._backdrop is None or self._drawn_for != drawn_for:
            self._backdrop, self._drawn_for = self._draw(), drawn_for
        if y < len(self._backdrop):
            return self._backdrop[y]
        return self._filtered(Strip.blank(self.size.width, self.rich_style))

    def _filtered(self, strip: Strip) -> Strip:
        assert isinstance(self, Screen)
        for each in self.get_line_filters():  # without colour, the shade has none either
            strip = strip.apply_filter(each, self.background_colors[1])
        return strip

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are: Textual would frame each anew, and filter it once more."""
        lines = [self.render_line(y) for y in crop.line_range]
        if not crop.x and crop.width == lines[0].cell_length:
            return lines
        return [line.crop(crop.x, crop.right) for line in lines]

    def look_below(self) -> None:
        """Show what the screen below has to say by now."""
        assert isinstance(self, Screen)
        self.forget_below()
        self.refresh()

    def forget_below(self) -> None:
        """Look below when the sheet is painted next."""
        self._backdrop = None

    def _below(self) -> Screen[object] | None:
        assert isinstance(self, Screen)
        stack = self.app.screen_stack
        at = stack.index(self) if self in stack else 0
        return stack[at - 1] if at else None

    def _draw(self) -> list[Strip]:
        assert isinstance(self, Screen)
        below = self._below()
        if below is None:
            return []
        if isinstance(below, Sized):
            below.lay_out()
        shade = self.styles.background.with_alpha(SHADE)
        # Textual 8.2.8 has no public way to ask a screen for its lines
        lines = below._compositor.render_strips()  # noqa: SLF001
        width, style = self.size.width, self.rich_style
        dim = [
            Strip([Segment(text, dimmed(own, shade)) for text, own, _ in line], line.cell_length)
            for line in lines
        ]
        return [self._filtered(line.adjust_cell_length(width, style)) for line in dim]


@lru_cache(2048)
def dimmed(style: Style | None, shade: Color) -> Style:
    """A style under a shade, without what could be clicked."""
    if style is None:
        return Style()
    colour, background = (
        (Color.from_rich_color(each) + shade).rich_color if each is not None else None
        for each in (style.color, style.bgcolor)
    )
    return style.clear_meta_and_links() + Style.from_color(colour, background)
