"""Writing, checking and sending the answer to the case that is open."""

from __future__ import annotations

from textual.timer import Timer
from textual.widgets import TextArea

from desk.channels.links import post_address
from desk.replies.reply import Reply
from desk.serving.case_messages import CaseDetail, CaseRow
from desk.serving.reply_messages import (
    Drafted,
    FilledMacro,
    FindMacros,
    JudgeReply,
    Macros,
    Replied,
    ReplyRefused,
    SendReply,
    SettleReply,
)
from tui.case_words import author_words, name_words
from tui.drafts import Drafts, Typed
from tui.paint import paint, visible
from tui.screens.asking import AskScreen
from tui.screens.attached import Attached
from tui.screens.macros import MacroSheet
from tui.screens.picking import PickScreen
from tui.screens.settling import SETTLED, settle_sheet
from tui.screens.words import Words, WordsScreen
from tui.widgets.conversation import Conversation
from tui.widgets.reply import Answered, ReplyArea, ReplyPane

SAVE_S = 0.4
"""So long after the last key the desk is told what is written."""
NO_DESK = "the desk is not there now: what you write stays here and is kept when it is back"


class Replying(Attached):
    """What is typed is kept here until the desk says that it holds it; a refusal costs no word."""

    reply: ReplyPane
    thread: Conversation
    detail: CaseDetail | None
    _saving: Timer | None = None
    _sent: tuple[str, str, bool] = ("", "", False)
    """The case and text that were sent and not answered yet, and whether the next case follows."""
    _beside = False
    """Whether that was to wait beside another one, for a lead to choose."""
    _unsure = False
    """Whether the link was lost before the answer to that came."""
    _refilling: str = ""
    answered_words: str

    @property
    def opened(self) -> str:
        """The id of the case that is open."""
        raise NotImplementedError

    def at_hand(self) -> CaseRow | None:
        """The case that the keys are about."""
        raise NotImplementedError

    async def open_at_hand(self) -> None:
        """Open the case at hand."""
        raise NotImplementedError

    @property
    def drafts(self) -> Drafts:
        """What is being written at this screen."""
        return self.desk.drafts

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action == "judge":
            if self.desk.role != "lead":
                return "only a lead lets replies go (--role lead)"
            if not self._waiting():
                return "no reply here waits for a lead's word"
        if action == "settle" and self._to_settle() is None:
            return "no reply here is unknown, has failed or waits to be sent"
        return super().why_not(action, parameters)

    def await_nothing(self) -> None:
        """Wait for no answer any longer: what is written is kept as a draft."""
        self._sent, self._unsure, self._refilling = ("", "", False), False, ""

    # What the desk says

    def reply_to(self, case: str) -> None:
        """Another case is open: show what stands in its reply."""
        self.reply.load(self.drafts.of(case))

    def case_came(self, detail: CaseDetail) -> None:
        """The case that is open has come anew: take in its draft, if none is written here."""
        typed = self.drafts.of(detail.id)
        draft, me = detail.draft, self.desk.agent
        if any(reply.text == typed.text and reply.by == me for reply in detail.replies):
            self._went_out(detail, typed)
        elif draft is not None and draft.by == me and not typed.dirty:
            if not typed.text:
                typed.text = typed.told = typed.kept = draft.text
                typed.macro = draft.macro
                typed.seen = typed.told_seen = draft.facts.version if draft.facts else ""
                self.reply.load(typed)
            if draft.text == typed.text:
                typed.judged, typed.problems, typed.stale = (
                    draft.text,
                    detail.problems,
                    detail.stale,
                )
        elif draft is None and not typed.dirty:
            typed.kept = ""  # nobody else holds it: what stands here is told again
        if detail.facts is not None and not typed.text:
            typed.seen = detail.facts.version

    def _went_out(self, detail: CaseDetail, typed: Typed) -> None:
        """What stands in the reply is among the replies: it was sent, though no answer came."""
        if typed.text and self._unsure and self._sent[0] == detail.id:
            self._finish(detail.id)

    def drafted(self, drafted: Drafted) -> None:
        """The desk keeps what was written."""
        self.drafts.drafted(drafted)
        self.tell_reply()

    async def replied(self, replied: Replied) -> None:
        """A reply is in the outbox."""
        case, _, on = self._sent
        words = paint(replied.words[:400]).text
        self.say(words)
        if replied.reply.case == case:
            self._finish(case)
            if on:
                await self.action_next()
                self.answered_words = words

    def _finish(self, case: str) -> None:
        self._sent, self._unsure = ("", "", False), False
        self.drafts.clear(case)
        if case == self.opened:
            self.reply.load(self.drafts.of(case))
            if self.focused is self.reply.area:
                self.set_focus(self.thread)
            self.tell_reply()

    async def action_next(self) -> None:
        """Take the next case."""
        raise NotImplementedError

    async def reply_refused(self, refused: ReplyRefused) -> None:
        """It was not taken: every word of it is still there."""
        case, text, on = self._sent
        self.say_once(_refusal(refused, sent=bool(case) and case == refused.case), refused=True)
        self._sent = "", "", False
        if not refused.case:
            return
        typed = self.drafts.of(refused.case)
        if refused.problems:
            typed.problems, typed.judged = refused.problems, typed.text
        if refused.kind == "stale":
            typed.stale = refused.reason
        elif not refused.problems:
            typed.refusal = refused.reason
        self.tell_reply()
        warns = refused.problems and not any(problem.blocks for problem in refused.problems)
        if refused.kind == "voice" and warns and case == refused.case and text == typed.text:
            self._ask_anyway(refused, on=on)

    def _ask_anyway(self, refused: ReplyRefused, *, on: bool) -> None:
        said = " · ".join(paint(problem.words[:120]).text for problem in refused.problems[:4])

        def answered(yes: bool | None) -> None:
            if yes:
                self.run_worker(self._send(on=on, anyway=True, beside=self._beside))

        self.app.push_screen(AskScreen(f"The voice check warns: {said}. Send it anyway?"), answered)

    def link_lost(self) -> None:
        """Nothing is lost: it is told again when the desk is back."""
        self.drafts.lost()
        if self._sent[0]:
            self._unsure = True
            words = "the desk went before it answered: above it shows whether it was taken"
            self.drafts.of(self._sent[0]).refusal = words
            self.tell_reply()

    async def tell_drafts(self) -> None:
        """The desk is there again: tell it everything that it may not hold."""
        for typed in self.drafts:
            if typed.dirty:
                await self._save(typed.case)

    # What is written

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        case, text = self.opened, event.text_area.text
        typed = self.drafts.of(case)
        if not case or text == visible(typed.text):
            return
        typed.text = text
        typed.refusal = ""
        if not text:
            typed.macro = typed.title = typed.filled = ""
        if self._saving is not None:
            self._saving.stop()
        self._saving = self.set_timer(SAVE_S, self.keep_draft)
        self.tell_reply()

    async def keep_draft(self) -> None:
        """Tell the desk what is written, now."""
        if self._saving is not None:
            self._saving.stop()
            self._saving = None
        if self.opened:
            await self._save(self.opened)

    async def _save(self, case: str) -> None:
        typed = self.drafts.of(case)
        if self.now.link.state != "connected" or not (typed.dirty or typed.text):
            return
        message = self.drafts.to_save(case, self.desk.agent)
        if message is not None:
            await self.desk.link.send(message)

    def tell_reply(self) -> None:
        """Show how long it is, and what is wrong with it."""
        detail, row = self.detail, self.detail.case if self.detail else None
        self.reply.display = row is not None
        if detail is None or row is None:
            return
        hint = "R writes it · m finds a macro"
        if self._waiting():
            hint = "R writes another · ctrl+s in its place · ctrl+t beside"
        draft = detail.draft
        if draft is not None and draft.by != self.desk.agent:
            hint = f"{name_words(draft.by)} is writing: {paint(draft.text[:200]).text}"
        to = f"{author_words(row.author)} on {name_words(row.channel)}"
        barred = next((one.words for one in detail.problems if one.kind == "channel"), "")
        if self.now.link.state != "connected":
            to += " · not kept: no desk"
        whom = Answered(row.channel, to, detail.mention, barred, detail.most)
        self.reply.show(self.drafts.of(detail.id), whom, hint)

    # Sending

    async def on_reply_area_asked(self, event: ReplyArea.Asked) -> None:
        if event.what in ("send", "send_on"):
            await self._send(on=event.what == "send_on")
        elif event.what == "send_beside":
            if self._waiting():
                await self._send(on=False, beside=True)
            else:
                self.say("no reply waits here for a lead: ctrl+s sends this one", refused=True)
        elif event.what == "macros":
            self.open_macros()
        elif event.what == "seen":
            await self._take_in(refill=False)
        else:
            await self._take_in(refill=True)

    async def on_reply_pane_wanted(self, _event: ReplyPane.Wanted) -> None:
        await self.action_reply()

    async def on_reply_area_left(self, _event: ReplyArea.Left) -> None:
        await self.keep_draft()
        self.set_focus(self.thread)
        self.tell_reply()

    async def _send(self, *, on: bool, anyway: bool = False, beside: bool = False) -> None:
        case = self.opened
        typed = self.drafts.of(case)
        if not typed.text.strip():
            self.say("nothing is written", refused=True)
        elif self.now.link.state != "connected":
            self.say(NO_DESK, refused=True)
        elif self._sent[0] and not self._unsure:
            self.say("the desk is still taking in the last one", refused=True)
        else:
            await self.keep_draft()
            self._sent, self._unsure, self._beside = (case, typed.text, on), False, beside
            self.say("sending…")
            await self.desk.link.send(
                SendReply(
                    case,
                    self.desk.agent,
                    typed.text,
                    seen=typed.seen,
                    macro=typed.macro,
                    anyway=anyway,
                    beside=beside,
                )
            )

    async def _take_in(self, *, refill: bool) -> None:
        """The agent has seen what has changed."""
        detail, typed = self.detail, self.drafts.of(self.opened)
        if detail is None or detail.facts is None:
            self.say("nothing is known of an outage there", refused=True)
            return
        if not typed.stale and not refill:
            self.say("nothing has changed since you began", refused=True)
            return
        typed.seen, typed.stale = detail.facts.version, ""
        await self.keep_draft()
        self.say("seen: the text stays as you wrote it")
        if refill:
            if not typed.macro:
                self.say("the text is not of a macro: mend it by hand", refused=True)
            else:
                self._refilling = self.opened
                query = typed.title or typed.macro
                await self.desk.link.send(FindMacros(self.opened, query=query))
        self.tell_reply()

    # Macros

    async def action_reply(self) -> None:
        await self.open_at_hand()
        self.add_class("-case")
        self.remove_class("-about")
        self.reply.remove_class("-idle")
        self.set_focus(self.reply.area)
        self.tell_reply()

    async def action_macros(self) -> None:
        await self.action_reply()
        self.open_macros()

    def open_macros(self) -> None:
        """Find a macro for the case that is open, and take it in."""
        case = self.opened
        row = self.at_hand()
        who = author_words(row.author) if row else ""

        def taken(macro: object) -> None:
            if self.opened != case:
                return
            if isinstance(macro, FilledMacro):
                self._take_macro(macro)
            elif not self.reply.area.text:
                self.set_focus(self.thread)  # nothing was begun: letters are keys again
                self.tell_reply()

        self.app.push_screen(MacroSheet(f"Macros for {who}", self.desk.link, case), taken)

    def _take_macro(self, macro: FilledMacro) -> None:
        """Instead of an empty text or of another macro as it came, else where the cursor is."""
        typed = self.drafts.of(self.opened)
        words = visible(macro.text)
        as_it_came = bool(typed.filled) and visible(typed.text) == typed.filled
        typed.macro, typed.title, typed.filled = macro.id, macro.title, words
        area = self.reply.area
        self.set_focus(area)
        if typed.text.strip() and not as_it_came:
            area.write(words)
        else:
            area.load_text(words)
            area.move_cursor(area.document.end)
        if macro.missing:
            names = ", ".join(name_words(name) for name in macro.missing)
            self.say(f"to be written by hand: {names}", refused=True)

    def macros_found(self, macros: Macros) -> None:
        """The desk has found macros: one is to be filled anew."""
        if self._refilling and macros.case == self._refilling == self.opened:
            self._refilling = ""
            typed = self.drafts.of(macros.case)
            found = next((macro for macro in macros.found if macro.id == typed.macro), None)
            if found is None or not typed.filled or typed.filled not in typed.text:
                words = "you have changed the macro's words: ctrl+o takes it in anew"
                self.say(words, refused=True)
                return
            words = visible(found.text)
            self.reply.area.load_text(typed.text.replace(typed.filled, words, 1))
            self.reply.area.move_cursor(self.reply.area.document.end)
            typed.filled = words
            self.say("filled anew with what is known now")

    # Leads

    def _waiting(self) -> list[Reply]:
        """The replies of this case that wait for a lead."""
        replies = self.detail.replies if self.detail else ()
        return [reply for reply in replies if reply.state == "submitted"]

    async def action_judge(self, approve: bool) -> None:
        """The reply at the cursor; of several elsewhere one is chosen first."""
        here, waiting = self.thread.reply_at_hand(), self._waiting()
        if here in waiting or len(waiting) == 1:
            await self._judge(here if here in waiting else waiting[0], approve=approve)
            return
        choices = [
            (reply.id, f"{name_words(reply.by)}: {paint(reply.text[:200]).text}")
            for reply in waiting
        ]

        def chosen(picked: object) -> None:
            for reply in waiting:
                if isinstance(picked, tuple) and reply.id in picked:
                    self.run_worker(self._judge(reply, approve=approve))

        what = "goes out? The others do not" if approve else "goes back?"
        self.app.push_screen(PickScreen(f"Which of {len(waiting)} replies {what}", choices), chosen)

    async def _judge(self, reply: Reply | None, *, approve: bool) -> None:
        if reply is None:
            return
        if approve:
            await self.desk.link.send(JudgeReply(reply.id, self.desk.agent, approve=True))
            return

        def written(words: Words | None) -> None:
            if words is not None:
                judged = JudgeReply(reply.id, self.desk.agent, approve=False, note=words.text)
                self.run_worker(self.desk.link.send(judged))

        title = f"Why does the reply of {name_words(reply.by)} go back?"
        self.app.push_screen(WordsScreen(title, "what should be different"), written)

    # Replies that failed, wait, or of which nobody knows

    def _to_settle(self) -> Reply | None:
        """The reply at the cursor that can be settled, or else the newest."""
        here = self.thread.reply_at_hand()
        replies = self.detail.replies if self.detail else ()
        open_ = [reply for reply in replies if reply.state in SETTLED]
        return here if here in open_ else open_[-1] if open_ else None

    def action_settle(self) -> None:
        reply, detail = self._to_settle(), self.detail
        if reply is None or detail is None:
            return
        posts = (post for post in detail.posts if post.id == reply.to_post)
        where = next(map(post_address, posts), "")

        def chosen(picked: object) -> None:
            if isinstance(picked, tuple) and picked:
                settled = SettleReply(reply.id, self.desk.agent, picked[0])
                self.run_worker(self.desk.link.send(settled))

        self.app.push_screen(settle_sheet(reply, where), chosen)

    # Everybody of an outage

    async def action_everybody(self) -> None:
        row = self.at_hand()
        if row is not None and row.outage is not None:
            await self.desk.answer_everybody(row.outage)


def _refusal(refused: ReplyRefused, *, sent: bool) -> str:
    """Why it was not taken; of what was to be sent, first of all that it was not."""
    reason = paint(refused.reason[:400]).text
    if not sent:
        return reason
    blocking = sum(problem.blocks for problem in refused.problems)
    if blocking:
        return f"not sent: {blocking} to mend first, marked × above"
    if refused.kind == "stale":
        return f"not sent: {reason} · ctrl+g where the text still holds"
    return f"not sent: {reason}"
