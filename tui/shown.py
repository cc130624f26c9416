"""What stands in the terminal: of a part that is painted again, only what differs is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

Piece = tuple[int, int, int, Strip]
"""Line, first column, one past the last, and what stands there."""


class Shown:
    """The pieces of lines that were written last, by where they stand.

    A whole screen is always written whole: so whatever another program has written over it goes.
    """

    def __init__(self) -> None:
        self._lines: dict[int, dict[int, tuple[int, str]]] = defaultdict(dict)

    def forget(self) -> None:
        """Nothing is known of what stands in the terminal."""
        self._lines.clear()

    def news(self, update: CompositorUpdate) -> CompositorUpdate:
        """`update` as it is to be written."""
        if isinstance(update, LayoutUpdate | ChopsUpdate):
            return _News(self, update)
        self.forget()
        return update

    def put(self, line: int, first: int, end: int, text: str) -> bool:
        """Note what is written; whether it differs from what stands there."""
        pieces = self._lines[line]
        if pieces.get(first) == (end, text):
            return False
        for other, (other_end, _) in list(pieces.items()):
            if other < end and other_end > first:
                del pieces[other]
        pieces[first] = end, text
        return True


class _News(CompositorUpdate):
    def __init__(self, shown: Shown, update: LayoutUpdate | ChopsUpdate) -> None:
        self._shown = shown
        self._update = update

    def render_segments(self, console: Console) -> str:
        update = self._update
        whole = isinstance(update, LayoutUpdate)
        if isinstance(update, LayoutUpdate):
            self._shown.forget()
            pieces = _whole(update)
        else:
            pieces = _parts(update)
        written = []
        for line, first, end, strip in pieces:
            text = strip.render(console)
            if self._shown.put(line, first, end, text) or whole:
                written.append(f"{Control.move_to(first, line).segment.text}{text}")
        return "".join(written)


def _whole(update: LayoutUpdate) -> Iterator[Piece]:
    for line, strips in enumerate(update.strips, update.region.y):
        first = update.region.x
        for strip in strips:
            yield line, first, first + strip.cell_length, strip
            first += strip.cell_length


def _parts(update: ChopsUpdate) -> Iterator[Piece]:
    """As Textual 8.2.8 writes them: a piece that reaches into a part from the left is whole."""
    for line, left, right in update.spans:
        ends = update.chop_ends[line]
        for end, (first, strip) in zip(ends, update.chops[line].items(), strict=False):
            if strip is None or first > right or end <= left:
                continue
            if left <= first < right and end <= right:
                yield line, first, end, strip
            else:
                stop = min(end, right)
                yield line, first, stop, strip.crop(0, stop - first)
