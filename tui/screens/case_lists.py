"""The list of the cases screen: its tabs and filter, and which rows of it the desk tells."""

from __future__ import annotations

from desk.serving.case_messages import UnwatchCases, WatchCases
from desk.serving.protocol import Refused, Tick
from tui.case_list import WINDOW_ROWS, CaseList
from tui.case_words import TABS
from tui.paint import cut, paint
from tui.screens.attached import Attached
from tui.situation import Situation
from tui.widgets.case_table import CaseTable
from tui.widgets.filterbar import FilterBar
from tui.widgets.tabs import Tabs

FILTERS = (
    "words !not ~fuzzy state:late label: channel: place: agent:me tag: lang: account: author:"
    " has:media reach:1k outage:"
)


class CaseLists(Attached):
    """One list is in sight, another may have been asked for in its place."""

    table: CaseTable
    _filter: FilterBar

    def __init__(self, now: Situation) -> None:
        super().__init__(now)
        self._tab = 1
        self._words = ""
        self._asked: CaseList | None = None

    def _tell(self) -> None:
        """Show how things stand."""
        raise NotImplementedError

    # What the desk says

    def take_windows(self, tick: Tick) -> None:
        """Rows of the list in sight, or of the one that takes its place."""
        for window in tick.cases:
            asked = self._asked
            if asked is not None and window.view == asked.view:
                asked.put(window)
                self._asked = None
                self.run_worker(self._unwatch(self.table.list.view))
                self.table.open(asked)
                if self._filter.display:
                    self.close_filter()
            elif window.view == self.table.list.view:
                self.table.list.put(window)
                self.table.told()

    def list_refused(self, refused: Refused) -> None:
        """The desk can't show the list that it was asked for."""
        asked = self._asked
        if asked is None or refused.view != asked.view:
            return
        self._asked = None
        if self._filter.display:
            self._filter.refuse(refused.reason)
        else:
            self.say(paint(refused.reason[:400]).text, refused=True)

    # What is asked

    def wanted(self) -> str:
        """The filter of the list: the tab's and what was typed."""
        return f"{TABS[self._tab - 1][1]} {self._words}".strip()

    async def ask_list(self) -> None:
        """Ask for the list, under a number of its own: rows of another can't be taken for its."""
        if self.now.link.state != "connected":
            return
        if self._asked is not None:
            await self._unwatch(self._asked.view)
        self._asked = CaseList(self.desk.number_view(), self.wanted())
        start = 0
        if self.table.list.query == self._asked.query:
            start = max(0, self.table.scroll_offset.y - WINDOW_ROWS // 2)
        message = WatchCases(self._asked.view, self._asked.query, start, WINDOW_ROWS)
        await self.desk.link.send(message)

    async def _unwatch(self, view: int) -> None:
        if view:
            await self.desk.link.send(UnwatchCases(view))

    async def on_case_table_wanted(self, event: CaseTable.Wanted) -> None:
        cases = self.table.list
        await self.desk.link.send(WatchCases(cases.view, cases.query, event.start, WINDOW_ROWS))

    async def leave_lists(self) -> None:
        """Ask the desk for no rows any longer."""
        for cases in (self.table.list, self._asked):
            if cases is not None:
                await self._unwatch(cases.view)
        self._asked = None

    # What is in sight

    def tell_tabs(self) -> None:
        """Say which list it is, and how many are in it."""
        status = self.now.status
        figures: dict[str, int] = {}
        if status is not None:
            figures = {"queue": status.waiting, "late": status.late}
        at = self._tab - 1
        if self.table.list.told and self.table.list.query == self.wanted():
            figures[TABS[at][0]] = self.table.list.total
        loud = ""
        if self._words:
            loud = f"filter: {cut(paint(self._words[:200]).text, 30)}"
        tabs = tuple((name, figures.get(name)) for name, _ in TABS)
        self.query_one(Tabs).show(tabs, at, "", loud)

    def nothing(self) -> str:
        """What stands in an empty list."""
        if not self.table.list.told:
            return "asking the desk…"
        if self._words:
            return f"no case that the filter lets through: {paint(self._words[:200]).text}"
        return {
            "queue": "nobody is waiting for an answer",
            "mine": "no case is in your hand · a takes the next",
            "late": "no promise is broken",
        }.get(TABS[self._tab - 1][0], "no case")

    # The filter

    async def filter_by(self, words: str) -> None:
        """Show only the cases that `words` let through."""
        self._words = words
        await self.ask_list()
        self._tell()

    async def on_filter_bar_submitted(self, event: FilterBar.Submitted) -> None:
        if self.now.link.state == "connected":
            self._words = event.text
            self._filter.wait()
            await self.ask_list()
        else:
            self._filter.refuse("The desk is not there now: press enter again when it is back")

    def on_filter_bar_left(self, _event: FilterBar.Left) -> None:
        self.close_filter()

    def action_filter_cases(self) -> None:
        self.remove_class("-case", "-about")
        self._filter.open(self._words)

    def close_filter(self) -> None:
        """The keys go to the list again."""
        self._filter.display = False
        self.set_focus(self.table)
