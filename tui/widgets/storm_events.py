"""What happens in the truth of a storm, and beside it what the desk has found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from desk.outages.truth import FEWEST_AUTHORS
from tui.board import Board, Event
from tui.columns import age_s, shorten
from tui.paint import cut, fit, paint
from tui.signs import UNKNOWN, Palette, Sign
from tui.widgets.lines import Lines, palette_of

EVENT_SIGNS = {
    "loss": Sign("▲", "LOSS", "supply is lost", "amber"),
    "back": Sign("✓", "BACK", "supply is back", "green"),
    "estimate": Sign("◷", "ETR", "the utility promises a time", "blue"),
    "overdue": Sign("!", "LATE", "the promised time has passed", "red"),
    "wrong": Sign("×", "WRNG", "the utility says in error that it is back", "red"),
    "flicker": Sign("~", "FLIC", "the lights only dip", "yellow"),
    "bulletin": Sign("¶", "WTHR", "the weather service speaks", "grey"),
    "trap": Sign("?", "TRAP", "posts that look like reports begin", "violet"),
    "inject": Sign("»", "INJ", "a post of the trainer's", "pink"),
    "false": Sign("×", "FALS", "an outage of the desk's that is none", "red"),
}
"""The signs of events."""

FOUND_SIGNS = {
    "found": Sign("●", "found", "found within 30 minutes", "green"),
    "late": Sign("◐", "late", "found after more than 30 minutes", "orange"),
    "not yet": Sign("○", "not yet", "people have said where; not found", "yellow"),
    "missed": Sign("×", "missed", "over, and never found", "red"),
    "few posts": Sign("·", "few", "too few have said where: does not count", "dim"),
}
"""The signs of what the desk has made of an outage."""
DESK_CELLS = 18


class EventList(Lines):
    """The day's events with the line of now among them; it follows now until the cursor moves."""

    class Chosen(Message):
        """An event was chosen."""

        def __init__(self, event: Event) -> None:
            super().__init__()
            self.event = event

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.items: Sequence[Event] = ()
        self.following = True
        self._board: Board | None = None
        self._second = -1
        self._wide = False

    def show(self, board: Board, items: Sequence[Event]) -> None:
        """Show the day as it stands."""
        self._board = board
        second = int(board.conductor.at_s)
        if items == self.items and second == self._second:
            return
        held = self.items[self.cursor] if self.cursor < len(self.items) else None
        self.items, self._second = items, second
        self.resize_to(len(items))
        if self.following:
            self._follow()
        elif held is not None:
            self.cursor = next(
                (at for at, item in enumerate(items) if _same(item, held)), self.cursor
            )
        self.forget_strips()

    def follow(self) -> None:
        """Go back to now, and stay there."""
        self.following = True
        self._follow()
        self.forget_strips()

    def _follow(self) -> None:
        now = next((at for at, item in enumerate(self.items) if item.kind == "now"), 0)
        self.cursor = now
        height = max(1, self.scrollable_content_region.height)
        self.scroll_to(y=max(0, now - height // 2), animate=False, force=True)

    def move_to(self, index: int) -> None:
        self.following = False
        super().move_to(index)

    def on_resize(self, _event: events.Resize) -> None:
        if self.following:
            self._follow()

    def count(self) -> int:
        return len(self.items)

    def choose(self, index: int) -> None:
        self.post_message(self.Chosen(self.items[index]))

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        event, colours = self.items[index], palette_of(self)
        assert self._board is not None
        at = self._board.time(event.at_s)
        if event.kind == "now":
            return _now(at, width, colours)
        coming = event.at_s > self._board.conductor.at_s
        sign = EVENT_SIGNS.get(event.kind, UNKNOWN)
        text = colours.quiet if coming else colours.text
        place = max(10, min(22, width // 5))
        room = width - 6 - 6 - place - 1 - DESK_CELLS
        words = fit(paint(event.words[:120]).text, max(1, room - 1)) + " "
        return [
            Segment(f"{at:%H:%M} ", text),
            Segment(fit(sign.tag, 5) + " ", colours.of(sign, bold=not coming)),
            Segment(fit(paint(event.place[:60]).text, place) + " ", text),
            Segment(words, text),
            *shorten(self._desk(event, coming, colours), DESK_CELLS, colours.quiet),
        ]

    def _desk(self, event: Event, coming: bool, colours: Palette) -> list[Segment]:
        board = self._board
        assert board is not None
        if coming:
            return [Segment(f"in {age_s(event.at_s - board.conductor.at_s)}", colours.quiet)]
        if event.kind == "false":
            sign = FOUND_SIGNS["missed"]
            return [Segment(f"{sign.glyph} false", colours.of(sign, bold=True))]
        if event.trap is not None:
            return [_fooled(*event.trap, colours)]
        if event.post is not None:
            return _labelled(board, event.post, colours)
        if event.finding is None or event.kind not in ("loss", "back"):
            return []
        return [_found(event, colours) if event.kind == "loss" else _ended(event, colours)]


def _same(one: Event, other: Event) -> bool:
    if one.kind == "now":
        return other.kind == "now"
    return one[:4] == other[:4]


def _now(at: datetime, width: int, colours: Palette) -> list[Segment]:
    words = f"──▶ now {at:%H:%M:%S} "
    return [Segment(words + "─" * max(0, width - len(words)), colours.accent)]


def _found(event: Event, colours: Palette) -> Segment:
    finding = event.finding
    assert finding is not None
    sign = FOUND_SIGNS[finding.word]
    words = f"{sign.glyph} {sign.word}"
    if finding.delay_min is not None:
        words += f" {_signed(finding.delay_min)}"
    elif finding.word in ("few posts", "not yet"):
        words += f" ({finding.authors} of {FEWEST_AUTHORS})" if finding.word == "few posts" else ""
    return Segment(words, colours.of(sign, bold=finding.word in ("found", "late", "missed")))


def _ended(event: Event, colours: Palette) -> Segment:
    finding = event.finding
    assert finding is not None
    if finding.delay_min is None:
        return Segment("", Style())
    if finding.back_min is None:
        return Segment(cut(f"○ still {finding.status}", DESK_CELLS), colours.quiet)
    sign = FOUND_SIGNS["found"]
    return Segment(f"✓ {finding.status} {_signed(finding.back_min)}", colours.of(sign))


def _fooled(fooled: int, posts: int, colours: Palette) -> Segment:
    if not posts:
        return Segment("no post yet", colours.quiet)
    sign = FOUND_SIGNS["missed" if fooled else "found"]
    return Segment(f"{sign.glyph} fooled by {fooled}/{posts}", colours.of(sign, bold=bool(fooled)))


def _labelled(board: Board, post: str, colours: Palette) -> list[Segment]:
    position = board.conductor.reel.position_of(post)
    given = None if position is None else board.marking.given(position)
    if given is None:
        return [Segment("on its way", colours.quiet)]
    return [Segment(f"labels: {', '.join(given) or 'none'}", colours.text)]


def _signed(minutes: float) -> str:
    return f"{'+' if minutes >= 0 else '-'}{age_s(abs(minutes) * 60)}"
