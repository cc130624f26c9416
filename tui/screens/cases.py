"""The cases: a list, the conversation of one, and the reply; what an agent works in."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.css.query import NoMatches
from textual.timer import Timer
from textual.widgets import Input, TextArea

from desk.serving.case_messages import CaseActed, CaseDetail, CaseRow, LeaveCase, OpenCase
from desk.serving.protocol import FromDesk, Refused, Tick
from desk.serving.reply_messages import Drafted, Macros, Replied, ReplyRefused
from tui.case_words import TABS
from tui.keys import key
from tui.link import LinkState
from tui.paint import paint
from tui.screens.case_acts import CaseActs
from tui.screens.case_keys import CASE_KEYS
from tui.screens.case_lists import FILTERS, CaseLists
from tui.screens.replying import Replying
from tui.situation import Situation
from tui.widgets.about import About
from tui.widgets.actline import ActLine
from tui.widgets.bars import Banner, Head, StatusStrip
from tui.widgets.case_head import CaseHead
from tui.widgets.case_table import CaseTable
from tui.widgets.conversation import Conversation
from tui.widgets.filterbar import FilterBar
from tui.widgets.keyline import KeyLine
from tui.widgets.panes import Pane, Panes
from tui.widgets.reply import ReplyPane
from tui.widgets.tabs import Tabs

THREE = 170
"""Columns from which what is known stands beside the conversation."""
FOLLOW_S = 0.12
"""How long the cursor stands on a case before it is opened beside the list."""
ROOMY = 34
"""Rows from which blank lines part what was written."""


class CasesScreen(CaseActs, Replying, CaseLists):
    """Acts and replies are for the case at hand, whatever moves in the list meanwhile.

    There is one, made once: it begins afresh each time that it is opened.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *CASE_KEYS,
        key(
            *("slash", "filter_cases", "Filter", "Filter the cases"),
            meaning="cases.filter",
            shown=True,
            face="/",
            always=True,
        ),
        *(
            key(
                *(str(number), f"tab({number})", f"Tab {name}", f"The list: {name}"),
                meaning=f"cases.tab.{number}",
                always=True,
            )
            for number, (name, _) in enumerate(TABS, 1)
        ),
        key(
            *("i", "about", "About", "What is known: the outage, other cases, notes, the journal"),
            meaning="cases.about",
            always=True,
        ),
        key("tab", "app.focus_next", "Pane", "To the next pane", meaning="pane.next"),
        key(
            "shift+tab", "app.focus_previous", "Pane", "To the pane before", meaning="pane.previous"
        ),
        key("escape,q", "back", "Back", "One level back", shown=True),
    ]

    AUTO_FOCUS = "#case-table"

    def __init__(self, now: Situation) -> None:
        super().__init__(now)
        self.detail: CaseDetail | None = None
        self._opened = ""
        self._follow: Timer | None = None
        self._begun = False
        self._made = asyncio.Event()

    def compose(self) -> ComposeResult:
        me = self.desk.agent
        yield StatusStrip("strip")
        yield Banner("banner")
        yield Tabs("case-tabs")
        with Panes(id="case-panes"):
            with Pane(id="case-list-pane"):
                yield CaseTable("case-table")
                yield FilterBar(id="filter", placeholder="filter the cases", words=FILTERS)
            with Pane(id="case-pane"):
                yield CaseHead("case-head", self.now, me)
                yield Head("thread-head")
                yield Conversation("conversation", self.now)
                yield ReplyPane("reply-pane")
            with Pane(id="about-pane"):
                yield Head("about-head")
                yield About("about", self.now, me)
        yield ActLine("act-line")
        yield KeyLine("keyline")

    def on_mount(self) -> None:
        try:
            self.table = self.query_one(CaseTable)
            self.thread = self.query_one(Conversation)
            self.reply = self.query_one(ReplyPane)
            self._filter = self.query_one(FilterBar)
            about = self.query_one("#about-head", Head)
        except NoMatches:
            return  # in an app that ends while this is made, all or some of it was never composed
        self.table.me = self.desk.agent
        about.show((("What is known", "name"),))
        self.tell_link()
        self._tell()
        self._made.set()

    async def begin(self, words: str) -> None:
        """Show the queue, or what of it `words` let through."""
        await self._made.wait()
        await self._rest()
        self._begun, self._words = True, words
        self.tell_link()
        await self.ask_list()
        self._tell()

    async def on_screen_suspend(self) -> None:
        """Another screen is in front, or this one was left."""
        if self not in self.app.screen_stack:
            await self._rest()

    async def _rest(self) -> None:
        """Know nothing any longer of what was done since the last beginning."""
        if not self._begun:
            return
        self._begun = False
        await self.leave_case()
        await self.leave_lists()
        self._stop_following()
        self._tab, self._words = 1, ""
        self._pending, self.answered_words = ("", ""), ""
        self.await_nothing()
        self.table.begin()
        self.thread.show(None)
        self.set_focus(self.table)
        self.remove_class("-case", "-about")
        self._filter.display = False
        self.say("")

    # What the desk says

    async def hear(self, message: FromDesk | LinkState) -> None:
        match message:
            case CaseDetail():
                await self._case_detail(message)
            case CaseActed():
                await self.case_acted(message)
            case Macros():
                self.macros_found(message)
            case Drafted():
                self.drafted(message)
            case Replied():
                await self.replied(message)
            case ReplyRefused():
                await self.reply_refused(message)
            case LinkState(state="lost" | "failed"):
                self.link_lost()
        await super().hear(message)

    async def greet(self) -> None:
        """The desk may be a new one: ask for the list and the case anew, and tell the drafts."""
        await self.ask_list()
        if self._opened:
            await self.desk.link.send(OpenCase(self._opened))
        await self.tell_drafts()

    def tick(self, tick: Tick) -> None:
        self.tell_link()
        self.take_windows(tick)
        self._tell()

    async def _case_detail(self, detail: CaseDetail) -> None:
        if detail.id == self._opened:
            self.detail = detail
            held = self.table.held
            if held is None or held.id == detail.id:
                self.table.hold(detail.case)
            self.case_came(detail)
            self._tell()
        self.act_on(detail)

    async def refused(self, refused: Refused) -> None:
        if refused.case is not None:
            self.say(paint(refused.reason[:400]).text, refused=True)
        else:
            self.list_refused(refused)

    # What is asked

    def at_hand(self) -> CaseRow | None:
        held, detail = self.table.held, self.detail
        if held is not None and detail is not None and detail.id == held.id:
            return detail.case or held
        return held

    async def show_case(self, case: str, row: CaseRow | None = None) -> None:
        """Open a case that may stand anywhere, or in no list here."""
        if row is None:
            self.table.wait()
            await self._open(case, None)
        else:
            self.table.hold(row)
            await self._open(case, row)
        self._enter()

    async def open_at_hand(self) -> None:
        """Open the case at hand, if it is not open."""
        row = self.table.held
        if row is not None:
            await self._open(row.id, row)

    async def _open(self, case: str, row: CaseRow | None) -> None:
        self._stop_following()
        if case == self._opened:
            return
        await self.keep_draft()
        self._opened = case
        self.detail = CaseDetail(case, row) if row is not None else None
        self.thread.show(None)
        await self.desk.link.send(OpenCase(case))
        self.reply_to(case)
        self._tell()

    async def leave_case(self) -> None:
        """Look at no case any longer."""
        if self._opened:
            await self.keep_draft()
            await self.desk.link.send(LeaveCase(self._opened))
            self._opened, self.detail = "", None

    @property
    def opened(self) -> str:
        """The id of the case that is open, empty where none is."""
        return self._opened

    # What is in sight

    @property
    def wide(self) -> bool:
        """Whether list and conversation stand side by side."""
        return self.has_class("-wide")

    def _tell(self) -> None:
        now, table = self.now, self.table
        table.clock(now.clock, now.zone)
        table.nothing = self.nothing()
        self.tell_tabs()
        if self.wide and table.held is not None and not self._opened and self._follow is None:
            self._follow_cursor()
        self.thread.nothing = "asking the desk…" if self._opened else "no case is open"
        detail = self.detail
        self.query_one(CaseHead).show(detail)
        about = self.query_one(About)
        about.nothing = self.thread.nothing if self._opened else ""
        about.show(detail)
        three = self.has_class("-three")
        self.thread.wish(journal=not three, spacious=self.size.height >= ROOMY)
        if detail is not None and (detail.posts or detail.case is None):
            self.thread.show(detail)
        self._tell_thread()
        self.tell_reply()

    def _tell_thread(self) -> None:
        unread = self.thread.unread
        left = [("Conversation", "name")]
        if unread:
            left.append((f"+{unread} new below · G", "alarm"))
        if self.table.astray() and self.detail is not None:
            left.append(("not among these lines", "quiet"))
        self.query_one("#thread-head", Head).show(tuple(left))

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= THREE, "-three")
        if event.size.width >= THREE:
            self.remove_class("-about")
        self.call_after_refresh(self._tell)

    def on_screen_resume(self) -> None:
        """What has happened meanwhile."""
        if self.is_mounted:
            self.tell_link()
            self._tell()

    # What the agent does

    def on_case_table_held(self, _event: CaseTable.Held) -> None:
        held = self.table.held
        if held is not None and held.id != self._opened and (self.wide or self._opened):
            self._follow_cursor()

    def _follow_cursor(self) -> None:
        self._stop_following()
        self._follow = self.set_timer(FOLLOW_S, self.open_at_hand)

    def _stop_following(self) -> None:
        if self._follow is not None:
            self._follow.stop()
            self._follow = None

    async def on_case_table_chosen(self, _event: CaseTable.Chosen) -> None:
        await self.open_at_hand()
        self._enter()

    def _enter(self) -> None:
        """To the conversation."""
        self.add_class("-case")
        self.remove_class("-about")
        self.set_focus(self.thread)

    async def on_conversation_chosen(self, event: Conversation.Chosen) -> None:
        await self.desk.open_post(event.post)

    async def on_about_case_chosen(self, event: About.CaseChosen) -> None:
        others = self.detail.others if self.detail else ()
        row = next((row for row in others if row.id == event.case), None)
        await self.show_case(event.case, row)

    async def on_about_outage_chosen(self, event: About.OutageChosen) -> None:
        await self.desk.open_outage(event.outage)

    def on_lines_moved(self) -> None:
        self._tell_thread()
        self.refresh_bindings()

    async def on_tabs_picked(self, event: Tabs.Picked) -> None:
        await self.action_tab(event.number)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        typing = isinstance(self.focused, Input | TextArea)
        if typing and (action in ("filter_cases", "tab", "about") or self.is_act(action)):
            return False  # a letter of what is written
        return super().check_action(action, parameters)

    async def action_tab(self, number: int) -> None:
        self._tab = number
        self.remove_class("-about")
        if not self.wide:
            self.remove_class("-case")
            await self.leave_case()
        self.set_focus(self.table)
        await self.ask_list()
        self._tell()

    async def action_about(self) -> None:
        await self.open_at_hand()
        if self.has_class("-three"):
            self.set_focus(self.query_one(About))
            return
        self.add_class("-case")
        self.toggle_class("-about")
        self.set_focus(self.query_one(About) if self.has_class("-about") else self.thread)
        self._tell()

    async def action_back(self) -> None:
        if self._filter.display:
            self.close_filter()
        elif self.has_class("-about"):
            await self.action_about()
        elif self.focused is not self.table and self.has_class("-case"):
            self.remove_class("-case")
            self.set_focus(self.table)
            if not self.wide:
                await self.leave_case()
            self._tell()
        elif self._words:
            self._words = ""
            await self.ask_list()
            self._tell()
        else:
            self.app.pop_screen()

    async def on_unmount(self) -> None:
        await self.leave_case()
        if self._made.is_set():
            await self.leave_lists()
