"""The bar beside a list, painted without a renderer: its cells are a handful of kinds."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip


class Slider(ScrollBar):
    """Textual's bar, whose cells are kept: Textual renders and frames each anew at every move."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
    """Of Textual's, which lays the screen out once more where a bar has become longer."""
    _drawn_for: tuple[object, ...] = ()
    _drawn: tuple[Strip, ...] = ()

    def render_lines(self, crop: Region) -> list[Strip]:
        drawn = self.render()
        assert isinstance(drawn, ScrollBarRender)
        assert isinstance(drawn.style, Style)
        filters = tuple(self.get_line_filters())
        place = drawn.virtual_size, drawn.window_size, drawn.position, drawn.style
        drawn_for = (self.size.height, *place, *filters)
        if drawn_for != self._drawn_for:
            self._drawn_for = drawn_for
            self._drawn = tuple(self._draw(drawn, drawn.style, filters))
        return list(self._drawn[crop.y : crop.bottom])

    def _draw(
        self, drawn: ScrollBarRender, style: Style, filters: tuple[LineFilter, ...]
    ) -> list[Strip]:
        bar = drawn.render_bar(
            size=self.size.height,
            virtual_size=drawn.virtual_size,
            window_size=drawn.window_size,
            position=drawn.position,
            back_color=style.bgcolor,  # type: ignore[arg-type]  # so it gives them itself
            bar_color=style.color,  # type: ignore[arg-type]
        )
        ground = self.background_colors[1]
        return [_cell(segment, ground, filters) for segment in bar.segments]


@lru_cache(512)
def _cell(segment: Segment, ground: Color, filters: tuple[LineFilter, ...]) -> Strip:
    strip = Strip([segment], len(segment.text))
    for each in filters:
        strip = strip.apply_filter(each, ground)
    return strip
