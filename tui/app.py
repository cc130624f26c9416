"""The app: hears the desk, and shows what it says on the screens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from textual.app import SystemCommand
from textual.screen import Screen

from desk.serving.case_messages import Attach, Role
from desk.serving.outage_messages import Acted
from desk.serving.protocol import Detail, FromDesk, Hello, Read, Tick
from rules import LABELS
from tui.choices import ChoicesFile
from tui.frame import Frame
from tui.link import Link, LinkState
from tui.screens.attached import Attached
from tui.screens.monitor import Monitor
from tui.screens.outage import OutageScreen
from tui.screens.outages import OutagesScreen
from tui.screens.post import PostScreen
from tui.situation import Situation

DEEDS_HELD = 100
"""What was done at this screen and can be taken back with one key."""


class StormdeskApp(Frame):
    """A screen at a desk: it shows, asks and computes nothing.

    `link` is the wire to the desk, closed when the app ends; `query` is the first filter; `agent`
    is the name under which people at this screen act, in `role`; `choices` are that person's own.
    """

    def __init__(
        self,
        link: Link,
        *,
        query: str = "",
        agent: str = "agent",
        role: Role = "agent",
        choices: ChoicesFile | None = None,
    ) -> None:
        super().__init__(choices)
        self.link = link
        self.agent = agent
        self.role = role
        self.now = Situation()
        self.monitor = Monitor(self.now, query)
        self._views = 0
        self._deeds: list[str] = []

    def get_default_screen(self) -> Screen[None]:
        return self.monitor

    def listen(self) -> None:
        """Begin to hear the desk, once there is a monitor to show what it says."""
        self.run_worker(self._listen(), name="listen")

    async def on_unmount(self) -> None:
        await self.link.close()

    async def _listen(self) -> None:
        async for message in self.link.messages():
            await self.hear(message)

    async def hear(self, message: FromDesk | LinkState) -> None:
        """Show one message of the desk, or what has happened to the wire."""
        match message:
            case Tick():
                self.now.tick(message)
            case Hello():
                self.now.greet(message)
                self._deeds.clear()
                await self.link.send(Attach(self.agent, self.role))
            case LinkState():
                self.now.link = message
            case Acted():
                self._remember(message)
            case Detail():
                for sheet in self.screen_stack:
                    if isinstance(sheet, PostScreen):
                        sheet.detail(message)
            case _:
                pass
        for screen in self._attached():
            await screen.hear(message)

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
        self.push_screen(PostScreen(post, self.now))
        await self.link.send(Read(post))

    async def open_outage(self, outage: str) -> None:
        """Show the outage of this id."""
        await self.push_screen(OutageScreen(outage, self.now))

    async def open_outages(self) -> None:
        """Show the list and the large map of outages."""
        await self.push_screen(OutagesScreen(self.now))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every key of the screen by its name, and a filter for every label."""
        yield from super().get_system_commands(screen)
        if screen is self.monitor:
            for label in LABELS:
                only = partial(self.monitor.filter_by, f"label:{label}")
                yield SystemCommand(f"Filter {label}", f"Only posts labelled {label}", only)
