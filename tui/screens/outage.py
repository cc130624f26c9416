"""One outage: what is known of it, its evidence over time, what happened to it, its posts live."""

from __future__ import annotations

import math
import time
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from desk.outages import ENDED, OutageChange
from desk.serving.outage_messages import Acted, OutageDetail, ReadOutage
from desk.serving.protocol import Close, Fetch, Open, OutageRow, Page, Refused, Tick
from tui.keys import key
from tui.paint import cut, paint
from tui.screens.acting import Acting
from tui.situation import Situation
from tui.widgets.actline import ActLine
from tui.widgets.bars import Banner, Head, StatusStrip
from tui.widgets.facts import Facts
from tui.widgets.feed import Feed, is_hazard
from tui.widgets.keyline import KeyLine
from tui.widgets.panes import Pane, Panes
from tui.widgets.story import Story
from tui.widgets.timeline import Timeline
from tui.window import PAGE_ROWS, Window

ASK_AGAIN_S = 1.0
"""An outage that changes is asked for again, so often at most."""


class OutageScreen(Acting):
    """Stays on its outage whatever becomes of it, and says so."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            *("o", "into", "Merged into", "Open the outage that it was merged into"),
            meaning="outage.into",
            shown=True,
        ),
        key("f", "follow", "Follow", "Jump to the newest post and follow"),
        key("e", "hazard(1)", "Hazard", "To the next hazard", meaning="hazard.next"),
        key("E", "hazard(-1)", "Hazard before", "To the hazard before", meaning="hazard.previous"),
        key("tab", "app.focus_next", "Pane", "To the next pane", meaning="pane.next"),
        key(
            "shift+tab", "app.focus_previous", "Pane", "To the pane before", meaning="pane.previous"
        ),
        key("escape,q", "back", "Back", "One level back", shown=True),
    ]

    AUTO_FOCUS = "#outage-posts"

    def __init__(self, outage: str, now: Situation) -> None:
        super().__init__(now)
        self.outage = outage
        self._detail: OutageDetail | None = None
        self._community: str | None = None
        self._opened: Window | None = None
        self._opened_for: tuple[object, ...] = ()
        self._stale = True
        self._asked_s = -math.inf

    def compose(self) -> ComposeResult:
        yield StatusStrip("strip")
        yield Banner("banner")
        with Panes(id="outage-view"):
            with Pane(id="outage-known"):
                yield Facts("facts", self.now)
                yield Head("timeline-head")
                yield Timeline("timeline")
                yield Head("story-head")
                yield Story("story", self.now)
            with Pane(id="outage-posts-pane"):
                yield Head("outage-posts-head")
                yield Feed("outage-posts")
        yield ActLine("act-line")
        yield KeyLine("keyline")

    async def on_mount(self) -> None:
        self.feed = self.query_one(Feed)
        self.feed.zone = self.now.zone
        self.feed.say_waiting("asking the desk for its posts…")
        self.set_interval(ASK_AGAIN_S / 4, self._ask_again)
        self.tell_link()
        await self._begin()

    async def _begin(self) -> None:
        """Ask for the outage and its posts."""
        self._stale = True
        await self._ask_again()
        await self._open()
        self._tell()

    def at_hand(self) -> OutageRow | None:
        row = self.now.outages.get(self.outage)
        known = self.known
        if row is None and known is not None and self._detail is not None:
            return OutageRow(known, self._detail.place, ())
        return row

    @property
    def known(self) -> OutageChange | None:
        """The outage as the desk has last told of it."""
        row = self.now.outages.get(self.outage)
        if row is not None:
            return row.outage
        return self._detail.outage if self._detail else None

    # What the desk says

    async def greet(self) -> None:
        self.feed.zone = self.now.zone
        self.feed.forget_strips()
        await self._begin()

    def tick(self, tick: Tick) -> None:
        self.tell_link()
        for change in tick.views:
            if change.view == self.feed.window.view:
                self.feed.window.take(change)
                self.feed.rows_came()
            elif self._opened is not None and change.view == self._opened.view:
                self._opened.take(change)
        if any(row.outage.id == self.outage for row in tick.outages):
            self._stale = True
        reach = self._reach()
        if tick.outages and self._opened_for != reach:
            self._opened_for = reach  # at once: the next tick may come before the worker
            self.run_worker(self._open())
        self._tell()

    def outage_detail(self, detail: OutageDetail) -> None:
        if detail.id == self.outage:
            self._detail = detail
            self._tell()
        super().outage_detail(detail)

    async def page(self, page: Page) -> None:
        opened = self._opened
        if opened is not None and page.view == opened.view:
            opened.take(page)
            self._opened = None
            before = self.feed.window.view
            self.feed.show(opened)
            if before:
                await self.desk.link.send(Close(before))
        elif page.view == self.feed.window.view:
            self.feed.window.take(page)
            self.feed.window.answered()
            self.feed.page_came()
        self.feed.say_waiting("no post of it at hand: the store has older ones")
        self._tell()

    async def refused(self, refused: Refused) -> None:
        if self._opened is not None and refused.view == self._opened.view:
            self._opened = None
            self.feed.say_waiting(paint(refused.reason[:400]).text)
        elif refused.view is not None and refused.view == self.feed.window.view:
            self.feed.window.answered()
        else:
            await super().refused(refused)

    def acted(self, acted: Acted) -> None:
        super().acted(acted)
        self._stale = True

    # What is asked

    def _reach(self) -> tuple[object, ...]:
        """What decides which posts are its own: where it is, and whether it goes on."""
        known = self.known
        if known is None:
            return (self._community,)
        return self._community, known.communities, known.status in ENDED, known.merged_into

    async def _open(self) -> None:
        """Ask for its posts, as a view that stays live."""
        if self.now.link.state != "connected":
            return
        self._opened_for = self._reach()
        known = self.known
        self.feed.places = known is None or len(known.communities) > 1
        self.feed.forget_strips()
        if self._opened is not None:
            await self.desk.link.send(Close(self._opened.view))
        number = self.desk.number_view()
        self._opened = Window(number, "")
        query = f'outage:"{self.outage}"'
        if self._community is not None:
            name = self.now.name_of(self._community).replace('"', "")
            query += f' place:"{name}"'
        await self.desk.link.send(Open(number, query, PAGE_ROWS))

    async def _ask_again(self) -> None:
        """Ask for the outage, if it has changed, not more often than the desk should be asked.

        An answer that comes while the screen is being made is lost: it is asked for again.
        """
        now_s = time.monotonic()
        ready = (self._stale or self._detail is None) and now_s - self._asked_s >= ASK_AGAIN_S
        if ready and self.now.link.state == "connected":
            self._stale, self._asked_s = False, now_s
            await self.desk.link.send(ReadOutage(self.outage))

    # What is in sight

    def _tell(self) -> None:
        now, detail = self.now, self._detail
        self.query_one(Facts).show(self.known, waiting=detail is None)
        timeline, story = self.query_one(Timeline), self.query_one(Story)
        if detail is not None:
            timeline.show(detail.series, detail.history, now.zone)
            story.show(detail)
        self.query_one("#timeline-head", Head).show(
            (("Evidence", "name"),), timeline.heading() if timeline.size.width else ""
        )
        told = len(detail.history) if detail else 0
        places = len(detail.parts) if detail else 0
        counted = f"{places:,} place" + ("" if places == 1 else "s") + f" · {told:,} changes"
        self.query_one("#story-head", Head).show((("What happened", "name"), (counted, "quiet")))
        self._tell_feed()
        self.refresh_bindings()

    def _tell_feed(self) -> None:
        feed = self.feed
        left = [("Its posts", "name")]
        if self._community is not None:
            name = cut(paint(self.now.name_of(self._community)[:80]).text, 30)
            left.append((f"only {name} · esc all", "alarm"))
        if not feed.following:
            new = f"+{feed.waiting:,} new · f follows" if feed.waiting else "held · f follows"
            left.append((new, "quiet"))
        self.query_one("#outage-posts-head", Head).show(tuple(left), f"{feed.window.found:,} ")

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self._tell)

    # What the agent does

    async def on_feed_wanted(self, event: Feed.Wanted) -> None:
        await self.desk.link.send(Fetch(self.feed.window.view, event.start, event.rows))

    def on_feed_changed(self, _event: Feed.Changed) -> None:
        self._tell_feed()

    async def on_feed_opened(self, event: Feed.Opened) -> None:
        await self.desk.open_post(event.post)

    async def on_story_change_chosen(self, event: Story.ChangeChosen) -> None:
        await self.desk.open_post(event.post)

    async def on_story_part_chosen(self, event: Story.PartChosen) -> None:
        self._community = None if self._community == event.community else event.community
        await self._open()
        self._tell_feed()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        known = self.known
        if action == "into" and (known is None or known.merged_into is None):
            return "this outage was not merged into another"
        return super().why_not(action, parameters)

    async def action_into(self) -> None:
        known = self.known
        if known is not None and known.merged_into is not None:
            self.app.pop_screen()
            await self.desk.open_outage(known.merged_into)

    def action_follow(self) -> None:
        self.feed.follow()

    def action_hazard(self, step: int) -> None:
        self.feed.find(is_hazard, step)

    async def action_back(self) -> None:
        if self._community is not None:
            self._community = None
            await self._open()
            self._tell_feed()
        else:
            self.app.pop_screen()

    async def on_unmount(self) -> None:
        for window in (self.feed.window, self._opened):
            if window is not None and window.view:
                await self.desk.link.send(Close(window.view))
