"""What every app of stormdesk is: themes, help, the palette, leaving, and a terminal too small."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import partial
from typing import ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual._compositor import CompositorUpdate
from textual.actions import ActionParseResult
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.command import CommandPalette, Provider
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen

from tui.choices import ChoicesFile
from tui.console import unexpected
from tui.driver import TerminalDriver
from tui.keys import key
from tui.paint import paint
from tui.palette import Found
from tui.reasons import Explains, Says
from tui.schemes import SCHEMES
from tui.screens.help import HelpScreen
from tui.screens.over import Over
from tui.screens.toosmall import LEAST, TooSmall
from tui.shown import Shown
from tui.themes import THEMES

WIDE = 110
"""Columns from which the panes stand side by side."""
LOW = 20
"""Rows below which the footer gives its line to the feed."""


UNNAMED = ("move.", "pane.", "back", "palette", "quit.")
"""Keys that no one looks for by name."""


class Commands(Over, CommandPalette):
    """Textual's palette, as steady under resizes as the other screens."""


class Frame(App[None]):
    """The keys and habits that all screens share; `choices` are the person's own."""

    TITLE = "stormdesk"
    COMMANDS: ClassVar[set[type[Provider]]] = {Found}  # type: ignore[assignment]
    CSS_PATH = "stormdesk.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - Textual's type
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]  # noqa: RUF012 - Textual's type
    _toasts = False
    stirs: int | None = None
    """Counts what has come and may have changed what keys do; None where the time alone may."""
    BINDINGS: ClassVar[list[BindingType]] = [
        key("question_mark", "keys", "Keys", "The keys of this screen", shown=True, face="?"),
        key(
            *("colon", "command_palette", "Commands", "Find a command by name"),
            meaning="palette",
            shown=True,
            face=":",
        ),
        key("t", "theme", "Theme", "Dark, light, two for colour-blind eyes"),
        key(
            *("ctrl+z", "suspend_process", "To the shell", "To the shell; fg comes back"),
            meaning="suspend",
        ),
        key("q,ctrl+c", "quit", "Quit", "Leave; a desk of one's own ends with it", shown=True),
        key(
            "ctrl+q", "quit", "Quit", "Leave, wherever you are", meaning="quit.always", always=True
        ),
    ]

    def __init__(self, choices: ChoicesFile | None = None) -> None:
        for fixed in ("COLUMNS", "LINES"):  # exported by some shells, they would outlive a resize
            os.environ.pop(fixed, None)
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self._written = Shown()
        self.choices = choices or ChoicesFile()
        chosen = self.choices.now.theme
        self.theme = chosen if chosen in {theme.name for theme in THEMES} else THEMES[0].name

    def get_driver_class(self) -> type[Driver]:
        driver = super().get_driver_class()
        return TerminalDriver if driver is LinuxDriver else driver

    def _fatal_error(self) -> None:
        """One line in place of a traceback; Textual 8 has no public hook for it."""
        error = self._exception or RuntimeError("the screen has ended")
        self.panic(Text(f"stormdesk: {paint(unexpected(error)).text}"))

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, self._paint_anew)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Write of what is painted anew what differs; Textual 8 has no public hook for it."""
        if isinstance(renderable, CompositorUpdate):
            renderable = self._written.news(renderable)
        super()._display(screen, renderable)

    def _paint_anew(self, _app: App[object]) -> None:
        """The shell has written over the screen; Textual 8 paints only what has changed since."""
        self._written.forget()
        self.refresh(layout=True)

    def _refresh_notifications(self) -> None:
        """Textual 8.2.8 lays each screen out anew for the toasts that it does not have."""
        toasts = bool(len(self._notifications))
        if toasts or self._toasts:
            super()._refresh_notifications()
        self._toasts = toasts

    def on_resize(self, event: events.Resize) -> None:
        self._written.forget()
        small = event.size.width < LEAST.width or event.size.height < LEAST.height
        shown = isinstance(self.screen, TooSmall)
        if small and not shown:
            self.push_screen(TooSmall())
        elif shown and not small:
            self.pop_screen()

    # Keys that do nothing now

    def say(self, words: str, *, refused: bool = False) -> None:
        """Say `words`, painted, on the screen in front, until the next key that does something."""
        if isinstance(self.screen, Says):
            self.screen.say_once(words, refused=refused)
        else:
            self.notify(words, severity="warning" if refused else "information", markup=False)

    def reason(self, action: str, node: DOMNode) -> str | None:
        """Why `action`, bound by `node`, does nothing now; None where it does something."""
        target, name, parameters = self._parse_action(action, node)
        if target.check_action(name, parameters) is not None or not isinstance(target, Explains):
            return None
        return target.why_not(name, parameters)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do what a key is for, or say why it does nothing now."""
        node = self if default_namespace is None else default_namespace
        target, name, parameters = self._parse_action(action, node, namespaces)
        screen = self.screen
        idle = target.check_action(name, parameters) is None
        if idle and isinstance(target, Explains):
            reason = target.why_not(name, parameters) or "this can't be done now"
            self.say(reason, refused=True)
            return True
        if isinstance(screen, Says) and screen.is_mounted:
            screen.unsay()
        return await super().run_action(action, default_namespace, namespaces)

    def action_keys(self) -> None:
        if not isinstance(self.screen, HelpScreen | TooSmall):
            live = self.screen.active_bindings.values()
            told = [(each.binding, self.reason(each.binding.action, each.node)) for each in live]
            self.push_screen(HelpScreen(told))

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, Commands):
            self.push_screen(Commands(id="--command-palette"))

    def action_theme(self) -> None:
        names = [theme.name for theme in THEMES]
        at = names.index(self.theme) if self.theme in names else -1
        self.choose_theme(names[(at + 1) % len(names)])

    def choose_theme(self, name: str) -> None:
        """Have this theme, now and at the next start."""
        self.theme = name
        self.choices.keep(theme=self.theme)
        self.say(f"theme: {SCHEMES[self.theme].words}")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every key of the screen by its name."""
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.tooltip and binding.id and not binding.id.startswith(UNNAMED):
                run = partial(self.run_action, binding.action, active.node)
                reason = self.reason(binding.action, active.node)
                does = f"not now: {reason}" if reason else binding.tooltip
                yield SystemCommand(binding.description, does, run)
