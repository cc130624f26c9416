"""The app: hears the desk, and shows what it says on the screens."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from textual.app import SystemCommand
from textual.screen import Screen

from desk.serving.protocol import Detail, FromDesk, Hello, Page, Read, Refused, Tick
from rules import LABELS
from tui.frame import Frame
from tui.link import Link, LinkState
from tui.screens.monitor import Monitor
from tui.screens.post import PostScreen
from tui.situation import Situation


class StormdeskApp(Frame):
    """A screen at a desk: it shows, asks and computes nothing.

    `link` is the wire to the desk, closed when the app ends; `query` is the first filter.
    """

    def __init__(self, link: Link, *, query: str = "") -> None:
        super().__init__()
        self.link = link
        self.now = Situation()
        self.monitor = Monitor(self.now, query)

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
                self.monitor.tick(message)
            case Page():
                await self.monitor.page(message)
            case Hello():
                self.now.greet(message)
                await self.monitor.greet()
            case Refused():
                await self.monitor.refused(message)
            case Detail():
                for screen in self.screen_stack:
                    if isinstance(screen, PostScreen):
                        screen.detail(message)
            case LinkState():
                self.now.link = message
                self.monitor.tell_link()

    async def open_post(self, post: str) -> None:
        """Show the post of this id over the monitor."""
        self.push_screen(PostScreen(post, self.now))
        await self.link.send(Read(post))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every key of the screen by its name, and a filter for every label."""
        yield from super().get_system_commands(screen)
        if screen is self.monitor:
            for label in LABELS:
                only = partial(self.monitor.filter_by, f"label:{label}")
                yield SystemCommand(f"Filter {label}", f"Only posts labelled {label}", only)
