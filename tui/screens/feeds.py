"""The feeds: how each does, and, with enter, its records that were no posts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from desk.serving.feed_messages import FaultRow, FaultsTold, ReadFaults
from desk.serving.protocol import FromDesk, Hello, Tick
from tui.feed_words import feed_name
from tui.keys import key
from tui.link import LinkState
from tui.paint import paint, visible
from tui.reports.feeds_rows import feed_rows
from tui.screens.attached import Attached
from tui.screens.sheet import Sheet, hanging
from tui.signs import Palette
from tui.situation import Situation
from tui.widgets.actline import ActLine
from tui.widgets.bars import Banner, Head, StatusStrip
from tui.widgets.keyline import KeyLine
from tui.widgets.lines import palette_of
from tui.widgets.report_list import ReportList

if TYPE_CHECKING:
    from tui.app import StormdeskApp

RAW_CHARS = 4_096
RAW_LINES = 40


class FeedsScreen(Attached):
    """Every feed of the desk, the worst first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("n", "step(1)", "Next", "To the next feed", meaning="feeds.next", shown=True),
        key("N", "step(-1)", "Before", "To the feed before", meaning="feeds.previous"),
        key("escape,q", "back", "Back", "One level back", shown=True),
    ]

    AUTO_FOCUS = "#feeds"

    def compose(self) -> ComposeResult:
        yield StatusStrip("strip")
        yield Banner("banner")
        yield Head("feeds-head")
        yield ReportList("feeds")
        yield ActLine("act-line")
        yield KeyLine("keyline")

    def on_mount(self) -> None:
        self.list = self.query_one(ReportList)
        self.query_one("#feeds-head", Head).show(
            (("Feeds", "name"), ("enter shows records that were no posts", "quiet"))
        )
        self.tell_link()
        self._tell()

    async def greet(self) -> None:
        self._tell()

    def tick(self, tick: Tick) -> None:
        del tick
        self.tell_link()
        self._tell()

    def on_screen_resume(self) -> None:
        """What has happened meanwhile."""
        if self.is_mounted:
            self.tell_link()
            self._tell()

    def _tell(self) -> None:
        status = self.now.status
        if status is not None:
            self.list.show(feed_rows(status.feeds, status.silent_since, self.now.zone))

    async def on_report_list_opened(self, event: ReportList.Opened) -> None:
        await self.app.push_screen(FaultsScreen(self.now, event.row.opens))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action == "step" and len(self.now.status.feeds if self.now.status else ()) < 2:
            return "there is no other feed"
        return super().why_not(action, parameters)

    def action_step(self, step: int) -> None:
        self.list.opens(step)

    def action_back(self) -> None:
        self.app.pop_screen()


class FaultsScreen(Sheet):
    """The newest records of a feed that were no posts, as they came, made harmless."""

    def __init__(self, now: Situation, feed: str) -> None:
        super().__init__()
        self._now = now
        self._feed = feed
        self._told: FaultsTold | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._ask())

    async def _ask(self) -> None:
        await cast("StormdeskApp", self.app).link.send(ReadFaults(self._feed))

    async def hear(self, message: FromDesk | LinkState) -> None:
        """Show what the desk holds; ask again when it is there again."""
        if isinstance(message, FaultsTold) and message.feed == self._feed:
            self._told = message
            self.tell()
        elif isinstance(message, Hello):
            await self._ask()

    def tell(self) -> None:
        colours, text = palette_of(self), Text()
        if self._now.exercise:
            text.append(" EXERCISE ", colours.alarm)
            text.append(" ")
        text.append(f"Bad records of {paint(feed_name(self._feed)).text}\n", colours.accent)
        if self._told is None:
            text.append("\nasking the desk…", colours.quiet)
        elif not self._told.faults:
            text.append("\nNo bad record has come from this feed.", colours.text)
        else:
            shown = f"the newest {len(self._told.faults):,}, as they came; control characters"
            text.append(f"{shown} are pictures\n", colours.quiet)
            for fault in self._told.faults:
                self._one(text, fault, colours)
        self.say(text)

    def _one(self, text: Text, fault: FaultRow, colours: Palette) -> None:
        at = _moment(fault.at, self._now)
        text.append(f"\n{at} ", hanging(colours.quiet, 2))
        text.append(f"{paint(fault.place).text}\n", colours.strong)
        text.append("  ", hanging(colours.text, 4))
        text.append(f"{paint(fault.reason).text}\n", colours.text)
        for line in visible(fault.raw[:RAW_CHARS]).split("\n")[:RAW_LINES]:
            text.append("  ", hanging(colours.quiet, 4))
            text.append(f"{line}\n", colours.quiet)


def _moment(at: str, now: Situation) -> str:
    """The desk's clock when a record came; it may have had none yet."""
    try:
        local = datetime.fromisoformat(at)
    except ValueError:
        return "before any post"
    return f"{local.astimezone(now.zone) if now.zone else local:%a %d %b %H:%M:%S}"
