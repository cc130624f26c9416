"""The parts of an outage and what happened to it, as lines that can be opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rich.segment import Segment
from textual.message import Message

from desk.outages import OutageChange
from desk.serving.outage_messages import OutageDetail, OutagePart
from tui.act_words import posts_words
from tui.columns import shorten
from tui.paint import fit, paint
from tui.signs import LABEL_SIGNS, STATUS_SIGNS, UNKNOWN
from tui.situation import Situation
from tui.widgets.lines import Lines, palette_of

PLACE_CELLS = 24
STATUS_CELLS = 13


class Step(NamedTuple):
    """A change and the one of note before it."""

    change: OutageChange
    before: OutageChange | None


Item = OutagePart | Step


class Story(Lines):
    """First the communities, the one most spoken of first, then the changes, the newest first."""

    class PartChosen(Message):
        """A community was chosen."""

        def __init__(self, community: str) -> None:
            super().__init__()
            self.community = community

    class ChangeChosen(Message):
        """A change was chosen; `post` is the newest evidence of its time."""

        def __init__(self, post: str) -> None:
            super().__init__()
            self.post = post

    def __init__(self, id: str, now: Situation) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self._now = now
        self.items: Sequence[Item] = ()

    def show(self, detail: OutageDetail) -> None:
        """Show the parts and the history."""
        before = (None, *detail.history)
        steps = [Step(*pair) for pair in zip(detail.history, before, strict=False)]
        items: tuple[Item, ...] = (*detail.parts, *reversed(steps))
        if items == self.items:
            return
        grown = len(items) - len(self.items)
        if self.cursor and self.items:  # an agent who has not moved is shown the top
            self.cursor = max(0, min(self.cursor + grown, len(items) - 1))
        self.items = items
        self.resize_to(len(items))
        self.forget_strips()

    def count(self) -> int:
        return len(self.items)

    def choose(self, index: int) -> None:
        item = self.items[index]
        if isinstance(item, OutagePart):
            self.post_message(self.PartChosen(item.community))
        elif item.change.evidence:
            self.post_message(self.ChangeChosen(item.change.evidence[-1]))

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        item = self.items[index]
        words = self._part(item, width) if isinstance(item, OutagePart) else self._step(item)
        return shorten(words, width, palette_of(self).quiet)

    def _part(self, part: OutagePart, width: int) -> list[Segment]:
        colours = palette_of(self)
        name = paint(self._now.name_of(part.community)[:80]).text
        posts = posts_words(part)
        segments = [
            Segment(" " + fit(name, min(PLACE_CELLS, max(8, width // 3))), colours.strong),
            Segment(f" {posts:<23}", colours.text),
        ]
        counted = (("hazard", part.hazards), ("vulnerable", part.vulnerable))
        for label, number in (*counted, ("damage", part.damage)):
            if number:
                words = f" {LABEL_SIGNS[label].glyph}{number:,}"
                segments.append(Segment(words, colours.label(label)))
        return segments

    def _step(self, step: Step) -> list[Segment]:
        colours, change = palette_of(self), step.change
        sign = STATUS_SIGNS.get(change.status, UNKNOWN)
        by = f"by {paint(change.by[:60]).text} " if change.by else ""
        words = "".join(f"{each}, " for each in self._news(step))
        return [
            Segment(f" {_clock(change.at, self._now.zone)} ", colours.quiet),
            Segment(fit(f"{sign.glyph} {sign.word}", STATUS_CELLS), colours.status(change.status)),
            Segment(by, colours.accent),
            Segment(words + posts_words(change), colours.text),
        ]

    def _news(self, step: Step) -> Iterator[str]:
        """What is new beside the status."""
        change, before = step
        if before is None:
            return
        if change.verifying and change.verifying != before.verifying:
            yield "being checked"
        if change.unverifiable and change.unverifiable != before.unverifiable:
            yield "unverifiable"
        elif before.verifying and not change.verifying:
            yield "no longer checked"
        if change.merged_into != before.merged_into:
            yield "merged into another" if change.merged_into else "parted again"
        if change.oms and change.oms != before.oms:
            yield f"OMS {paint(change.oms[:60]).text}"
        for sign, more, less in (("+", change, before), ("-", before, change)):
            for community in more.communities:
                if community not in less.communities and not change.merged_into:
                    yield f"{sign} {paint(self._now.name_of(community)[:60]).text}"


def _clock(at: datetime, zone: ZoneInfo | None) -> str:
    return f"{at.astimezone(zone) if zone else at:%a %H:%M}"
