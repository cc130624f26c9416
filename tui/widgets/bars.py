"""Lines that hold one row of words: the status strip, the heads of panes, the banner."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from desk.serving.protocol import DeskStatus, FeedHealth
from tui.columns import age_s
from tui.console import bad_lines
from tui.feed_words import again, feed_name, silence
from tui.paint import cut, paint
from tui.signs import FEED_SIGNS, UNKNOWN, Palette
from tui.situation import Situation
from tui.widgets.lines import palette_of

STORM = "!! STORM MODE"
MOST_LINES = 3
Item = tuple[int, str, str, Style]
"""How dear the item is (the least dear goes first), its words, shorter words, and its style."""


class Bar(Widget):
    """One line made of segments."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)

    def segments(self, width: int) -> list[Segment]:
        """What the line says, in at most `width` cells."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y:
            return Strip.blank(width, self.rich_style)
        return Strip(self.segments(width)).adjust_cell_length(width).apply_style(self.rich_style)


class StatusStrip(Bar):
    """The top line: whose desk, EXERCISE, the clock, how much comes in and waits, the feeds."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._now = Situation()
        self._said: list[str] = []
        self._paused = False
        self._waiting = 0

    def show(self, now: Situation, *, paused: bool, waiting: int) -> None:
        """Say how things stand."""
        self._now, self._paused, self._waiting = now, paused, waiting
        said = [item[1] for item in self._items()]
        if said != self._said:
            self._said = said
            self.refresh()

    def _items(self) -> list[Item]:
        colours = palette_of(self)
        return strip_items(self._now, colours, paused=self._paused, waiting=self._waiting)

    def segments(self, width: int) -> list[Segment]:
        segments: list[Segment] = []
        for text, style in fitted(self._items(), width):
            segments.append(Segment(" " if segments else "", None))
            segments.append(Segment(text, style))
        return segments


def strip_items(now: Situation, colours: Palette, *, paused: bool, waiting: int) -> list[Item]:
    """The status strip as items, from left to right."""
    items: list[Item] = [(2, "stormdesk", "", colours.accent)]
    if now.hello:
        name = paint(now.hello.territory[:60]).text
        items.append((3, cut(name, 30), cut(name, 14), colours.strong))
    if now.exercise:
        items.append((20, " EXERCISE ", " EXERCISE ", colours.alarm))
    if paused:
        items.append(
            (19, f" PAUSED · {waiting:,} waiting ", f" PAUSED {waiting:,} ", colours.alarm)
        )
    if now.storm:
        items.append((18, f" {STORM} ", " !! STORM ", colours.alarm))
    if now.status:
        items += _figures(now.status, now.zone, colours)
    if now.link.state == "connected":
        feeds = now.status.feeds if now.status else ()
        bad = sum(feed.bad for feed in feeds)
        if bad:
            words = bad_lines(bad)
            items.append((10, words, f"{bad:,} bad", colours.strong))
        items.append(_feeds(feeds, colours))
        if now.status and now.status.silent_since:
            words = silence(now.status.silent_since, now.zone)
            items[-1] = (17, f"! {words}", "! silent", colours.label("hazard"))
    else:
        items.append(
            (18, f"× desk {now.link.state}", f"×{now.link.state}", colours.label("hazard"))
        )
    return items


def _figures(status: DeskStatus, zone: ZoneInfo | None, colours: Palette) -> list[Item]:
    items: list[Item] = []
    if status.clock:
        local = status.clock.astimezone(zone) if zone else status.clock
        items.append((15, f"{local:%a %d %b %H:%M:%S %Z}", f"{local:%H:%M:%S %Z}", colours.strong))
    quiet, loud = colours.text, colours.strong
    rate, backlog = f"{status.posts_per_minute:,.0f}", f"{status.backlog:,} backlog"
    waiting = status.waiting or status.cases
    cases = f"{waiting:,} case" + ("" if waiting == 1 else "s")
    behind = loud if status.backlog else quiet
    return [
        *items,
        (9, f"{rate} posts/min", f"{rate}/min", quiet),
        (5, f"{status.labelled:,} labelled", "", quiet),
        (8, backlog, backlog, behind),
        (10, f"{cases} waiting", cases, quiet),
        *([(12, f"!{status.late:,} late", f"!{status.late:,} late", loud)] if status.late else []),
        *_overloaded(status, colours),
        *_replies(status, colours),
    ]


