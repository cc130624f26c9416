"""The settings: one's own, those of the desk, its accounts, and where all of it is kept."""

from __future__ import annotations

from typing import ClassVar, get_args

from textual.app import ComposeResult
from textual.binding import BindingType

from desk.errors import OutageError
from desk.serving.case_messages import Attach, Role
from desk.serving.names import clean_name
from desk.serving.protocol import FromDesk, Tick
from desk.serving.report_messages import ReadSettings, SettingsTold, WatchLookAlikes
from tui.keys import key
from tui.link import LinkState
from tui.paint import paint
from tui.reports.settings_rows import Person, settings_rows
from tui.schemes import SCHEMES
from tui.screens.filters import FiltersScreen
from tui.screens.switching import Switching
from tui.screens.words import Words, WordsScreen
from tui.situation import Situation
from tui.widgets.actline import ActLine
from tui.widgets.bars import Banner, Head, StatusStrip
from tui.widgets.keyline import KeyLine
from tui.widgets.report_list import ReportList

AT_DESK = ("storm", "look_alikes", "again")
"""Keys for which the desk must be there."""


class SettingsScreen(Switching):
    """A list of settings; enter changes the one under the cursor, and each has a key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("N", "name", "Name", "Act under another name", meaning="settings.name", shown=True),
        key("R", "role", "Role", "Agent or lead", meaning="settings.role", shown=True),
        key(
            *("F", "filters", "Filters", "Saved filters: apply, save, rename, delete"),
            meaning="filters",
            shown=True,
        ),
        key(
            *("S", "storm", "Storm", "Storm mode for the whole desk, or calm; asks once"),
            shown=True,
        ),
        key(
            *("L", "look_alikes", "Look-alikes", "Look for accounts like own ones, or no longer"),
            meaning="settings.look_alikes",
            shown=True,
        ),
        key("f5", "again", "Again", "Read the files again", meaning="settings.again", shown=True),
        key("escape,q", "back", "Back", "One level back", shown=True),
    ]

    AUTO_FOCUS = "#settings"

    def __init__(self, now: Situation) -> None:
        super().__init__(now)
        self._told: SettingsTold | None = None

    def compose(self) -> ComposeResult:
        yield StatusStrip("strip")
        yield Banner("banner")
        yield Head("settings-head")
        yield ReportList("settings")
        yield ActLine("act-line")
        yield KeyLine("keyline")

    async def on_mount(self) -> None:
        self.list = self.query_one(ReportList)
        self.query_one("#settings-head", Head).show(
            (("Settings", "name"), ("enter changes what has an arrow", "quiet"))
        )
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._tell())
        self.tell_link()
        await self.greet()
        self._tell()
        self.call_after_refresh(self.list.opens, 1)

    # What the desk says

    async def greet(self) -> None:
        await self.desk.link.send(ReadSettings())

    async def hear(self, message: FromDesk | LinkState) -> None:
        if isinstance(message, SettingsTold):
            self._told = message
            self._tell()
        await super().hear(message)

    def tick(self, tick: Tick) -> None:
        del tick
        self.tell_link()
        self._tell()

    def _tell(self) -> None:
        desk = self.desk
        theme = SCHEMES[self.app.theme].words if self.app.theme in SCHEMES else self.app.theme
        person = Person(desk.agent, desk.role, theme, desk.choices)
        self.list.show(settings_rows(person, self._told, self.now.status))

    def on_screen_resume(self) -> None:
        """What was changed meanwhile."""
        if self.is_mounted:
            self.tell_link()
            self._tell()

    # What is changed

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action in AT_DESK and self.now.link.state != "connected":
            return "the desk is not there now: nothing was changed"
        if action == "look_alikes" and self._told is None:
            return "the desk has not told its settings so far"
        return super().why_not(action, parameters)

    async def on_report_list_opened(self, event: ReportList.Opened) -> None:
        action = {"theme": "app.theme", "mode": "storm"}.get(event.row.opens, event.row.opens)
        await self.app.run_action(action, self)

    def action_name(self) -> None:
        async def take(text: str) -> None:
            try:
                self.desk.agent = clean_name(text)
            except OutageError as error:
                self.say(paint(str(error)[:300]).text, refused=True)
                return
            await self._tell_who(f"you act as {paint(self.desk.agent).text}")

        def answered(words: Words | None) -> None:
            if words is not None:
                self.run_worker(take(words.text))

        sheet = WordsScreen("Your name", "as others see it", text=self.desk.agent)
        self.app.push_screen(sheet, answered)

    async def action_role(self) -> None:
        roles: tuple[Role, ...] = get_args(Role)
        self.desk.role = roles[(roles.index(self.desk.role) + 1) % len(roles)]
        await self._tell_who(f"you act as {self.desk.role}")

    async def _tell_who(self, words: str) -> None:
        await self.desk.link.send(Attach(self.desk.agent, self.desk.role))
        self.say_once(words)
        self._tell()

    def action_filters(self) -> None:
        def chosen(query: str | None) -> None:
            if query is not None:
                self.run_worker(self._apply(query))

        self.app.push_screen(
            FiltersScreen(self.desk.choices, self.desk.monitor.query_words), chosen
        )

    async def _apply(self, query: str) -> None:
        """A filter is of the feed: go there."""
        while self.app.screen is not self.desk.monitor:
            self.app.pop_screen()
        await self.desk.monitor.filter_by(query)

    async def action_look_alikes(self) -> None:
        if self._told is not None:
            on = not self._told.look_alikes_on
            await self.desk.link.send(WatchLookAlikes(on, self.desk.agent))
            self.say_once(f"look-alikes are {'looked for' if on else 'no longer looked for'}")

    async def action_again(self) -> None:
        await self.greet()
        self.say_once("the files are read again")

    def action_back(self) -> None:
        self.app.pop_screen()
