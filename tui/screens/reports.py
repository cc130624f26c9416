"""The reports: shift, volume, handover, what trends, look-alikes, and how the desk stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from desk.accounts.look_alike import LookAlike, Verdict
from desk.reports.handover import Handover
from desk.reports.shift import ShiftReport
from desk.reports.trending import Trending
from desk.reports.volume import VolumeReport
from desk.serving.protocol import FromDesk, Refused, Tick
from desk.serving.report_messages import (
    HandedOver,
    HandOver,
    JudgeLookAlike,
    LookAlikeJudged,
    LookAlikesTold,
    ReadLookAlikes,
    ReadReport,
    ReportKind,
)
from tui.link import LinkState
from tui.paint import paint, visible
from tui.reports.handover_rows import handover_rows, look_alike_rows, trending_rows
from tui.reports.overload_rows import overload_rows
from tui.reports.rows import Row
from tui.reports.shift_rows import shift_rows, volume_rows
from tui.screens.asking import AskScreen
from tui.screens.attached import Attached
from tui.screens.report_keys import HOURS, REPORT_KEYS, TABS
from tui.screens.words import Words, WordsScreen
from tui.situation import Situation
from tui.widgets.actline import ActLine
from tui.widgets.bars import Banner, Head, StatusStrip
from tui.widgets.keyline import KeyLine
from tui.widgets.panes import Pane, Panes
from tui.widgets.report_list import ReportList
from tui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from tui.widgets.chart import Chart, Curve

SHIFT, VOLUME, HANDOVER, TRENDING, LOOK_ALIKES, OVERLOAD = range(len(TABS))
KINDS: dict[int, ReportKind] = {
    SHIFT: "shift", VOLUME: "volume", HANDOVER: "handover", TRENDING: "trending",
    OVERLOAD: "shift",
}  # fmt: skip
ASK_AGAIN_S = 10.0
"""How old a report in sight may get."""
WHERE = {
    "hand_over": (HANDOVER,),
    "note": (HANDOVER,),
    "judge": (LOOK_ALIKES,),
    "undo": (HANDOVER, LOOK_ALIKES),
    "hours": (SHIFT, VOLUME, OVERLOAD),
    "chart": (VOLUME,),
}
"""On which tabs a key does something."""
QUESTION = (
    "Keep this handover for the next shift?\n\nEverybody's next handover is marked against it."
    " u takes it back."
)


class ReportsScreen(Attached):
    """One report at a time under its tabs, with a chart where there is one."""

    BINDINGS: ClassVar[list[BindingType]] = [*REPORT_KEYS]

    AUTO_FOCUS = "#report"

    def __init__(self, now: Situation, tab: int = SHIFT) -> None:
        super().__init__(now)
        self._tab = tab
        self._hours = 12.0
        self._series = 0
        self._told: dict[int, ShiftReport | VolumeReport | Handover | Trending] = {}
        self._alikes: LookAlikesTold | None = None

    def compose(self) -> ComposeResult:
        from tui.widgets.chart import Chart

        yield StatusStrip("strip")
        yield Banner("banner")
        yield Tabs("report-tabs")
        with Panes(id="report-panes"):
            with Pane(id="chart-pane"):
                yield Head("chart-head")
                yield Chart("chart")
            yield ReportList("report")
        yield ActLine("act-line")
        yield KeyLine("keyline")

    async def on_mount(self) -> None:
        self.report = self.query_one(ReportList)
        self.chart = cast("Chart", self.query_one("#chart"))
        self.tell_link()
        await self.greet()
        self._tell()
        self.set_interval(ASK_AGAIN_S, self._ask)

    # What the desk says

    async def greet(self) -> None:
        await self.desk.link.send(ReadLookAlikes())
        await self._ask()

    async def hear(self, message: FromDesk | LinkState) -> None:
        match message:
            case ShiftReport():
                self._told[SHIFT] = self._told[OVERLOAD] = message
            case VolumeReport():
                self._told[VOLUME] = message
            case Handover():
                self._told[HANDOVER] = message
            case Trending():
                self._told[TRENDING] = message
            case LookAlikesTold():
                self._alikes = message
            case LookAlikeJudged() | HandedOver():
                self.say(paint(message.words[:400]).text + " · u takes it back")
                await self._ask()
            case _:
                await super().hear(message)
                return
        self._tell()

    def tick(self, tick: Tick) -> None:
        del tick  # what it says is in the situation already
        self.tell_link()
        if self._tab == OVERLOAD:
            self._tell()

    async def refused(self, refused: Refused) -> None:
        if refused.view is None and refused.outage is None and refused.case is None:
            self.say(paint(refused.reason[:400]).text, refused=True)

    async def _ask(self) -> None:
        kind = KINDS.get(self._tab)
        if kind is not None and self.app.screen is self:
            await self.desk.link.send(ReadReport(kind, self._hours))

    # What is in sight

    def _tell(self) -> None:
        alikes = self._alikes.total if self._alikes else None
        tabs = tuple(
            (name, alikes if number == LOOK_ALIKES else None) for number, name in enumerate(TABS)
        )
        dated = self._tab in WHERE["hours"]
        self.query_one(Tabs).show(tabs, self._tab, f"last {self._hours:g} h" if dated else "")
        rows = self._rows()
        self.report.nothing = self._nothing()
        self.report.show(rows)
        curve, words = self._curve()
        self.query_one("#chart-pane").display = curve is not None
        if curve is not None:
            self.query_one("#chart-head", Head).show(words)
            self.chart.show(curve, self.now.zone)
        self.refresh_bindings()

    def _nothing(self) -> str:
        if self._tab == LOOK_ALIKES and self._alikes is not None:
            if not self._alikes.on:
                return "look-alikes are not looked for: the settings (,) switch it on"
            return "no account looks like one of the utility's own"
        if self._tab == OVERLOAD and self.now.status is not None:
            return "the desk does not know yet how it stands"
        return "asking the desk…"

    def _rows(self) -> Sequence[Row]:
        now = self.now
        zone, territory = (now.hello.timezone, now.hello.territory) if now.hello else ("UTC", "")
        if self._tab == LOOK_ALIKES:
            return look_alike_rows(self._alikes.items, zone) if self._alikes else ()
        if self._tab == OVERLOAD:
            stands = now.status.overload if now.status else None
            exercise = now.exercise
            return overload_rows(stands, territory, zone, exercise=exercise) if stands else ()
        match self._told.get(self._tab):
            case ShiftReport() as report:
                return shift_rows(report)
            case VolumeReport() as report:
                return volume_rows(report)
            case Handover() as report:
                return handover_rows(report)
            case Trending() as report:
                return trending_rows(report)
        return ()

    def _curve(self) -> tuple[Curve | None, tuple[tuple[str, str], ...]]:
        from tui.widgets.chart import Curve

        report = self._told.get(self._tab)
        if isinstance(report, ShiftReport) and len(report.backlog) > 1:
            points = report.backlog
            step_min = (points[1].at - points[0].at).total_seconds() / 60
            words = (
                ("▄ coming", "quiet"),
                ("⠒ waiting", "quiet"),
                (f"in {step_min:g} min", "quiet"),
            )
            arrived = [point.arrived for point in points]
            return Curve(points[0].at, step_min, arrived, [p.waiting for p in points]), words
        if isinstance(report, VolumeReport):
            series = list(self._all_series(report))
            name, posts = series[self._series % len(series)]
            head = (("▄ posts in an hour", "quiet"), (paint(name[:40]).text, "name"))
            return Curve(report.hours[0], 60, posts), head
        return None, ()

    @staticmethod
    def _all_series(report: VolumeReport) -> Iterator[tuple[str, Sequence[int]]]:
        yield "all", report.posts
        for kind in (report.labels, report.channels, report.places):
            yield from ((one.name, one.posts) for one in kind)

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self._tell)

    async def on_screen_resume(self) -> None:
        """What has happened meanwhile."""
        if self.is_mounted:
            self.tell_link()
            await self._ask()
            self._tell()

    # What is done

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        where = WHERE.get(action)
        if where is not None and self._tab not in where:
            names = " and ".join(f"{at + 1} {TABS[at]}" for at in where)
            return f"that is for {names}"
        if action in ("hand_over", "note", "judge", "undo"):
            if self.now.link.state != "connected":
                return "the desk is not there now: nothing was done"
            if self._tab == LOOK_ALIKES and self.alike() is None:
                return "there is no look-alike under the cursor"
        return super().why_not(action, parameters)

    def alike(self) -> LookAlike | None:
        """The look-alike that the cursor is on, or on the evidence of."""
        if self._alikes is None or not self._alikes.items:
            return None
        row, rows = self.report.at_hand(), list(self.report.rows)
        if row is None:
            return None
        at = next((n for n, each in enumerate(rows) if each is row), 0)
        return self._alikes.items[at // 3]

    async def action_tab(self, number: int) -> None:
        self._tab = number - 1
        self.report.cursor = 0
        self._tell()
        self.report.move_to(0)
        await self._ask()

    async def action_turn(self, step: int) -> None:
        await self.action_tab((self._tab + step) % len(TABS) + 1)

    async def on_tabs_picked(self, event: Tabs.Picked) -> None:
        await self.action_tab(event.number)

    async def action_hours(self) -> None:
        self._hours = HOURS[(HOURS.index(self._hours) + 1) % len(HOURS)]
        self._tell()
        await self._ask()

    def action_chart(self) -> None:
        self._series += 1
        self._tell()

    def action_opens(self, step: int) -> None:
        self.report.opens(step)

    async def action_again(self) -> None:
        await self._ask()

    def action_hand_over(self) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self.run_worker(self.desk.link.send(HandOver("keep", self.desk.agent)))

        self.app.push_screen(AskScreen(QUESTION), answered)

    def action_note(self) -> None:
        def answered(words: Words | None) -> None:
            if words is not None:
                note = HandOver("note", self.desk.agent, words.text)
                self.run_worker(self.desk.link.send(note))

        self.app.push_screen(
            WordsScreen("A note for the next shift", "what they should know"), answered
        )

    async def action_judge(self, verdict: Verdict) -> None:
        one = self.alike()
        if one is not None:
            await self.desk.link.send(JudgeLookAlike(one.id, verdict, self.desk.agent))

    async def action_undo(self) -> None:
        """On the handover the note of one's own that was written last, else the handover."""
        if self._tab == LOOK_ALIKES:
            await self.action_judge("")
            return
        told = self._told.get(HANDOVER)
        notes = (
            [line for line in told.lines() if line.id.startswith("note:")]
            if isinstance(told, Handover)
            else []
        )
        own = [
            line
            for line in notes
            if line.words.startswith(f"{self.desk.agent} ") and line.mark == "new"
        ]
        kind = "unnote" if own else "undo"
        await self.desk.link.send(HandOver(kind, self.desk.agent))  # type: ignore[arg-type]

    def action_copy(self) -> None:
        text = "\n".join(visible(row.whole, keep="") for row in self.report.rows)
        self.app.copy_to_clipboard(text)
        self.say_once(f"copied {len(text):,} characters")

    async def on_report_list_opened(self, event: ReportList.Opened) -> None:
        row = event.row
        match row.kind:
            case "case":
                await self.desk.open_cases(row.opens)
            case "filter":
                await self.desk.open_cases(filter_=row.opens)
            case "outage":
                await self.desk.open_outage(row.opens)
            case "post":
                await self.desk.open_post(row.opens)
            case "announcement":
                await self.desk.open_announcements()
            case "look_alike":
                await self.action_tab(LOOK_ALIKES + 1)

    def action_back(self) -> None:
        self.app.pop_screen()