def _replies(status: DeskStatus, colours: Palette) -> list[Item]:
    """Replies that are not out: somebody must look at them, or wait."""
    waits = status.outgoing.submitted
    asked = (
        [(11, f"{waits:,} to approve", f"{waits:,} to approve", colours.strong)] if waits else []
    )
    return [*asked, *_stuck(status, colours)]


def _stuck(status: DeskStatus, colours: Palette) -> list[Item]:
    sent = status.outgoing
    parts = [
        f"{count:,} {state}"
        for count, state in ((sent.unknown, "unknown"), (sent.failed, "failed"))
        if count
    ]
    if sent.held:
        parts.append(f"{sent.held:,} held")
    if not parts:
        return []
    loud = sent.unknown or sent.failed
    words = ", ".join(parts)
    many = sent.unknown + sent.failed + sent.held
    style = colours.alarm if loud else colours.strong
    return [
        (
            17 if loud else 12,
            f" replies: {words} ",
            f" {many:,} {'reply' if many == 1 else 'replies'} stuck ",
            style,
        )
    ]


def _overloaded(status: DeskStatus, colours: Palette) -> list[Item]:
    """That more comes in than is answered, and accounts that somebody should look at."""
    items: list[Item] = []
    stands = status.overload
    if stands is not None and stands.level == "overloaded":
        grows = f"+{max(0, stands.grows or 0):,.0f}/h"
        items.append((16, f" OVERLOADED {grows} · r6 ", f" OVERLOADED {grows} ", colours.alarm))
    if status.look_alikes:
        words = f"{status.look_alikes:,} look-alike" + ("" if status.look_alikes == 1 else "s")
        items.append((6, f"{words} · r5", "", colours.strong))
    return items


def _feeds(feeds: tuple[FeedHealth, ...], colours: Palette) -> Item:
    """The worst feed: how many are in its state, and how far it is behind."""
    if not feeds:
        return (11, "no feed", "no feed", colours.quiet)
    ranks = {state: rank for rank, state in enumerate(FEED_SIGNS)}
    worst = min((feed.state for feed in feeds), key=lambda state: ranks.get(state, -1))
    sign = FEED_SIGNS.get(worst, UNKNOWN)
    same = [feed for feed in feeds if feed.state == worst]
    lag = max(feed.lag_s for feed in feeds)
    named = f"{len(same)}/{len(feeds)} feeds {sign.word}" if len(feeds) > 1 else f"feed {sign.word}"
    when = again(same[0])
    if when:  # which, and when: one is enough to look for the others
        name = paint(feed_name(same[0].url)).text
        named = f"{cut(name, 24)} {sign.word}, {when}"
        short = f"{sign.glyph}{cut(name.partition(' ')[0], 10)} {when}"
        return (17, f"{sign.glyph} {named}", short, colours.of(sign, bold=True))
    late = f" {age_s(lag)} behind" if lag >= 1 else ""
    short = f" {age_s(lag)}" if lag >= 1 else ""
    return (
        11,
        f"{sign.glyph} {named}{late}",
        f"{sign.glyph}{sign.word}{short}",
        colours.of(sign, bold=True),
    )


