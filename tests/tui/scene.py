"""The app at a wire of the test's own: keys go in, and what a person would see comes out."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from rich.console import Console
from rich.segment import Segment
from textual import events
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.keys import _character_to_key
from textual.pilot import Pilot

from desk.serving.protocol import FromDesk, FromScreen
from tui.link import LinkState

PATIENCE_S = 20.0
FRAME_S = 1 / 60
HOPS = 40
"""Turns of the event loop in which a key gets from the terminal to its action."""
KEY_CHARS = {"space": " ", "slash": "/", "colon": ":", "question_mark": "?"}
Asked = TypeVar("Asked", bound=FromScreen)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds that another process brings about."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - there is no event for what a person would see
            await asyncio.sleep(0.02)


class HandWire:
    """A wire whose other end is the test: it says what it is told to, and keeps what it heard."""

    def __init__(self) -> None:
        self.heard: list[FromScreen] = []
        self.closed = False
        self._said: asyncio.Queue[FromDesk | LinkState | None] = asyncio.Queue()

    async def messages(self) -> AsyncIterator[FromDesk | LinkState]:
        while (message := await self._said.get()) is not None:
            yield message

    async def send(self, message: FromScreen) -> None:
        self.heard.append(message)

    async def close(self) -> None:
        self.closed = True
        self.say(None)

    def say(self, *messages: FromDesk | LinkState | None) -> None:
        for message in messages:
            self._said.put_nowait(message)


class Sight:
    """An app at such a wire, and what a person would see of it."""

    def __init__(self, wire: HandWire, app: App[None], pilot: Pilot[None]) -> None:
        self.wire = wire
        self.app = app
        self.pilot = pilot

    async def settle(self) -> None:
        """Until everything that was said and asked has been heard and painted."""
        for _ in range(2):
            for _ in range(HOPS):
                await asyncio.sleep(0)
            await self.pilot._wait_for_screen()
            await asyncio.sleep(FRAME_S)

    async def press(self, *keys: str) -> None:
        """Press keys by their names, each after what the one before it set going.

        Faster than a pilot, which waits for an idle processor.
        """
        for name in keys:
            self.strike(name)
            await self.heard()
        await self.settle()

    async def heard(self) -> None:
        """Until a key has done its work: turns of the loop alone are too few on a busy machine."""
        for _ in range(2):
            for _ in range(HOPS):
                await asyncio.sleep(0)
            await self.pilot._wait_for_screen()

    def strike(self, name: str) -> None:
        """Send a key and wait for nothing."""
        driver = self.app._driver
        assert driver is not None
        key = name if name.isalnum() or len(name) > 1 else _character_to_key(name)
        event = events.Key(key, name if len(name) == 1 else KEY_CHARS.get(name))
        event.set_sender(self.app)
        driver.send_message(event)

    async def say(self, *messages: FromDesk | LinkState) -> None:
        self.wire.say(*messages)
        await self.settle()

    async def resize(self, columns: int, rows: int) -> None:
        await self.pilot.resize_terminal(columns, rows)
        await self.settle()

    def segments(self) -> list[list[Segment]]:
        """What is painted, line by line."""
        width, height = self.app.size
        compositor = self.app.screen._compositor
        update = compositor.render_update(full=True, screen_stack=self.app._background_screens)
        assert isinstance(update, LayoutUpdate)
        console = Console(width=width, height=height, file=io.StringIO(), legacy_windows=False)
        lines = console.render_lines(update, pad=True)[:height]
        return [[segment for segment in line if not segment.control] for line in lines]

    def lines(self) -> list[str]:
        """The screen as text, line by line."""
        return ["".join(segment.text for segment in line) for line in self.segments()]

    def underlined(self) -> list[str]:
        """Words that are marked."""
        found = (segment for line in self.segments() for segment in line)
        return [part.text for part in found if part.style and part.style.underline]

    def screen(self) -> str:
        """The screen on top, by its kind."""
        return type(self.app.screen).__name__

    def focus(self) -> str | None:
        """Where the keys go, by its id."""
        return self.app.focused.id if self.app.focused else None

    def text(self) -> str:
        return "\n".join(self.lines())

    def asked(self, kind: type[Asked]) -> list[Asked]:
        """What the app has asked the desk for, of one kind."""
        return [message for message in self.wire.heard if isinstance(message, kind)]
