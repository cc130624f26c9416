"""The monitor: the live feed, the outages or the queue, and the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from desk.outages import ENDED
from desk.serving.protocol import Close, Fetch, Open, OutageRow, Page, Refused, Row, Tick
from tui.feed_words import usual_words
from tui.monitor_keys import MONITOR_KEYS
from tui.outage_order import ORDERS, ordered, steady
from tui.paint import cut, paint
from tui.screens.keeping import Keeping
from tui.screens.narrowing import Narrowing
from tui.screens.switching import Switching
from tui.signs import MARK, PIN, status_rank
from tui.situation import Situation
from tui.widgets.actline import ActLine
from tui.widgets.bars import Banner, Head, StatusStrip
from tui.widgets.feed import Feed, is_hazard, is_urgent
from tui.widgets.filterbar import FilterBar
from tui.widgets.keyline import KeyLine
from tui.widgets.outages import OutageList
from tui.widgets.panes import Pane, Panes
from tui.widgets.pinned import PinnedPosts
from tui.widgets.queue import CaseQueue
from tui.widgets.territory import TerritoryMap
from tui.widgets.warning_line import WarningLine
from tui.window import PAGE_ROWS, Window

VAST = 160
"""Columns from which outages and cases stand over the map together."""
NONE_S = 3.0
"""For how long a feed that follows says that there is no further hazard."""


class Monitor(Keeping, Narrowing, Switching):
    """What an agent looks at all day; shows what the desk says and asks it for views."""

    BINDINGS: ClassVar[list[BindingType]] = MONITOR_KEYS

    AUTO_FOCUS = "#feed"

    def __init__(self, now: Situation, query: str = "") -> None:
        super().__init__(now)
        self._asked: Window | None = None
        self._asked_anew = self._asked_typed = False
        self.query_words = query
        self._live = Window(0, "")
        """What the filter lets through, also while the marked posts alone are in sight."""
        self._none_at: tuple[int, str] | None = None
        self._order = 0
        self._stood: list[OutageRow] = []
        self._kept_shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield StatusStrip("strip")
        yield Banner("banner")
        yield WarningLine("warning-line")
        with Panes(id="panes"):
            with Pane(id="feed-pane"):
                yield Head("pinned-head")
                yield PinnedPosts("pinned")
                yield Head("feed-head")
                yield Feed("feed")
                yield FilterBar(id="filter")
            with Panes(id="side"):
                with Pane(id="list-pane"):
                    yield Head("list-head")
                    yield OutageList("outages")
                    yield Head("queue-head")
                    yield CaseQueue("queue")
                with Pane(id="map-pane"):
                    yield Head("map-head")
                    yield TerritoryMap("map")
        yield ActLine("act-line")
        yield KeyLine("keyline")

    def on_mount(self) -> None:
        self.feed = self.query_one("#feed", Feed)
        self._filter = self.query_one("#filter", FilterBar)
        self.pinned = self.query_one(PinnedPosts)
        self.show_kept()
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
        self.feed.zone = self.pinned.zone = self.now.zone
        self.feed.forget_strips()
        self.pinned.forget_strips()
        await self._open(self.query_words)
        self._tell()

    def tick(self, tick: Tick) -> None:
        """Show what has changed since the last tick."""
        self.tell_link()
        for change in tick.views:
            if change.view == self._live.view:
                self._live.take(change)
                if self.feed.window is self._live:
                    self.feed.rows_came()
            elif self._asked is not None and change.view == self._asked.view:
                self._asked.take(change)
        self._tell()

    async def page(self, page: Page) -> None:
        """Rows have come: of the view in sight, or of the one that takes its place."""
        asked = self._asked
        if asked is not None and page.view == asked.view:
            asked.take(page)
            self._asked = self._none_at = None
            self._remember_filter(asked.query)
            self.query_words = asked.query
            before = self._live.view
            self._live, self.only_marked = asked, False
            self.feed.show(asked)
            self._tell()
            self.refresh_bindings()
            if before:
                await self.desk.link.send(Close(before))
        elif page.view == self._live.view:
            self._live.take(page)
            self._live.answered()
            self.feed.page_came()

    def _remember_filter(self, query: str) -> None:
        """What was in sight before, as a way back; not where the desk alone has begun anew."""
        before = self.query_words
        if query == before or not self._live.view or not self._asked_anew:
            return

        async def back() -> None:
            await self._open(before)

        self.kept.did(f"filter: {cut(paint(query[:200]).text, 60) or 'none'}", back)

    async def refused(self, refused: Refused) -> None:
        """The desk can't do what was asked."""
        if refused.outage is not None:
            return
        asked = self._asked
        if asked is not None and refused.view == asked.view:
            typed, self._asked = self._asked_typed, None
            self._tell_feed()
            if typed:
                self._filter.open(asked.query)
                self._filter.refuse(refused.reason)
                return
            if self.query_words:
                await self._open("")
        elif refused.view == self._live.view:
            self._live.answered()
        elif refused.view is not None:
            return  # of a view that was closed meanwhile
        self.say_once(paint(refused.reason[:400]).text, refused=True)

    async def _open(self, query: str, *, anew: bool = False, typed: bool = False) -> None:
        """Ask for a view of its own number: rows of an older filter can't be taken for its rows.

        `anew` says that somebody wants it, and may want to go back; `typed`, that it may have to be
        mended.
        """
        if self._asked is not None:
            await self.desk.link.send(Close(self._asked.view))  # or it would stay open at the desk
        number = self.desk.number_view()
        self._asked, self._asked_anew, self._asked_typed = Window(number, query), anew, typed
        if anew:
            self._tell_feed()
        await self.desk.link.send(Open(number, self.asked_of_desk(query), PAGE_ROWS))

    # What is in sight

    def _tell(self) -> None:
        now, feed = self.now, self.feed
        self.tell_strip()
        self.query_one(WarningLine).show(now)
        if now.hello:
            feed.say_waiting(paint(now.waiting_for()[:600]).text)
        self._tell_feed()
        if feed.paused:
            return
        outages = self.query_one("#outages", OutageList)
        queue = self.query_one("#queue", CaseQueue)
        rows = self._outage_rows()
        outages.show(rows, now.clock)
        queue.show(now.queue, now.clock)
        self._tell_list(rows)
        if now.hello:
            self.query_one("#map", TerritoryMap).show(now.hello, now.worst())
            self.query_one("#map-head", Head).show(
                ((paint(now.hello.territory[:60]).text, "name:outages"),)
            )

    def _outage_rows(self) -> list[OutageRow]:
        """The outages in the order that was asked for, those that are pinned on top."""
        order = list(ORDERS)[self._order]
        rows = ordered(list(self.now.outages.values()), order) if self._order else self.now.ranked()
        if self.query_one(OutageList).has_focus and not self._order:
            rows = steady(rows, self._stood)  # who chooses a line must not chase it
        self._stood = rows
        return self.kept.first_pinned(rows)

    def _tell_list(self, rows: list[OutageRow]) -> None:
        """The heads of outages and cases, each a tab to click where only one is in sight."""
        now, outages = self.now, self.query_one("#outages", OutageList)
        ended = sum(row.outage.status in ENDED for row in rows)
        open_ = f"{len(rows) - ended}" + (f" · {ended} ended" if ended else "")
        shown, waiting = len(now.queue), now.status.cases if now.status else 0
        cases = f"{shown:,} of {waiting:,}" if waiting > shown else f"{shown:,}"
        case_head = [("Cases", "name:case_list"), (cases, "quiet")]
        order = [(f"by {list(ORDERS)[self._order]}", "quiet:order")] if self._order else []
        pinned = len(self.kept.outages)
        more = [*order, *([(f"{PIN}{pinned} pinned", "quiet")] if pinned else [])]
        left, right = [("Outages", "name:outages"), (open_, "quiet")], outages.heading() + " "
        if not self.vast and self.has_class("-cases"):
            left, right, more = case_head, "", [("· Outages", "quiet:cases")]
        elif not self.vast:
            more.insert(0, ("· Cases", "quiet:cases"))
        room = (
            outages.container_size.width - 3 - len(right) - sum(len(each[0]) + 1 for each in left)
        )
        for words, kind in more:  # what the columns are is worth more
            room -= len(words) + 1
            if room >= 0:
                left.append((words, kind))
        self.query_one("#list-head", Head).show(tuple(left), right)
        self.query_one("#queue-head", Head).show(tuple(case_head))

    def _tell_feed(self) -> None:
        feed = self.feed
        left = [("Feed", "name")]
        if self.only_marked:
            left.append((f"{MARK} marked posts alone · M all", "alarm:only_marked"))
        elif self.query_words:
            left.append((f"filter: {cut(paint(self.query_words[:200]).text, 60)}", "alarm:filter"))
        if self._waits():
            left.append(("asking the desk… · esc stays here", "quiet:back"))
        if feed.paused:
            left.append((f"PAUSED · {feed.waiting:,} waiting · space goes on", "alarm:pause"))
        elif not feed.following and not self.only_marked:
            new = f"+{feed.waiting:,} new · f follows" if feed.waiting else "held · f follows"
            left.append((new, "alarm:follow" if feed.waiting else "quiet:follow"))
        if self._none_at is not None and (feed.following or self._none_at[0] == feed.cursor):
            left.append((self._none_at[1], "quiet"))
        if not (self.headlines or self.only_marked):
            left.append(("· no headlines", "quiet:headlines"))
        usual = self.now.status.usual if self.now.status else None
        if usual is not None:
            loud = usual.level == "far more"
            left.append((usual_words(usual), "alarm" if loud else "quiet"))
        if self.kept.marks and not self.only_marked:
            left.append((f"{MARK}{len(self.kept.marks)}", "quiet:only_marked"))
        self.query_one("#feed-head", Head).show(tuple(left), _posts(feed.window) + " ")

    # What is kept at hand

    def show_kept(self) -> None:
        kept = self.kept
        self._kept_shown = kept.told_apart()
        self.feed.pinned, self.feed.marked = frozenset(kept.posts), frozenset(kept.marks)
        self.pinned.marked = frozenset(kept.marks)
        outages = self.query_one("#outages", OutageList)
        outages.pinned = frozenset(kept.outages)
        for list_ in (self.feed, self.pinned, outages):
            list_.forget_strips()
        if self.pinned.has_focus and not kept.posts:
            self.set_focus(self.feed)
        self.pinned.tell(list(kept.posts.values()))
        head = self.query_one("#pinned-head", Head)
        head.display = bool(kept.posts)
        head.show(((f"{PIN} Pinned", "name"), (f"{len(kept.posts)} · p takes away", "quiet")))
        if self.only_marked:
            self.feed.show(self.marked_window())
        self._tell()
        self.refresh_bindings()

    async def show_marked(self, *, on: bool) -> None:
        self.only_marked = on
        self.feed.show(self.marked_window() if on else self._live)
        self._tell()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= VAST, "-vast")
        self._show_lists()
        self.call_after_refresh(self._tell)

    @property
    def vast(self) -> bool:
        """Whether there is room for outages and cases at once."""
        return self.has_class("-vast")

    def _show_lists(self) -> None:
        """Outages or cases, or both where there is room."""
        cases = self.has_class("-cases")
        self.query_one(OutageList).display = self.vast or not cases
        self.query_one(CaseQueue).display = self.vast or cases
        self.query_one("#queue-head").display = self.vast

    def on_screen_resume(self) -> None:
        """What was pinned meanwhile on another screen."""
        if self.is_mounted and self._kept_shown != self.kept.told_apart():
            self.show_kept()

    # What the agent does

    async def on_feed_wanted(self, event: Feed.Wanted) -> None:
        if self.feed.window is self._live:
            await self.desk.link.send(Fetch(self._live.view, event.start, event.rows))

    def on_feed_changed(self, _event: Feed.Changed) -> None:
        self.tell_strip()
        self._tell_feed()

    async def on_feed_opened(self, event: Feed.Opened) -> None:
        await self.desk.open_post(event.post)

    async def on_pinned_posts_opened(self, event: PinnedPosts.Opened) -> None:
        await self.desk.open_post(event.post)

    async def on_territory_map_chosen(self, event: TerritoryMap.Chosen) -> None:
        """To the outage there in the list; a second click opens it."""
        outages = self.query_one("#outages", OutageList)
        rows = (row for row in outages.items if event.community in row.outage.communities)
        row = min(rows, key=lambda row: status_rank(row.outage.status), default=None)
        if row is None:
            return
        if outages.has_focus and outages.at_hand() == row:
            await self.desk.open_outage(row.outage.id)
            return
        if self.has_class("-cases"):
            self.action_cases()
        self.set_focus(outages)
        outages.go_to(row.outage.id)

    async def on_case_queue_chosen(self, event: CaseQueue.Chosen) -> None:
        await self.desk.open_cases(event.case)

    async def on_outage_list_chosen(self, event: OutageList.Chosen) -> None:
        await self.desk.open_outage(event.row.outage.id)

    async def on_filter_bar_submitted(self, event: FilterBar.Submitted) -> None:
        if self.now.link.state == "connected":
            self._close_filter()  # at once: the screen is laid out while the desk looks
            await self._open(event.text, anew=True, typed=True)
        else:
            self._filter.refuse("The desk is not there now: press enter again when it is back")

    async def on_filter_bar_left(self, _event: FilterBar.Left) -> None:
        await self._leave_filter()

    async def filter_by(self, query: str) -> None:
        """Show only what `query` lets through."""
        await self._open(query, anew=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if isinstance(self.focused, Input) and action == "filter":
            return False
        return super().check_action(action, parameters)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action == "follow" and self.feed.paused:
            return "the view is paused: space lets the new posts in"
        if action == "follow" and self.feed.following:
            return "the feed follows the newest posts already"
        if action == "order" and self.has_class("-cases") and not self.vast:
            return "cases have the order of the desk: c shows the outages"
        if action == "pause" and self.only_marked:
            return "the marked posts alone are in view: M shows all"
        if action in ("hazard", "hit") and not self.feed.count():
            return self.feed.empty()
        if action == "back" and self._nowhere_back():
            return "nothing to go back from: q leaves stormdesk"
        return super().why_not(action, parameters)

    def _nowhere_back(self) -> bool:
        in_feed = isinstance(self.focused, Feed)
        shown = self._filter.display or self.query_words or self.only_marked
        return in_feed and not (shown or self._waits())

    def _waits(self) -> bool:
        """Whether somebody waits for a filter that the desk was asked for."""
        return self._asked is not None and self._asked_anew and bool(self.feed.window.view)

    def action_filter(self) -> None:
        self._filter.open(self.query_words)

    def action_pause(self) -> None:
        self.feed.pause(on=not self.feed.paused)
        self._tell()

    async def action_outages(self) -> None:
        await self.desk.open_outages()

    def action_follow(self) -> None:
        self.feed.follow()

    def action_hazard(self, step: int) -> None:
        self._find(is_hazard, step, "no further hazard at hand")

    def action_hit(self, step: int) -> None:
        """To the next post that the filter lets through, or, without one, that may mean a life."""
        if self.query_words or self.only_marked:
            self._find(lambda _: True, step, "no further hit at hand")
        else:
            self._find(is_urgent, step, "nobody further in danger or at risk at hand")

    def _find(self, holds: Callable[[Row], bool], step: int, nothing: str) -> None:
        found = self.feed.find(holds, step)
        self._none_at = None if found else (self.feed.cursor, nothing)
        if self._none_at is not None and self.feed.following:
            self.set_timer(NONE_S, self._forget_none)
        self._tell_feed()

    def _forget_none(self) -> None:
        """While the feed follows, its cursor moves with it: only time ends what was said."""
        if self.feed.following:
            self._none_at = None
            self._tell_feed()

    def action_order(self) -> None:
        self._order, self._stood = (self._order + 1) % len(ORDERS), []
        self._tell()
        self.say_once(f"outages by {list(ORDERS)[self._order]}")

    def action_cases(self) -> None:
        """The other list; where both are in sight, the keys go to it."""
        was_in_list = isinstance(self.focused, OutageList | CaseQueue)
        outages, queue = self.query_one(OutageList), self.query_one(CaseQueue)
        cases = not (queue.has_focus if self.vast else self.has_class("-cases"))
        self.set_class(cases, "-cases")
        self._show_lists()
        if was_in_list or self.vast:
            self.set_focus(queue if cases else outages)
        self._tell()

    async def action_case_list(self) -> None:
        await self.desk.open_cases()

    async def action_next_case(self) -> None:
        await self.desk.open_cases(take_next=True)

    async def action_back(self) -> None:
        if self._filter.display:
            await self._leave_filter()
        elif not isinstance(self.focused, Feed):
            self.set_focus(self.feed)
        elif self._waits():
            await self._ask_no_more()
        elif self.only_marked:
            await self.show_marked(on=False)
        elif self.query_words:
            await self._open("", anew=True)

    async def _leave_filter(self) -> None:
        """Close the line; rows that come for a filter that was asked for are not shown."""
        self._close_filter()
        await self._ask_no_more()

    async def _ask_no_more(self) -> None:
        asked = self._asked
        if asked is not None and self.feed.window.view:
            self._asked = None
            self._tell_feed()
            await self.desk.link.send(Close(asked.view))

    def _close_filter(self) -> None:
        self._filter.display = False
        self.set_focus(self.feed)


def _posts(window: Window) -> str:
    posts = f"{window.found:,} labelled post" + ("" if window.found == 1 else "s")
    return f"{posts} · counting…" if window.counting else posts