def fitted(items: list[Item], width: int) -> list[tuple[str, Style]]:
    """As much as `width` cells hold: words are shortened, then left out, the least dear first."""
    shown = [(words, style) for _, words, _, style in items]
    order = sorted(range(len(items)), key=lambda at: items[at][0])
    steps = [(at, items[at][2]) for at in order] + [(at, "") for at in order]
    for at, shorter in steps:
        if sum(cell_len(words) + 1 for words, _ in shown if words) - 1 <= width:
            break
        shown[at] = (shorter, shown[at][1])
    return [(words, style) for words, style in shown if words]


class Head(Bar):
    """The line over a pane: its name and state at the left, words over its columns at the right."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._left: tuple[tuple[str, str], ...] = ()
        self._right = ""

    def show(self, left: tuple[tuple[str, str], ...], right: str = "") -> None:
        """Say `left`, as (words, kind) with kind name, quiet or alarm; `right` is set apart.

        A kind may have an action of the screen behind a colon, which a click on the words runs.
        """
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def _parts(self, width: int) -> list[tuple[str, str]]:
        """The words at the left as far as they fit, each with its kind."""
        parts, left = [], width - 2
        for words, kind in self._left:
            text = cut(words, max(0, left - 1))
            parts.append((text, kind))
            left -= cell_len(text) + 1
        return parts

    def segments(self, width: int) -> list[Segment]:
        colours = palette_of(self)
        styles = {"name": colours.accent, "quiet": colours.quiet, "alarm": colours.alarm}
        segments = [Segment("─ ", colours.faint)]
        left = width - 2
        for text, kind in self._parts(width):
            segments += [Segment(text, styles[kind.partition(":")[0]]), Segment(" ", None)]
            left -= cell_len(text) + 1
        room = left - cell_len(self._right) - 1
        if room < 0 or not self._right:
            return [*segments, Segment("─" * max(0, left), colours.faint)]
        line = Segment("─" * room + " ", colours.faint)
        return [*segments, line, Segment(self._right, colours.quiet)]

    async def on_click(self, event: events.Click) -> None:
        at = 2
        for text, kind in self._parts(self.size.width):
            action = kind.partition(":")[2]
            if at <= event.x < at + cell_len(text) and action:
                await self.app.run_action(action, self.screen)
                return
            at += cell_len(text) + 1


class Notice(Bar):
    """Words that are there only while there is something to say, in as many lines as they take."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._words = ""
        self.display = False

    def lines(self, width: int) -> list[str]:
        """What stands there: three lines at most, as a reason and what mends it come last."""
        room = max(1, width - 2)
        if cell_len(self._words) <= room:
            return [self._words]
        lines = [line.plain.rstrip() for line in Text(self._words).wrap(self.app.console, room)]
        rest = " ".join(lines[MOST_LINES - 1 :])
        return [*lines[: MOST_LINES - 1], *([cut(rest, room)] if rest else [])]

    def look(self) -> Style:
        """How the words look."""
        return palette_of(self).alarm

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport
        return len(self.lines(width))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self.lines(width)
        words = Segment(f" {lines[y]} " if y < len(lines) else "", self.look())
        return Strip([words]).adjust_cell_length(width).apply_style(self.rich_style)


class Banner(Notice):
    """Loud, while something is wrong with the wire."""

    def show(self, words: str) -> None:
        """Say `words`, or go."""
        if words != self._words:
            self._words = words
            self.display = bool(words)
            self.refresh(layout=True)


def storm_words(now: Situation) -> str:
    """What storm mode means now; nothing on a calm day."""
    status = now.status
    if status is None or not now.storm:
        return ""
    by = f" · switched on by {paint(status.mode_by[:40]).text}" if status.mode_by else ""
    left = f" · {status.skipped:,} left for later" if status.skipped else ""
    return f"{STORM}{by}{left} · S ends it"


def last_seen(clock: datetime | None, zone: ZoneInfo | None) -> str:
    """From when the content in view is."""
    if clock is None:
        return ""
    local = clock.astimezone(zone) if zone else clock
    return f" · in view: as of {local:%H:%M:%S %Z}"
