"""The app: hears the desk, and shows what it says on the screens."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import ClassVar

from textual import events
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from desk.garbage import set_up
from desk.serving.case_messages import Attach, CaseActed, Role
from desk.serving.outage_messages import Acted
from desk.serving.protocol import Detail, FromDesk, Hello, Read, Refused, Tick
from desk.serving.reply_messages import AnnouncementChecked, FilledMacro, Macros
from tui.case_words import LATE
from tui.choices import ChoicesFile
from tui.destinations import destinations
from tui.drafts import Drafts
from tui.frame import Frame
from tui.kept import Kept
from tui.keys import key
from tui.link import Link, LinkState
from tui.paint import paint
from tui.screens.announcement_editor import AnnouncementEditor
from tui.screens.announcements import AnnouncementsScreen
from tui.screens.attached import Attached
from tui.screens.cases import CasesScreen
from tui.screens.everybody import Everybody
from tui.screens.feeds import FaultsScreen, FeedsScreen
from tui.screens.macros import MacroSheet
from tui.screens.monitor import Monitor
from tui.screens.outage import OutageScreen
from tui.screens.outages import OutagesScreen
from tui.screens.over import Over
from tui.screens.post import PostScreen
from tui.screens.settings import SettingsScreen
from tui.screens.warnings import WarningsScreen
from tui.situation import Situation
from tui.typed_ahead import PATIENCE_S, TypedAhead

WARM_S = 2.0
"""So long after the start the monitor is there, and mostly nobody has asked for more."""
SWITCH_S = 0.001
"""What is painted is written by a thread of its own: so long it may wait for its turn, not 5 ms."""
DEEDS_HELD = 100
"""What was done at this screen and can be taken back with one key."""


class StormdeskApp(Frame):
    """A screen at a desk: it shows, asks and computes nothing.

    `link` is the wire to the desk, closed when the app ends; `query` is the first filter; `agent`
    is the name under which people at this screen act, in `role`; `choices` are that person's own.
    Who is `alone` at a desk of their own may do what a lead may, but is not called as one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            *("exclamation_mark", "late", "Late"),
            "The cases whose promise is broken; ends the call of the lead",
            face="!",
        ),
    ]

    def __init__(
        self,
        link: Link,
        *,
        query: str = "",
        agent: str = "agent",
        role: Role = "agent",
        choices: ChoicesFile | None = None,
        alone: bool = False,
    ) -> None:
        super().__init__(choices)
        self.alone = alone
        self.link = link
        self.agent = agent
        self.role = role
        self.now = Situation()
        self.kept = Kept()
        self.monitor = Monitor(self.now, query)
        self.cases = CasesScreen(self.now)
        self.post = PostScreen(self.now)
        self.drafts = Drafts()
        self.stirs = 0
        self._ahead = TypedAhead(self.post_message)
        self._views = 0
        self._deeds: list[str] = []

    def get_default_screen(self) -> Screen[None]:
        return self.monitor

    def on_ready(self) -> None:
        if not self.is_headless:
            set_up()
            sys.setswitchinterval(SWITCH_S)

    def listen(self) -> None:
        """Begin to hear the desk, once there is a monitor to show what it says."""
        self.install_screen(self.cases, "cases")
        self.install_screen(self.post, "post")
        self.run_worker(self._listen(), name="listen")
        self.set_timer(WARM_S, self._warm)

    def _warm(self) -> None:
        """Make what is opened most before somebody asks: that takes longer than to show it."""
        for screen in (self.cases, self.post):
            if not screen.is_running:
                self._register(self, screen)  # Textual 8.2.8 makes only screens that are shown

    async def on_unmount(self) -> None:
        await self.link.close()

    async def _listen(self) -> None:
        async for message in self.link.messages():
            await self.hear(message)

    def _stir(self) -> None:
        self.stirs = (self.stirs or 0) + 1

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._stir()
        if not self._ahead.holds(event):
            await super().on_event(event)

    def wait_for_case(self) -> None:
        """The next case is asked for: what is typed from here on is for that one."""
        self._ahead.waits = True
        self.set_timer(PATIENCE_S, self._let_go)

    def _let_go(self) -> None:
        if self._ahead.waits:
            self.run_worker(self._ahead.let_go(), group="ahead", exclusive=True)

    async def hear(self, message: FromDesk | LinkState) -> None:
        """Show one message of the desk, or what has happened to the wire."""
        if not self.is_running:
            return  # the screens are being taken apart
        self._stir()
        match message:
            case Tick():
                self.now.tick(message)
                self.kept.told(message.outages)
                self._call()
            case Hello():
                self.now.greet(message)
                self._deeds.clear()
                await self.link.send(Attach(self.agent, self.role))
            case LinkState():
                self.now.link = message
            case Acted():
                self._remember(message)
            case Detail():
                self.post.detail(message)
            case _:
                pass
        await self._tell_sheet(message)
        for screen in self._attached():
            await screen.hear(message)
        if isinstance(message, CaseActed | Refused | LinkState):
            self._let_go()
        if isinstance(message, LinkState) and isinstance(self.screen, Over):
            self.screen.look_below()

    def _call(self) -> None:
        """Call the lead for promises that are broken."""
        status = self.now.status
        if self.role != "lead" or self.alone or status is None:
            return
        if self.now.calls.told(status.late, time.monotonic()):
            self.bell()

    async def _tell_sheet(self, message: FromDesk | LinkState) -> None:
        """Sheets over a screen ask the desk themselves, and hear its answers."""
        sheet = self.screen
        if not sheet.is_mounted:
            return
        if isinstance(sheet, MacroSheet | Everybody) and isinstance(message, Hello):
            await sheet.ask_again()
        elif isinstance(sheet, MacroSheet) and isinstance(message, Macros):
            sheet.fill(message)
        elif isinstance(sheet, AnnouncementEditor) and isinstance(message, AnnouncementChecked):
            sheet.checked(message)
        elif isinstance(sheet, Everybody | WarningsScreen | FaultsScreen):
            await sheet.hear(message)

    def _attached(self) -> Iterator[Attached]:
        """The screens that hear the desk and are there, the lowest first."""
        for screen in list(self.screen_stack):
            if isinstance(screen, Attached) and screen.is_mounted:
                yield screen

    def number_view(self) -> int:
        """The number of a new view: rows of an older one can't be taken for its rows."""
        self._views += 1
        return self._views

    # What was done from here

    def _remember(self, acted: Acted) -> None:
        outage = acted.act.outage
        if acted.act.kind != "undo":
            self._deeds.append(outage)
            del self._deeds[:-DEEDS_HELD]
        elif outage in self._deeds:
            at = len(self._deeds) - 1 - self._deeds[::-1].index(outage)
            del self._deeds[at]

    def last_deed(self) -> str | None:
        """The outage to which something was done last from here, and not taken back."""
        return self._deeds[-1] if self._deeds else None

    def did(self, outage: str) -> bool:
        """Whether something was done to an outage from here, and not taken back."""
        return outage in self._deeds

    # What is opened

    async def open_post(self, post: str) -> None:
        """Show the post of this id over the screen."""
        if self.post in self.screen_stack:
            while self.screen is not self.post:
                self.pop_screen()
        self.post.begin(post)
        if self.screen is not self.post:
            self.push_screen(self.post)
        await self.link.send(Read(post))

    async def open_monitor(self) -> None:
        """Go back to the monitor from wherever this is."""
        while self.screen is not self.monitor:
            self.pop_screen()

    async def open_outage(self, outage: str) -> None:
        """Show the outage of this id."""
        await self.push_screen(OutageScreen(outage, self.now))

    async def open_outages(self) -> None:
        """Show the list and the large map of outages."""
        await self.push_screen(OutagesScreen(self.now))

    async def open_cases(
        self, case: str = "", *, take_next: bool = False, filter_: str = ""
    ) -> None:
        """Show the cases: one of them open, the next that needs an answer taken, or filtered."""
        if take_next:
            self.wait_for_case()
        shown = self.cases
        if shown not in self.screen_stack:
            await self.push_screen(shown)
            await shown.begin(filter_)
        else:
            while self.screen is not shown:
                self.pop_screen()
            if filter_:
                await shown.filter_by(filter_)
        if case:
            await shown.show_case(case)
        if take_next:
            await shown.action_next()

    async def action_late(self) -> None:
        """Show the cases whose promise is broken; a lead who was called has looked."""
        self.now.calls.look(time.monotonic())
        await self.open_cases()
        await self.cases.action_tab(LATE)

    async def action_reports(self) -> None:
        """Show the reports."""
        from tui.screens.reports import ReportsScreen  # its charts cost start-up time

        await self.push_screen(ReportsScreen(self.now))

    async def action_settings(self) -> None:
        """Show the settings."""
        await self.push_screen(SettingsScreen(self.now))

    async def action_warnings(self) -> None:
        """Show the official warnings."""
        await self.push_screen(WarningsScreen(self.now))

    async def action_feeds(self) -> None:
        """Show how the feeds do."""
        await self.push_screen(FeedsScreen(self.now))

    async def open_announcements(self) -> None:
        """Show the messages to everybody."""
        await self.push_screen(AnnouncementsScreen(self.now))

    async def answer_everybody(self, outage: str) -> None:
        """Find a macro for everybody of an outage, and show who would get it."""
        row = self.now.outages.get(outage)
        place = paint((row.place if row else outage)[:60]).text
        loop = row is not None and row.outage.status == "restored"

        def answered(words: str | None) -> None:
            screen = self.screen
            if words and isinstance(screen, Attached):
                screen.say(words)

        def taken(macro: object) -> None:
            if isinstance(macro, FilledMacro):
                sheet = Everybody(self.link, outage, place, macro, self.agent, loop=loop)
                self.push_screen(sheet, answered)

        await self.push_screen(
            MacroSheet(f"A macro for all in {place}", self.link, "", outage, people=True), taken
        )

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every key of the screen by its name, and every place to go."""
        yield from super().get_system_commands(screen)
        yield from destinations(self)
