"""Where an announcement is written: its title, its text, from which accounts, of which outage."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static, TextArea

from desk.serving.protocol import OutageRow
from desk.serving.reply_messages import AnnouncementChecked, CheckAnnouncement, FilledMacro
from tui.case_words import moment
from tui.keys import key
from tui.link import Link
from tui.paint import cut, paint, visible
from tui.screens.macros import MacroSheet
from tui.screens.over import Over
from tui.screens.picking import PickScreen
from tui.situation import Situation
from tui.widgets.announcement_list import lengths
from tui.widgets.lines import palette_of
from tui.widgets.reply import PROBLEMS

NO_OUTAGE = "-"
MOST_OUTAGES = 60
CHECK_S = 0.4
"""So long after the last key the desk is asked what is wrong with the words."""


class Edited(msgspec.Struct, frozen=True):
    """An announcement as it stands in the editor; `done` says that it is to be kept at the desk."""

    id: str = ""
    title: str = ""
    text: str = ""
    outage: str = ""
    accounts: tuple[str, ...] = ()
    done: bool = False


class AnnouncementEditor(Over, ModalScreen[Edited]):
    """Answers with what stands in it, also where the agent goes back: no word is lost."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("ctrl+s,f10", "save", "Save", "Keep it as a draft", meaning="editor.save",
            always=True),
        key("ctrl+o", "macros", "Macros", "Find a macro", meaning="editor.macros", always=True),
        key("ctrl+k", "accounts", "Accounts", "Choose from which accounts it goes out",
            meaning="editor.accounts", always=True),
        key("ctrl+t", "outage", "Outage", "Choose the outage that it is about",
            meaning="editor.outage", always=True),
        key("escape", "leave", "Back", "Back; what is written stays here until it is saved",
            meaning="editor.leave", always=True),
    ]  # fmt: skip

    def __init__(self, edited: Edited, known: tuple[str, ...], link: Link, now: Situation) -> None:
        super().__init__()
        self._edited = edited
        self._known = known
        self._link = link
        self._now = now
        self._outage = edited.outage
        self._checking: Timer | None = None
        self._checked = AnnouncementChecked("")

    def compose(self) -> ComposeResult:
        edited = self._edited
        box = Vertical(id="editor")
        box.border_title = "Announcement"
        box.border_subtitle = (
            "ctrl+s saves · ctrl+o macros · ctrl+k accounts · ctrl+t outage · esc back"
        )
        with box:
            with Horizontal(classes="field"):
                yield Static("title", classes="field-name", markup=False)
                yield Input(
                    visible(edited.title),
                    id="editor-title",
                    compact=True,
                    select_on_focus=False,
                    placeholder="for the desk's own list",
                )
            yield TextArea(
                visible(edited.text),
                id="editor-text",
                compact=True,
                highlight_cursor_line=False,
                placeholder="what everybody reads",
            )
            with Horizontal(classes="field"):
                yield Static("accounts", classes="field-name", markup=False)
                yield Input(
                    ", ".join(visible(each) for each in edited.accounts),
                    id="editor-accounts",
                    compact=True,
                    select_on_focus=False,
                    placeholder="channel:handle, channel:handle · ctrl+k chooses",
                )
            yield Static(id="editor-outage", markup=False)
            yield Static(id="editor-words", markup=False)  # fmt: skip

    async def on_mount(self) -> None:
        self._tell()
        await self._check()

    async def _check(self) -> None:
        """Ask the desk what is wrong with what stands here."""
        edited = self.edited(done=False)
        if edited.text.strip() and self._now.link.state == "connected":
            await self._link.send(CheckAnnouncement(edited.text, edited.outage, edited.accounts))

    def _check_soon(self) -> None:
        if self._checking is not None:
            self._checking.stop()
        self._checking = self.set_timer(CHECK_S, self._check)

    def checked(self, checked: AnnouncementChecked) -> None:
        """The desk has read it."""
        self._checked = checked
        self._tell()

    def edited(self, *, done: bool) -> Edited:
        """What stands in the fields."""
        accounts = self.query_one("#editor-accounts", Input).value.split(",")
        return Edited(
            self._edited.id,
            self.query_one("#editor-title", Input).value.strip(),
            self.query_one("#editor-text", TextArea).text,
            self._outage,
            tuple(dict.fromkeys(each.strip() for each in accounts if each.strip())),
            done,
        )

    def _tell(self) -> None:
        edited, colours = self.edited(done=False), palette_of(self)
        row = self._now.outages.get(self._outage)
        place = paint((row.place if row else self._outage)[:80]).text
        about = (
            f"about the outage in {place}"
            if self._outage
            else "of no outage: before a storm, or in general"
        )
        self.query_one("#editor-outage", Static).update(Text(about, style=colours.quiet))
        words = Text()
        for at, (said, too_long) in enumerate(lengths(edited.text, edited.accounts, self._now)):
            words.append(" · " if at else "", colours.quiet)
            words.append(said, colours.label("hazard") if too_long else colours.quiet)
        faulty = [each for each in edited.accounts if not all(each.partition(":")[::2])]
        if faulty:
            said = f"'{cut(paint(faulty[0][:80]).text, 40)}' is no account: write channel:handle"
            words.append(f"\n× {said}", colours.label("hazard"))
        if self._checked.text == edited.text:
            for problem in self._checked.problems[:PROBLEMS]:
                sign, label = ("×", "hazard") if problem.blocks else ("!", "outage")
                words.append(f"\n{sign} {paint(problem.words[:300]).text}", colours.label(label))
        self.query_one("#editor-words", Static).update(words)

    def on_input_changed(self) -> None:
        self._tell()
        self._check_soon()

    def on_text_area_changed(self) -> None:
        self._tell()
        self._check_soon()

    def action_save(self) -> None:
        edited = self.edited(done=True)
        fault = ""
        if not edited.title and not edited.text.strip():
            fault = "nothing is written"
        elif any(not all(each.partition(":")[::2]) for each in edited.accounts):
            fault = "write accounts as channel:handle"
        if fault:
            self.query_one("#editor").border_subtitle = fault
        else:
            self.dismiss(edited)

    def action_leave(self) -> None:
        self.dismiss(self.edited(done=False))

    def action_macros(self) -> None:
        area = self.query_one("#editor-text", TextArea)

        def taken(macro: object) -> None:
            if isinstance(macro, FilledMacro):
                words = visible(macro.text)
                if area.text.strip():
                    area.replace(words, *area.selection)
                else:
                    area.load_text(words)
                title = self.query_one("#editor-title", Input)
                title.value = title.value or visible(macro.title)

        self.app.push_screen(
            MacroSheet("Macros for everybody", self._link, "", self._outage), taken
        )

    def action_accounts(self) -> None:
        field = self.query_one("#editor-accounts", Input)
        chosen = self.edited(done=False).accounts
        known = dict.fromkeys((*chosen, *self._known))
        choices = [(each, paint(each[:120]).text) for each in known]

        def picked(answer: object) -> None:
            if isinstance(answer, tuple):
                field.value = ", ".join(answer)

        sheet = PickScreen(
            "From which accounts?",
            choices,
            many=True,
            free=True,
            marked=chosen,
            hint="channel:handle",
        )
        self.app.push_screen(sheet, picked)

    def _outage_words(self, row: OutageRow) -> str:
        """An outage as it is told from others in the same place."""
        outage = row.outage
        since = moment(outage.started_at, self._now.zone, self._now.clock)
        people = "1 person" if outage.authors == 1 else f"{outage.authors:,} people"
        return f"{outage.status} {paint(row.place[:80]).text} · since {since} · {people}"

    def action_outage(self) -> None:
        rows = self._now.ranked()[:MOST_OUTAGES]
        choices = [(NO_OUTAGE, "none: before a storm, or in general")]
        choices += [(row.outage.id, self._outage_words(row)) for row in rows]

        def picked(answer: object) -> None:
            if isinstance(answer, tuple):
                self._outage = "" if answer[0] == NO_OUTAGE else answer[0]
                self._tell()
                self._check_soon()

        self.app.push_screen(PickScreen("About which outage?", choices), picked)
