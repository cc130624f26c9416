"""The posts of note that a storm has sent: what is true of each, and what the desk says."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual import events
from textual.message import Message

from tui.board import Board
from tui.columns import channel_name, label_tags, labels_width, shorten
from tui.paint import fit, paint
from tui.signs import REPOST, Palette
from tui.widgets.lines import Lines, palette_of

PAINTED_CHARS = 300


class SentList(Lines):
    """Truth, desk and text of each post; it follows the newest until the cursor moves up."""

    class Chosen(Message):
        """A post was chosen, by its position in the reel."""

        def __init__(self, position: int) -> None:
            super().__init__()
            self.position = position

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.items: Sequence[int] = ()
        self.following = True
        self._board: Board | None = None
        self._marked = (-1, -1)

    def show(self, board: Board) -> None:
        """Show the posts of note, and how far the desk has read."""
        self._board = board
        marked = (board.marking.read, board.marking.labelled)
        if list(self.items) == board.noted and marked == self._marked:
            return
        held = self.items[self.cursor] if self.cursor < len(self.items) else -1
        self.items, self._marked = list(board.noted), marked
        self.resize_to(len(self.items))
        if self.following:
            self.follow()
        elif held in self.items:
            self.cursor = self.items.index(held)
        else:
            self.cursor = min(self.cursor, max(0, len(self.items) - 1))
        self.forget_strips()

    def follow(self) -> None:
        """Go to the newest post, and stay there."""
        self.following = True
        self.cursor = max(0, len(self.items) - 1)
        self.place(self.cursor)
        self.forget_strips()

    def move_to(self, index: int) -> None:
        self.following = index >= len(self.items) - 1
        super().move_to(index)

    def on_resize(self, _event: events.Resize) -> None:
        if self.following:
            self.place(self.cursor)

    def count(self) -> int:
        return len(self.items)

    def empty(self) -> str:
        return "no post of note so far; space lets the storm run"

    def choose(self, index: int) -> None:
        self.post_message(self.Chosen(self.items[index]))

    def paint_line(self, index: int, width: int) -> Sequence[Segment] | None:
        board, colours = self._board, palette_of(self)
        assert board is not None
        position = self.items[index]
        if position >= len(board.conductor.reel):
            return None
        told = board.conductor.reel.told(position)
        labels = _labels(width)
        given = board.marking.given(position)
        at = board.time(board.conductor.reel.second(position))
        head = [
            Segment(f"{at:%H:%M:%S} ", colours.quiet),
            *label_tags(told.truth.labels, labels, colours),
            *_given(given, told.truth.labels, labels, colours),
            Segment(fit(channel_name(paint(told.post.channel[:20]).text), 5), colours.quiet),
        ]
        if board.conductor.reel.inject_at(position):
            head.append(Segment("» ", colours.accent))
        if told.post.repost_of is not None:
            head.append(Segment(f"{REPOST} ", colours.quiet))
        if told.truth.trap:
            head += [Segment(f"‹{paint(told.truth.trap[:20]).text}›", colours.accent), Segment(" ")]
        text = Segment(paint(told.post.text[:PAINTED_CHARS]).text, colours.text)
        used = sum(segment.cell_length for segment in head)
        return [*head, *shorten([text], max(1, width - used), colours.quiet)]


def _labels(width: int) -> int:
    return 1 if width < 100 else 2


def _given(
    given: tuple[str, ...] | None, true: tuple[str, ...], labels: int, colours: Palette
) -> list[Segment]:
    """The desk's labels with a sign before them: = right, ≠ otherwise, … not yet there."""
    cells = labels_width(labels) + 2
    if given is None:
        return [Segment(fit("…", cells), colours.quiet)]
    if set(given) == set(true):
        return [Segment(fit("= right", cells), colours.quiet)]
    if not given:
        return [Segment(fit("≠ none", cells), colours.strong)]
    return [Segment("≠ ", colours.strong), *label_tags(given, labels, colours)]
