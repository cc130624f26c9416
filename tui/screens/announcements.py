"""Announcements: messages to everybody, from a draft over a lead's word to every channel."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from desk.replies.reply import Announcement, Sending
from desk.serving.protocol import FromDesk, Tick
from desk.serving.reply_messages import (
    AnnounceAct,
    Announced,
    Announcements,
    ReadAnnouncements,
    Replied,
    ReplyRefused,
    SettleReply,
)
from desk.serving.report_messages import ReadSettings, SettingsTold
from tui.keys import key
from tui.link import LinkState
from tui.paint import cut, paint, visible
from tui.screens.announcement_editor import AnnouncementEditor, Edited
from tui.screens.asking import AskScreen
from tui.screens.attached import Attached
from tui.screens.settling import SETTLED, settle_sheet
from tui.screens.words import Words, WordsScreen
from tui.situation import Situation
from tui.widgets.actline import ActLine
from tui.widgets.announcement_list import AnnouncementList, AnnouncementView
from tui.widgets.bars import Banner, Head, StatusStrip
from tui.widgets.keyline import KeyLine
from tui.widgets.panes import Pane, Panes

NO_DESK = "the desk is not there now: nothing was done"
MAY = {
    "edit": (("draft", "submitted", "approved"), "it has gone out: write another"),
    "submit": (("draft",), "only a draft can be submitted"),
    "approve": (("submitted", "approved"), "it was not submitted"),
    "reject": (("submitted", "approved"), "it was not submitted"),
    "send": (("approved",), "a lead must approve it first"),
    "withdraw": (("draft", "submitted", "approved"), "it has gone out, or is withdrawn already"),
}
"""In which states something can be done to an announcement, and what is said in the others."""


class AnnouncementsScreen(Attached):
    """The list, and one of them whole beside or under it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("n", "new", "New", "Write an announcement", meaning="announce.new", shown=True,
            always=True),
        key("e", "edit", "Edit", "Go on writing it", meaning="announce.edit", shown=True,
            always=True),
        key("s", "step('submit')", "Submit", "Ask a lead to approve it", meaning="announce.submit",
            shown=True),
        key("Y", "step('approve')", "Approve", "Lead: approve it", meaning="announce.approve",
            shown=True),
        key("D", "step('reject')", "Send back", "Lead: send it back with a note",
            meaning="announce.reject", shown=True),
        key("p", "step('send')", "Publish", "Send it from every account chosen; asks once",
            meaning="announce.send", shown=True),
        key("x", "step('withdraw')", "Withdraw", "It shall not go out; asks once",
            meaning="announce.withdraw", shown=True),
        key("v", "settle", "Settle", "What is unknown, failed or waits: say, send again, take back",
            meaning="announce.settle"),
        key("y", "copy", "Copy", "Copy its text", meaning="announce.copy"),
        key("tab", "app.focus_next", "Pane", "To the next pane", meaning="pane.next"),
        key("escape,q", "back", "Back", "One level back", shown=True),
    ]  # fmt: skip

    AUTO_FOCUS = "#announcements"

    def __init__(self, now: Situation) -> None:
        super().__init__(now)
        self._unsaved: dict[str, Edited] = {}
        self._saving = ""
        self._accounts: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        yield StatusStrip("strip")
        yield Banner("banner")
        with Panes(id="announcement-panes"):
            with Pane(id="announcement-list-pane"):
                yield Head("announcement-head")
                yield AnnouncementList("announcements", self.now)
            with VerticalScroll(id="announcement-pane"):
                yield AnnouncementView(id="announcement", markup=False)
        yield ActLine("act-line")
        yield KeyLine("keyline")

    async def on_mount(self) -> None:
        self.list = self.query_one(AnnouncementList)
        self.tell_link()
        await self.greet()
        self._tell()

    # What the desk says

    async def greet(self) -> None:
        await self.desk.link.send(ReadAnnouncements())
        await self.desk.link.send(ReadSettings())

    async def hear(self, message: FromDesk | LinkState) -> None:
        match message:
            case Announcements(items):
                self.list.told = True
                self.list.show(items, self.now.clock)
                self._tell()
            case SettingsTold(accounts=accounts):
                self._accounts = tuple(account.key for account in accounts)
            case Announced():
                self.say(paint(message.words[:400]).text)
                self._unsaved.pop(self._saving, None)
            case Replied():
                self.say(paint(message.words[:400]).text)
            case ReplyRefused(case="", reason=reason):
                self.say(paint(reason[:400]).text, refused=True)
            case _:
                pass
        await super().hear(message)

    def tick(self, tick: Tick) -> None:
        del tick
        self.tell_link()
        self.list.show(self.list.items, self.now.clock)

    # What is in sight

    def _tell(self) -> None:
        waiting = sum(item.state == "submitted" for item in self.list.items)
        left = [("Announcements", "name"), (f"{len(self.list.items):,}", "quiet")]
        if waiting:
            left.append((f"{waiting:,} to approve", "alarm"))
        if "" in self._unsaved:
            left.append(("one is not saved yet · n goes on", "alarm"))
        self.query_one("#announcement-head", Head).show(tuple(left))
        self.query_one(AnnouncementView).tell(self.list.at_hand(), self.now)
        self.refresh_bindings()

    def on_lines_moved(self) -> None:
        self._tell()

    def on_screen_resume(self) -> None:
        """What has happened meanwhile."""
        if self.is_mounted:
            self.tell_link()
            self._tell()

    # What the agent does

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        kind = str(parameters[0]) if action == "step" else action
        if kind not in (*MAY, "copy", "settle"):
            return super().why_not(action, parameters)
        item = self.list.at_hand()
        if item is None:
            return "there is no announcement under the cursor"
        if kind in ("approve", "reject") and self.desk.role != "lead":
            return "only a lead approves (--role lead)"
        if kind == "settle":
            found = bool(_to_settle(item))
            return None if found else "nothing of it is unknown, has failed or waits to be sent"
        states, reason = MAY.get(kind, (("",), ""))
        if kind != "copy" and item.state not in states:
            return reason
        if kind in ("submit", "send") and not item.accounts:
            return "no account is chosen: e edits it"
        if self.now.link.state != "connected" and action == "step":
            return NO_DESK
        return super().why_not(action, parameters)

    def action_new(self) -> None:
        self._edit(self._unsaved.get("", Edited()))

    def action_edit(self) -> None:
        item = self.list.at_hand()
        if item is not None:
            stored = Edited(item.id, item.title, item.text, item.outage or "", item.accounts)
            self._edit(self._unsaved.get(item.id, stored))

    def on_announcement_list_chosen(self) -> None:
        item = self.list.at_hand()
        reason = self.why_not("edit", ())
        if item is not None and reason is None:
            self.action_edit()
        elif reason:
            self.say_once(reason, refused=True)

    def _edit(self, edited: Edited) -> None:
        def left(now: Edited | None) -> None:
            if now is not None:
                self.run_worker(self._left(edited, now))

        sheet = AnnouncementEditor(edited, self._accounts, self.desk.link, self.now)
        self.app.push_screen(sheet, left)

    async def _left(self, before: Edited, now: Edited) -> None:
        """Keep what was written here until the desk has it."""
        changed = (now.title, now.text, now.outage, now.accounts) != (
            before.title, before.text, before.outage, before.accounts
        )  # fmt: skip
        if changed or now.done or now.id in self._unsaved:
            self._unsaved[now.id] = now
        if now.done and self.now.link.state == "connected":
            self._saving = now.id
            await self.desk.link.send(
                AnnounceAct(
                    "edit" if now.id else "draft",
                    self.desk.agent,
                    now.id,
                    title=now.title,
                    text=now.text,
                    outage=now.outage,
                    accounts=now.accounts,
                )
            )
        elif now.done:
            self.say(f"{NO_DESK}; it stays here: save it again when the desk is back", refused=True)
        elif now.id in self._unsaved:
            self.say("not saved: what you wrote stays here, n or e goes on with it", refused=True)
        self._tell()

    async def action_step(self, kind: str) -> None:
        item = self.list.at_hand()
        if item is None:
            return
        title = cut(paint(item.title[:200]).text, 60)
        if kind == "reject":
            self._send_back(item)
        elif kind == "send":
            accounts = ", ".join(paint(each[:80]).text for each in item.accounts)
            question = f"Send '{title}' to everybody, from {accounts}?"
            if item.exercise:
                question += "\n\nEXERCISE: it is recorded, and goes nowhere."
            self._ask(question, kind, item)
        elif kind == "withdraw":
            self._ask(f"Withdraw '{title}'? It shall not go out.", kind, item)
        else:
            await self._act(kind, item)

    def _send_back(self, item: Announcement) -> None:
        def written(words: Words | None) -> None:
            if words is not None:
                self.run_worker(self._act("reject", item, words.text))

        self.app.push_screen(
            WordsScreen("Why does it go back?", "what should be different"), written
        )

    def _ask(self, question: str, kind: str, item: Announcement) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self.run_worker(self._act(kind, item))

        self.app.push_screen(AskScreen(question), answered)

    async def _act(self, kind: str, item: Announcement, note: str = "") -> None:
        if self.now.link.state != "connected":
            self.say(NO_DESK, refused=True)
            return
        await self.desk.link.send(AnnounceAct(kind, self.desk.agent, item.id, note=note))  # type: ignore[arg-type]

    def action_settle(self) -> None:
        """One account after the other, where there are several."""
        item = self.list.at_hand()
        if item is None:
            return
        sending = _to_settle(item)[0]

        def chosen(picked: object) -> None:
            if isinstance(picked, tuple) and picked:
                settled = SettleReply(sending.reply, self.desk.agent, picked[0])
                self.run_worker(self.desk.link.send(settled))

        self.app.push_screen(settle_sheet(sending, f"{sending.account}"), chosen)

    def action_copy(self) -> None:
        item = self.list.at_hand()
        if item is not None:
            self.app.copy_to_clipboard(visible(item.text))
            self.say(f"copied the text ({len(item.text):,} characters)")

    def action_back(self) -> None:
        self.app.pop_screen()


def _to_settle(item: Announcement) -> list[Sending]:
    """How far it is where somebody must settle it, what is unknown first."""
    order = list(SETTLED)
    found = [sending for sending in item.sendings if sending.state in order]
    return sorted(found, key=lambda sending: order.index(sending.state))
