"""What people do to cases: take, give back, wait, close, put off, note, tag, merge, split, undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from desk.cases.action import ActionKind
from desk.serving.case_messages import (
    CaseAct,
    CaseActed,
    CaseDetail,
    CaseRow,
    OpenCase,
    SetMode,
)
from rules import LABELS
from tui.case_words import author_words, name_words
from tui.paint import cut, paint, visible
from tui.screens.asking import AskScreen, Choice
from tui.screens.attached import Attached
from tui.screens.case_choices import others, post_words, snoozes
from tui.screens.case_keys import ACTIONS
from tui.screens.picking import Picked, PickScreen
from tui.screens.words import Words, WordsScreen
from tui.signs import LABEL_SIGNS
from tui.widgets.case_table import CaseTable
from tui.widgets.conversation import Conversation

ASKED = "asking the desk…"
NO_DESK = "the desk is not there now: nothing was done"
GOES = ("close", "snooze", "customer", "operations", "answered", "release", "assign", "merge")
"""Acts with which a case leaves most lists: the next one is at hand then."""
FOUND = {"merge": "Join with another", "split": "Split", "wrong": "Wrong label"}
"""What is found in a sheet, for which the case must be known whole."""


class CaseActs(Attached):
    """Acts are for the case at hand, by its id: it may have moved, or gone, meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = []

    table: CaseTable
    thread: Conversation
    detail: CaseDetail | None
    _pending: tuple[str, str] = ("", "")
    _held_sheet: PickScreen | None = None
    _typed = ""
    answered_words = ""
    """What became of the reply after which the next case was asked for."""

    def at_hand(self) -> CaseRow | None:
        """The case that the keys are about."""
        raise NotImplementedError

    @property
    def opened(self) -> str:
        """The id of the case that is open."""
        raise NotImplementedError

    async def show_case(self, case: str, row: CaseRow | None = None) -> None:
        """Open a case."""
        raise NotImplementedError

    def is_act(self, action: str) -> bool:
        """Whether `action` is one of those here."""
        return action in ACTIONS

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action not in ACTIONS or action == "announcements":
            return super().why_not(action, parameters)
        if self.now.link.state != "connected" and action not in ("reply", "copy"):
            return NO_DESK
        if action in ("next", "storm"):
            return None
        row = self.at_hand()
        if row is None:
            return "there is no case under the cursor"
        return self.why_not_case(row, action, parameters)

    def why_not_case(self, row: CaseRow, action: str, parameters: tuple[object, ...]) -> str | None:
        """Why an act can't be done to this case."""
        kind = parameters[0] if parameters else ""
        if kind == "take" and row.state == "mine" and row.agent == self.desk.agent:
            return "it is in your hand already"
        if kind == "release" and row.agent is None:
            return "nobody has it in hand"
        if kind == "answered" and row.waiting_since is None:
            return "nothing in it waits for an answer"
        if action in ("wait", "snooze") and row.state == "closed":
            return "it is closed: x opens it again"
        if action == "split" and len(row.posts) < 2:
            return "it is one post: there is nothing to split"
        if action in ("everybody", "outage") and row.outage is None:
            return "no outage is known where the customer is"
        if action == "undo" and self._known(row) and not self._undo_words(row):
            return "nothing was done to it that could be taken back"
        if action == "merge" and self._known(row) and self.detail and not self.detail.others:
            return "there is no other case of theirs, or near, to join it with"
        return super().why_not(action, parameters)

    def _known(self, row: CaseRow) -> bool:
        """Whether the desk has told the case whole."""
        return self.detail is not None and self.detail.id == row.id and bool(self.detail.posts)

    def _undo_words(self, row: CaseRow) -> str:
        return self.detail.undo if self.detail and self.detail.id == row.id else ""

    # What is done at once

    async def act(self, kind: ActionKind, case: str, **more: object) -> None:
        """Ask the desk to do it, under this agent's name."""
        if self.now.link.state != "connected":
            self.say(NO_DESK, refused=True)
            return
        self.say(ASKED)
        await self.desk.link.send(CaseAct(kind, self.desk.agent, case, **more))  # type: ignore[arg-type]

    async def action_act(self, kind: ActionKind) -> None:
        row = self.at_hand()
        if row is not None:
            await self.act(kind, row.id)

    async def action_next(self) -> None:
        self.answered_words = ""
        self.desk.wait_for_case()
        await self.act("next", "")

    async def action_close(self) -> None:
        row = self.at_hand()
        if row is not None:
            await self.act("reopen" if row.state == "closed" else "close", row.id)

    async def action_outage(self) -> None:
        row = self.at_hand()
        if row is not None and row.outage is not None:
            await self.desk.open_outage(row.outage)

    async def action_announcements(self) -> None:
        await self.desk.open_announcements()

    async def case_acted(self, acted: CaseActed) -> None:
        """Something was done from here."""
        kind, row = acted.act.kind, acted.case
        said = paint(acted.words[:400]).text
        if kind == "next" and self.answered_words:
            said = f"{self.answered_words} · next: {said}"
            self.answered_words = ""
        self.say(said)
        if kind == "next" and row is not None:
            await self.show_case(row.id, row)
        elif kind in GOES and self.focused is self.table:
            self.table.let_go(acted.act.case)

    # What is asked first

    async def action_snooze(self) -> None:
        row = self.at_hand()
        if row is None:
            return
        if row.state == "snoozed":
            await self.act("wake", row.id)
            return
        choices = snoozes(self.now.clock, self.now.zone)

        async def chosen(picked: Picked) -> None:
            await self.act("snooze", row.id, minutes=int(picked[0]))

        self.pick(PickScreen(f"Put {self._whose(row)} off", choices), chosen)

    def action_wait(self) -> None:
        row = self.at_hand()
        if row is None:
            return
        choices = [
            ("customer", "for the customer: until they write again"),
            ("operations", "for operations: the crews or the control room must say something"),
        ]

        async def chosen(picked: Picked) -> None:
            await self.act("customer" if picked[0] == "customer" else "operations", row.id)

        self.pick(PickScreen(f"{self._whose(row)} waits", choices), chosen)

    def action_note(self) -> None:
        row = self.at_hand()
        if row is None:
            return

        async def written(words: Words) -> None:
            await self.act("note", row.id, text=words.text, side=words.side)

        title = f"Note on {self._whose(row)}"
        self.ask_words(WordsScreen(title, "what others should know", sides=True), written)

    def action_tags(self) -> None:
        row = self.at_hand()
        if row is None:
            return
        known = dict.fromkeys((*row.tags, *self.table.tags()))
        choices = [(tag, name_words(tag)) for tag in known]

        async def chosen(picked: Picked) -> None:
            await self.act("tag", row.id, tags=picked)

        title = f"Tags of {self._whose(row)}"
        sheet = PickScreen(
            title, choices, many=True, free=True, marked=row.tags, hint="type to find, or a new one"
        )
        self.pick(sheet, chosen)

    def action_assign(self) -> None:
        row = self.at_hand()
        if row is None:
            return
        names = [name for name in (self.desk.agent, *self.table.names()) if name != row.agent]
        choices = [(name, name_words(name)) for name in dict.fromkeys(names)]

        async def chosen(picked: Picked) -> None:
            await self.act("assign", row.id, to=picked[0])

        title = f"Give {self._whose(row)} to"
        self.pick(PickScreen(title, choices, free=True, hint="a name"), chosen)

    def action_storm(self) -> None:
        status = self.now.status
        storm = status is None or status.mode != "storm"

        async def yes() -> None:
            await self.desk.link.send(SetMode("storm" if storm else "calm", self.desk.agent))

        question = (
            "Switch the whole desk to storm mode? Everybody sees it at once: those in danger and"
            " those who depend on power come first, everyday questions are left for later and"
            " counted, promises are those of a storm, and macros for storms are offered."
            if storm
            else "Switch the whole desk back to calm? Everybody sees it at once: every case is in"
            " the queue again, with the promises and macros of an ordinary day."
        )
        self.ask(question, yes)

    # What must be known whole first

    async def action_undo(self) -> None:
        await self._when_known("undo")

    async def action_merge(self) -> None:
        await self._when_known("merge")

    async def action_split(self) -> None:
        await self._when_known("split")

    async def action_wrong(self) -> None:
        await self._when_known("wrong")

    async def _when_known(self, what: str) -> None:
        """Do it once the desk has told the case whole."""
        row = self.at_hand()
        if row is None:
            return
        if self._known(row) and self.detail is not None and self.detail.case is not None:
            if what == "undo":
                await self._undo(self.detail.case, self.detail)
            else:
                self._find(what, self.detail.case, self.detail)
            return
        self._pending = what, row.id
        self.say(ASKED)
        if what in FOUND:
            self._hold_sheet(f"{FOUND[what]}: {self._whose(row)}")
        if self.opened != row.id:
            await self.show_case(row.id, row)
        else:
            await self.desk.link.send(OpenCase(row.id))

    def _hold_sheet(self, title: str) -> None:
        """Let what is typed while the desk is asked land in the sheet that comes."""

        def left(_picked: object) -> None:
            if self._held_sheet is sheet:
                self._held_sheet, self._pending = None, ("", "")
                self.say("")

        sheet = self._held_sheet = PickScreen(title, (), waiting=ASKED)
        self.app.push_screen(sheet, left)

    def act_on(self, detail: CaseDetail) -> None:
        """A case has come whole: do what was waiting for that, if the agent still looks at it."""
        what, case = self._pending
        held, front = self._held_sheet, self.app.screen
        if case == detail.id and detail.case is not None and front in (self, held):
            self._pending = "", ""
            self.say("")
            self._held_sheet, self._typed = None, ""
            if held is not None and held is front:
                self._typed = held.typed() if held.is_mounted else ""
                held.dismiss(None)
            reason = self.why_not(what, ())
            if reason:
                self.say(reason, refused=True)
            elif what == "undo":
                self.run_worker(self._undo(detail.case, detail))
            else:
                self._find(what, detail.case, detail)
            self._typed = ""

    def _find(self, what: str, row: CaseRow, detail: CaseDetail) -> None:
        if what == "merge":
            self._merge(row, detail)
        elif what == "split":
            self._split(row, detail)
        else:
            self._wrong(row, detail)

    async def _undo(self, row: CaseRow, detail: CaseDetail) -> None:
        """One's own act at once, and that of somebody else only when asked."""
        if detail.undo_by in ("", self.desk.agent):
            await self.act("undo", row.id)
            return

        async def yes() -> None:
            await self.act("undo", row.id)

        what = paint(detail.undo[:200]).text
        self.ask(f"Take back what {name_words(detail.undo_by)} did? ({what})", yes)

    def _merge(self, row: CaseRow, detail: CaseDetail) -> None:
        choices = others(detail, self.desk.agent)

        async def chosen(picked: Picked) -> None:
            await self.act("merge", row.id, into=picked[0])

        self.pick(PickScreen(f"Join {self._whose(row)} with", choices), chosen)

    def _split(self, row: CaseRow, detail: CaseDetail) -> None:
        own = [post for post in detail.posts if post.id in row.posts]
        choices = [(post.id, post_words(post, self.now)) for post in own]

        def check(picked: Picked) -> str:
            if not picked:
                return "tab marks the posts that leave"
            return "one post at least must stay" if len(picked) == len(own) else ""

        async def chosen(picked: Picked) -> None:
            await self.act("split", row.id, posts=picked)

        title = f"Which posts of {self._whose(row)} become a case of their own?"
        self.pick(PickScreen(title, choices, many=True, check=check), chosen)

    def _wrong(self, row: CaseRow, detail: CaseDetail) -> None:
        id_ = self.thread.post_at_hand()
        post = next((post for post in detail.posts if post.id == id_), None)
        if post is None:
            self.say("the desk no longer holds a post of this case", refused=True)
            return
        choices: list[Choice] = [
            (label, f"{LABEL_SIGNS[label].tag} {label}: {LABEL_SIGNS[label].meaning}")
            for label in LABELS
        ]

        def check(picked: Picked) -> str:
            same = set(picked) == set(post.labels)
            return "these are the labels that it has: tab marks the right ones" if same else ""

        async def labelled(picked: Picked) -> None:
            async def written(words: Words) -> None:
                await self.act("wrong", row.id, posts=(post.id,), labels=picked, text=words.text)

            title = "Why? The rule authors read it"
            self.ask_words(WordsScreen(title, "may stay empty", needed=False), written)

        text = cut(paint(post.text[:200]).text, 40)
        title = f"What should it be? {text}"
        sheet = PickScreen(title, choices, many=True, marked=post.labels, check=check)
        self.pick(sheet, labelled)

    # Copying

    def action_copy(self) -> None:
        """Harmless text: what was copied may be put into a shell."""
        row, entry = self.at_hand(), self.thread.at_hand()
        if row is None:
            return
        text, what = row.text, f"the newest words of {author_words(row.author)}"
        if self.focused is self.thread and entry is not None:
            text = getattr(entry.what, "text", "") or getattr(entry.what, "words", "")
            what = {"reply": "the reply", "note": "the note", "event": "the line"}.get(
                entry.kind, "the post"
            )
        self.app.copy_to_clipboard(visible(text))
        count = f"{len(text):,} character" + ("" if len(text) == 1 else "s")
        self.say(f"copied {what} ({count})")

    # Sheets

    def pick(self, sheet: PickScreen, then: Callable[[Picked], object]) -> None:
        """Open a sheet of choices, and go on with what was chosen."""

        def answered(picked: object) -> None:
            if isinstance(picked, tuple):
                self._go_on(then(picked))

        sheet.begun, self._typed = self._typed, ""
        self.app.push_screen(sheet, answered)

    def ask_words(self, sheet: WordsScreen, then: Callable[[Words], object]) -> None:
        """Open a sheet for words, and go on with what was written."""

        def answered(words: Words | None) -> None:
            if words is not None:
                self._go_on(then(words))

        self.app.push_screen(sheet, answered)

    def ask(self, question: str, then: Callable[[], object]) -> None:
        """Ask once, and go on where the answer is yes."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._go_on(then())

        self.app.push_screen(AskScreen(question), answered)

    def _go_on(self, work: object) -> None:
        self.run_worker(work)  # type: ignore[arg-type]

    def _whose(self, row: CaseRow) -> str:
        return f"the case of {author_words(row.author)}"
