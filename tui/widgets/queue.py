"""The queue: conversations that wait for an agent."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.message import Message

from desk.serving.case_messages import CaseRow
from tui.columns import channel_name, label_tags, labels_width, shorten, since
from tui.paint import fit, paint
from tui.widgets.lines import palette_of
from tui.widgets.listing import Listing


class CaseQueue(Listing[CaseRow]):
    """Waiting time, labels, channel, place and text, in the desk's order: most urgent first."""

    class Chosen(Message):
        """A case was chosen."""

        def __init__(self, case: str) -> None:
            super().__init__()
            self.case = case

    def key_of(self, item: CaseRow) -> str:
        return item.id

    def empty(self) -> str:
        return "nobody is waiting"

    def choose(self, index: int) -> None:
        self.post_message(self.Chosen(self.items[index].id))

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        row = self.items[index]
        colours = palette_of(self)
        labels = 1 if width < 56 else 2
        place = 10 if width < 56 else 16
        head = [
            Segment(f"{since(self.minute, row.opened_at):>5} ", colours.strong),
            *label_tags(row.labels, labels, colours),
            Segment(fit(channel_name(paint(row.channel[:20]).text), 5), colours.quiet),
            Segment(fit(paint(row.place[:80]).text, place) + " ", colours.text),
        ]
        room = width - (6 + labels_width(labels) + 5 + place + 1)
        text = Segment(paint(row.text[:200]).text, colours.text)
        return head + shorten([text], max(1, room), colours.quiet)
