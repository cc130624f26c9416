"""A post of the storm whole: what is true of it, and what the desk says of it."""

from __future__ import annotations

from rich.text import Text

from tui.board import Board
from tui.columns import label_tags
from tui.paint import paint
from tui.screens.sheet import Sheet, hanging
from tui.signs import Palette
from tui.widgets.lines import palette_of

FIELD_CELLS = 10
TEXT_CHARS = 10_000


class TruthScreen(Sheet):
    """Shows a position of the reel."""

    def __init__(self, board: Board, position: int) -> None:
        super().__init__()
        self._board = board
        self._position = position

    def tell(self) -> None:
        if self._position < len(self._board.conductor.reel):
            self.say(self._words(palette_of(self)))

    def _words(self, colours: Palette) -> Text:
        board, position = self._board, self._position
        told = board.conductor.reel.told(position)
        post, truth = told.post, told.truth
        text = Text()
        text.append(" EXERCISE ", colours.alarm)
        author = post.author
        name = (author.name or author.handle or author.id) if author else "unknown author"
        text.append(f" {paint(name[:100]).text}", colours.strong)
        text.append(f" on {paint(post.channel[:40]).text}", colours.quiet)
        at = board.time(board.conductor.reel.second(position))
        text.append(f" · {at:%a %d %b %Y %H:%M:%S %Z}\n\n", colours.quiet)
        text.append(paint(post.text[:TEXT_CHARS], newline="\n").text + "\n\n", colours.text)
        text.append("What is true of it\n", colours.accent)
        _labels(text, truth.labels, colours)
        _field(text, "outage", truth.outage or "none", colours)
        _field(text, "place", truth.community or "none", colours)
        _field(text, "says where", "yes" if truth.located else "no", colours)
        _field(text, "trap", truth.trap or "none", colours)
        text.append("\nWhat the desk says\n", colours.accent)
        given = board.marking.given(position)
        if given is None:
            text.append("  it has not read it yet\n", colours.quiet)
        else:
            _labels(text, given, colours)
        inject = board.conductor.reel.inject_at(position)
        text.append("\nWhere it comes from\n", colours.accent)
        _field(text, "from", "the trainer" if inject else "the storm", colours)
        if inject and inject.inject.note:
            _field(text, "note", inject.inject.note, colours)
        _field(text, "id", post.id, colours)
        return text


def _labels(text: Text, labels: tuple[str, ...], colours: Palette) -> None:
    text.append(f"  {'labels':<{FIELD_CELLS}} ", hanging(colours.quiet, FIELD_CELLS + 3))
    for segment in label_tags(labels, len(labels), colours)[:-1]:
        text.append(segment.text, segment.style)
    text.append("\n" if labels else "none\n", colours.text)


def _field(text: Text, name: str, value: str, colours: Palette) -> None:
    text.append(f"  {name:<{FIELD_CELLS}} ", hanging(colours.quiet, FIELD_CELLS + 3))
    text.append(paint(value[:300]).text + "\n", colours.text)
