"""The monitor: the live feed, the outages or the queue, and the map."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widgets import Input

from desk.outages import ENDED
from desk.serving.protocol import Close, Fetch, Open, Page, Refused, Tick
from tui.keys import key
from tui.paint import cut, paint
from tui.screens.attached import Attached
from tui.situation import Situation
from tui.widgets.actline import ActLine
from tui.widgets.bars import Banner, Head, StatusStrip
from tui.widgets.feed import Feed
from tui.widgets.filterbar import FilterBar
from tui.widgets.keyline import KeyLine
from tui.widgets.outages import OutageList
from tui.widgets.queue import CaseQueue
from tui.widgets.territory import TerritoryMap
from tui.window import PAGE_ROWS, Window

NONE_S = 3.0
"""For how long a feed that follows says that there is no further hazard."""


class Monitor(Attached):
    """What an agent looks at all day; shows what the desk says and asks it for views."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # first of all keys, so that what is typed right behind it lands in the filter
        key("slash", "filter", "Filter", "Filter the feed", shown=True, face="/", always=True),
        key("space", "pause", "Pause", "Pause the view; again: to the newest", shown=True),
        key("f", "follow", "Follow", "Jump to the newest post and follow", shown=True),
        key("e", "hazard(1)", "Hazard", "To the next hazard", meaning="hazard.next", shown=True),
        key("E", "hazard(-1)", "Hazard before", "To the hazard before", meaning="hazard.previous"),
        key("c", "cases", "Cases", "Outages or queue of cases", shown=True),
        key("o", "outages", "Outages", "The outages: list and large map", shown=True),
        key(
            *("C", "case_list", "All cases", "The cases: list, conversation, reply"),
            meaning="cases.open",
            shown=True,
        ),
        key(
            *("a", "next_case", "Next", "Take the next case that needs an answer"),
            meaning="cases.next",
            shown=True,
        ),
        key("tab", "app.focus_next", "Pane", "To the next pane", meaning="pane.next"),
        key(
            "shift+tab", "app.focus_previous", "Pane", "To the pane before", meaning="pane.previous"
        ),
        key("escape", "back", "Back", "One level back; in the feed, clear the filter"),
    ]

    AUTO_FOCUS = "#feed"

    def __init__(self, now: Situation, query: str = "") -> None:
        super().__init__(now)
        self._asked: Window | None = None
        self._query = query
        self._none_at: int | None = None

    def compose(self) -> ComposeResult:
        yield StatusStrip("strip")
        yield Banner("banner")
        with Container(id="panes"):
            with Vertical(id="feed-pane"):
                yield Head("feed-head")
                yield Feed("feed")
                yield FilterBar(id="filter")
            with Container(id="side"):
                with Vertical(id="list-pane"):
                    yield Head("list-head")
                    yield OutageList("outages")
                    yield CaseQueue("queue")
                with Vertical(id="map-pane"):
                    yield Head("map-head")
                    yield TerritoryMap("map")
        yield ActLine("act-line")
        yield KeyLine("keyline")

    def on_mount(self) -> None:
        self.feed = self.query_one("#feed", Feed)
        self._filter = self.query_one("#filter", FilterBar)
        self.tell_link()
        self._tell()
        self.desk.listen()

    # What the desk says

    def held(self) -> tuple[bool, int]:
        return self.feed.paused, self.feed.waiting

    async def greet(self) -> None:
        """A desk has said what it is: open the view anew, the desk may be a new one."""
        hello = self.now.hello
        if hello is None:
            return
        self.feed.zone = self.now.zone
        self.feed.forget_strips()
        await self._open(self._query)
        self._tell()

    def tick(self, tick: Tick) -> None:
        """Show what has changed since the last tick."""
        self.tell_link()
        for change in tick.views:
            if change.view == self.feed.window.view:
                self.feed.window.take(change)
                self.feed.rows_came()
            elif self._asked is not None and change.view == self._asked.view:
                self._asked.take(change)
        self._tell()

    async def page(self, page: Page) -> None:
        """Rows have come: of the view in sight, or of the one that takes its place."""
        asked = self._asked
        if asked is not None and page.view == asked.view:
            asked.take(page)
            self._asked = None
            self._query = asked.query
            before = self.feed.window.view
            self.feed.show(asked)
            if before:
                await self.desk.link.send(Close(before))
            if self._filter.display:
                self._close_filter()
            self._tell()
        elif page.view == self.feed.window.view:
            self.feed.window.take(page)
            self.feed.window.answered()
            self.feed.page_came()

    async def refused(self, refused: Refused) -> None:
        """The desk can't do what was asked."""
        if refused.outage is not None:
            return
        if self._asked is not None and refused.view == self._asked.view:
            self._asked = None
            if self._filter.display:
                self._filter.refuse(refused.reason)
                return
            if self._query:
                await self._open("")
        elif refused.view == self.feed.window.view:
            self.feed.window.answered()
        elif refused.view is not None:
            return  # of a view that was closed meanwhile
        self.app.notify(paint(refused.reason[:400]).text, severity="warning", markup=False)

    async def _open(self, query: str) -> None:
        """Ask for a view of its own number: rows of an older filter can't be taken for its rows."""
        if self._asked is not None:
            await self.desk.link.send(Close(self._asked.view))  # or it would stay open at the desk
        number = self.desk.number_view()
        self._asked = Window(number, query)
        await self.desk.link.send(Open(number, query, PAGE_ROWS))

    # What is in sight

    def _tell(self) -> None:
        now, feed = self.now, self.feed
        self.tell_strip()
        if now.hello:
            feed.say_waiting(paint(now.waiting_for()[:600]).text)
        self._tell_feed()
        if feed.paused:
            return
        outages = self.query_one("#outages", OutageList)
        queue = self.query_one("#queue", CaseQueue)
        ranked = now.ranked()
        outages.show(ranked, now.clock)
        queue.show(now.queue, now.clock)
        head = self.query_one("#list-head", Head)
        if self.has_class("-cases"):
            shown, waiting = len(now.queue), now.status.cases if now.status else 0
            counts = f"{shown:,} of {waiting:,}" if waiting > shown else f"{shown:,}"
            head.show((("Cases", "name"), (counts, "quiet")), "")
        else:
            ended = sum(row.outage.status in ENDED for row in ranked)
            counts = f"{len(ranked) - ended}" + (f" · {ended} ended" if ended else "")
            head.show((("Outages", "name"), (counts, "quiet")), outages.heading() + " ")
        if now.hello:
            self.query_one("#map", TerritoryMap).show(now.hello, now.worst())
            self.query_one("#map-head", Head).show(
                ((paint(now.hello.territory[:60]).text, "name"),)
            )

    def _tell_feed(self) -> None:
        feed = self.feed
        left = [("Feed", "name")]
        if self._query:
            left.append((f"filter: {cut(paint(self._query[:200]).text, 60)}", "alarm"))
        if feed.paused:
            left.append((f"PAUSED · {feed.waiting:,} waiting · space goes on", "alarm"))
        elif not feed.following:
            left.append(
                (
                    f"+{feed.waiting:,} new · f follows" if feed.waiting else "held · f follows",
                    "quiet",
                )
            )
        if self._none_at is not None and (feed.following or self._none_at == feed.cursor):
            left.append(("no further hazard at hand", "quiet"))
        self.query_one("#feed-head", Head).show(tuple(left), _posts(feed.window) + " ")

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self._tell)

    # What the agent does

    async def on_feed_wanted(self, event: Feed.Wanted) -> None:
        await self.desk.link.send(Fetch(self.feed.window.view, event.start, event.rows))

    def on_feed_changed(self, _event: Feed.Changed) -> None:
        self.tell_strip()
        self._tell_feed()

    async def on_feed_opened(self, event: Feed.Opened) -> None:
        await self.desk.open_post(event.post)

    async def on_case_queue_chosen(self, event: CaseQueue.Chosen) -> None:
        await self.desk.open_cases(event.case)

    async def on_outage_list_chosen(self, event: OutageList.Chosen) -> None:
        await self.desk.open_outage(event.row.outage.id)

    async def on_filter_bar_submitted(self, event: FilterBar.Submitted) -> None:
        if self.now.link.state == "connected":
            self._filter.wait()
            self.set_focus(self.feed)
            await self._open(event.text)
        else:
            self._filter.refuse("The desk is not there now: press enter again when it is back")

    async def on_filter_bar_left(self, _event: FilterBar.Left) -> None:
        await self._leave_filter()

    async def filter_by(self, query: str) -> None:
        """Show only what `query` lets through."""
        await self._open(query)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "filter" and isinstance(self.focused, Input):
            return False
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        self._filter.open(self._query)

    def action_pause(self) -> None:
        self.feed.pause(on=not self.feed.paused)
        self._tell()

    async def action_outages(self) -> None:
        await self.desk.open_outages()

    def action_follow(self) -> None:
        self.feed.follow()

    def action_hazard(self, step: int) -> None:
        found = self.feed.find("hazard", step)
        self._none_at = None if found else self.feed.cursor
        if self._none_at is not None and self.feed.following:
            self.set_timer(NONE_S, self._forget_none)
        self._tell_feed()

    def _forget_none(self) -> None:
        """While the feed follows, its cursor moves with it: only time ends what was said."""
        if self.feed.following:
            self._none_at = None
            self._tell_feed()

    def action_cases(self) -> None:
        was_in_list = isinstance(self.focused, OutageList | CaseQueue)
        cases = not self.has_class("-cases")
        self.set_class(cases, "-cases")
        outages, queue = self.query_one(OutageList), self.query_one(CaseQueue)
        outages.display, queue.display = not cases, cases
        if was_in_list:
            self.set_focus(queue if cases else outages)
        self._tell()

    async def action_case_list(self) -> None:
        await self.desk.open_cases()

    async def action_next_case(self) -> None:
        await self.desk.open_cases(take_next=True)

    async def action_back(self) -> None:
        if self._filter.display:
            await self._leave_filter()
        elif isinstance(self.focused, OutageList | CaseQueue):
            self.set_focus(self.feed)
        elif self._query:
            await self._open("")

    async def _leave_filter(self) -> None:
        """Close the line; rows that come for a filter that was asked for are not shown."""
        self._close_filter()
        asked = self._asked
        if asked is not None and self.feed.window.view:
            self._asked = None
            await self.desk.link.send(Close(asked.view))

    def _close_filter(self) -> None:
        self._filter.display = False
        self.set_focus(self.feed)


def _posts(window: Window) -> str:
    posts = f"{window.found:,} labelled post" + ("" if window.found == 1 else "s")
    return f"{posts} · counting…" if window.counting else posts
