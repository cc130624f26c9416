"""What of a screen is painted: Textual's compositor, which leaves out what nobody can see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Painting(Compositor):
    """Asks only those widgets for lines of which something is seen.

    Textual 8.2.8 has every pane paint all of its lines, though what it holds stands over them:
    it took a third of a whole screen of panes. A widget that `draws_others` while it paints
    itself is asked all the same.
    """

    _seen_of: object = None
    _seen: Sequence[tuple[Widget, Region, Region]] = ()

    def in_sight(self) -> Sequence[tuple[Widget, Region, Region]]:
        """The widgets of which a cell is seen, the foremost first: region, and its visible part."""
        visible = self.visible_widgets
        if self._seen_of is not visible:
            self._seen_of, self._seen = visible, tuple(self._look(visible))
        return self._seen

    def _look(
        self, visible: Mapping[Widget, tuple[Region, Region]]
    ) -> Sequence[tuple[Widget, Region, Region]]:
        cuts = self.cuts
        free = [set(line[:-1]) for line in cuts]
        seen = []
        for widget, (region, clip) in visible.items():
            part = region.intersection(clip)
            left, right = part.column_span
            some = False
            for y in part.line_range:
                taken = {cut for cut in free[y] if left <= cut < right}
                some = some or bool(taken)
                free[y] -= taken
            if some or getattr(widget, "draws_others", False):
                seen.append((widget, region, part))
        return seen

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        """The pieces of each line by where they begin; the foremost widget has its cells."""
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in cuts]
        for widget, region, part in self.in_sight():
            if not crop.overlaps(part):
                continue
            left, right = part.column_span
            strips = widget.render_lines(part.translate(-region.offset))
            for y, strip in zip(part.line_range, strips, strict=False):
                if not is_rendered_line(y):
                    continue
                line = chops[y]
                within = [cut for cut in cuts[y] if left <= cut <= right]
                for cut, piece in zip(within, _pieces(strip, left, within), strict=False):
                    if line[cut] is None:
                        line[cut] = piece
        return cast("Sequence[Mapping[int, Strip]]", chops)


def _pieces(strip: Strip, left: int, cuts: Sequence[int]) -> Sequence[Strip]:
    """What of a line that begins at `left` lies between the cuts.

    A line in one piece is not divided: Textual 8.2.8 would have it remember itself, a cycle that
    only a search for garbage ends, and such searches held up keys for tens of milliseconds.
    """
    if len(cuts) > 1 and cuts[1] - left == strip.cell_length:
        return (strip,)
    return strip.divide([cut - left for cut in cuts[1:]])
