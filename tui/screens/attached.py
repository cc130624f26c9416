"""Screens that hear the desk: their strip and banner, and what each does with what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.screen import Screen
from textual.timer import Timer

from desk.serving.outage_messages import Acted, OutageDetail
from desk.serving.protocol import Detail, FromDesk, Hello, Page, Refused, Tick
from tui.link import LinkState
from tui.paint import paint
from tui.reasons import Reasons
from tui.screens.sized import Sized
from tui.situation import Situation
from tui.widgets.actline import ActLine
from tui.widgets.bars import Banner, StatusStrip, last_seen, storm_words

if TYPE_CHECKING:
    from tui.app import StormdeskApp

SAID_S = 30.0
"""How long what was done stands over the keys."""


class Attached(Reasons, Sized, Screen[None]):
    """The base of the monitor and the screens over it; `now` is what the desk has last said.

    A screen hears everything from when it is mounted on, also while another one is over it. Each
    has an ActLine, in which it says what was done, and why a key does nothing now.
    """

    _once = False
    _going: Timer | None = None

    def __init__(self, now: Situation) -> None:
        super().__init__()
        self.now = now

    @property
    def desk(self) -> StormdeskApp:
        """The app, which has the wire."""
        return cast("StormdeskApp", self.app)

    async def hear(self, message: FromDesk | LinkState) -> None:
        """Do what a message of the desk, or of the wire itself, asks for."""
        match message:
            case Tick():
                self.tick(message)
            case Page():
                await self.page(message)
            case Hello():
                self.unsay()  # what could not be done without the desk
                await self.greet()
            case Refused():
                await self.refused(message)
            case OutageDetail():
                self.outage_detail(message)
            case Acted():
                self.acted(message)
            case Detail():
                self.post_detail(message)
            case LinkState():
                self.tell_link()
            case _:
                pass

    def held(self) -> tuple[bool, int]:
        """Whether the view is paused, and how many posts wait then."""
        return False, 0

    def tell_link(self) -> None:
        """Say how the wire does; what was in view stays."""
        link, now = self.now.link, self.now
        words = {
            "connecting": "Attaching to the desk…" if now.status else "",
            "connected": "",
            "lost": link.reason or "The desk is gone: trying again…",
            "failed": link.reason or "The desk is gone.",
        }[link.state]
        seen = last_seen(now.clock, now.zone) if words else ""
        if link.state == "connected":
            late = now.calls.words() or now.late_feeds()
            words = now.failed_feeds() or late or storm_words(now)
        self.query_one(Banner).show(paint(words[:400]).text + seen)
        self.set_class(now.stale and now.status is not None, "-stale")
        self.tell_strip()

    def tell_strip(self) -> None:
        """Say how things stand."""
        paused, waiting = self.held()
        self.query_one(StatusStrip).show(self.now, paused=paused, waiting=waiting)

    def say(self, words: str, *, refused: bool = False) -> None:
        """Say `words`, painted, over the keys; what was said long ago would be taken for new."""
        self._once = False
        if self._going is not None:
            self._going.stop()
        self._going = self.set_timer(SAID_S, self._go) if words else None
        self.query_one(ActLine).show(words, refused=refused)

    def _go(self) -> None:
        self.say("")

    def say_once(self, words: str, *, refused: bool = False) -> None:
        """Say `words` until the next key that does something."""
        self.say(words, refused=refused)
        self._once = True

    def unsay(self) -> None:
        """Take back what was said once, if that still stands there."""
        if self._once:
            self.say("")

    async def greet(self) -> None:
        """A desk has said what it is: what was asked of it before must be asked anew."""

    def tick(self, tick: Tick) -> None:
        """Show what has changed since the last tick."""

    async def page(self, page: Page) -> None:
        """Rows of a view have come."""

    async def refused(self, refused: Refused) -> None:
        """The desk can't do what was asked."""

    def outage_detail(self, detail: OutageDetail) -> None:
        """An outage has come whole."""

    def post_detail(self, detail: Detail) -> None:
        """A post has come whole."""

    def acted(self, acted: Acted) -> None:
        """Something was done to an outage from here."""
